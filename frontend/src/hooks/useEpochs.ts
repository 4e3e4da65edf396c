import { queryOptions, useQuery } from "@tanstack/react-query";
import type { Address } from "viem";
import { get } from "../api/client";
import { isNotFound } from "../api/problem";
import type { Claim, Epoch, Payout, Statement } from "../api/types";

export const epochsOptions = queryOptions({
  queryKey: ["epochs"],
  queryFn: ({ signal }) => get<Epoch[]>("/epochs", signal),
});
export const useEpochs = () => useQuery(epochsOptions);

/** One epoch; its stage also changes by the clock alone, without any event. */
export const useEpoch = (epoch: string) =>
  useQuery({ queryKey: ["epochs", epoch], queryFn: ({ signal }) => get<Epoch>(`/epochs/${encodeURIComponent(epoch)}`, signal), refetchInterval: 10_000 });

/** What an epoch paid one account and why; null before the payouts are known, and for accounts that did not label. */
export function useStatement(epoch: number, account: Address) {
  return useQuery({
    queryKey: ["statements", epoch, account],
    queryFn: async ({ signal }) => {
      try {
        return await get<Statement>(`/epochs/${epoch}/statements/${account}`, signal);
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    },
  });
}

/** The account's leaf of the approved payouts root with its proof; null while it has none. */
export const payoutOptions = (account: Address) =>
  queryOptions({
    queryKey: ["payouts", account],
    queryFn: async ({ signal }) => {
      try {
        return await get<Payout>(`/payouts/${account}`, signal);
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    },
  });
export const usePayout = (account: Address) => useQuery(payoutOptions(account));

export const useClaims = (account: Address) =>
  useQuery({ queryKey: ["claims", account], queryFn: ({ signal }) => get<Claim[]>(`/claims?account=${account}`, signal) });
