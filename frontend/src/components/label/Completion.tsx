import { cx } from "../../ui/cx";
import { inertText } from "./inertText";

const SIDES = {
  A: { tab: "bg-first-soft text-first", button: "border-first text-first hover:bg-first-soft", edge: "border-t-first" },
  B: { tab: "bg-second-soft text-second", button: "border-second text-second hover:bg-second-soft", edge: "border-t-second" },
};

/** One of the two answers under judgement, and the button that prefers it while there is something to choose. */
export function Completion({ side, text, onChoose, shortcut }: { side: "A" | "B"; text: string; onChoose?: () => void; shortcut: string | null }) {
  const style = SIDES[side];
  return (
    <section aria-label={`Completion ${side}`} className={cx("card flex min-w-0 flex-col border-t-4", style.edge)}>
      <h2 className="px-5 pt-4">
        <span className={cx("inline-flex size-8 items-center justify-center rounded-md text-lg", style.tab)}>{side}</span>
      </h2>
      <p className="measure grow px-5 py-4 text-base leading-relaxed break-words whitespace-pre-wrap">
        {text === "" ? <em className="text-muted">(empty completion)</em> : inertText(text)}
      </p>
      {onChoose && (
        <div className="p-3 pt-0">
          <button
            type="button"
            onClick={onChoose}
            className={cx("flex min-h-12 w-full items-center justify-center gap-2 rounded-lg border-2 bg-surface px-4 text-base font-semibold transition-colors", style.button)}
          >
            {side} is better {shortcut !== null && <kbd className="pointer-coarse:hidden rounded border border-current px-1.5 text-[0.8125rem] font-normal">{shortcut}</kbd>}
          </button>
        </div>
      )}
    </section>
  );
}
