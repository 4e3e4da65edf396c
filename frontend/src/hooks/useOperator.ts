import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import type { Address } from "viem";
import { useConfig as useWagmiConfig } from "wagmi";
import { readContract } from "wagmi/actions";
import { labelEpochsAbi } from "../contracts/labelEpochsAbi";
import { useConfig } from "./useConfig";

/** Asks the chain, once, who opened an epoch and therefore signs its receipts. */
export function useOperator(epoch: number): () => Promise<Address> {
  const { contracts } = useConfig();
  const config = useWagmiConfig();
  const queries = useQueryClient();
  return useCallback(
    () =>
      queries.fetchQuery({
        queryKey: ["operator", contracts.labelEpochs, epoch],
        staleTime: Infinity,
        queryFn: async () => {
          const { operator } = await readContract(config, {
            address: contracts.labelEpochs,
            abi: labelEpochsAbi,
            functionName: "epochOf",
            args: [BigInt(epoch)],
          });
          return operator;
        },
      }),
    [queries, config, contracts.labelEpochs, epoch],
  );
}
