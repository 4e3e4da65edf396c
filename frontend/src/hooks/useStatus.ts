import { queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Status } from "../api/types";

export const statusOptions = queryOptions({
  queryKey: ["status"],
  queryFn: ({ signal }) => get<Status>("/status", signal),
  refetchInterval: 10_000,
});

/** What the chain and the index are at, and what is open now. */
export const useStatus = () => useQuery(statusOptions);
