import type { Address, ContractFunctionReturnType, Hex } from "viem";
import type { Statement } from "../api/types";
import type { labelEpochsAbi } from "../contracts/labelEpochsAbi";
import { shortHex } from "../format";
import type { Preference } from "./labels";

// What `crates/protocol-wasm/src/request.rs` reads and answers.

/** Something is wrong with a request or with what it asked about; the message says what, in a sentence for people. */
export class ProtocolError extends Error {
  override name = "ProtocolError";

  constructor(text: string) {
    const short = text.replace(/0x[0-9a-f]{64}/g, (hash) => shortHex(hash));
    super(`${short.charAt(0).toUpperCase()}${short.slice(1)}${/[.!?]$/.test(short) ? "" : "."}`);
  }
}

/** `ILabelEpochs.Terms` as it is read from the chain; `protocol::EpochTerms` has the same names. */
export type EpochTerms = ContractFunctionReturnType<typeof labelEpochsAbi, "view", "termsOf">;

/** What an epoch adds to an account before the budget is applied, in wei. */
export interface RawPay {
  /** One more than the position of the account's label leaf; 0 when it did not label in this epoch. */
  position: number;
  raw: string;
  /** Sum of the raw pays of all leaves before this one. */
  runningRaw: string;
}

/** One account in a payouts tree, in wei. */
export interface PayoutLeaf {
  account: Address;
  /** All that the account has earned up to this epoch. */
  cumulative: string;
  /** Sum of the cumulative amounts of all leaves before this one. */
  runningTotal: string;
  rawPay: RawPay;
}

export interface Tree {
  root: Hex;
  totalCumulative: string;
  totalRaw: string;
}

export interface LabelWord {
  block: number;
  seat: number;
  labeler: Address;
  answers: Hex;
  valid: Hex;
}

/** A place of the labels tree and its path; the zero address sits in an empty seat. */
export interface LabelOpening<Mask = Hex> {
  position: number;
  word: { labeler: Address; answers: Mask; valid: Mask };
  proof: Hex[];
}

/** A key that a contract wallet authorised: only the chain can confirm it. */
export interface ContractSession {
  labeler: Address;
  sessionKey: Address;
  digest: Hex;
  signature: Hex;
  /** At the end of which it was valid. */
  verifiedBlock: number;
}

interface Requests {
  /** Reads the file and keeps it for what follows. */
  load: { hash: Hex };
  checkStructure: { terms: EpochTerms };
  checkAssignment: { terms: EpochTerms; secret: Hex };
  checkSessions: object;
  /** Of answers number `from` to before `to`. */
  checkSignatures: { from: number; to: number };
  answersOf: { account: Address };
  labels: object;
  seed: { secret: Hex; blockHash: Hex };
  payouts: {
    terms: EpochTerms;
    secret: Hex;
    seed: Hex;
    previous: { account: Address; cumulative: string }[];
    /** Instead of the loaded file's. */
    labels?: { words: LabelWord[]; gold: { block: number; seat: number; answers: Hex; tasksHash: Hex }[] };
  };
  payoutsTree: { leaves: PayoutLeaf[] };
  verifyPayout: { root: Hex; count: number; opening: { index: number; leaf: PayoutLeaf; proof: readonly Hex[] } };
  receipt: { preference: Preference; receivedAt: number; signature: Hex };
}

export interface Replies {
  load: { chainId: number; verifyingContract: Address; epoch: number; nAnswers: number; nSessions: number };
  checkStructure: null;
  checkAssignment: null;
  checkSessions: ContractSession[];
  checkSignatures: null;
  answersOf: { from: number; to: number };
  labels: { root: Hex; blockCount: number; nLabelers: number };
  seed: { secretHash: Hex; seed: Hex };
  payouts: Tree & { statements: Statement[]; leaves: PayoutLeaf[] };
  payoutsTree: Tree;
  verifyPayout: boolean;
  receipt: { signer: Address; published: number | null; isPublished: boolean; isBroken: boolean; opening: LabelOpening };
}

export type Request = { [M in keyof Requests]: { method: M } & Requests[M] }[keyof Requests];

/** Something that answers requests. */
export type Call = <R extends Request>(request: R, file?: Uint8Array) => Promise<Replies[R["method"]]>;
