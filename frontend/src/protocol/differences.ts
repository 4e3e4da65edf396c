import type { Statement } from "../api/types";
import { formatTokens, shortHex } from "../format";
import type { PayoutLeaf } from "./requests";

const tokens = (wei: string): string => formatTokens(wei, 18);

/** What a leaf says, as an end of the sentence "0x12…34 …". */
const SAYINGS: [read: (leaf: PayoutLeaf) => string, say: (value: string) => string][] = [
  [({ cumulative }) => cumulative, (value) => `has earned ${tokens(value)} in all`],
  [({ rawPay }) => rawPay.raw, (value) => `has a raw pay of ${tokens(value)}`],
  [({ rawPay }) => String(rawPay.position), (value) => (value === "0" ? "did not label" : `labeled at position ${Number(value) - 1}`)],
  [({ runningTotal }) => runningTotal, (value) => `comes after ${tokens(value)} of others`],
  [({ rawPay }) => rawPay.runningRaw, (value) => `comes after raw pays of ${tokens(value)}`],
];

/** The first thing in which proposed payouts are not what the rule gives, in words. Sums follow from the rest, so they come last. */
export function firstDifference(right: readonly PayoutLeaf[], proposed: readonly PayoutLeaf[]): string {
  const [mine, theirs] = [right, proposed].map((leaves) => new Map(leaves.map((leaf) => [BigInt(leaf.account), leaf]))) as [Map<bigint, PayoutLeaf>, Map<bigint, PayoutLeaf>];
  for (const [key, { account }] of mine) {
    if (!theirs.has(key)) return `${shortHex(account)} labeled or had earned before, but is left out.`;
  }
  for (const [key, { account }] of theirs) {
    if (!mine.has(key)) return `${shortHex(account)} neither labeled nor earned before, but is given something.`;
  }
  for (const [read, say] of SAYINGS) {
    for (const [key, leaf] of theirs) {
      const [should, is] = [read(mine.get(key)!), read(leaf)];
      if (should !== is) return `By the proposed payouts ${shortHex(leaf.account)} ${say(is)}; by the rule it ${say(should)}.`;
    }
  }
  return proposed.length === right.length ? "The proposed payouts are not sorted by account." : "The proposed payouts name an account twice.";
}

const NAMES: { [field in keyof Statement]?: string } = {
  block: "the block",
  seat: "the seat",
  nValid: "the number of valid answers",
  t1: "the number of comparable tasks in the first half",
  t2: "the number of comparable tasks in the second half",
  m1: "the counts of the first half",
  m2: "the counts of the second half",
  goldRight: "the number of gold questions answered right",
  goldAnswered: "the number of gold questions answered",
  goldSlots: "the number of gold questions",
  reason: "the reason",
};

/** The first number in which a published statement is not the one computed here; null when there is none. */
export function statementDifference(mine: Statement, published: Statement): string | null {
  for (const field of Object.keys(mine) as (keyof Statement)[]) {
    if (field === "labeler") continue;
    const [right, said] = [mine[field], published[field]].map((value) => JSON.stringify(value)?.replaceAll('"', ""));
    if (right !== said) return `In the published statement ${NAMES[field] ?? field} is ${said}; it should be ${right}.`;
  }
  return null;
}
