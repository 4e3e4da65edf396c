import { http, createConfig, injected } from "wagmi";
import { type Chain, defineChain } from "viem";
import type { PublicConfig } from "./config";
import { createDevWallet } from "./devWallet";

const NAMES: Record<number, string> = {
  10: "OP Mainnet",
  31337: "Local chain",
  84532: "Base Sepolia",
  11155111: "Sepolia",
  11155420: "OP Sepolia",
};

/** Local chains mine at once; viem's default of 4 s would be all that a person waits for. */
const POLL_LOCAL_MS = 400;
const POLL_LIVE_MS = 4_000;
export const DEV_WALLET_ID = "polity.dev";

export const chainName = (chainId: number): string => NAMES[chainId] ?? `Chain ${chainId}`;

/** The one chain of this deployment, reached through our own server so that the page needs no key and no other host. */
export function chainOf(config: PublicConfig): Chain {
  return defineChain({
    id: config.chainId,
    name: chainName(config.chainId),
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [new URL(config.rpcPath, window.location.origin).href] } },
  });
}

/** Wallets announce themselves (EIP-6963); on a local chain the well-known development accounts join them. */
export function createWalletConfig(config: PublicConfig) {
  const chain = chainOf(config);
  const rpcUrl = chain.rpcUrls.default.http[0]!;
  const devWallet = config.devWallets
    ? [injected({ target: () => ({ id: DEV_WALLET_ID, name: "Development accounts", provider: createDevWallet(chain, rpcUrl) }) })]
    : [];
  return createConfig({
    chains: [chain],
    connectors: devWallet,
    multiInjectedProviderDiscovery: true,
    pollingInterval: config.chainId === 31337 ? POLL_LOCAL_MS : POLL_LIVE_MS,
    transports: { [chain.id]: http(rpcUrl, { batch: true }) },
  });
}
