import type { Address, Hex } from "viem";
import type { Receipt } from "./api/types";

/**
 * Receipts that the operator countersigned, kept in this browser: with one, an answer that was altered or left out of
 * the published labels can be proven.
 */
export interface KeptReceipt {
  chainId: number;
  contract: Address;
  epoch: number;
  block: number;
  slot: number;
  taskId: Hex;
  choice: number;
  labeler: Address;
  sessionKey: Address;
  signature: Hex;
  receipt: Receipt;
}

const DATABASE = "polity";
const STORE = "receipts";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(STORE, { keyPath: "receipt.preferenceHash" });
      store.createIndex("epoch", ["chainId", "contract", "epoch"]);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser's database cannot be opened."));
  });
}

function inStore<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return open().then(
    (database) =>
      new Promise<T>((resolve, reject) => {
        const request = use(database.transaction(STORE, mode).objectStore(STORE));
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error("The browser's database refused."));
      }).finally(() => database.close()),
  );
}

/** Labeling goes on where a browser forbids storage; the receipt is then only shown. */
export async function saveReceipt(receipt: KeptReceipt): Promise<void> {
  await inStore("readwrite", (store) => store.put(receipt)).catch(() => undefined);
}

/** Receipts of one epoch kept here, of every account that labeled in this browser. */
export const listReceipts = (chainId: number, contract: Address, epoch: number): Promise<KeptReceipt[]> =>
  inStore<KeptReceipt[]>("readonly", (store) => store.index("epoch").getAll([chainId, contract, epoch])).catch(() => []);
