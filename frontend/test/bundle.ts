import { type Address, type Hex, keccak256, toBytes } from "viem";

/** The published file of an epoch's signed labels, as `protocol::labels` reads it. */
export interface Bundle {
  chainId: number;
  verifyingContract: Address;
  epoch: number;
  sessions: { labeler: Address; sessionKey: Address; scope: string; expiresAt: number; signature: Hex; verifiedBlock?: number }[];
  gold: { block: number; seat: number; answers: { slot: number; taskId: Hex; choice: number }[] }[];
  seats: { block: number; seat: number; labeler: Address; taskIds: Hex[]; answers: Answer[] }[];
}

export interface Answer {
  slot: number;
  choice: number;
  sessionKey: Address;
  signature: Hex;
}

/** Canonical JSON: sorted keys, no white space. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** The file's bytes and their hash: a header, then a line for each record in the order of the format. */
export function fileOf({ sessions, gold, seats, ...header }: Bundle): { bytes: Uint8Array; hash: Hex } {
  const count = { sessions: sessions.length, gold: gold.length, seats: seats.length };
  const byPlace = (a: { block: number; seat: number }, b: { block: number; seat: number }) => a.block - b.block || a.seat - b.seat;
  const records = [
    { format: "polity.labels.v3", ...header, ...count },
    ...[...sessions].sort((a, b) => (a.sessionKey < b.sessionKey ? -1 : 1)),
    ...[...gold].sort(byPlace),
    ...[...seats].sort(byPlace),
  ];
  const bytes = toBytes(records.map((record) => `${canonical(record)}\n`).join(""));
  return { bytes, hash: keccak256(bytes) };
}
