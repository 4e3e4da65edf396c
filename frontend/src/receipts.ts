import { type Address, type Hex, isAddressEqual, recoverTypedDataAddress } from "viem";
import type { Receipt } from "./api/types";
import { inStore } from "./database";
import { type Domain, receiptTypes } from "./protocol/labels";

/**
 * Receipts that the operator countersigned, kept in this browser: with one, an answer that was altered or left out of
 * the published labels can be proven.
 */
export interface KeptReceipt {
  chainId: number;
  contract: Address;
  epoch: number;
  block: number;
  seat: number;
  slot: number;
  taskId: Hex;
  choice: number;
  labeler: Address;
  sessionKey: Address;
  signature: Hex;
  receipt: Receipt;
}

/** Whether the operator signed the receipt. The referee contract takes no other signature for one. */
export async function isSignedBy(operator: Address, domain: Domain, { preferenceHash, receivedAt, signature }: Receipt): Promise<boolean> {
  const message = { preferenceHash, receivedAt: BigInt(receivedAt) };
  const signer = recoverTypedDataAddress({ domain, types: receiptTypes, primaryType: "Receipt", message, signature });
  return signer.then((address) => isAddressEqual(address, operator)).catch(() => false);
}

/** Labeling goes on where a browser forbids storage; the receipt is then only shown. */
export async function saveReceipt(receipt: KeptReceipt): Promise<void> {
  await inStore("receipts", "readwrite", (store) => store.put(receipt)).catch(() => undefined);
}

/** Receipts of one epoch kept here, of every account that labeled in this browser. */
export const listReceipts = (chainId: number, contract: Address, epoch: number): Promise<KeptReceipt[]> =>
  inStore<KeptReceipt[]>("receipts", "readonly", (store) => store.index("epoch").getAll([chainId, contract, epoch])).catch(() => []);

/** All receipts of a deployment kept here. */
export const listAllReceipts = (chainId: number, contract: Address): Promise<KeptReceipt[]> =>
  inStore<KeptReceipt[]>("receipts", "readonly", (store) =>
    // An array sorts after every number: this is each epoch of the contract.
    store.index("epoch").getAll(IDBKeyRange.bound([chainId, contract], [chainId, contract, []])),
  ).catch(() => []);
