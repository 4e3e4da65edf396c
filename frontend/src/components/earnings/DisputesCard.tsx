import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Address } from "viem";
import type { Disputes } from "../../api/types";
import { formatRelative, formatTime, formatTokens } from "../../format";
import { useDisputes } from "../../hooks/useAccount";
import { Account } from "../../ui/Account";
import { Card } from "../../ui/Card";
import { cx } from "../../ui/cx";
import { fraudText } from "../epochs/frauds";
import { demandText, proofText, shareText, slashText } from "./disputes";

function Entry({ title, epoch, at, now, bad = false, children }: { title: string; epoch: number | null; at: string; now: number; bad?: boolean; children: ReactNode }) {
  return (
    <li className={cx("border-l-2 pl-4", bad ? "border-bad" : "border-line")}>
      <p className="font-semibold">{title}</p>
      <p className="text-[0.8125rem] text-muted">
        {epoch !== null && (
          <>
            <Link to="/epochs/$epoch" params={{ epoch: String(epoch) }} className="text-accent underline underline-offset-2">
              Epoch {epoch}
            </Link>
            {", "}
          </>
        )}
        <time dateTime={at}>{formatTime(at)}</time>, {formatRelative(at, now)}
      </p>
      <div className="measure">{children}</div>
    </li>
  );
}

/** What was taken from an account and why, and the demands and proofs in which it had a part. */
export function DisputeList({ disputes, account, now }: { disputes: Disputes; account: Address; now: number }) {
  return (
    <ul aria-label="Disputes" className="space-y-4">
      {disputes.slashes.map((slash) => (
        <Entry key={`slash ${slash.slashedAt} ${slash.epoch}`} title={`${formatTokens(slash.amount)} of your stake was taken`} epoch={slash.epoch} at={slash.slashedAt} now={now} bad>
          <p>{slashText(slash)}</p>
          <p className="text-muted">{shareText(slash)}</p>
          {slash.challenger !== null && (
            <p className="flex flex-wrap items-center gap-x-2 text-muted">
              Proved by <Account address={slash.challenger} />
            </p>
          )}
        </Entry>
      ))}
      {disputes.disproofs.map((proof) => {
        const own = proof.against.toLowerCase() === account.toLowerCase();
        return (
          <Entry key={`proof ${proof.disprovedAt} ${proof.epoch} ${proof.fraud}`} title={own ? "Proved against you" : "You proved a fraud"} epoch={proof.epoch} at={proof.disprovedAt} now={now} bad={own}>
            <p>{fraudText(proof.fraud)}</p>
            <p className="text-muted">{proofText(proof.against, account)}</p>
          </Entry>
        );
      })}
      {disputes.demands.map((demand) => (
        <Entry key={`demand ${demand.demandedAt} ${demand.epoch} ${demand.tree} ${demand.index}`} title="A demand" epoch={demand.epoch} at={demand.demandedAt} now={now}>
          <p>{demandText(demand, account)}</p>
        </Entry>
      ))}
    </ul>
  );
}

/** Nothing while there is none. */
export function DisputesCard({ account, now }: { account: Address; now: number }) {
  const { data } = useDisputes(account);
  if (data === undefined || data.slashes.length + data.demands.length + data.disproofs.length === 0) return null;
  return (
    <Card title="Slashes, demands and proofs">
      <DisputeList disputes={data} account={account} now={now} />
    </Card>
  );
}
