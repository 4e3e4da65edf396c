import { Link } from "@tanstack/react-router";
import type { ModelVersion } from "../../api/types";
import { formatBps, formatTime, words } from "../../format";
import { Badge, type Tone } from "../../ui/Badge";
import { Hash } from "../../ui/Hash";

const TONES: Record<string, Tone> = { active: "good", registered: "brass", suspended: "bad", revoked: "bad" };

export const VersionBadge = ({ status }: { status: string }) => <Badge tone={TONES[status] ?? "neutral"}>{words(status)}</Badge>;

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
        <VersionBadge status={version.status} />
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
