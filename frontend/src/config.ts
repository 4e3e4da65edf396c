import type { PublicConfig } from "./api/types";

export type { PublicConfig };

/**
 * What differs between deployments, so that one build fits them all.
 *
 * @throws Error when the server does not answer with a configuration
 */
export async function loadConfig(): Promise<PublicConfig> {
  const response = await fetch("/config.json", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`The server answered ${response.status} to /config.json.`);
  return (await response.json()) as PublicConfig;
}
