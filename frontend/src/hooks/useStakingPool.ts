import { useQuery } from "@tanstack/react-query";
import type { Address } from "viem";
import { useConfig as useWagmiConfig } from "wagmi";
import { readContract } from "wagmi/actions";
import { stakingPoolAbi } from "../contracts/stakingPoolAbi";
import { useConfig } from "./useConfig";

/** Rewards grow by the second; this often they are read anew. */
const LOOK_MS = 10_000;

export interface PoolTerms {
  /** What a claim would pay the account now, in wei. */
  earned: bigint;
  /** How long stake thaws, in seconds. */
  cooldownS: number;
  /** Wei per second that stream to all stakers together; 0 when nothing does. */
  rate: bigint;
  /** When the stream ends or ended, in Unix seconds; 0 when there never was one. */
  endsAtS: number;
  totalActive: bigint;
}

/** What the staking pool says about one account at this moment, read from the chain. */
export function useStakingPool(account: Address) {
  const { contracts } = useConfig();
  const config = useWagmiConfig();
  return useQuery({
    queryKey: ["stakingPool", account],
    queryFn: async (): Promise<PoolTerms> => {
      const pool = { address: contracts.stakingPool, abi: stakingPoolAbi } as const;
      const [earned, cooldownS, state, totalActive] = await Promise.all([
        readContract(config, { ...pool, functionName: "earned", args: [account] }),
        readContract(config, { ...pool, functionName: "cooldown" }),
        readContract(config, { ...pool, functionName: "rewardState" }),
        readContract(config, { ...pool, functionName: "totalActive" }),
      ]);
      return { earned, cooldownS, rate: state.rate, endsAtS: state.endsAt, totalActive };
    },
    refetchInterval: LOOK_MS,
  });
}
