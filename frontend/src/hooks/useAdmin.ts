import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, sendJson } from "../api/client";
import type { Agreement, Job, Run } from "../api/types";

export const useJobs = () => useQuery({ queryKey: ["mine", "jobs"], queryFn: ({ signal }) => get<Job[]>("/jobs", signal), refetchInterval: 3_000 });
export const useRuns = () => useQuery({ queryKey: ["runs"], queryFn: ({ signal }) => get<Run[]>("/runs", signal), refetchInterval: 3_000 });

export const useAgreement = (campaignId: number) =>
  useQuery({ queryKey: ["mine", "agreement", campaignId], queryFn: ({ signal }) => get<Agreement>(`/campaigns/${campaignId}/agreement`, signal) });

/** A request that changes something on the server; lists are fetched anew afterwards. */
export function useCommand() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ method = "POST", path, body }: { method?: "POST" | "PUT"; path: string; body?: unknown }) => sendJson<unknown>(method, path, body ?? {}),
    onSuccess: () => queries.invalidateQueries(),
  });
}
