import { createContext, use } from "react";
import type { PublicConfig } from "../config";

export const ConfigContext = createContext<PublicConfig | null>(null);

/** The deployment's settings; present everywhere below the root. */
export function useConfig(): PublicConfig {
  const config = use(ConfigContext);
  if (config === null) throw new Error("useConfig needs ConfigContext above it");
  return config;
}
