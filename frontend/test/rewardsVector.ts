import { type Address, type Hex, keccak256, toBytes } from "viem";
import type { Bundle, BundlePreference } from "../src/protocol/bundle";
import type { ChainEpoch, ChainTerms } from "../src/protocol/checks";
import type { Leaf } from "../src/protocol/payouts";
import { vectors } from "./vectors";

interface Tree {
  accounts: Address[];
  cumulatives: string[];
  runningTotals: string[];
  positions: number[];
  raws: string[];
  runningRaws: string[];
  rawPayHashes: Hex[];
  leaves: Hex[];
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
  firstHalfMask: Hex;
  goldMasks: Hex[];
  labelers: Address[];
  seats: number[];
  answers: Hex[];
  valid: Hex[];
  labelLeaves: Hex[];
  labelProofs: Hex[][];
  labelsRoot: Hex;
  gold: { blocks: number[]; seats: number[]; slots: number[][]; taskIds: Hex[][]; choices: number[][]; answers: Hex[]; leaves: Hex[]; proofs: Hex[][] };
  payouts: Tree;
  previous: { accounts: Address[]; cumulatives: string[] };
  scaled: { budget: string; pays: string[]; payouts: Tree };
  statements: Record<"alphas" | "bases" | "pays" | "raws" | "reasons" | "scores", string[]> &
    Record<"goldAnswered" | "goldRight" | "goldSlots" | "nValid" | "t1" | "t2", number[]> &
    Record<"m1" | "m2", number[][]>;
  terms: Record<"alphaPay" | "basePay" | "budget", string> &
    Record<"blockSlots" | "goldBlocks" | "goldSlots" | "minOverlap" | "minRoster" | "overlapSlots", number> &
    Record<"goldRoot" | "secretHash", Hex>;
}

/** One epoch of 14 labelers in one block, as the reference computed it. */
export const vector = vectors<Vector>("rewards");

export const terms: ChainTerms = {
  ...vector.terms,
  budget: BigInt(vector.terms.budget),
  basePay: BigInt(vector.terms.basePay),
  alphaPay: BigInt(vector.terms.alphaPay),
};

export const chainEpoch: ChainEpoch = {
  labelsRoot: vector.labelsRoot,
  blockCount: vector.blockCount,
  bundleHash: "0x",
  blockHash: vector.blockHash,
  secret: vector.secret,
  seed: vector.seed,
  payoutsRoot: vector.payouts.root,
  accountCount: vector.payouts.accounts.length,
  totalCumulative: BigInt(vector.payouts.totalCumulative),
  totalRaw: BigInt(vector.payouts.totalRaw),
};

export const leavesOf = (tree: Tree): Leaf[] =>
  tree.accounts.map((account, i) => ({
    account,
    cumulative: BigInt(tree.cumulatives[i]!),
    runningTotal: BigInt(tree.runningTotals[i]!),
    position: tree.positions[i]!,
    raw: BigInt(tree.raws[i]!),
    runningRaw: BigInt(tree.runningRaws[i]!),
  }));
export const leaves = leavesOf(vector.payouts);

/** Who had earned before; only account and amount matter. */
export const before: Leaf[] = vector.previous.accounts.map((account, i) => ({
  account,
  cumulative: BigInt(vector.previous.cumulatives[i]!),
  runningTotal: 0n,
  position: 0,
  raw: 0n,
  runningRaw: 0n,
}));

const has = (mask: Hex, slot: number): boolean => ((BigInt(mask) >> BigInt(slot)) & 1n) === 1n;

/** The same labels as the published file would hold them; nothing here looks at the signatures. */
export function bundleOf(): Bundle {
  const { epoch, block, labelers, seats, gold, overlapMask } = vector;
  const goldSeats: Bundle["gold"] = gold.seats.map((seat, i) => ({
    block: gold.blocks[i]!,
    seat,
    answers: gold.slots[i]!.map((slot, k) => ({ slot, taskId: gold.taskIds[i]![k]!, choice: gold.choices[i]![k]! })),
  }));
  const tasksOf = (seat: number): Hex[] => {
    const known = new Map(goldSeats.find((place) => place.block === block && place.seat === seat)!.answers.map(({ slot, taskId }) => [slot, taskId]));
    const name = (slot: number) => (has(overlapMask, slot) ? `shared ${slot}` : `seat ${seat} ${slot}`);
    return Array.from({ length: terms.blockSlots }, (_, slot) => known.get(slot) ?? keccak256(toBytes(name(slot))));
  };
  const places = labelers.map((labeler, i) => ({ block, seat: seats[i]!, labeler, taskIds: tasksOf(seats[i]!) }));
  const preferences: BundlePreference[] = places.flatMap(({ seat, labeler, taskIds }, i) =>
    taskIds.map((taskId, slot) => {
      const choice = has(vector.valid[i]!, slot) ? Number(has(vector.answers[i]!, slot)) : 3;
      return { block, seat, slot, labeler, taskId, choice, sessionKey: labeler, signature: "0x" };
    }),
  );
  return {
    format: "polity.labels.v2",
    chainId: 31337,
    verifyingContract: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
    epoch,
    gold: goldSeats,
    sessions: [],
    seats: places,
    preferences,
  };
}
