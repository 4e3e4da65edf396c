import { type Address, type Hex, concat, hashStruct, keccak256, toBytes } from "viem";

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

const TASK_TYPEHASH = keccak256(toBytes("Task(string prompt,string completionA,string completionB,bytes32 versionId)"));

/** Identity of a task: what was shown, and which version wrote it. */
export const taskId = (prompt: string, completionA: string, completionB: string, versionId: Hex): Hex =>
  keccak256(
    concat([TASK_TYPEHASH, keccak256(toBytes(prompt)), keccak256(toBytes(completionA)), keccak256(toBytes(completionB)), versionId]),
  );
