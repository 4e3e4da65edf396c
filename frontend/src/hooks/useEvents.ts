import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

const SETTLE_MS = 300;

/**
 * Follows the server's event stream and refetches what is on screen after a change, after a reorganisation took one back,
 * when more of the chain has become final, and when the chain went back. Bursts are folded into one refetch. The browser
 * reconnects by itself and resumes from the last event id.
 */
export function useEvents(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const source = new EventSource("/api/v1/events");
    let timer: number | undefined;
    const changed = () => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "chat" });
      }, SETTLE_MS);
    };
    let statuses = 0;
    for (const kind of ["apply", "retract", "finalized"]) source.addEventListener(kind, changed);
    // The first one says where the stream begins, and the pages were fetched a moment ago.
    source.addEventListener("status", () => void (statuses++ > 0 && changed()));
    return () => {
      window.clearTimeout(timer);
      source.close();
    };
  }, [queries]);
}
