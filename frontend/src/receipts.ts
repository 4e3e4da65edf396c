import type { Address, Hex } from "viem";
import type { Receipt } from "./api/types";
import { inStore } from "./database";

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

/** Labeling goes on where a browser forbids storage; the receipt is then only shown. */
export async function saveReceipt(receipt: KeptReceipt): Promise<void> {
  await inStore("receipts", "readwrite", (store) => store.put(receipt)).catch(() => undefined);
}

/** Receipts of one epoch kept here, of every account that labeled in this browser. */
export const listReceipts = (chainId: number, contract: Address, epoch: number): Promise<KeptReceipt[]> =>
  inStore<KeptReceipt[]>("receipts", "readonly", (store) => store.index("epoch").getAll([chainId, contract, epoch])).catch(() => []);
