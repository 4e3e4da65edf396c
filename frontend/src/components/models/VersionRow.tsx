import { Link } from "@tanstack/react-router";
import type { ModelVersion } from "../../api/types";
import { formatBps, formatTime, words } from "../../format";
import { Badge, type Tone } from "../../ui/Badge";
import { FinalityBadge } from "../../ui/FinalityBadge";
import { Hash } from "../../ui/Hash";

const TONES: Record<string, Tone> = { active: "good", registered: "brass", suspended: "bad", revoked: "bad" };

export const VersionBadge = ({ version: { status, finality } }: { version: Pick<ModelVersion, "status" | "finality"> }) => (
  <span className="inline-flex flex-wrap gap-2">
    <Badge tone={TONES[status] ?? "neutral"}>{words(status)}</Badge>
    <FinalityBadge finality={finality} />
  </span>
);

export function VersionRow({ version }: { version: ModelVersion }) {
  const { evaluation } = version;
  return (
    <tr>
      <td>
        <Link to="/models/$versionId" params={{ versionId: version.versionId }} className="font-medium underline underline-offset-4">
          v{version.number}
        </Link>
      </td>
      <td>
        <VersionBadge version={version} />
      </td>
      <td>
        <Hash hash={version.versionId} label="Version" />
      </td>
      <td className="whitespace-nowrap">
        {evaluation === null ? (
          <span className="text-muted">not evaluated</span>
        ) : (
          <>
            {formatBps(evaluation.winRateBps)}{" "}
            <span className="text-muted">
              ({formatBps(evaluation.ciLowBps)} to {formatBps(evaluation.ciHighBps)})
            </span>
          </>
        )}
      </td>
      <td className="whitespace-nowrap text-muted">{formatTime(version.registeredAt)}</td>
    </tr>
  );
}
