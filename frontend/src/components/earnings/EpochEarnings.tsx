import { Link } from "@tanstack/react-router";
import type { Address } from "viem";
import type { Epoch } from "../../api/types";
import { formatTokens } from "../../format";
import { useStatement } from "../../hooks/useEpochs";
import { QueryView } from "../../ui/QueryView";
import { EpochBadge } from "../epochs/EpochBadge";
import { Settlement, hasSettlement } from "../epochs/Settlement";
import { standing } from "../epochs/standing";
import { Recompute } from "./Recompute";
import { StatementCard } from "./StatementCard";

/** Why there is no statement. */
const withoutStatement = ({ status, payouts }: Epoch): string =>
  status === "voided" ? "Nobody was paid for this epoch." : payouts === null ? "The statement appears when the payouts are proposed." : "You have no labels in this epoch.";

/** One epoch of one account: status, pay, and why. */
export function EpochEarnings({ epoch, account, now }: { epoch: Epoch; account: Address; now: number }) {
  const statement = useStatement(epoch.epoch, account);
  return (
    <details className="card group p-5">
      <summary className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="text-[1.0625rem] font-medium">Epoch {epoch.epoch}</span>
          <EpochBadge epoch={epoch} />
          <span className="text-[0.875rem] text-muted">{standing(epoch, now)}</span>
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
              <p className="text-muted">{withoutStatement(epoch)}</p>
            ) : (
              <StatementCard statement={data} terms={epoch.terms} />
            )
          }
        </QueryView>
        {hasSettlement(epoch) && (
          <section aria-label={`Payouts of epoch ${epoch.epoch}`}>
            <Settlement epoch={epoch} now={now} />
          </section>
        )}
        {statement.data && <Recompute epoch={epoch.epoch} account={account} />}
        <p>
          <Link to="/epochs/$epoch" params={{ epoch: String(epoch.epoch) }} className="text-accent underline underline-offset-2">
            All about this epoch
          </Link>
        </p>
        {epoch.payouts?.proposalId && (
          <p>
            <Link to="/proposals/$proposalId" params={{ proposalId: epoch.payouts.proposalId }} className="text-accent underline underline-offset-2">
              The vote on it
            </Link>
          </p>
        )}
      </div>
    </details>
  );
}
