import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorNote, Skeleton } from "./Notice";

/** The three states of a fetch in one place: placeholder, error with a way out, data. */
export function QueryView<T>({
  query,
  what,
  lines,
  children,
}: {
  query: UseQueryResult<T>;
  /** What could not be loaded, e.g. "The proposals could not be loaded". */
  what: string;
  lines?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ErrorNote what={what} error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton lines={lines} />;
}
