import type { RoutineProposal, Routine as RoutineData } from "../../api/types";
import { formatAmount, formatBps, formatShare, formatTokens } from "../../format";
import { useRoutine } from "../../hooks/useProposals";
import { Account } from "../../ui/Account";
import { Badge } from "../../ui/Badge";
import { Hash } from "../../ui/Hash";
import { QueryView } from "../../ui/QueryView";
import { Actions } from "./Actions";
import { RoutineForm } from "./RoutineForm";
import { isOff, routineBadge, routineNext } from "./routine";

function Against({ proposal: { againstVotes, vetoVotes } }: { proposal: RoutineProposal }) {
  const against = BigInt(againstVotes);
  if (vetoVotes === null) return <p className="text-muted">Against {formatTokens(against, 0)}</p>;
  const needed = BigInt(vetoVotes);
  const share = needed === 0n ? 0 : Math.min(100, Number((against * 100n) / needed));
  const text = `Against ${formatAmount(against, 0)} of ${formatTokens(needed, 0)} that stop it (${formatShare(against, needed)})`;
  return (
    <div className="space-y-1.5 text-[0.875rem]">
      <div role="img" aria-label={text} className="h-2.5 w-full overflow-hidden rounded-full bg-sunken">
        <div className="hatched h-full bg-bad" style={{ width: `${share}%` }} />
      </div>
      <p aria-hidden>{text}</p>
    </div>
  );
}

function Row({ proposal, now }: { proposal: RoutineProposal; now: number }) {
  const [tone, text] = routineBadge(proposal);
  const open = proposal.permitted && (proposal.state === "active" || proposal.state === "succeeded");
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-4 border-b border-line py-5 last:border-0 lg:grid-cols-[minmax(0,1fr)_18rem]">
      <div className="min-w-0 space-y-2">
        <h3 className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[1.0625rem] font-medium break-words">
          {proposal.title}
          <Badge tone={tone}>{text}</Badge>
        </h3>
        <Actions actions={[proposal.action]} />
        <p className="flex flex-wrap items-center gap-x-1.5 text-[0.875rem] text-muted">
          proposed by <Account address={proposal.proposer} />
        </p>
        {proposal.vetoes.map((veto) => (
          <p key={`${veto.voter} ${veto.castAt}`} className="measure border-l-2 border-bad pl-3 text-[0.875rem] break-words">
            <Account address={veto.voter} /> is against with {formatTokens(veto.weight, 0)}
            {veto.reason !== "" && <>: {veto.reason}</>}
          </p>
        ))}
      </div>
      <div className="space-y-3">
        <Against proposal={proposal} />
        <p className="text-[0.875rem] text-muted">{routineNext(proposal, now)}</p>
        {open && <RoutineForm proposal={proposal} />}
      </div>
    </li>
  );
}

function Permissions({ data: { proposers, calls } }: { data: RoutineData }) {
  return (
    <details>
      <summary className="min-h-6 text-[0.875rem] text-muted">Who may propose what</summary>
      <ul className="mt-2 space-y-1 text-[0.875rem]">
        {proposers.map((account) => (
          <li key={account}>
            <Account address={account} /> may propose
          </li>
        ))}
        {calls.map(({ target, contract, selector, function: name }) => (
          <li key={`${target} ${selector}`} className="break-words">
            {name ?? selector} of {contract ?? <Hash hash={target} label="Target" mark={false} />} may be proposed
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What passes without a majority unless it is vetoed, apart from what is voted on. */
export function Routine({ now }: { now: number }) {
  const routine = useRoutine();
  return (
    <section aria-labelledby="routine" className="space-y-3">
      <h2 id="routine" className="text-lg">
        Routine actions
      </h2>
      <QueryView query={routine} what="The routine actions could not be loaded">
        {(data) => (
          <>
            <p className="measure text-muted">
              {isOff(data)
                ? "Off: a vote has allowed nobody to take actions without one. Everything above is decided by a majority."
                : `These pass without a vote unless token holders with ${data.vetoBps === null ? "enough" : formatBps(data.vetoBps)} of all tokens object in time. A vote allowed each kind of them, and can take that back.`}
            </p>
            {!isOff(data) && <Permissions data={data} />}
            {data.proposals.length > 0 && (
              <ul className="card px-5 sm:px-6">
                {data.proposals.map((proposal) => (
                  <Row key={proposal.proposalId} proposal={proposal} now={now} />
                ))}
              </ul>
            )}
            {!isOff(data) && data.proposals.length === 0 && <p className="text-muted">None is proposed now.</p>}
          </>
        )}
      </QueryView>
    </section>
  );
}
