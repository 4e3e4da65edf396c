import type { TransactionState } from "../hooks/useTransaction";
import { cx } from "./cx";
import { ErrorNote } from "./Notice";
import { Hash } from "./Hash";

const STEPS = [
  ["wallet", "Confirm in your wallet"],
  ["sent", "Sent"],
  ["seen", "In a block"],
  ["indexed", "Done"],
] as const;

/** Where a transaction is, announced to assistive technology as it moves. */
export function TransactionNote({ state }: { state: TransactionState }) {
  if (state.step === "idle") return <div aria-live="polite" />;
  if (state.step === "failed") return <ErrorNote what="The transaction did not go through" error={new Error(state.message)} />;
  if (state.step === "refused") {
    return (
      <p aria-live="polite" className="text-muted">
        You declined in the wallet. Nothing was sent.
      </p>
    );
  }
  const at = STEPS.findIndex(([step]) => step === state.step);
  return (
    <div aria-live="polite" data-transaction={state.step} className="text-[0.875rem]">
      <ol className="flex flex-wrap gap-x-4 gap-y-1">
        {STEPS.map(([step, text], i) => (
          <li key={step} aria-current={i === at ? "step" : undefined} className={cx("flex items-center gap-1.5", i > at ? "text-muted" : "font-medium")}>
            <span aria-hidden className={cx("size-2 rounded-full border", i <= at ? "border-accent bg-accent" : "border-control")} />
            {text}
          </li>
        ))}
      </ol>
      {"hash" in state && state.hash !== undefined && (
        <p className="mt-1 text-muted">
          Transaction <Hash hash={state.hash} label="Transaction" mark={false} />
        </p>
      )}
    </div>
  );
}
