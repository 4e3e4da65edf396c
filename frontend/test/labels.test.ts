import { type Address, type Hex, domainSeparator, hashStruct, hashTypedData, zeroAddress, zeroHash } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import {
  domainOf,
  goldLeaf,
  labelLeaf,
  payoutLeaf,
  positionOf,
  preferenceHash,
  preferenceMessage,
  preferenceTypes,
  rawPayHash,
  receiptTypes,
  sessionKeyTypes,
  taskId,
} from "../src/protocol/labels";
import { vectors } from "./vectors";

interface Signed {
  digest: Hex;
  signature: Hex;
  signer: Address;
  structHash: Hex;
}
const eip712 = vectors<{
  domain: { chainId: number; verifyingContract: Address };
  domainSeparator: Hex;
  keys: { operator: Hex; session: Hex; wallet: Hex };
  preferences: { message: Parameters<typeof preferenceHash>[0]; signed: Signed }[];
  receipt: { message: { preferenceHash: Hex; receivedAt: number }; signed: Signed };
  sessionKeyAuthorization: { message: { labeler: Address; sessionKey: Address; scope: string; expiresAt: number }; signed: Signed };
}>("eip712");
const domain = domainOf(eip712.domain.chainId, eip712.domain.verifyingContract);

describe("signed messages", () => {
  it("has the domain separator of the contract", () => expect(domainSeparator({ domain })).toBe(eip712.domainSeparator));

  it("hashes and signs preferences like the reference", async () => {
    const account = privateKeyToAccount(eip712.keys.session);
    for (const { message, signed } of eip712.preferences) {
      expect(preferenceHash(message)).toBe(signed.structHash);
      const typed = { domain, types: preferenceTypes, primaryType: "Preference", message: preferenceMessage(message) } as const;
      expect(hashTypedData(typed)).toBe(signed.digest);
      expect(await account.signTypedData(typed)).toBe(signed.signature);
    }
  });

  it("signs the authorisation of a session key like the reference", async () => {
    const { message, signed } = eip712.sessionKeyAuthorization;
    const typed = {
      domain,
      types: sessionKeyTypes,
      primaryType: "SessionKeyAuthorization",
      message: { ...message, expiresAt: BigInt(message.expiresAt) },
    } as const;
    expect(hashTypedData(typed)).toBe(signed.digest);
    expect(await privateKeyToAccount(eip712.keys.wallet).signTypedData(typed)).toBe(signed.signature);
  });

  it("hashes receipts like the reference", () => {
    const { message, signed } = eip712.receipt;
    const data = { ...message, receivedAt: BigInt(message.receivedAt) };
    expect(hashStruct({ data, types: receiptTypes, primaryType: "Receipt" })).toBe(signed.structHash);
    expect(hashTypedData({ domain, types: receiptTypes, primaryType: "Receipt", message: data })).toBe(signed.digest);
  });
});

interface Leaves {
  payout: Record<"cumulatives" | "runningTotals" | "raws" | "runningRaws", string[]> & { accounts: Address[]; positions: number[]; rawPayHashes: Hex[]; leaves: Hex[] };
  label: { epochs: string[]; labelers: Address[]; blocks: number[]; seats: number[]; positions: number[]; answers: Hex[]; valid: Hex[]; leaves: Hex[] };
  gold: { answers: Hex[]; taskIds: Hex[][]; leaves: Hex[] };
  task: { prompts: string[]; completionsA: string[]; completionsB: string[]; versionId: Hex; taskIds: Hex[] };
}

describe("leaves and ids", () => {
  const { payout, label, gold, task } = vectors<Leaves>("leaves");

  it("hashes payout leaves and the raw pays in them like the contract", () => {
    const pays = payout.positions.map((position, i) =>
      rawPayHash({ position, raw: BigInt(payout.raws[i]!), runningRaw: BigInt(payout.runningRaws[i]!) }),
    );
    expect(pays).toEqual(payout.rawPayHashes);
    const leaves = payout.accounts.map((account, i) =>
      payoutLeaf({ account, cumulative: BigInt(payout.cumulatives[i]!), runningTotal: BigInt(payout.runningTotals[i]!), rawPayHash: pays[i]! }),
    );
    expect(leaves).toEqual(payout.leaves);
  });

  it("hashes label leaves like the contract, up to the largest epoch, and puts them where the contract does", () => {
    const words = label.labelers.map((labeler, i) => ({
      labeler,
      epoch: BigInt(label.epochs[i]!),
      block: label.blocks[i]!,
      seat: label.seats[i]!,
      answers: BigInt(label.answers[i]!),
      valid: BigInt(label.valid[i]!),
    }));
    expect(words.map(labelLeaf)).toEqual(label.leaves);
    expect(words.map(positionOf)).toEqual(label.positions);
    expect(labelLeaf({ ...words[1]!, labeler: zeroAddress })).toBe(zeroHash);
  });

  it("hashes gold leaves and task ids like the contract", () => {
    expect(gold.answers.map((answers, i) => goldLeaf(BigInt(answers), gold.taskIds[i]!))).toEqual(gold.leaves);
    expect(task.prompts.map((prompt, i) => taskId(prompt, task.completionsA[i]!, task.completionsB[i]!, task.versionId))).toEqual(task.taskIds);
  });
});
