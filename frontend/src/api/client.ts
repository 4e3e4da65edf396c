import { Problem, problemOf } from "./problem";
import { currentSession, refreshSession } from "./session";

const PREFIX = "/api/v1";

async function send(path: string, init: RequestInit): Promise<Response> {
  const token = currentSession()?.accessToken;
  const headers = { ...(init.headers as Record<string, string>), ...(token ? { authorization: `Bearer ${token}` } : {}) };
  try {
    return await fetch(path, { ...init, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "The server cannot be reached", "Check that Polity is running, then try again.");
  }
}

/**
 * One request. An expired access token is renewed once and the request repeated.
 *
 * @param path below the server's root, with its leading slash
 * @throws Problem for every answer outside 200–299
 */
export async function fetchOk(path: string, init: RequestInit = {}): Promise<Response> {
  let response = await send(path, init);
  if (response.status === 401 && currentSession() !== null && (await refreshSession()) !== null) {
    response = await send(path, init);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetchOk(PREFIX + path, { headers: { accept: "application/json" }, signal });
  return (await response.json()) as T;
}

export async function sendJson<T>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T> {
  const response = await fetchOk(PREFIX + path, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), accept: "application/json" },
    body: JSON.stringify(body),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The bytes that hash to `hash`. The caller checks that they do. */
export async function getBlob(hash: string, signal?: AbortSignal): Promise<Uint8Array> {
  const response = await fetchOk(`${PREFIX}/blobs/${hash}`, { signal });
  return new Uint8Array(await response.arrayBuffer());
}
