import { Link, useParams } from "@tanstack/react-router";
import { Lineage } from "../components/models/Lineage";
import { Samples } from "../components/models/Samples";
import { VersionBadge } from "../components/models/VersionRow";
import { WinRate } from "../components/models/WinRate";
import { formatTime } from "../format";
import { type Located, ancestors, findVersion, useModels } from "../hooks/useModels";
import { Card } from "../ui/Card";
import { Hash } from "../ui/Hash";
import { Empty, Notice } from "../ui/Notice";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";
import { Stat, Stats } from "../ui/Stat";

function Identity({ version }: { version: Located["version"] }) {
  const parts = [
    ["Version", version.versionId],
    ["Manifest", version.manifestHash],
    ["Weights", version.weightsHash],
    ["Run spec", version.runSpecHash],
    ["Evaluation", version.evaluationHash],
    ["Parent", version.parent],
  ] as const;
  return (
    <Stats>
      {parts.map(([label, hash]) => (
        <Stat key={label} label={label}>
          {hash === null ? <span className="text-muted">none</span> : <Hash hash={hash} label={label} />}
        </Stat>
      ))}
    </Stats>
  );
}

/** Why a version is out of service, and who can change that. */
function OutOfService({ version }: { version: Located["version"] }) {
  const { status, suspendedReason, revokedReason } = version;
  if (status !== "suspended" && status !== "revoked") return null;
  const reason = status === "suspended" ? suspendedReason : revokedReason;
  return (
    <Notice tone="brass">
      <p className="measure">
        <strong>{status === "suspended" ? "Suspended by a guardian: it is not served." : "Revoked by vote: it will never be served again."}</strong>{" "}
        {reason !== null && reason !== "" && `Reason given: ${reason} `}
        {status === "suspended" && "A vote can put it back in place, or revoke it for good."}
      </p>
    </Notice>
  );
}

function Detail({ family, version, line }: Located & { line: Located["version"][] }) {
  return (
    <>
      <OutOfService version={version} />
      <Card title="Identity" aside={<VersionBadge version={version} />}>
        <Identity version={version} />
        <p className="mt-4 text-[0.875rem] text-muted">
          {family.name}, registered {formatTime(version.registeredAt)}
          {version.activatedAt !== null && `, activated ${formatTime(version.activatedAt)}`}. Each mark is drawn from the hash, so the
          same file carries the same mark on every page.
        </p>
      </Card>
      <Card title="Evaluation">
        {version.evaluation === null ? <p className="text-muted">This version came without an evaluation.</p> : <WinRate evaluation={version.evaluation} />}
      </Card>
      {version.evaluation !== null && (
        <Card title="Samples">
          <Samples samples={version.evaluation.samples} />
        </Card>
      )}
      <Card title="Lineage">
        <Lineage line={line} />
      </Card>
    </>
  );
}

export default function ModelVersionPage() {
  const { versionId } = useParams({ from: "/models/$versionId" });
  const models = useModels();
  const found = models.data ? findVersion(models.data, versionId) : null;
  return (
    <Page title={found ? `${found.family.name} v${found.version.number}` : "Model version"}>
      <QueryView query={models} what="The version could not be loaded" lines={8}>
        {(families) =>
          found === null ? (
            <Empty title="No such version" action={<Link to="/models" className="text-accent underline">All models</Link>} />
          ) : (
            <Detail {...found} line={ancestors(families, found.version.versionId)} />
          )
        }
      </QueryView>
    </Page>
  );
}
