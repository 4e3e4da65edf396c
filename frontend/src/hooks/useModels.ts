import { queryOptions, useQuery } from "@tanstack/react-query";
import type { Hex } from "viem";
import { get } from "../api/client";
import type { ModelFamily, ModelVersion } from "../api/types";

export const modelsOptions = queryOptions({
  queryKey: ["models"],
  queryFn: ({ signal }) => get<ModelFamily[]>("/models", signal),
});
export const useModels = () => useQuery(modelsOptions);

export interface Located {
  family: ModelFamily;
  version: ModelVersion;
}

/** A version with its family, wherever it is. */
export function findVersion(families: readonly ModelFamily[], versionId: string): Located | null {
  for (const family of families) {
    const version = family.versions.find((candidate) => candidate.versionId.toLowerCase() === versionId.toLowerCase());
    if (version !== undefined) return { family, version };
  }
  return null;
}

/** From a version back to the first one it came from. */
export function ancestors(families: readonly ModelFamily[], versionId: Hex): ModelVersion[] {
  const line: ModelVersion[] = [];
  for (let next: Hex | null = versionId; next !== null && line.length < 100; ) {
    const found = findVersion(families, next);
    if (found === null) break;
    line.push(found.version);
    next = found.version.parent;
  }
  return line;
}
