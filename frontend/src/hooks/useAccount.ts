import { useQuery } from "@tanstack/react-query";
import type { Address } from "viem";
import { get } from "../api/client";
import type { AccountSummary, Disputes } from "../api/types";

/** What any address holds: balance, votes, stake, rewards claimed. Public. */
export const useAccountSummary = (address: Address) =>
  useQuery({ queryKey: ["accounts", address], queryFn: ({ signal }) => get<AccountSummary>(`/accounts/${address}`, signal) });

/** What it was slashed for, and the demands and proofs in which it had a part. Public. */
export const useDisputes = (address: Address) =>
  useQuery({ queryKey: ["accounts", address, "disputes"], queryFn: ({ signal }) => get<Disputes>(`/accounts/${address}/disputes`, signal) });
