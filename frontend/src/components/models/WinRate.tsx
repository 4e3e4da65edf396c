import type { Evaluation } from "../../api/types";
import { formatBps, formatCount } from "../../format";

interface Rate {
  winRateBps: number;
  ciLowBps: number;
  ciHighBps: number;
}

const verdict = ({ ciLowBps, ciHighBps }: Rate): string =>
  ciLowBps > 5_000 ? "better than its parent" : ciHighBps < 5_000 ? "worse than its parent" : "no clear difference to its parent";

/** A win rate with its interval on the scale from 0 to 100 %, the even mark at 50 %. */
function Interval({ rate, label }: { rate: Rate; label: string }) {
  const at = (bps: number) => bps / 100;
  return (
    <div>
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="text-muted">{label}</span>
        <span>
          <strong className="text-[1.0625rem] font-semibold">{formatBps(rate.winRateBps)}</strong>{" "}
          <span className="text-[0.875rem] text-muted">
            95 % interval {formatBps(rate.ciLowBps)} to {formatBps(rate.ciHighBps)}: {verdict(rate)}
          </span>
        </span>
      </p>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden className="mt-1.5 h-4 w-full">
        <rect x="0" y="2.5" width="100" height="1" className="fill-line" />
        <rect x={at(rate.ciLowBps)} y="1.5" width={Math.max(0.4, at(rate.ciHighBps - rate.ciLowBps))} height="3" className="fill-accent opacity-45" />
        <rect x={at(rate.winRateBps) - 0.3} y="0.5" width="0.6" height="5" className="fill-accent" />
        <rect x="49.85" y="0" width="0.3" height="6" className="fill-ink" />
      </svg>
    </div>
  );
}

const JUDGES: Record<string, string> = { rewardModel: "the reward model" };

/** How a version did against its parent on held-out prompts. */
export function WinRate({ evaluation }: { evaluation: Evaluation }) {
  const { oracle } = evaluation;
  return (
    <div className="space-y-4">
      <Interval rate={evaluation} label={`Win rate, judged by ${JUDGES[evaluation.judge] ?? evaluation.judge}`} />
      {oracle && <Interval rate={oracle} label={`Win rate, judged by ${oracle.name}, not by the reward model`} />}
      <p className="text-[0.875rem] text-muted">
        {formatCount(evaluation.nComparisons, "comparison")}. Mean score {evaluation.meanScore.toFixed(3)}, parent{" "}
        {evaluation.meanScoreParent.toFixed(3)}. Distance to the parent (KL) {evaluation.kl.toFixed(3)}.
      </p>
    </div>
  );
}
