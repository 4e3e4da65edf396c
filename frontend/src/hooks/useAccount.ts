import { useQuery } from "@tanstack/react-query";
import type { Address } from "viem";
import { get } from "../api/client";
import type { AccountSummary } from "../api/types";

/** What any address holds: balance, votes, stake, rewards claimed. Public. */
export const useAccountSummary = (address: Address) =>
  useQuery({ queryKey: ["accounts", address], queryFn: ({ signal }) => get<AccountSummary>(`/accounts/${address}`, signal) });
