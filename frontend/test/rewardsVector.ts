import { type Address, type Hex, keccak256, toBytes } from "viem";
import type { PayoutLeaf as PublishedLeaf, Statement } from "../src/api/types";
import type { EpochTerms, LabelWord, PayoutLeaf } from "../src/protocol/requests";
import type { Bundle } from "./bundle";
import { vectors } from "./vectors";

interface Tree {
  accounts: Address[];
  cumulatives: string[];
  runningTotals: string[];
  positions: number[];
  raws: string[];
  runningRaws: string[];
  proofs: Hex[][];
  root: Hex;
  totalCumulative: string;
  totalRaw: string;
}
interface Vector {
  epoch: number;
  block: number;
  blockCount: number;
  secret: Hex;
  seed: Hex;
  blockHash: Hex;
  overlapMask: Hex;
  labelers: Address[];
  seats: number[];
  answers: Hex[];
  valid: Hex[];
  labelsRoot: Hex;
  gold: { blocks: number[]; seats: number[]; slots: number[][]; taskIds: Hex[][]; choices: number[][]; answers: Hex[] };
  payouts: Tree;
  previous: { accounts: Address[]; cumulatives: string[] };
  scaled: { budget: string; pays: string[]; payouts: Tree };
  /** By the name of the field in the plural where it has one. */
  statements: Record<string, (number | string | number[])[]>;
  terms: Record<string, number | string>;
}

/** One epoch of 14 labelers in one block, as the reference computed it. */
export const vector = vectors<Vector>("rewards");

const AMOUNTS = ["budget", "basePay", "alphaPay"];
export const terms = Object.fromEntries(
  Object.entries({ campaignHash: keccak256("0x"), ...vector.terms }).map(([name, value]) => [name, AMOUNTS.includes(name) ? BigInt(value) : value]),
) as unknown as EpochTerms;

export const previous = vector.previous.accounts.map((account, i) => ({ account, cumulative: vector.previous.cumulatives[i]! }));

export const leavesOf = (tree: Tree): PayoutLeaf[] =>
  tree.accounts.map((account, i) => ({
    account: account.toLowerCase() as Address,
    cumulative: tree.cumulatives[i]!,
    runningTotal: tree.runningTotals[i]!,
    rawPay: { position: tree.positions[i]!, raw: tree.raws[i]!, runningRaw: tree.runningRaws[i]! },
  }));

/** As the server publishes them; nothing here looks at the hash, which follows from the rest. */
export const publish = (leaves: readonly PayoutLeaf[]): PublishedLeaf[] =>
  leaves.map(({ rawPay, ...leaf }, index) => ({ ...leaf, ...rawPay, rawPayHash: "0x", index }));

/** What the reference says about labeler `i`, as far as the vectors do. */
export function statementOf(i: number): Partial<Statement> {
  const singular: Record<string, string> = { alphas: "alpha", bases: "base", pays: "pay", raws: "raw", reasons: "reason", scores: "score" };
  const fields = Object.entries(vector.statements).map(([name, values]) => {
    const value = values[i]!;
    return [singular[name] ?? name, Array.isArray(value) ? [value.slice(0, 2), value.slice(2)] : value];
  });
  return { labeler: vector.labelers[i]!.toLowerCase() as Address, block: vector.block, seat: vector.seats[i]!, ...Object.fromEntries(fields) };
}

export const words: LabelWord[] = vector.labelers.map((labeler, i) => ({
  block: vector.block,
  seat: vector.seats[i]!,
  labeler,
  answers: vector.answers[i]!,
  valid: vector.valid[i]!,
}));

const has = (mask: Hex, slot: number): boolean => ((BigInt(mask) >> BigInt(slot)) & 1n) === 1n;
const UNSIGNED: Hex = `0x${"00".repeat(64)}1b`;

/** The same labels as the published file would hold them, but for the signatures, which nobody can make here. */
export function bundleOf(): Bundle {
  const { epoch, block, labelers, seats, gold, overlapMask } = vector;
  const goldSeats = gold.seats.map((seat, i) => ({
    block: gold.blocks[i]!,
    seat,
    answers: gold.slots[i]!.map((slot, k) => ({ slot, taskId: gold.taskIds[i]![k]!, choice: gold.choices[i]![k]! })),
  }));
  const tasksOf = (seat: number): Hex[] => {
    const known = new Map(goldSeats.find((place) => place.block === block && place.seat === seat)!.answers.map(({ slot, taskId }) => [slot, taskId]));
    const name = (slot: number) => (has(overlapMask, slot) ? `shared ${slot}` : `seat ${seat} ${slot}`);
    return Array.from({ length: terms.blockSlots }, (_, slot) => known.get(slot) ?? keccak256(toBytes(name(slot))));
  };
  const lower = (account: Address) => account.toLowerCase() as Address;
  return {
    chainId: 31337,
    verifyingContract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
    epoch,
    sessions: labelers.map((labeler) => ({ labeler: lower(labeler), sessionKey: lower(labeler), scope: "label", expiresAt: 1_900_000_000, signature: UNSIGNED })),
    gold: goldSeats,
    seats: labelers.map((labeler, i) => ({
      block,
      seat: seats[i]!,
      labeler: lower(labeler),
      taskIds: tasksOf(seats[i]!),
      answers: Array.from({ length: terms.blockSlots }, (_, slot) => ({
        slot,
        choice: has(vector.valid[i]!, slot) ? Number(has(vector.answers[i]!, slot)) : 3,
        sessionKey: lower(labeler),
        signature: UNSIGNED,
      })),
    })),
  };
}
