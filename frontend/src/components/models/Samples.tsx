import { useState } from "react";
import type { Evaluation } from "../../api/types";
import { Button } from "../../ui/Button";
import { inertText } from "../label/inertText";

/** Held-out prompts answered by the parent and by the candidate, one at a time. */
export function Samples({ samples }: { samples: Evaluation["samples"] }) {
  const [index, setIndex] = useState(0);
  const sample = samples[index];
  if (sample === undefined) return <p className="text-muted">The evaluation kept no samples.</p>;
  const sides = [
    ["Parent", sample.parent, sample.scoreParent],
    ["This version", sample.candidate, sample.score],
  ] as const;
  return (
    <div className="space-y-3">
      <p className="measure font-medium break-words whitespace-pre-wrap">{inertText(sample.prompt)}</p>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 md:grid-cols-2">
        {sides.map(([name, text, score]) => (
          <section key={name} aria-label={name} className="min-w-0 rounded-lg bg-sunken p-4">
            <p className="mb-1 flex justify-between gap-3 text-[0.875rem] text-muted">
              <span>{name}</span>
              <span>score {score.toFixed(2)}</span>
            </p>
            <p className="break-words whitespace-pre-wrap">{text === "" ? <em className="text-muted">(empty)</em> : inertText(text)}</p>
          </section>
        ))}
      </div>
      <div className="flex items-center gap-3">
        <Button disabled={index === 0} onClick={() => setIndex(index - 1)}>
          Previous
        </Button>
        <span aria-live="polite" className="text-muted">
          {index + 1} of {samples.length}
        </span>
        <Button disabled={index === samples.length - 1} onClick={() => setIndex(index + 1)}>
          Next
        </Button>
      </div>
    </div>
  );
}
