import type { Address } from "viem";
import { useConnection, useReadContracts } from "wagmi";
import { protocolGovernorAbi } from "../contracts/protocolGovernorAbi";

/**
 * The connected account's ballot on a proposal, read from the chain: weight at the snapshot and whether it was used.
 *
 * @param governorAddress the contract that counts it; both have the functions asked for here
 * @param voteStart when the vote opened: the snapshot. Weight is unknown before it.
 */
export function useBallot(governorAddress: Address, proposalId: string, voteStart: string, open: boolean) {
  const { address } = useConnection();
  const governor = { address: governorAddress, abi: protocolGovernorAbi } as const;
  const account = address ?? governorAddress;
  const snapshot = BigInt(Math.floor(new Date(voteStart).getTime() / 1000));
  const reads = useReadContracts({
    contracts: [
      { ...governor, functionName: "getVotes", args: [account, snapshot] },
      { ...governor, functionName: "hasVoted", args: [BigInt(proposalId), account] },
    ],
    query: { enabled: address !== undefined && open },
  });
  return { address, weight: reads.data?.[0].result, voted: reads.data?.[1].result, refetch: reads.refetch, loading: reads.isLoading };
}
