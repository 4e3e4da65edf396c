import type { Step, StepState } from "../../hooks/useVerification";
import { cx } from "../../ui/cx";

const STATES: Record<StepState, { sign: string; word: string; style: string }> = {
  waiting: { sign: "·", word: "waiting", style: "bg-sunken text-muted" },
  running: { sign: "…", word: "checking", style: "bg-accent-soft text-accent-strong" },
  passed: { sign: "✓", word: "pass", style: "bg-good-soft text-good" },
  failed: { sign: "✗", word: "fail", style: "bg-bad-soft text-bad" },
  skipped: { sign: "–", word: "not made", style: "bg-brass-soft text-brass" },
};

/** Each check with what it found. */
export function Steps({ steps }: { steps: Step[] }) {
  return (
    <ol className="space-y-4">
      {steps.map(({ title, state, detail }) => {
        const { sign, word, style } = STATES[state];
        return (
          <li key={title} data-step={state} className="flex gap-3">
            <span aria-hidden className={cx("flex size-7 shrink-0 items-center justify-center rounded-full font-semibold", style)}>
              {sign}
            </span>
            <div className="min-w-0">
              <p className="flex flex-wrap items-baseline gap-x-2">
                <span className="font-medium">{title}</span>
                <span className="text-[0.8125rem] text-muted">{word}</span>
              </p>
              {detail !== "" && <p className={cx("text-[0.875rem] wrap-anywhere", state === "failed" ? "text-bad" : "text-muted")}>{detail}</p>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** One sentence over all checks, and what failed first. */
export function Verdict({ steps }: { steps: Step[] }) {
  const count = (state: StepState) => steps.filter((step) => step.state === state).length;
  const failed = count("failed");
  const first = steps.find(({ state }) => state === "failed");
  const text =
    failed > 0
      ? `${failed} of ${steps.length} checks failed.`
      : count("skipped") > 0
        ? `${count("passed")} checks passed; ${count("skipped")} cannot be made yet.`
        : `All ${steps.length} checks passed.`;
  return (
    <div role="status" data-verdict={failed > 0 ? "failed" : "passed"} className={cx("rounded-lg px-4 py-3", failed > 0 ? "bg-bad-soft text-bad" : "bg-good-soft text-good")}>
      <p className="font-medium">{text}</p>
      {first && (
        <p className="mt-1 text-[0.875rem] wrap-anywhere">
          {failed > 1 ? "The first" : "It"} was “{first.title}”. {first.detail}
        </p>
      )}
    </div>
  );
}
