import type { Epoch } from "../../api/types";
import { formatCount, formatRelative, formatTime, formatTokens } from "../../format";
import { Account } from "../../ui/Account";
import { Hash } from "../../ui/Hash";
import { Notice } from "../../ui/Notice";
import { Stat, Stats } from "../../ui/Stat";
import { consequenceText, demandText, fraudText, isOperators, pastDemandText } from "./frauds";

function Proposed({ payouts, decided, now }: { payouts: NonNullable<Epoch["payouts"]>; decided: boolean; now: number }) {
  const open = new Date(payouts.challengeEndsAt).getTime() > now;
  return (
    <Stats>
      <Stat label="Payouts proposed by">
        <Account address={payouts.proposer} />
      </Stat>
      <Stat label="Bond behind them" hint={decided ? "given back" : "lost if they are proved wrong"}>
        {formatTokens(payouts.bond)}
      </Stat>
      <Stat label="Challenge window" hint={formatTime(payouts.challengeEndsAt)}>
        {open ? "closes" : "closed"} {formatRelative(payouts.challengeEndsAt, now)}
      </Stat>
      <Stat label="Payouts root" hint={formatCount(payouts.accountCount, "account")}>
        <Hash hash={payouts.payoutsRoot} label="Payouts root" />
      </Stat>
    </Stats>
  );
}

function Demand({ demand, now }: { demand: NonNullable<Epoch["demand"]>; now: number }) {
  const { asks, otherwise } = demandText(demand.tree, demand.index);
  return (
    <Notice tone="brass">
      <p className="measure">
        <strong>On hold.</strong> <Account address={demand.challenger} /> put up a bond and asks {asks}. Anybody who has it may show it and is
        rewarded out of that bond. If nobody does by <time dateTime={demand.answerBy}>{formatTime(demand.answerBy)}</time> (
        {formatRelative(demand.answerBy, now)}), {otherwise}.
      </p>
    </Notice>
  );
}

function Disproofs({ disproofs, now }: { disproofs: Epoch["disproofs"]; now: number }) {
  return (
    <ul aria-label="Proved wrong" className="space-y-3">
      {disproofs.map(({ fraud, challenger, payoutsRoot, disprovedAt }) => (
        <li key={`${disprovedAt} ${fraud} ${payoutsRoot}`} className="border-l-2 border-bad pl-4">
          <p className="font-semibold">
            {isOperators(fraud) ? "The labels were proved wrong" : "Proposed payouts were proved wrong"}, {formatRelative(disprovedAt, now)}
          </p>
          <p className="measure">{fraudText(fraud)}</p>
          <p className="measure text-muted">{consequenceText(fraud)}</p>
          <p className="flex flex-wrap items-center gap-x-2 text-muted">
            Proved by <Account address={challenger} />
            {payoutsRoot !== null && (
              <>
                against <Hash hash={payoutsRoot} label="Payouts root" />
              </>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}

function PastDemands({ demands, now }: { demands: Epoch["pastDemands"]; now: number }) {
  return (
    <ul aria-label="Earlier demands" className="space-y-3">
      {demands.map(({ challenger, responder, tree, index, status, demandedAt }) => (
        <li key={`${demandedAt} ${tree} ${index}`} className="border-l-2 border-line pl-4">
          <p className="measure">
            <Account address={challenger} /> asked {demandText(tree, index).asks}, {formatRelative(demandedAt, now)}. {pastDemandText(status)}
          </p>
          {responder !== null && (
            <p className="flex flex-wrap items-center gap-x-2 text-muted">
              Shown by <Account address={responder} />
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

export const hasSettlement = ({ payouts, demand, pastDemands, disproofs }: Epoch): boolean =>
  payouts !== null || demand !== null || pastDemands.length > 0 || disproofs.length > 0;

/** Who stands for an epoch's payouts with a bond, how long they can be challenged, and what was proved against them. */
export function Settlement({ epoch, now }: { epoch: Epoch; now: number }) {
  const { payouts, demand, pastDemands, disproofs } = epoch;
  return (
    <div className="space-y-4">
      {demand !== null && <Demand demand={demand} now={now} />}
      {payouts !== null && payouts.status !== "disproved" && (
        <Proposed payouts={payouts} decided={payouts.status !== "proposed" || epoch.status === "voided"} now={now} />
      )}
      {disproofs.length > 0 && <Disproofs disproofs={disproofs} now={now} />}
      {pastDemands.length > 0 && <PastDemands demands={pastDemands} now={now} />}
    </div>
  );
}
