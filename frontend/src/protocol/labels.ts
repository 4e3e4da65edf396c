import { type Address, type Hex, concat, hashStruct, keccak256, pad, stringToHex, toBytes, toHex, zeroAddress, zeroHash } from "viem";

/** Most labelers of one block, and so the distance between two blocks in the labels tree and the gold tree. */
export const MAX_ROSTER = 32;

/** Where seat `seat` of block `block` stands in the labels tree and in the gold tree. */
export const positionOf = ({ block, seat }: { block: number; seat: number }): number => block * MAX_ROSTER + seat;

/** The answers a labeler can give, by their number on the wire. */
export const CHOICES = ["a", "b", "tie", "skip"] as const;
export type Choice = (typeof CHOICES)[number];
export const choiceNumber = (choice: Choice): number => CHOICES.indexOf(choice);

/** EIP-712 types signed or countersigned while labeling. */
export const sessionKeyTypes = {
  SessionKeyAuthorization: [
    { name: "labeler", type: "address" },
    { name: "sessionKey", type: "address" },
    { name: "scope", type: "string" },
    { name: "expiresAt", type: "uint64" },
  ],
} as const;
export const preferenceTypes = {
  Preference: [
    { name: "epoch", type: "uint64" },
    { name: "block", type: "uint32" },
    { name: "seat", type: "uint32" },
    { name: "slot", type: "uint16" },
    { name: "taskId", type: "bytes32" },
    { name: "choice", type: "uint8" },
    { name: "labeler", type: "address" },
  ],
} as const;
export const receiptTypes = {
  Receipt: [
    { name: "preferenceHash", type: "bytes32" },
    { name: "receivedAt", type: "uint64" },
  ],
} as const;

export interface Preference {
  epoch: number;
  block: number;
  seat: number;
  slot: number;
  taskId: Hex;
  choice: number;
  labeler: Address;
}

export interface Domain {
  name: "Polity";
  version: "1";
  chainId: number;
  verifyingContract: Address;
}

/** The domain that binds signatures to one chain and one LabelEpochs contract. */
export const domainOf = (chainId: number, labelEpochs: Address): Domain => ({
  name: "Polity",
  version: "1",
  chainId,
  verifyingContract: labelEpochs,
});

/** A preference as viem wants it: uint64 as bigint. */
export const preferenceMessage = (p: Preference) => ({ ...p, epoch: BigInt(p.epoch) });

/** hashStruct of the preference: what the operator's receipt refers to. */
export const preferenceHash = (preference: Preference): Hex =>
  hashStruct({ data: preferenceMessage(preference), types: preferenceTypes, primaryType: "Preference" });

const typehash = (type: string): Hex => keccak256(toBytes(type));
const TASK_TYPEHASH = typehash("Task(string prompt,string completionA,string completionB,bytes32 versionId)");
const LABEL_LEAF_TYPEHASH = typehash("LabelLeaf(uint64 epoch,uint32 block,uint32 seat,address labeler,uint256 answers,uint256 valid)");
const GOLD_LEAF_TYPEHASH = typehash("GoldLeaf(uint256 answers,bytes32 tasksHash)");
const RAW_PAY_TYPEHASH = typehash("RawPay(uint32 position,uint256 raw,uint256 runningRaw)");
const PAYOUT_LEAF_TYPEHASH = typehash("PayoutLeaf(address account,uint256 cumulative,uint256 runningTotal,bytes32 rawPayHash)");

/** A 32-byte word from a number, big-endian. */
export const word = (value: bigint | number): Hex => pad(toHex(value), { size: 32 });
const addressWord = (address: Address): Hex => pad(address.toLowerCase() as Hex, { size: 32 });

/** Identity of a task: what was shown, and which version wrote it. */
export const taskId = (prompt: string, completionA: string, completionB: string, versionId: Hex): Hex =>
  keccak256(
    concat([TASK_TYPEHASH, keccak256(toBytes(prompt)), keccak256(toBytes(completionA)), keccak256(toBytes(completionB)), versionId]),
  );

/** One labeler's answers to one block: bit s belongs to slot s. */
export interface LabelWord {
  epoch: number | bigint;
  block: number;
  seat: number;
  labeler: Address;
  answers: bigint;
  valid: bigint;
}

export const labelLeaf = (label: LabelWord): Hex =>
  label.labeler === zeroAddress
    ? zeroHash
    : keccak256(
        concat([
          LABEL_LEAF_TYPEHASH,
          word(label.epoch),
          word(label.block),
          word(label.seat),
          addressWord(label.labeler),
          word(label.answers),
          word(label.valid),
        ]),
      );

/** A seat's known answers: B where the bit of a gold slot is set, and the tasks of its gold slots, ascending by slot. */
export const goldLeaf = (answers: bigint, taskIds: readonly Hex[]): Hex =>
  taskIds.length === 0 ? zeroHash : keccak256(concat([GOLD_LEAF_TYPEHASH, word(answers), keccak256(concat([...taskIds]))]));

/** What an epoch adds to an account before the budget is applied. */
export interface RawPay {
  /** One more than the position of the account's label leaf; 0 when it did not label in this epoch. */
  position: number;
  raw: bigint;
  /** Sum of the raw pays of all leaves before this one. */
  runningRaw: bigint;
}

export const rawPayHash = (pay: RawPay): Hex => keccak256(concat([RAW_PAY_TYPEHASH, word(pay.position), word(pay.raw), word(pay.runningRaw)]));

export interface PayoutLeafData {
  account: Address;
  cumulative: bigint;
  runningTotal: bigint;
  rawPayHash: Hex;
}

export const payoutLeaf = (leaf: PayoutLeafData): Hex =>
  keccak256(concat([PAYOUT_LEAF_TYPEHASH, addressWord(leaf.account), word(leaf.cumulative), word(leaf.runningTotal), leaf.rawPayHash]));

/** secretHash committed when an epoch opens. */
export const secretHash = (secret: Hex): Hex => keccak256(secret);
/** The seed that splits the overlap in halves: the operator's secret mixed with a later block hash. */
export const seedOf = (secret: Hex, blockHash: Hex): Hex => keccak256(concat([secret, blockHash]));

/** What a stream of draws is for. */
export type DrawTag = "overlap" | "gold" | "half";
/** Key of the random stream that picks slots. */
export const streamKey = (secret: Hex, tag: DrawTag, block: number, seat: number): Hex =>
  keccak256(concat([secret, stringToHex(tag, { size: 32 }), word(block), word(seat)]));
