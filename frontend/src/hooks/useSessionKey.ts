import { useMutation } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import type { Address, Hex } from "viem";
import { useSignTypedData } from "wagmi";
import { sendJson } from "../api/client";
import { domainOf, sessionKeyTypes } from "../protocol/labels";
import { useConfig } from "./useConfig";

const SCOPE = "label";
/** A working day. The key signs answers only, and only until then. */
const TTL_S = 12 * 3600;
const MARGIN_S = 60;

/** A key made in this page and authorised once by the wallet, so that each answer needs no wallet dialog. */
export interface SessionKey {
  privateKey: Hex;
  sessionKey: Address;
  expiresAt: number;
}

const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Kept for this tab's life only; bound to chain, contract and account. */
const storageKey = (chainId: number, contract: Address, labeler: Address): string =>
  `polity.sessionKey.${chainId}.${contract}.${labeler}`.toLowerCase();

function store(key: string, value: SessionKey | null): void {
  if (value === null) window.sessionStorage.removeItem(key);
  else window.sessionStorage.setItem(key, JSON.stringify(value));
  for (const listener of listeners) listener();
}

/** The stored key, unless it is about to expire. */
export function parseSessionKey(stored: string | null, nowS: number): SessionKey | null {
  if (stored === null) return null;
  const key = JSON.parse(stored) as SessionKey;
  return key.expiresAt > nowS + MARGIN_S ? key : null;
}

export function useSessionKey(labeler: Address | undefined) {
  const { chainId, contracts } = useConfig();
  const signTypedData = useSignTypedData();
  const at = labeler === undefined ? null : storageKey(chainId, contracts.labelEpochs, labeler);
  const stored = useSyncExternalStore(subscribe, () => (at === null ? null : window.sessionStorage.getItem(at)));
  const key = parseSessionKey(stored, Date.now() / 1000);

  const authorise = useMutation({
    mutationFn: async () => {
      if (labeler === undefined || at === null) throw new Error("Sign in first.");
      const { generatePrivateKey, privateKeyToAddress } = await import("viem/accounts");
      const privateKey = generatePrivateKey();
      const sessionKey = privateKeyToAddress(privateKey);
      const expiresAt = Math.floor(Date.now() / 1000) + TTL_S;
      const signature = await signTypedData.mutateAsync({
        domain: domainOf(chainId, contracts.labelEpochs),
        types: sessionKeyTypes,
        primaryType: "SessionKeyAuthorization",
        message: { labeler, sessionKey, scope: SCOPE, expiresAt: BigInt(expiresAt) },
      });
      await sendJson("POST", "/session-keys", { labeler, sessionKey, scope: SCOPE, expiresAt, signature });
      store(at, { privateKey, sessionKey, expiresAt });
    },
  });
  const forget = useCallback(() => at !== null && store(at, null), [at]);
  return { key, authorise, forget };
}
