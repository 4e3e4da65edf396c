import { formatUnits, getAddress, isAddress } from "viem";

/** The token's symbol and decimals are fixed by the deployment. */
export const SYMBOL = "POL";
const DECIMALS = 18;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * An amount of wei as tokens: thousands separated, at most `digits` decimals, rounded down so that nothing is shown that
 * is not there. Amounts below the last digit read "<0.01".
 */
export function formatAmount(wei: bigint | string, digits = 2): string {
  const amount = BigInt(wei);
  const sign = amount < 0n ? "−" : "";
  const [integer = "0", fraction = ""] = formatUnits(amount < 0n ? -amount : amount, DECIMALS).split(".");
  const shown = fraction.slice(0, digits).replace(/0+$/, "");
  if (integer === "0" && shown === "" && amount !== 0n) return `${sign}<${digits === 0 ? "1" : `0.${"0".repeat(digits - 1)}1`}`;
  return `${sign}${whole.format(BigInt(integer))}${shown === "" ? "" : `.${shown}`}`;
}

/** With the symbol, e.g. "1,234.5 POL". */
export const formatTokens = (wei: bigint | string, digits = 2): string => `${formatAmount(wei, digits)} ${SYMBOL}`;

/** "0x1234…abcd"; a checksummed address keeps its checksum case. */
export function shortHex(hex: string, head = 4, tail = 4): string {
  const text = isAddress(hex) ? getAddress(hex) : hex;
  return text.length <= 2 + head + tail + 1 ? text : `${text.slice(0, 2 + head)}…${text.slice(-tail)}`;
}

/** Basis points as per cent: 6143 → "61.4 %". */
export const formatBps = (bps: number): string => `${(bps / 100).toFixed(1)} %`;

/** Share of `part` in `total` as per cent with one decimal; 0 of 0 is 0. */
export function formatShare(part: bigint, total: bigint): string {
  if (total === 0n) return "0 %";
  const tenths = Number((part * 1000n) / total);
  return `${(tenths / 10).toFixed(1)} %`;
}

/** A fixed-point number with 18 decimals, for scores: "0.4375". */
export const formatWad = (wad: bigint | string, digits = 4): string => formatAmount(wad, digits);

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
export const formatTime = (iso: string): string => dateTime.format(new Date(iso));

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** "in 3 minutes", "2 days ago". */
export function formatRelative(iso: string, nowMs: number): string {
  const seconds = Math.round((new Date(iso).getTime() - nowMs) / 1000);
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? (["second", 1] as const);
  return relative.format(Math.trunc(seconds / size), unit);
}

/** A length of time in its largest even unit: "7 days", "90 minutes", "60 seconds" reads "1 minute". */
export function formatDuration(seconds: number): string {
  const [unit, size] = STEPS.find(([, step]) => seconds >= step && seconds % step === 0) ?? (["second", 1] as const);
  return formatCount(seconds / size, unit);
}

export const formatCount = (count: number, noun: string, plural = `${noun}s`): string =>
  `${whole.format(count)} ${count === 1 ? noun : plural}`;

export const formatSize = (bytes: number): string =>
  bytes < 1024 ? `${bytes} B` : bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;

/** Lower camel case or snake_case to words: "notEnoughOverlap" → "not enough overlap". */
export const words = (name: string): string =>
  name.replace(/_/g, " ").replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
