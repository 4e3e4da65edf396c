import { type Address, type Hex, keccak256, zeroHash } from "viem";
import { formatTokens } from "../format";
import { type Bundle, goldRoot, labelWords, labelsRoot, verifyPreference, verifySession } from "./bundle";
import { type LabelWord, domainOf, payoutLeaf, preferenceHash, secretHash, seedOf } from "./labels";
import { merkleRoot, verifyProof } from "./merkle";
import { type Judgement, type RewardTerms, judge, withinBudget } from "./rewards";

/** What the chain says about an epoch, read by the page itself. */
export interface ChainEpoch {
  labelsRoot: Hex;
  leafCount: number;
  bundleHash: Hex;
  blockHash: Hex;
  secret: Hex;
  seed: Hex;
  payoutsRoot: Hex;
  accountCount: number;
  totalCumulative: bigint;
}

export interface ChainTerms extends RewardTerms {
  budget: bigint;
  goldRoot: Hex;
  secretHash: Hex;
}

export interface Leaf {
  account: Address;
  cumulative: bigint;
  runningTotal: bigint;
}

/** One finished comparison. `detail` says what was compared, or the first difference. */
export interface Finding {
  ok: boolean;
  detail: string;
}

const same = (name: string, mine: string | number | bigint, chain: string | number | bigint): Finding =>
  mine === chain
    ? { ok: true, detail: `${name} ${mine} is the one on the chain.` }
    : { ok: false, detail: `${name} is ${mine} here, but ${chain} on the chain.` };

const is = (a: Address, b: Address): boolean => a.toLowerCase() === b.toLowerCase();

export const checkBundleHash = (bytes: Uint8Array, epoch: ChainEpoch): Finding => same("The file's hash", keccak256(bytes), epoch.bundleHash);

export function checkBinding(bundle: Bundle, chainId: number, contract: Address, epoch: number): Finding {
  const ok = bundle.format === "polity.labels.v1" && bundle.chainId === chainId && is(bundle.verifyingContract, contract) && bundle.epoch === epoch;
  return { ok, detail: ok ? `It belongs to epoch ${epoch} of this contract on chain ${chainId}.` : "It belongs to another chain, contract or epoch." };
}

export function checkLabels(bundle: Bundle, epoch: ChainEpoch): Finding {
  const words = labelWords(bundle);
  return words.length === epoch.leafCount
    ? same("The root of all labels", labelsRoot(words), epoch.labelsRoot)
    : { ok: false, detail: `The file holds ${words.length} label leaves, the chain says ${epoch.leafCount}.` };
}

export const checkGold = (bundle: Bundle, terms: ChainTerms): Finding => same("The root of the gold answers", goldRoot(bundle), terms.goldRoot);

/** A seed of zero is what the contract records when the operator did not reveal in time. */
export function checkSeed(epoch: ChainEpoch, terms: ChainTerms): Finding {
  if (epoch.seed === zeroHash) return { ok: true, detail: "The secret was never revealed, so the epoch pays base only." };
  if (secretHash(epoch.secret) !== terms.secretHash) return { ok: false, detail: "The revealed secret is not the one committed when the epoch opened." };
  return same("The seed", seedOf(epoch.secret, epoch.blockHash), epoch.seed);
}

/** Signatures of one account: its wallet's authorisations, and each of its answers. */
export async function checkSignatures(bundle: Bundle, account: Address): Promise<Finding> {
  const domain = domainOf(bundle.chainId, bundle.verifyingContract);
  const sessions = bundle.sessions.filter(({ labeler }) => is(labeler, account));
  for (const session of sessions) {
    if (session.scope !== "label" || !(await verifySession(session, domain))) {
      return { ok: false, detail: `The wallet did not authorise the key ${session.sessionKey} for labeling.` };
    }
  }
  const keys = new Set(sessions.map(({ sessionKey }) => sessionKey.toLowerCase()));
  const own = bundle.preferences.filter(({ labeler }) => is(labeler, account));
  for (const preference of own) {
    if (!keys.has(preference.sessionKey.toLowerCase()) || !(await verifyPreference(preference, bundle.epoch, domain))) {
      return { ok: false, detail: `The answer to slot ${preference.slot} is not signed by a key of this account.` };
    }
  }
  return { ok: true, detail: `${own.length} answers are signed by ${sessions.length === 1 ? "the key" : `${sessions.length} keys`} that the wallet authorised.` };
}

/** Every receipt kept in this browser must be an answer in the published file. */
export function checkReceipts(bundle: Bundle, receipts: readonly { labeler: Address; preferenceHash: Hex; slot: number }[], account: Address): Finding {
  const published = new Set(bundle.preferences.map((preference) => preferenceHash({ ...preference, epoch: bundle.epoch })));
  const own = receipts.filter(({ labeler }) => is(labeler, account));
  const missing = own.find((receipt) => !published.has(receipt.preferenceHash));
  return missing === undefined
    ? { ok: true, detail: own.length === 0 ? "This browser keeps no receipts of this epoch." : `All ${own.length} receipts kept here are in the file.` }
    : { ok: false, detail: `The receipted answer to slot ${missing.slot} is missing or altered. The receipt proves it.` };
}

export interface PublishedStatement {
  labeler: Address;
  block: number;
  nValid: number;
  score: string;
  goldRight: number;
  goldAnswered: number;
  base: string;
  alpha: string;
  raw: string;
  pay: string;
}

/** What the published labels earn in one block, the epoch's budget applied. */
export interface Earned {
  labeler: Address;
  block: number;
  judgement: Judgement;
  pay: bigint;
}

/** Judges every seat of the epoch from the published labels alone. */
export function judgeEpoch(bundle: Bundle, epoch: ChainEpoch, terms: ChainTerms): Earned[] {
  const words = labelWords(bundle);
  const gold = new Map(bundle.gold.map(({ taskId, choice }) => [taskId, choice]));
  const judged = bundle.seats.flatMap(({ block, seat, taskIds, labeler }) => {
    const roster: LabelWord[] = words.filter((word) => word.block === block);
    const word = roster.find((member) => is(member.labeler, labeler));
    return word === undefined ? [] : [{ labeler, block, judgement: judge({ seat, taskIds, word }, roster, gold, epoch.secret, epoch.seed, terms) }];
  });
  const rawSum = judged.reduce((sum, { judgement }) => sum + judgement.raw, 0n);
  return judged.map((entry) => ({ ...entry, pay: withinBudget(entry.judgement.raw, rawSum, terms.budget) }));
}

/** The server's statements of one account against our own computation. */
export function checkStatements(earned: readonly Earned[], published: readonly PublishedStatement[]): Finding {
  if (earned.length !== published.length) return { ok: false, detail: `${earned.length} blocks found here, ${published.length} statements published.` };
  for (const { block, judgement, pay } of earned) {
    const statement = published.find((candidate) => candidate.block === block);
    if (statement === undefined) return { ok: false, detail: `No statement was published for block ${block}.` };
    const mine = { ...judgement, pay };
    for (const field of ["nValid", "goldRight", "goldAnswered", "score", "base", "alpha", "raw", "pay"] as const) {
      if (String(statement[field]) !== String(mine[field])) {
        return { ok: false, detail: `Block ${block}: ${field} is ${mine[field]} here, ${statement[field]} in the statement.` };
      }
    }
  }
  return { ok: true, detail: `Valid answers, gold, score and pay of ${earned.length === 1 ? "the block" : `${earned.length} blocks`} agree with the statement.` };
}

/** The account's growth between the payouts before this epoch and those of it is what the epoch pays. */
export function checkGrowth(earned: readonly Earned[], account: Address, before: readonly Leaf[], after: readonly Leaf[]): Finding {
  const cumulative = (leaves: readonly Leaf[]) => leaves.find((leaf) => is(leaf.account, account))?.cumulative ?? 0n;
  const pay = earned.reduce((sum, entry) => sum + entry.pay, 0n);
  const growth = cumulative(after) - cumulative(before);
  return growth === pay
    ? { ok: true, detail: `The account's total grew by ${formatTokens(growth, 18)}, as computed.` }
    : { ok: false, detail: `The account's total grew by ${formatTokens(growth, 18)}, but ${formatTokens(pay, 18)} were earned.` };
}

/** Order, running totals and root of all payout leaves. */
export function checkLeaves(leaves: readonly Leaf[], epoch: ChainEpoch): Finding {
  let running = 0n;
  for (const [i, leaf] of leaves.entries()) {
    const before = leaves[i - 1];
    if (before && BigInt(before.account) >= BigInt(leaf.account)) return { ok: false, detail: `Leaf ${i} is out of order or repeats an account.` };
    if (leaf.runningTotal !== running) return { ok: false, detail: `The running total of leaf ${i} is ${leaf.runningTotal}, it should be ${running}.` };
    running += leaf.cumulative;
  }
  if (leaves.length !== epoch.accountCount) return { ok: false, detail: `${leaves.length} leaves published, the chain says ${epoch.accountCount}.` };
  if (running !== epoch.totalCumulative) return same("The sum of all payouts", running, epoch.totalCumulative);
  return same("The root of all payouts", merkleRoot(leaves.map(payoutLeaf)), epoch.payoutsRoot);
}

/** The account's own leaf against the root that claims are paid from. */
export function checkProof(leaf: Leaf & { index: number; proof: readonly Hex[] }, root: Hex): Finding {
  const ok = verifyProof(root, payoutLeaf(leaf), leaf.index, leaf.proof);
  return { ok, detail: ok ? `Leaf ${leaf.index} is proven against the root that claims are paid from.` : "The proof does not lead to the root on the chain." };
}
