import { useState } from "react";
import { shortHex } from "../format";
import { cx } from "./cx";

const BARS = 8;

/**
 * The hallmark of a hash: eight bars whose heights are its first nibbles. The same 32 bytes carry the same mark wherever
 * they appear, so that a dataset on one page is recognised on the next without reading hexadecimal.
 */
export function Hallmark({ hash, className }: { hash: string; className?: string }) {
  const digits = Array.from({ length: BARS }, (_, i) => Number.parseInt(hash[2 + i] ?? "0", 16));
  return (
    <svg viewBox="0 0 31 17" aria-hidden className={cx("inline-block h-3.5 w-auto shrink-0 text-accent", className)} fill="currentColor">
      {digits.map((digit, i) => (
        <rect key={i} x={i * 4} y={15 - digit} width="3" height={digit + 2} />
      ))}
    </svg>
  );
}

/** A hash or an id, shortened, with its hallmark and a button that copies all of it. */
export function Hash({ hash, label, mark = true }: { hash: string; label?: string; mark?: boolean }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(hash).then(
      () => setCopied(true),
      () => setCopied(false),
    );
    window.setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <button
      type="button"
      onClick={() => void copy()}
      title={`${hash} (copy)`}
      aria-label={`${label ?? "Hash"} ${shortHex(hash)}, copy`}
      className="relative -mx-1 inline-flex min-h-6 items-center gap-1.5 rounded px-1 font-mono text-[0.8125rem] whitespace-nowrap hover:bg-sunken"
    >
      {mark && <Hallmark hash={hash} />}
      <span>{shortHex(hash)}</span>
      <span aria-live="polite" className={cx(copied && "absolute inset-y-0 right-0 rounded bg-sunken px-1.5 font-sans leading-6")}>
        {copied && "copied"}
      </span>
    </button>
  );
}
