import { Problem, problemOf } from "./problem";
import type { Session } from "./types";

/** Who the server takes us for. The token lives in memory only; the refresh cookie is out of reach of scripts. */
export type { Session };

const PREFIX = "/api/v1/auth";
/** Servers refuse cookie-authenticated requests without this header, which other sites cannot set. */
const GUARD = { "x-polity-csrf": "1" };

let session: Session | null = null;
let refreshing: Promise<Session | null> | null = null;
/** Whether this browser signed in before: without it there is no cookie worth asking about. */
const SIGNED_IN_KEY = "polity.signedIn";
const listeners = new Set<() => void>();

function set(next: Session | null): Session | null {
  session = next;
  if (next === null) window.localStorage.removeItem(SIGNED_IN_KEY);
  else window.localStorage.setItem(SIGNED_IN_KEY, "yes");
  for (const listener of listeners) listener();
  return next;
}

export const currentSession = (): Session | null => session;

export function subscribeSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function post(path: string, body?: unknown): Promise<Response> {
  try {
    return await fetch(PREFIX + path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json", ...GUARD },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, "The server cannot be reached", "Check that Polity is running, then try again.");
  }
}

/** A single-use nonce for a sign-in message. */
export async function createNonce(): Promise<string> {
  const response = await post("/nonces");
  if (!response.ok) throw await problemOf(response);
  return ((await response.json()) as { nonce: string }).nonce;
}

/** Trades a signed EIP-4361 message for a session. */
export async function createSession(message: string, signature: string): Promise<Session> {
  const response = await post("/sessions", { message, signature });
  if (!response.ok) throw await problemOf(response);
  const created = (await response.json()) as Session;
  set(created);
  return created;
}

/** Renews the session from the refresh cookie. Calls that overlap share one request, since the cookie is single-use. */
export function refreshSession(): Promise<Session | null> {
  refreshing ??= post("/sessions/refresh")
    .then(async (response) => set(response.ok ? ((await response.json()) as Session) : null))
    .catch(() => session)
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

/** After a page load: the session of the last visit, if it is still good. */
export const restoreSession = (): void => {
  if (window.localStorage.getItem(SIGNED_IN_KEY) !== null) void refreshSession();
};

/** Signs out here and on the server. */
export async function deleteSession(): Promise<void> {
  const token = session?.accessToken;
  set(null);
  await fetch(`${PREFIX}/sessions`, {
    method: "DELETE",
    credentials: "same-origin",
    headers: { ...GUARD, ...(token ? { authorization: `Bearer ${token}` } : {}) },
  }).catch(() => undefined);
}
