import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Address } from "viem";
import { get, sendJson } from "../api/client";
import type { ListedSessionKey } from "../api/types";

const queryKey = (account: Address) => ["mine", "sessionKeys", account];

/** Keys that the signed-in account authorised, those that ended included. */
export const useSessionKeys = (account: Address) =>
  useQuery({ queryKey: queryKey(account), queryFn: ({ signal }) => get<ListedSessionKey[]>("/session-keys", signal) });

/** Takes a key back: the server refuses what it signs from then on. */
export function useRevokeSessionKey(account: Address) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (sessionKey: Address) => sendJson("DELETE", `/session-keys/${sessionKey}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: queryKey(account) }),
  });
}

export type KeyState = "valid" | "expired" | "revoked";

/** Whether answers signed by the key are still taken. */
export const stateOfKey = ({ expiresAt, revokedAt }: Pick<ListedSessionKey, "expiresAt" | "revokedAt">, nowMs: number): KeyState =>
  revokedAt !== null ? "revoked" : expiresAt * 1000 <= nowMs ? "expired" : "valid";
