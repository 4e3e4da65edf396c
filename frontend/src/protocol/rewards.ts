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
  goldPassBps: number;
}

/** Stream of 32-bit draws: eight big-endian ones to a word, the most significant first. */
function* draws(key: Hex): Generator<number, never> {
  for (let k = 0; ; k++) {
    const hash = keccak256(concat([key, word(k)]));
    for (let i = 0; i < 8; i++) yield Number.parseInt(hash.slice(2 + 8 * i, 10 + 8 * i), 16);
  }
}

/** `m` of `slots` by a partial Fisher–Yates shuffle, ascending. */
export function choose(slots: readonly number[], m: number, key: Hex): number[] {
  const pool = [...slots];
  const stream = draws(key);
  const count = Math.min(m, pool.length);
  for (let i = 0; i < count; i++) {
    const j = i + (stream.next().value % (pool.length - i));
    [pool[i], pool[j]] = [pool[j]!, pool[i]!];
  }
  return pool.slice(0, count).sort((a, b) => a - b);
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Slots that the whole roster of a block answered. */
export const overlapSlots = (terms: RewardTerms, secret: Hex, epoch: number | bigint, block: number): number[] =>
  choose(range(terms.blockSlots), terms.overlapSlots, streamKey(secret, "overlap", epoch, block, 0));

/** Slots of one seat that hold tasks with an answer known beforehand. */
export function goldSlots(terms: RewardTerms, secret: Hex, epoch: number | bigint, block: number, seat: number): number[] {
  const shared = new Set(overlapSlots(terms, secret, epoch, block));
  const single = range(terms.blockSlots).filter((slot) => !shared.has(slot));
  return choose(single, terms.goldSlots, streamKey(secret, "gold", epoch, block, seat));
}

/** Which of the overlap slots count in the first half; the rest count in the second. */
export const firstHalf = (terms: RewardTerms, seed: Hex, epoch: number | bigint, block: number, overlap: readonly number[]): number[] =>
  choose(overlap, Math.floor(terms.overlapSlots / 2), streamKey(seed, "half", epoch, block, 0));

const bit = (mask: bigint, slot: number): 0 | 1 => (((mask >> BigInt(slot)) & 1n) === 1n ? 1 : 0);

export function popcount(mask: bigint): number {
  let count = 0;
  for (let rest = mask; rest > 0n; rest &= rest - 1n) count++;
  return count;
}

/** The others' majority on a slot: 1 for B, 0 for A, null when they are even. */
function majority(others: readonly LabelWord[], slot: number): 0 | 1 | null {
  let lead = 0;
  for (const other of others) if (bit(other.valid, slot) === 1) lead += bit(other.answers, slot) === 1 ? 1 : -1;
  return lead === 0 ? null : lead > 0 ? 1 : 0;
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

export type Reason = "scored" | "goldFailed" | "noSeed" | "smallRoster" | "shortOverlap";

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
  base: bigint;
  alpha: bigint;
  raw: bigint;
  reason: Reason;
}

/** One labeler's place: the tasks of its slots, and the answers it gave to them. */
export interface Place {
  seat: number;
  taskIds: readonly Hex[];
  word: LabelWord;
}

function compare(own: LabelWord, roster: readonly LabelWord[], overlap: readonly number[], first: ReadonlySet<number>): [Counts, Counts] {
  const halves: [Counts, Counts] = [
    [[0, 0], [0, 0]],
    [[0, 0], [0, 0]],
  ];
  const others = roster.filter((member) => member.labeler !== own.labeler);
  for (const slot of overlap) {
    const common = bit(own.valid, slot) === 1 ? majority(others, slot) : null;
    if (common !== null) halves[first.has(slot) ? 0 : 1][bit(own.answers, slot)][common]++;
  }
  return halves;
}

/**
 * Judges one block of one labeler.
 *
 * @param roster the words of every member of the block who answered at least once, the labeler's own among them
 * @param gold known answers by task: 0 A, 1 B
 * @param seed the zero word when the secret was never revealed: base pay only
 */
export function judge(place: Place, roster: readonly LabelWord[], gold: ReadonlyMap<Hex, number>, secret: Hex, seed: Hex, terms: RewardTerms): Judgement {
  const { word: own, seat, taskIds } = place;
  const asked = goldSlots(terms, secret, own.epoch, own.block, seat).filter((slot) => bit(own.valid, slot) === 1);
  const goldRight = asked.filter((slot) => gold.get(taskIds[slot]!) === bit(own.answers, slot)).length;
  const passed = goldRight * 10_000 >= terms.goldPassBps * asked.length;

  const overlap = overlapSlots(terms, secret, own.epoch, own.block);
  const first = new Set(seed === zeroHash ? [] : firstHalf(terms, seed, own.epoch, own.block, overlap));
  const [m1, m2] = compare(own, roster, seed === zeroHash ? [] : overlap, first);
  const [t1, t2] = [total(m1), total(m2)];
  const dmi = dmiScore(m1, m2);

  const reason: Reason = !passed
    ? "goldFailed"
    : seed === zeroHash
      ? "noSeed"
      : roster.length < terms.minRoster
        ? "smallRoster"
        : dmi === null || t1 + t2 < terms.minOverlap
          ? "shortOverlap"
          : "scored";
  const score = reason === "scored" ? dmi! : 0n;
  const nValid = popcount(own.valid);
  const n = BigInt(nValid);
  const base = passed ? terms.basePay * n : 0n;
  const alpha = passed ? floorDiv(terms.alphaPay * n * score, WAD) : 0n;
  const raw = base + alpha > 0n ? base + alpha : 0n;
  return { nValid, t1, t2, m1, m2, score, goldRight, goldAnswered: asked.length, base, alpha, raw, reason };
}

/** What is paid when the sum of all raw pays exceeds the budget: each shrinks in proportion, rounded down. */
export const withinBudget = (raw: bigint, rawSum: bigint, budget: bigint): bigint => (rawSum <= budget ? raw : (raw * budget) / rawSum);
