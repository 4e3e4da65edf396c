import { useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Me } from "../api/types";
import { useSession } from "./useSession";

/** The signed-in account: roles, balance, stake, votes. Keys that start with "mine" are dropped on sign-out. */
export function useMe() {
  const { account } = useSession();
  return useQuery({
    queryKey: ["mine", "me", account],
    queryFn: ({ signal }) => get<Me>("/me", signal),
    enabled: account !== undefined,
  });
}

export const isOperator = (me: Me | undefined): boolean => me?.isAdmin ?? false;
