import { useSyncExternalStore } from "react";
import { useConnection } from "wagmi";
import { currentSession, subscribeSession } from "../api/session";

/** The server session, `null` while signed out. `matches` is false when the wallet moved on to another account. */
export function useSession() {
  const session = useSyncExternalStore(subscribeSession, currentSession);
  const { address } = useConnection();
  const matches = session !== null && address?.toLowerCase() === session.account.toLowerCase();
  return { session, signedIn: matches, account: matches ? session.account : undefined };
}
