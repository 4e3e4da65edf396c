import { Link } from "@tanstack/react-router";
import type { Action } from "../../api/types";
import { useEpochs } from "../../hooks/useEpochs";
import { findVersion, useModels } from "../../hooks/useModels";
import { useNow } from "../../hooks/useNow";
import { Card } from "../../ui/Card";
import { Hash } from "../../ui/Hash";
import { EpochBadge } from "../epochs/EpochBadge";
import { Settlement, hasSettlement } from "../epochs/Settlement";
import { standing } from "../epochs/standing";
import { WinRate } from "../models/WinRate";

/** For a vote on a model version: what is known about it, next to the ballot. */
function VersionEvidence({ versionId }: { versionId: string }) {
  const models = useModels();
  const found = models.data === undefined ? null : findVersion(models.data, versionId);
  if (found === null) return null;
  const { family, version } = found;
  return (
    <Card title={`Evidence for ${family.name} v${version.number}`} aside={<Hash hash={version.versionId} label="Version" />}>
      {version.evaluation === null ? (
        <p className="text-muted">This version came without an evaluation.</p>
      ) : (
        <WinRate evaluation={version.evaluation} />
      )}
      <Link to="/models/$versionId" params={{ versionId: version.versionId }} className="mt-3 inline-block text-accent underline underline-offset-2">
        Samples, lineage and data of this version
      </Link>
    </Card>
  );
}

/** For a vote on payouts: who stands for them, what was proved against earlier ones, and how to check them. */
function PayoutsEvidence({ number }: { number: number }) {
  const epoch = useEpochs().data?.find((candidate) => candidate.epoch === number);
  const now = useNow();
  if (epoch === undefined) return null;
  return (
    <Card title={`Payouts of epoch ${number}`} aside={<EpochBadge epoch={epoch} />}>
      <div className="space-y-4">
        {epoch.demand === null && <p className="measure text-muted">{standing(epoch, now)}</p>}
        {hasSettlement(epoch) && <Settlement epoch={epoch} now={now} />}
        <Link to="/verify" search={{ epoch: number }} className="inline-block text-accent underline underline-offset-2">
          Recompute them in your browser
        </Link>
      </div>
    </Card>
  );
}

const isCall = (action: Action, name: string): boolean => action.function?.split("(")[0] === name;

/** What is known about the things that a proposal decides on. */
export function Evidence({ actions }: { actions: Action[] }) {
  const versionId = actions.find((action) => isCall(action, "activate"))?.args[0]?.value;
  const epoch = Number(actions.find((action) => isCall(action, "acceptPayouts"))?.args[0]?.value ?? 0);
  return (
    <>
      {typeof versionId === "string" && <VersionEvidence versionId={versionId} />}
      {epoch > 0 && <PayoutsEvidence number={epoch} />}
    </>
  );
}
