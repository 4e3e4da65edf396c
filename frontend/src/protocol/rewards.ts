import { type Hex, concat, keccak256, zeroHash } from "viem";
import { type LabelWord, streamKey, word } from "./labels";

/**
 * The reward rule, written a second time so that the browser can check what the server says: which slots were overlap,
 * how they were split, and what one labeler's answers score against the majority of the others (Kong 2020,
 * arXiv 1911.00272). Exact integers throughout; agreement with the reference is held by shared test vectors.
 */
const SCALE = 16n * 10n ** 18n;
const WAD = 10n ** 18n;

export interface RewardTerms {
  basePay: bigint;
  alphaPay: bigint;
  blockSlots: number;
  overlapSlots: number;
  goldSlots: number;
  minOverlap: number;
  minRoster: number;
}

/** Stream of 32-bit draws: eight big-endian ones to a word, the most significant first. */
function* draws(key: Hex): Generator<number, never> {
  for (let k = 0; ; k++) {
    const hash = keccak256(concat([key, word(k)]));
    for (let i = 0; i < 8; i++) yield Number.parseInt(hash.slice(2 + 8 * i, 10 + 8 * i), 16);
  }
}

/**
 * A partial Fisher–Yates shuffle: `count` places from `from` on are filled from those between there and `end`. The
 * streams of a block go on where the one before stopped, so one array of slots is dealt to overlap, gold and halves.
 */
function deal(slots: readonly number[], from: number, count: number, end: number, key: Hex): number[] {
  const dealt = [...slots];
  const stream = draws(key);
  for (let a = from; a < from + count; a++) {
    const b = a + (stream.next().value % (end - a));
    [dealt[a], dealt[b]] = [dealt[b]!, dealt[a]!];
  }
  return dealt;
}

/** The slots of a block in the order of the overlap's draw: the first `overlapSlots` are those that all members share. */
export function dealOverlap(terms: RewardTerms, secret: Hex, block: number): number[] {
  const slots = Array.from({ length: terms.blockSlots }, (_, slot) => slot);
  return deal(slots, 0, terms.overlapSlots, slots.length, streamKey(secret, "overlap", block, 0));
}

const ascending = (a: number, b: number): number => a - b;

/** Slots of one seat that hold tasks with an answer known beforehand, ascending. */
export function goldSlots(terms: RewardTerms, dealt: readonly number[], secret: Hex, block: number, seat: number): number[] {
  const { overlapSlots: m, goldSlots: g } = terms;
  return deal(dealt, m, g, dealt.length, streamKey(secret, "gold", block, seat)).slice(m, m + g).sort(ascending);
}

/** Which of the overlap slots count in the first half; the rest count in the second. */
export function firstHalf(terms: RewardTerms, dealt: readonly number[], seed: Hex, block: number): number[] {
  const m = terms.overlapSlots;
  const half = Math.floor(m / 2);
  return deal(dealt, 0, half, m, streamKey(seed, "half", block, 0)).slice(0, half);
}

const bit = (mask: bigint, slot: number): 0 | 1 => (((mask >> BigInt(slot)) & 1n) === 1n ? 1 : 0);

export function popcount(mask: bigint): number {
  let count = 0;
  for (let rest = mask; rest > 0n; rest &= rest - 1n) count++;
  return count;
}

/** Division that rounds towards minus infinity, as the contract and the reference do. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** counts[own answer][majority of the others], 0 for A and 1 for B. */
export type Counts = [[number, number], [number, number]];
const total = (m: Counts): number => m[0][0] + m[0][1] + m[1][0] + m[1][1];
const determinant = (m: Counts): bigint => BigInt(m[0][0] * m[1][1] - m[0][1] * m[1][0]);

/** Fixed point with 18 decimals; null with fewer than two tasks in a half. */
export function dmiScore(m1: Counts, m2: Counts): bigint | null {
  const [t1, t2] = [total(m1), total(m2)];
  if (t1 < 2 || t2 < 2) return null;
  return floorDiv(SCALE * determinant(m1) * determinant(m2), BigInt(t1 * (t1 - 1)) * BigInt(t2 * (t2 - 1)));
}

export type Reason = "scored" | "noSeed" | "smallRoster" | "shortOverlap";

/** What one labeler earns for one block before the epoch's budget is applied, with every term of it. */
export interface Judgement {
  nValid: number;
  t1: number;
  t2: number;
  m1: Counts;
  m2: Counts;
  score: bigint;
  goldRight: number;
  goldAnswered: number;
  /** 0 without gold or seed. */
  goldSlots: number;
  base: bigint;
  alpha: bigint;
  raw: bigint;
  reason: Reason;
}

/** What judging one member of a block needs to know about all of them. */
export interface BlockView {
  dealt: readonly number[];
  overlap: readonly number[];
  /** Empty without a seed. */
  first: ReadonlySet<number>;
  /** By how many the members' valid answers B outnumber those A, slot by slot of the overlap. */
  lead: ReadonlyMap<number, number>;
  nRoster: number;
  secret: Hex;
  seed: Hex;
}

const vote = (label: LabelWord, slot: number): -1 | 0 | 1 => (bit(label.valid, slot) === 0 ? 0 : bit(label.answers, slot) === 1 ? 1 : -1);

/**
 * @param roster the words of every member of the block who answered at least once
 * @param seed the zero word when the secret was never revealed: base pay only
 */
export function viewBlock(roster: readonly LabelWord[], block: number, secret: Hex, seed: Hex, terms: RewardTerms): BlockView {
  const known = seed !== zeroHash;
  const dealt = known ? dealOverlap(terms, secret, block) : [];
  const overlap = dealt.slice(0, terms.overlapSlots);
  const first = new Set(known ? firstHalf(terms, dealt, seed, block) : []);
  const lead = new Map(overlap.map((slot) => [slot, roster.reduce((sum, member) => sum + vote(member, slot), 0)]));
  return { dealt, overlap, first, lead, nRoster: roster.length, secret, seed };
}

/** Own answers against the majority of all others, where the others have one. */
function compare(own: LabelWord, { overlap, first, lead }: BlockView): [Counts, Counts] {
  const halves: [Counts, Counts] = [
    [[0, 0], [0, 0]],
    [[0, 0], [0, 0]],
  ];
  for (const slot of overlap) {
    const mine = vote(own, slot);
    const others = lead.get(slot)! - mine;
    if (mine !== 0 && others !== 0) halves[first.has(slot) ? 0 : 1][mine === 1 ? 1 : 0][others > 0 ? 1 : 0]++;
  }
  return halves;
}

/**
 * Judges one member of a block.
 *
 * @param gold B where the bit of a gold slot is set; null for a seat without gold
 */
export function judge(own: LabelWord, gold: bigint | null, view: BlockView, terms: RewardTerms): Judgement {
  const known = view.seed !== zeroHash;
  const slots = known && gold !== null ? goldSlots(terms, view.dealt, view.secret, own.block, own.seat) : [];
  const answered = slots.filter((slot) => bit(own.valid, slot) === 1);
  const goldRight = answered.filter((slot) => bit(gold!, slot) === bit(own.answers, slot)).length;

  const [m1, m2] = compare(own, view);
  const [t1, t2] = [total(m1), total(m2)];
  const dmi = dmiScore(m1, m2);

  const reason: Reason = !known
    ? "noSeed"
    : view.nRoster < terms.minRoster
      ? "smallRoster"
      : dmi === null || t1 + t2 < terms.minOverlap
        ? "shortOverlap"
        : "scored";
  const score = reason === "scored" ? dmi! : 0n;
  const nValid = popcount(own.valid);
  const n = BigInt(nValid);
  const base = terms.basePay * n;
  const alpha = floorDiv(terms.alphaPay * n * score, WAD);
  const beforeGold = base + alpha > 0n ? base + alpha : 0n;
  const net = Math.max(0, 2 * goldRight - answered.length);
  const raw = slots.length === 0 ? beforeGold : (beforeGold * BigInt(net)) / BigInt(slots.length);
  return { nValid, t1, t2, m1, m2, score, goldRight, goldAnswered: answered.length, goldSlots: slots.length, base, alpha, raw, reason };
}

/** What is paid when the sum of all raw pays exceeds the budget: each shrinks in proportion, rounded down. */
export const withinBudget = (raw: bigint, rawSum: bigint, budget: bigint): bigint => (rawSum <= budget ? raw : (raw * budget) / rawSum);
