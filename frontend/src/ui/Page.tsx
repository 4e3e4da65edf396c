import { type ReactNode, useEffect } from "react";

/** Title, one sentence on what the page is for, and its content. Sets the document's title. */
export function Page({ title, lead, aside, children }: { title: string; lead?: ReactNode; aside?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Polity`;
  }, [title]);
  return (
    <>
      <header className="mb-6 flex flex-wrap items-end justify-between gap-4">
        <div className="min-w-0">
          <h1 tabIndex={-1} className="text-[1.75rem] break-words outline-none sm:text-[2rem]">
            {title}
          </h1>
          {lead !== undefined && <p className="measure mt-1.5 text-muted">{lead}</p>}
        </div>
        {aside}
      </header>
      <div className="space-y-5">{children}</div>
    </>
  );
}
