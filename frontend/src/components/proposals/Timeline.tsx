import type { Proposal } from "../../api/types";
import { formatRelative, formatTime } from "../../format";
import { cx } from "../../ui/cx";

type Entry = { text: string; at: string | null; past: boolean };

/** The stations of a proposal in order; the last one depends on how it ended. */
export function entriesOf(proposal: Proposal, now: number): Entry[] {
  const past = (iso: string | null) => iso !== null && new Date(iso).getTime() <= now;
  const { state, voteStart, voteEnd, eta, executedAt, canceledAt } = proposal;
  const start: Entry[] = [
    { text: "Vote opens", at: voteStart, past: past(voteStart) },
    { text: "Vote closes", at: voteEnd, past: past(voteEnd) },
  ];
  if (state === "canceled") return [...start.filter((entry) => entry.past), { text: "Canceled", at: canceledAt, past: true }];
  if (state === "defeated") return [...start, { text: "Defeated", at: null, past: true }];
  if (state === "expired") return [...start, { text: "Expired without execution", at: null, past: true }];
  return [
    ...start,
    { text: eta === null ? "Queued in the timelock" : "Can be executed", at: eta, past: past(eta) },
    { text: "Executed", at: executedAt, past: state === "executed" },
  ];
}

export function Timeline({ proposal, now }: { proposal: Proposal; now: number }) {
  return (
    <ol className="border-l-2 border-line pl-4">
      {entriesOf(proposal, now).map(({ text, at, past }) => (
        <li key={text} className="relative pb-3 last:pb-0">
          <span aria-hidden className={cx("absolute top-1.5 -left-[1.4375rem] size-3 rounded-full border-2", past ? "border-accent bg-accent" : "border-control bg-surface")} />
          <p className={past ? "" : "text-muted"}>{text}</p>
          {at !== null && (
            <p className="text-[0.8125rem] text-muted">
              <time dateTime={at}>{formatTime(at)}</time>, {formatRelative(at, now)}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
