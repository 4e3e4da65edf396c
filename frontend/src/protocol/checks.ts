import { type Address, type Hex, keccak256, zeroHash } from "viem";
import { formatTokens, shortHex } from "../format";
import { type Bundle, blockCountOf, goldBlocksOf, goldRoot, labelWords, labelsRoot, verifyPreference, verifySession } from "./bundle";
import { domainOf, preferenceHash, secretHash, seedOf } from "./labels";
import { verifyProof } from "./merkle";
import { type Earned, type Leaf, expectedLeaves, leafHash, payoutsRoot } from "./payouts";
import { type RewardTerms, dealOverlap, goldSlots } from "./rewards";

/** What the chain says about an epoch, read by the page itself. */
export interface ChainEpoch {
  labelsRoot: Hex;
  blockCount: number;
  bundleHash: Hex;
  blockHash: Hex;
  secret: Hex;
  seed: Hex;
  payoutsRoot: Hex;
  accountCount: number;
  totalCumulative: bigint;
  totalRaw: bigint;
}

export interface ChainTerms extends RewardTerms {
  budget: bigint;
  goldBlocks: number;
  goldRoot: Hex;
  secretHash: Hex;
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
  const ok = bundle.format === "polity.labels.v2" && bundle.chainId === chainId && is(bundle.verifyingContract, contract) && bundle.epoch === epoch;
  return { ok, detail: ok ? `It belongs to epoch ${epoch} of this contract on chain ${chainId}.` : "It belongs to another chain, contract or epoch." };
}

/** The root, and what the contract cannot see in it: nobody sits in two seats, and no seat is taken twice. */
export function checkLabels(bundle: Bundle, epoch: ChainEpoch): Finding {
  const words = labelWords(bundle);
  const [labelers, places] = [new Set<string>(), new Set<string>()];
  for (const { block, seat, labeler } of words) {
    const [who, where] = [labeler.toLowerCase(), `${block}:${seat}`];
    if (labelers.has(who)) return { ok: false, detail: `${shortHex(labeler)} has labels in two seats; one is allowed.` };
    if (places.has(where)) return { ok: false, detail: `Seat ${seat} of block ${block} holds labels of two accounts.` };
    labelers.add(who);
    places.add(where);
  }
  const blocks = blockCountOf(words);
  return blocks === epoch.blockCount
    ? same("The root of all labels", labelsRoot(words), epoch.labelsRoot)
    : { ok: false, detail: `The file holds ${blocks} blocks of labels, the chain says ${epoch.blockCount}.` };
}

export function checkGold(bundle: Bundle, terms: ChainTerms): Finding {
  const blocks = goldBlocksOf(bundle);
  return blocks === terms.goldBlocks
    ? same("The root of the gold answers", goldRoot(bundle), terms.goldRoot)
    : { ok: false, detail: `The file holds gold of ${blocks} blocks, the terms commit to ${terms.goldBlocks}.` };
}

/** A seed of zero is what the contract records when the operator did not reveal in time. */
export function checkSeed(epoch: ChainEpoch, terms: ChainTerms): Finding {
  if (epoch.seed === zeroHash) return { ok: true, detail: "The secret was never revealed, so the epoch pays base only." };
  if (secretHash(epoch.secret) !== terms.secretHash) return { ok: false, detail: "The revealed secret is not the one committed when the epoch opened." };
  return same("The seed", seedOf(epoch.secret, epoch.blockHash), epoch.seed);
}

/** Tasks of this account's seat are where the secret dealt them: the shared ones like the others', gold where gold belongs. */
export function checkDeal(bundle: Bundle, account: Address, epoch: ChainEpoch, terms: ChainTerms): Finding {
  const own = bundle.seats.find(({ labeler }) => is(labeler, account));
  if (own === undefined) return { ok: true, detail: "This account had no seat." };
  const dealt = dealOverlap(terms, epoch.secret, own.block);
  const others = bundle.seats.filter(({ block }) => block === own.block);
  for (const slot of dealt.slice(0, terms.overlapSlots)) {
    const other = others.find(({ taskIds }) => taskIds[slot] !== own.taskIds[slot]);
    if (other !== undefined) return { ok: false, detail: `Slot ${slot} should be shared, but ${shortHex(other.labeler)} got another task there.` };
  }
  const gold = new Map(bundle.gold.find(({ block, seat }) => block === own.block && seat === own.seat)?.answers.map(({ slot, taskId }) => [slot, taskId]));
  const slots = gold.size === 0 ? [] : goldSlots(terms, dealt, epoch.secret, own.block, own.seat);
  const wrong = slots.find((slot) => gold.get(slot) !== own.taskIds[slot]);
  if (wrong !== undefined || gold.size !== slots.length) return { ok: false, detail: "The gold questions are not in the slots that the secret picks for them." };
  return { ok: true, detail: `${terms.overlapSlots} tasks are those that the whole block got, and ${slots.length} gold questions are where the secret puts them.` };
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
  goldSlots: number;
  base: string;
  alpha: string;
  raw: string;
  pay: string;
}

/** The server's statements of one account against our own computation. */
export function checkStatements(earned: readonly Earned[], published: readonly PublishedStatement[]): Finding {
  if (earned.length !== published.length) return { ok: false, detail: `${earned.length} blocks found here, ${published.length} statements published.` };
  for (const { block, judgement, pay } of earned) {
    const statement = published.find((candidate) => candidate.block === block);
    if (statement === undefined) return { ok: false, detail: `No statement was published for block ${block}.` };
    const mine = { ...judgement, pay };
    for (const field of ["nValid", "goldRight", "goldAnswered", "goldSlots", "score", "base", "alpha", "raw", "pay"] as const) {
      if (String(statement[field]) !== String(mine[field])) {
        return { ok: false, detail: `Block ${block}: ${field} is ${mine[field]} here, ${statement[field]} in the statement.` };
      }
    }
  }
  return { ok: true, detail: `Valid answers, gold, score and pay of ${earned.length === 1 ? "the block" : `${earned.length} blocks`} agree with the statement.` };
}

/** What this account has earned in all grew by what this epoch pays it. */
export function checkGrowth(earned: readonly Earned[], account: Address, before: readonly Leaf[], after: readonly Leaf[]): Finding {
  const cumulative = (leaves: readonly Leaf[]) => leaves.find((leaf) => is(leaf.account, account))?.cumulative ?? 0n;
  const pay = earned.filter(({ labeler }) => is(labeler, account)).reduce((sum, entry) => sum + entry.pay, 0n);
  const growth = cumulative(after) - cumulative(before);
  return growth === pay
    ? { ok: true, detail: `The account's total grew by ${formatTokens(growth, 18)}, as computed.` }
    : { ok: false, detail: `The account's total grew by ${formatTokens(growth, 18)}, but ${formatTokens(pay, 18)} were earned.` };
}

/** Order, running sums and root of all payout leaves. */
export function checkLeaves(leaves: readonly Leaf[], epoch: Pick<ChainEpoch, "accountCount" | "totalCumulative" | "totalRaw" | "payoutsRoot">): Finding {
  let [total, raw] = [0n, 0n];
  for (const [i, leaf] of leaves.entries()) {
    const before = leaves[i - 1];
    if (before && BigInt(before.account) >= BigInt(leaf.account)) return { ok: false, detail: `Leaf ${i} is out of order or repeats an account.` };
    if (leaf.runningTotal !== total) return { ok: false, detail: `The running total of leaf ${i} is ${leaf.runningTotal}, it should be ${total}.` };
    if (leaf.runningRaw !== raw) return { ok: false, detail: `The running raw pay of leaf ${i} is ${leaf.runningRaw}, it should be ${raw}.` };
    total += leaf.cumulative;
    raw += leaf.raw;
  }
  if (leaves.length !== epoch.accountCount) return { ok: false, detail: `${leaves.length} leaves published, the chain says ${epoch.accountCount}.` };
  if (total !== epoch.totalCumulative) return same("The sum of all payouts", total, epoch.totalCumulative);
  if (raw !== epoch.totalRaw) return same("The sum of all raw pays", raw, epoch.totalRaw);
  return same("The root of all payouts", payoutsRoot(leaves), epoch.payoutsRoot);
}

const FIELDS = {
  cumulative: "has earned in all",
  raw: "has a raw pay of",
  position: "has its labels at place",
} as const satisfies Partial<Record<keyof Leaf, string>>;

/** Everybody's payouts against the rule: who has a leaf, what it carries over, and what this epoch adds. */
export function checkRule(earned: readonly Earned[], before: readonly Leaf[], leaves: readonly Leaf[]): Finding {
  const expected = expectedLeaves(earned, before);
  const [mine, theirs] = [expected, leaves].map((list) => new Map(list.map((leaf) => [BigInt(leaf.account), leaf]))) as [Map<bigint, Leaf>, Map<bigint, Leaf>];
  for (const [account, leaf] of mine) {
    if (!theirs.has(account)) return { ok: false, detail: `${shortHex(leaf.account)} labeled or had earned before, but has no leaf.` };
  }
  for (const [account, leaf] of theirs) {
    const right = mine.get(account);
    if (right === undefined) return { ok: false, detail: `${shortHex(leaf.account)} neither labeled nor earned before, but has a leaf.` };
    for (const [field, text] of Object.entries(FIELDS) as [keyof typeof FIELDS, string][]) {
      if (leaf[field] !== right[field]) return { ok: false, detail: `${shortHex(leaf.account)} ${text} ${leaf[field]} there; the rule gives ${right[field]}.` };
    }
  }
  return { ok: true, detail: `All ${leaves.length} accounts have what the rule gives them, and nobody else has anything.` };
}

/** The account's own leaf against the root that claims are paid from. */
export function checkProof(leaf: Leaf & { index: number; proof: readonly Hex[] }, root: Hex, accountCount: number): Finding {
  const ok = verifyProof(root, accountCount, leaf.index, leafHash(leaf), leaf.proof);
  return { ok, detail: ok ? `Leaf ${leaf.index} is proven against the root that claims are paid from.` : "The proof does not lead to the root on the chain." };
}
