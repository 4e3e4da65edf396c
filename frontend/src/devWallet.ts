import type { Address, Chain, EIP1193Provider, Hex, LocalAccount } from "viem";
import type { TransactionRequest } from "./devSigner";

/**
 * A wallet for local chains only: signs in the page with the accounts of the mnemonic that every development node
 * publishes. Nothing of value can be behind these keys. Offered only when the server says `devWallets`.
 */
const STORAGE_KEY = "polity.devAccount";

/** Accounts offered in the dialog: index on the mnemonic's standard path, and what the deployment gave it. */
export const DEV_ACCOUNTS: readonly { index: number; role: string }[] = [
  { index: 3, role: "Token holder" },
  { index: 4, role: "Token holder" },
  { index: 5, role: "Token holder" },
  { index: 1, role: "Operator" },
  { index: 2, role: "Guardian" },
  ...Array.from({ length: 30 }, (_, i) => ({ index: 10 + i, role: i < 22 ? "Labeler" : "Free" })),
];

type Listener = (...args: never[]) => void;
interface Request {
  method: string;
  params?: readonly unknown[];
}

/** Remembers the chosen account for `createDevWallet` and for later visits. */
export function chooseDevAccount(index: number): void {
  window.localStorage.setItem(STORAGE_KEY, String(index));
  window.dispatchEvent(new Event("polity:devAccount"));
}

/** Nobody is connected before they chose an account. */
const hasChosen = (): boolean => window.localStorage.getItem(STORAGE_KEY) !== null;
const chosenIndex = (): number => Number(window.localStorage.getItem(STORAGE_KEY) ?? DEV_ACCOUNTS[0]!.index);

const signer = () => import("./devSigner");
const accountAt = async (index: number): Promise<LocalAccount> => (await signer()).devAccount(index);

export const devAddress = async (index: number): Promise<Address> => (await accountAt(index)).address;

/** An EIP-1193 provider over the chosen development account; what needs no key goes to the node. */
export function createDevWallet(chain: Chain, rpcUrl: string): EIP1193Provider {
  const listeners = new Map<string, Set<Listener>>();
  const emit = (event: string, ...args: unknown[]) => {
    for (const listener of listeners.get(event) ?? []) (listener as (...args: unknown[]) => void)(...args);
  };
  window.addEventListener("polity:devAccount", () => {
    void accountAt(chosenIndex()).then((account) => emit("accountsChanged", [account.address]));
  });

  async function forward(method: string, params: readonly unknown[]): Promise<unknown> {
    const response = await fetch(rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const answer = (await response.json()) as { result?: unknown; error?: { code: number; message: string } };
    if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    return answer.result;
  }

  async function request({ method, params = [] }: Request): Promise<unknown> {
    switch (method) {
      case "eth_chainId":
        return `0x${chain.id.toString(16)}`;
      case "eth_accounts":
        return hasChosen() ? [(await accountAt(chosenIndex())).address] : [];
      case "eth_requestAccounts":
        return [(await accountAt(chosenIndex())).address];
      case "wallet_requestPermissions":
      case "wallet_getPermissions": {
        const { address } = await accountAt(chosenIndex());
        return [{ parentCapability: "eth_accounts", caveats: [{ type: "restrictReturnedAccounts", value: [address] }] }];
      }
      case "wallet_revokePermissions":
      case "wallet_switchEthereumChain":
        return null;
      case "personal_sign":
        return (await accountAt(chosenIndex())).signMessage({ message: { raw: params[0] as Hex } });
      case "eth_signTypedData_v4":
        return (await accountAt(chosenIndex())).signTypedData(JSON.parse(params[1] as string));
      case "eth_sendTransaction":
        return (await signer()).sendTransaction(await accountAt(chosenIndex()), chain, rpcUrl, params[0] as TransactionRequest);
      default:
        return forward(method, params);
    }
  }

  return {
    request: request as EIP1193Provider["request"],
    on: (event: string, listener: Listener) => {
      (listeners.get(event) ?? listeners.set(event, new Set()).get(event)!).add(listener);
    },
    removeListener: (event: string, listener: Listener) => {
      listeners.get(event)?.delete(listener);
    },
  } as unknown as EIP1193Provider;
}
