/** What this browser keeps between visits: receipts, and the answers given, so that none is ever signed twice over. */
const NAME = "polity";
const VERSION = 2;

export type StoreName = "receipts" | "answers";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = ({ oldVersion }) => {
      const database = request.result;
      if (oldVersion < 1) {
        const receipts = database.createObjectStore("receipts" satisfies StoreName, { keyPath: "receipt.preferenceHash" });
        receipts.createIndex("epoch", ["chainId", "contract", "epoch"]);
      }
      if (oldVersion < 2) database.createObjectStore("answers" satisfies StoreName);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser's database cannot be opened."));
  });
}

/** One transaction on one store; resolves with what the request that `use` returns has found. */
export async function inStore<T>(name: StoreName, mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(name, mode);
      const request = use(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("The browser's database refused."));
    });
  } finally {
    database.close();
  }
}
