import type { Saved } from "../../hooks/useLabeling";
import type { Choice } from "../../protocol/labels";
import { Hash } from "../../ui/Hash";

/** What a choice says, in the words of the desk. */
export const SAID: Record<Choice, string> = { a: "A is better", b: "B is better", tie: "Tie", skip: "Skipped" };

/** The last answer that the operator countersigned; the receipt itself is kept in this browser. */
export function ReceiptLine({ saved, sending }: { saved: Saved | null; sending: number }) {
  return (
    <div aria-live="polite" className="min-h-6 text-[0.875rem] text-muted" data-testid="receipt">
      {sending > 0 && <span>Saving… </span>}
      {sending === 0 && saved !== null && (
        <span className="inline-flex flex-wrap items-center gap-x-2">
          <span>
            Saved: {SAID[saved.choice]} (slot {saved.task.slot}). Receipt
          </span>
          <Hash hash={saved.receipt.preferenceHash} label="Receipt" />
        </span>
      )}
    </div>
  );
}
