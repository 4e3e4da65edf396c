import type { Address, Hex } from "viem";
import { type Bundle, goldAnswers, labelWords } from "./bundle";
import { type LabelWord, type RawPay, payoutLeaf, positionOf, rawPayHash } from "./labels";
import { merkleRoot } from "./merkle";
import { type Judgement, type RewardTerms, judge, viewBlock, withinBudget } from "./rewards";

/** One account in a payouts tree, everything that its hash covers. */
export interface Leaf extends RawPay {
  account: Address;
  /** All that the account has earned up to this epoch. */
  cumulative: bigint;
  /** Sum of the cumulative amounts of all leaves before this one. */
  runningTotal: bigint;
}

export const leafHash = (leaf: Leaf): Hex => payoutLeaf({ ...leaf, rawPayHash: rawPayHash(leaf) });
export const payoutsRoot = (leaves: readonly Leaf[]): Hex => merkleRoot(leaves.map(leafHash));

/** What the published labels of one seat earn, the epoch's budget applied. */
export interface Earned {
  labeler: Address;
  block: number;
  seat: number;
  judgement: Judgement;
  pay: bigint;
}

/** Judges every taken seat of an epoch from the published labels alone. */
export function judgeEpoch(bundle: Bundle, secret: Hex, seed: Hex, terms: RewardTerms & { budget: bigint }): Earned[] {
  const gold = goldAnswers(bundle);
  const blocks = new Map<number, LabelWord[]>();
  for (const label of labelWords(bundle)) {
    const roster = blocks.get(label.block);
    if (roster === undefined) blocks.set(label.block, [label]);
    else roster.push(label);
  }
  const judged = [...blocks].flatMap(([block, roster]) => {
    const view = viewBlock(roster, block, secret, seed, terms);
    return roster.map((own) => ({ ...own, judgement: judge(own, gold.get(positionOf(own)) ?? null, view, terms) }));
  });
  const totalRaw = judged.reduce((sum, { judgement }) => sum + judgement.raw, 0n);
  return judged.map(({ labeler, block, seat, judgement }) => ({
    labeler,
    block,
    seat,
    judgement,
    pay: withinBudget(judgement.raw, totalRaw, terms.budget),
  }));
}

/**
 * The payouts tree that the rule gives: one leaf for everybody who labeled or had earned before, ascending by account.
 *
 * @param before leaves of the tree that was approved last
 */
export function expectedLeaves(earned: readonly Earned[], before: readonly Leaf[]): Leaf[] {
  const accounts = new Map<bigint, Omit<Leaf, "runningTotal" | "runningRaw">>();
  for (const { account, cumulative } of before) {
    if (cumulative > 0n) accounts.set(BigInt(account), { account, cumulative, position: 0, raw: 0n });
  }
  for (const place of earned) {
    const account = BigInt(place.labeler);
    const cumulative = (accounts.get(account)?.cumulative ?? 0n) + place.pay;
    accounts.set(account, { account: place.labeler, cumulative, position: 1 + positionOf(place), raw: place.judgement.raw });
  }
  const sorted = [...accounts].sort(([a], [b]) => (a < b ? -1 : 1));
  let [runningTotal, runningRaw] = [0n, 0n];
  return sorted.map(([, entry]) => {
    const leaf = { ...entry, runningTotal, runningRaw };
    runningTotal += entry.cumulative;
    runningRaw += entry.raw;
    return leaf;
  });
}
