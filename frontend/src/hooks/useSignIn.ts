import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createSiweMessage } from "viem/siwe";
import { useConnection, useSignMessage } from "wagmi";
import { createNonce, createSession, deleteSession } from "../api/session";
import { useConfig } from "./useConfig";

const MESSAGE_TTL_MS = 5 * 60_000;
const STATEMENT = "Sign in to Polity. This costs nothing and sends no transaction.";

/** Sign-in with Ethereum (EIP-4361): nonce, message, wallet signature, session. */
export function useSignIn() {
  const { siwe, chainId } = useConfig();
  const { address } = useConnection();
  const signMessage = useSignMessage();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      if (address === undefined) throw new Error("Connect a wallet first.");
      const nonce = await createNonce();
      const now = Date.now();
      const message = createSiweMessage({
        address,
        chainId,
        nonce,
        domain: siwe.domain,
        uri: siwe.uri,
        version: "1",
        statement: STATEMENT,
        issuedAt: new Date(now),
        expirationTime: new Date(now + MESSAGE_TTL_MS),
      });
      return createSession(message, await signMessage.mutateAsync({ message }));
    },
    onSuccess: () => queries.invalidateQueries(),
  });
}

/** Ends the session; what was fetched with it is forgotten. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: deleteSession,
    onSuccess: () => queries.removeQueries({ queryKey: ["mine"] }),
  });
}
