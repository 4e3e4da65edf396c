import type { ReactNode } from "react";

/** Name and value pairs in columns that wrap. */
export function Stats({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[repeat(auto-fill,minmax(9.5rem,1fr))] gap-x-6 gap-y-4">{children}</dl>;
}

export function Stat({ label, children, hint }: { label: string; children: ReactNode; hint?: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-[0.8125rem] text-muted">{label}</dt>
      <dd className="mt-0.5 text-[1.0625rem] font-medium break-words">{children}</dd>
      {hint !== undefined && <dd className="text-[0.8125rem] text-muted">{hint}</dd>}
    </div>
  );
}
