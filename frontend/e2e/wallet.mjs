// A wallet for tests: the key stays in Node, the page gets a thin EIP-1193 object that is announced by EIP-6963.
import { createWalletClient, defineChain, http, isHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";

export const WALLET_NAME = "Test wallet";
const INTERACTIVE = ["eth_requestAccounts", "personal_sign", "eth_signTypedData_v4", "eth_sendTransaction"];

const failure = (code, message) => ({ error: { code, message } });

/**
 * Puts the wallet into every page of `context`.
 *
 * @returns {Promise<{ account: import("viem").LocalAccount, state: { rejectNext: boolean, calls: string[] } }>} `rejectNext` plays a person
 * who declines the next request
 */
export async function installWallet(context, { privateKey, rpcUrl, chainId }) {
  const account = privateKeyToAccount(privateKey);
  const chain = defineChain({
    id: chainId,
    name: "test",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  const client = createWalletClient({ account, chain, transport: http(rpcUrl) });
  const state = { rejectNext: false, connected: false, calls: [] };

  async function answer(method, params) {
    switch (method) {
      case "eth_requestAccounts":
        state.connected = true;
        return [account.address];
      case "eth_accounts":
        return state.connected ? [account.address] : [];
      case "wallet_requestPermissions":
        state.connected = true;
        return [{ parentCapability: "eth_accounts", caveats: [{ type: "restrictReturnedAccounts", value: [account.address] }] }];
      case "wallet_revokePermissions":
        state.connected = false;
        return null;
      case "wallet_switchEthereumChain":
        if (Number(params[0].chainId) !== chainId) throw Object.assign(new Error("Unrecognized chain"), { code: 4902 });
        return null;
      case "eth_chainId":
        return `0x${chainId.toString(16)}`;
      case "personal_sign":
        return account.signMessage({ message: isHex(params[0]) ? { raw: params[0] } : params[0] });
      case "eth_signTypedData_v4":
        return account.signTypedData(JSON.parse(params[1]));
      case "eth_sendTransaction": {
        const [{ to, data, value, gas }] = params;
        return client.sendTransaction({ to, data, value: value && BigInt(value), gas: gas && BigInt(gas) });
      }
      default:
        return client.request({ method, params });
    }
  }

  await context.exposeBinding("__polityWallet", async (_source, { method, params }) => {
    state.calls.push(method);
    if (state.rejectNext && INTERACTIVE.includes(method)) {
      state.rejectNext = false;
      return failure(4001, "The user declined the request.");
    }
    try {
      return { result: await answer(method, params) };
    } catch (error) {
      return failure(error.code ?? -32603, error.shortMessage ?? error.message);
    }
  });
  await context.addInitScript((name) => {
    const listeners = new Map();
    const provider = {
      request: async ({ method, params = [] }) => {
        const { result, error } = await globalThis.__polityWallet({ method, params });
        if (error) throw Object.assign(new Error(error.message), { code: error.code });
        return result;
      },
      on: (event, listener) => {
        (listeners.get(event) ?? listeners.set(event, new Set()).get(event)).add(listener);
        return provider;
      },
      removeListener: (event, listener) => {
        listeners.get(event)?.delete(listener);
        return provider;
      },
    };
    const icon = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>";
    const info = Object.freeze({ uuid: "00000000-0000-4000-8000-000000000001", name, rdns: "test.wallet", icon });
    const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
    addEventListener("eip6963:requestProvider", announce);
    announce();
  }, WALLET_NAME);
  return { account, state };
}
