import { formatShare, formatTokens } from "../../format";
import { cx } from "../../ui/cx";

export interface Tally {
  forVotes: bigint;
  againstVotes: bigint;
  abstainVotes: bigint;
  quorum: bigint;
}

export const tallyOf = (p: { forVotes: string; againstVotes: string; abstainVotes: string; quorum: string }): Tally => ({
  forVotes: BigInt(p.forVotes),
  againstVotes: BigInt(p.againstVotes),
  abstainVotes: BigInt(p.abstainVotes),
  quorum: BigInt(p.quorum),
});

const percent = (part: bigint, total: bigint): number => (total === 0n ? 0 : Number((part * 10_000n) / total) / 100);

/** The three shares in one bar; told apart by pattern as well as by colour. */
export function VoteBar({ tally }: { tally: Tally }) {
  const total = tally.forVotes + tally.againstVotes + tally.abstainVotes;
  const shares = [
    ["For", tally.forVotes, "bg-good"],
    ["Against", tally.againstVotes, "bg-bad hatched"],
    ["Abstain", tally.abstainVotes, "bg-control dotted"],
  ] as const;
  const text = shares.map(([name, votes]) => `${name} ${formatShare(votes, total)}`).join(", ");
  return (
    <div role="img" aria-label={total === 0n ? "No votes yet" : text} className="flex h-2.5 w-full gap-0.5 overflow-hidden rounded-full bg-sunken">
      {shares.map(([name, votes, fill]) => votes > 0n && <span key={name} className={fill} style={{ width: `${percent(votes, total)}%` }} />)}
    </div>
  );
}

/** For and Against by number, and how far For is from the quorum. */
export function TallyTable({ tally }: { tally: Tally }) {
  const total = tally.forVotes + tally.againstVotes + tally.abstainVotes;
  const rows = [
    ["For", tally.forVotes, "bg-good"],
    ["Against", tally.againstVotes, "bg-bad hatched"],
    ["Abstain", tally.abstainVotes, "bg-control dotted"],
  ] as const;
  return (
    <dl className="space-y-1.5">
      {rows.map(([name, votes, fill]) => (
        <div key={name} className="flex items-baseline justify-between gap-3">
          <dt className="flex items-center gap-2">
            <span aria-hidden className={cx("size-3 rounded-sm", fill)} />
            {name}
          </dt>
          <dd className="text-right">
            {formatTokens(votes, 0)} <span className="inline-block w-16 text-muted">{formatShare(votes, total)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A proposal passes when For reaches the quorum and outnumbers Against. */
export function QuorumBar({ tally }: { tally: Tally }) {
  const missing = tally.quorum - tally.forVotes;
  const reached = missing <= 0n;
  return (
    <div>
      <div className="mb-1 flex justify-between gap-3 text-[0.875rem]">
        <span className="text-muted">Quorum of For votes</span>
        <span>{reached ? "reached" : `${formatTokens(missing, 0)} missing`}</span>
      </div>
      <div
        role="progressbar"
        aria-label="Quorum"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(100, Math.round(percent(tally.forVotes, tally.quorum)))}
        className="h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <div className={cx("h-full rounded-full", reached ? "bg-good" : "bg-brass")} style={{ width: `${Math.min(100, percent(tally.forVotes, tally.quorum))}%` }} />
      </div>
    </div>
  );
}
