import type { Address, Hex } from "viem";
import type { Bundle, BundlePreference } from "../src/protocol/bundle";
import type { ChainEpoch, ChainTerms, Leaf } from "../src/protocol/checks";
import { vectors } from "./vectors";

interface Tree {
  accounts: Address[];
  cumulatives: string[];
  runningTotals: string[];
  root: Hex;
  proofs: Hex[][];
  totalCumulative: string;
}
interface Vector {
  epoch: number;
  block: number;
  secret: Hex;
  seed: Hex;
  blockHash: Hex;
  overlapMask: Hex;
  firstHalfMask: Hex;
  goldMasks: Hex[];
  labelers: Address[];
  seats: number[];
  taskIds: Hex[][];
  answers: Hex[];
  valid: Hex[];
  labelLeaves: Hex[];
  labelsRoot: Hex;
  gold: { taskIds: Hex[]; choices: number[] };
  payouts: Tree;
  previous: { accounts: Address[]; cumulatives: string[] };
  scaled: { budget: string; pays: string[]; payouts: Tree };
  statements: Record<"alphas" | "bases" | "pays" | "raws" | "reasons" | "scores", string[]> &
    Record<"goldAnswered" | "goldRight" | "nValid" | "t1" | "t2", number[]> &
    Record<"m1" | "m2", number[][]>;
  terms: Record<"alphaPay" | "basePay" | "budget", string> &
    Record<"blockSlots" | "goldPassBps" | "goldSlots" | "minOverlap" | "minRoster" | "overlapSlots", number> &
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
  leafCount: vector.labelers.length,
  bundleHash: "0x",
  blockHash: vector.blockHash,
  secret: vector.secret,
  seed: vector.seed,
  payoutsRoot: vector.payouts.root,
  accountCount: vector.payouts.accounts.length,
  totalCumulative: BigInt(vector.payouts.totalCumulative),
};

export const leaves: Leaf[] = vector.payouts.accounts.map((account, i) => ({
  account,
  cumulative: BigInt(vector.payouts.cumulatives[i]!),
  runningTotal: BigInt(vector.payouts.runningTotals[i]!),
}));

/** The same labels as the published file would hold them; nothing here looks at the signatures. */
export function bundleOf(): Bundle {
  const { epoch, block, labelers, taskIds } = vector;
  const preferences: BundlePreference[] = labelers.flatMap((labeler, i) =>
    taskIds[i]!.map((taskId, slot) => {
      const valid = ((BigInt(vector.valid[i]!) >> BigInt(slot)) & 1n) === 1n;
      const choice = valid ? Number((BigInt(vector.answers[i]!) >> BigInt(slot)) & 1n) : 3;
      return { block, slot, labeler, taskId, choice, sessionKey: labeler, signature: "0x" };
    }),
  );
  return {
    format: "polity.labels.v1",
    chainId: 31337,
    verifyingContract: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
    epoch,
    gold: vector.gold.taskIds.map((taskId, i) => ({ taskId, choice: vector.gold.choices[i]! })),
    sessions: [],
    seats: labelers.map((labeler, i) => ({ block, seat: vector.seats[i]!, labeler, taskIds: taskIds[i]! })),
    preferences,
  };
}
