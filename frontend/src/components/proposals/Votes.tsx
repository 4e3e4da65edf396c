import type { Vote } from "../../api/types";
import { formatTokens } from "../../format";
import { Account } from "../../ui/Account";
import { Badge, type Tone } from "../../ui/Badge";
import { Empty } from "../../ui/Notice";

const SAID: Record<number, [string, Tone]> = { 0: ["Against", "bad"], 1: ["For", "good"], 2: ["Abstain", "neutral"] };

export function Votes({ votes }: { votes: Vote[] }) {
  if (votes.length === 0) return <Empty title="No votes yet">Votes and their reasons appear here as they are cast.</Empty>;
  return (
    <ul>
      {votes.map((vote, i) => {
        const [text, tone] = SAID[vote.support] ?? ["Split", "neutral"];
        return (
          <li key={i} className="border-b border-line py-3 first:pt-0 last:border-0 last:pb-0">
            <p className="flex flex-wrap items-center justify-between gap-2">
              <span className="flex flex-wrap items-center gap-2">
                <Badge tone={tone}>{text}</Badge>
                <Account address={vote.voter} />
              </span>
              <span>{formatTokens(vote.weight, 0)}</span>
            </p>
            {vote.reason !== "" && <p className="measure mt-1 break-words whitespace-pre-wrap text-muted">{vote.reason}</p>}
          </li>
        );
      })}
    </ul>
  );
}
