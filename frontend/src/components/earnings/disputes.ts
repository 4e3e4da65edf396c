import type { Disputes } from "../../api/types";
import { formatCount, formatTokens } from "../../format";

type Slash = Disputes["slashes"][number];
type Demand = Disputes["demands"][number];

const same = (a: string | null, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

/** What stake was taken for. */
export function slashText({ reason, goldRight, goldAnswered }: Slash): string {
  if (reason === "vote") return "A vote took it.";
  if (reason === "twoAnswers") return "Two different answers to one task were signed with your key. A task's first answer is final.";
  return `${goldRight ?? 0} of ${formatCount(goldAnswered ?? 0, "answer")} to tasks with a known answer were right. Whoever is right three times in five does as badly less than once in a million seats.`;
}

/** Where the stake went. */
export const shareText = ({ amount, share, challenger }: Slash): string =>
  challenger === null || BigInt(share) === 0n
    ? `${formatTokens(amount)} went to the reserve that rewards all stakers.`
    : `${formatTokens(share)} of it went to whoever proved it, the rest to the reserve that rewards all stakers.`;

const TREES: Record<string, string> = { payouts: "the payouts", labels: "the labels", gold: "the gold answers" };

/** What became of a demand, for the account that made or answered it. */
export function demandText({ challenger, responder, status, tree, index }: Demand, account: string): string {
  const entry = `entry ${index} of ${TREES[tree] ?? tree}`;
  const [asked, showed] = [same(challenger, account), same(responder, account)];
  if (status === "open") return `You asked to see ${entry}. Nobody has shown it yet.`;
  if (status === "closed") return `You asked to see ${entry}. It was settled without: your bond is free again.`;
  if (asked && showed) return `You asked to see ${entry}, and showed it yourself.`;
  return asked
    ? `You asked to see ${entry}, and it was shown: your bond was lost, half of it to whoever showed it.`
    : `You showed ${entry} that somebody had asked for, and got half of that bond.`;
}

export const proofText = (against: string, account: string): string =>
  same(against, account) ? "This was proved against you, and your bond was lost." : "You proved this, and got half of the bond behind it.";
