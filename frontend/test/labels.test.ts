import { type Address, type Hex, domainSeparator, hashStruct, hashTypedData } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { domainOf, preferenceHash, preferenceMessage, preferenceTypes, receiptTypes, sessionKeyTypes, taskId } from "../src/protocol/labels";
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

it("names tasks like the contract", () => {
  const { task } = vectors<{ task: { prompts: string[]; completionsA: string[]; completionsB: string[]; versionId: Hex; taskIds: Hex[] } }>("leaves");
  expect(task.prompts.map((prompt, i) => taskId(prompt, task.completionsA[i]!, task.completionsB[i]!, task.versionId))).toEqual(task.taskIds);
});
