import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useConfig as useWagmiConfig } from "wagmi";
import { getBlock } from "wagmi/actions";

const LOOK_MS = 15_000;

/**
 * What contracts count with is the time of the latest block. A quiet chain is behind the wall clock, a development chain
 * whose time was moved is ahead of it; the later of the two is what the server goes by as well.
 */
export const laterClock = (wallMs: number, chainAheadMs: number): number => wallMs + Math.max(0, chainAheadMs);

/** Milliseconds by which the latest block is ahead of this device; negative when it is behind. */
function useChainAhead(): number {
  const config = useWagmiConfig();
  const query = useQuery({
    queryKey: ["clock"],
    queryFn: async () => Number((await getBlock(config)).timestamp) * 1000 - Date.now(),
    refetchInterval: LOOK_MS,
  });
  return query.data ?? 0;
}

/** The current time in milliseconds, ticking every `stepMs`, for countdowns. */
export function useNow(stepMs = 1_000): number {
  const ahead = useChainAhead();
  const [wall, setWall] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setWall(Date.now()), stepMs);
    return () => window.clearInterval(timer);
  }, [stepMs]);
  return laterClock(wall, ahead);
}
