import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

const SETTLE_MS = 300;

/**
 * Follows the server's event stream and refetches what is on screen after a change, or after a reorganisation took one
 * back. Bursts are folded into one refetch. The browser reconnects by itself and resumes from the last event id.
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
    source.addEventListener("apply", changed);
    source.addEventListener("retract", changed);
    return () => {
      window.clearTimeout(timer);
      source.close();
    };
  }, [queries]);
}
