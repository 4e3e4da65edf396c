import type { ReactNode } from "react";
import { describeError } from "../errors";
import { Button } from "./Button";
import { cx } from "./cx";

/** Nothing here yet, and what to do about it. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="rounded-xl border border-dashed border-control px-6 py-10 text-center">
      <p className="font-medium">{title}</p>
      {children !== undefined && <div className="measure mx-auto mt-1 text-muted">{children}</div>}
      {action !== undefined && <div className="mt-4">{action}</div>}
    </div>
  );
}

/** What happened, and one thing to do. */
export function ErrorNote({ error, retry, what, action = "Try again" }: { error: unknown; retry?: () => void; what?: string; action?: string }) {
  return (
    <div role="alert" className="flex flex-wrap items-center justify-between gap-3 rounded-lg border border-bad bg-bad-soft px-4 py-3 text-bad">
      <p className="min-w-0 break-words">
        {what !== undefined && <span className="font-medium">{what}. </span>}
        {describeError(error)}
      </p>
      {retry && (
        <Button variant="danger" onClick={retry}>
          {action}
        </Button>
      )}
    </div>
  );
}

export function Notice({ tone = "accent", children }: { tone?: "accent" | "brass"; children: ReactNode }) {
  return (
    <div
      className={cx(
        "flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-lg px-4 py-3",
        tone === "brass" ? "bg-brass-soft text-brass" : "bg-accent-soft text-accent-strong",
      )}
    >
      {children}
    </div>
  );
}

/** Placeholder of the size of what is coming. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div role="status" aria-label="Loading" className="animate-pulse space-y-3">
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} className={cx("h-5 rounded bg-sunken", i % 3 === 2 && "w-2/3")} />
      ))}
    </div>
  );
}
