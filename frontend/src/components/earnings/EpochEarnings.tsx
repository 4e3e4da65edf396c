import { Link } from "@tanstack/react-router";
import type { Address } from "viem";
import type { Epoch } from "../../api/types";
import { formatRelative, formatTokens, words } from "../../format";
import { useStatement } from "../../hooks/useEpochs";
import { Badge } from "../../ui/Badge";
import { QueryView } from "../../ui/QueryView";
import { StatementCard } from "./StatementCard";

/** What comes next for an epoch that is not paid yet. */
function next(epoch: Epoch, now: number): string {
  switch (epoch.status) {
    case "open":
      return "Still open: you can label, nothing is counted yet.";
    case "committed":
      return "Closed. The labels are fixed on the chain; the seed comes next.";
    case "revealed":
      return "The seed is known; payouts are being computed.";
    case "proposed": {
      const ends = epoch.payouts?.challengeEndsAt;
      return ends && new Date(ends).getTime() > now ? `Payouts proposed. They can be challenged; the window closes ${formatRelative(ends, now)}.` : "Payouts stand. A vote approves them.";
    }
    case "accepted":
      return "Approved by vote.";
    default:
      return `This epoch is ${words(epoch.status)}.`;
  }
}

/** One epoch of one account: status, pay, and why. */
export function EpochEarnings({ epoch, account, now }: { epoch: Epoch; account: Address; now: number }) {
  const statement = useStatement(epoch.epoch, account);
  return (
    <details className="card group p-5">
      <summary className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="text-[1.0625rem] font-medium">Epoch {epoch.epoch}</span>
          <Badge tone={epoch.status === "accepted" ? "good" : "neutral"}>{words(epoch.status)}</Badge>
          <span className="text-[0.875rem] text-muted">{next(epoch, now)}</span>
        </span>
        <span className="flex items-center gap-4">
          {statement.data && <strong className="font-semibold">{formatTokens(statement.data.pay, 4)}</strong>}
          <span className="text-accent underline underline-offset-2">Why</span>
        </span>
      </summary>
      <div className="mt-5 space-y-6 border-t border-line pt-5">
        <QueryView query={statement} what="The statement could not be loaded">
          {(data) =>
            data === null ? (
              <p className="text-muted">{epoch.payouts === null ? "The statement appears when the payouts are proposed." : "You have no labels in this epoch."}</p>
            ) : (
              <StatementCard statement={data} terms={epoch.terms} />
            )
          }
        </QueryView>
        <p className="flex flex-wrap gap-x-5 gap-y-1">
          <Link to="/verify" search={{ epoch: epoch.epoch, account }} className="text-accent underline underline-offset-2">
            Recompute this in your browser
          </Link>
          {epoch.payouts?.proposalId && (
            <Link to="/proposals/$proposalId" params={{ proposalId: epoch.payouts.proposalId }} className="text-accent underline underline-offset-2">
              The vote on it
            </Link>
          )}
        </p>
      </div>
    </details>
  );
}
