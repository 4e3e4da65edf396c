import { useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Delegate, Treasury } from "../api/types";

export const useDelegates = () => useQuery({ queryKey: ["delegates"], queryFn: ({ signal }) => get<Delegate[]>("/delegates", signal) });
export const useTreasury = () => useQuery({ queryKey: ["treasury"], queryFn: ({ signal }) => get<Treasury>("/treasury", signal) });
