import type { Address, Hex } from "viem";

/** What `GET /config.json` answers: everything that differs between deployments, so that one build fits them all. */
export interface PublicConfig {
  chainId: number;
  rpcPath: string;
  contracts: {
    governanceToken: Address;
    timelock: Address;
    accessManager: Address;
    governor: Address;
    stakingPool: Address;
    labelEpochs: Address;
    rewardDistributor: Address;
    modelRegistry: Address;
    datasetRegistry: Address;
  };
  family: { name: string; familyId: Hex };
  devWallets: boolean;
  siwe: { domain: string; uri: string };
}

/** @throws Error when the server does not answer with a configuration */
export async function loadConfig(): Promise<PublicConfig> {
  const response = await fetch("/config.json", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`The server answered ${response.status} to /config.json.`);
  return (await response.json()) as PublicConfig;
}
