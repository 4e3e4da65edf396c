import type { ReactNode } from "react";

/** A table that scrolls inside itself on narrow screens; the scroll area can be reached by keyboard. */
export function Table({ caption, head, children }: { caption: string; head: ReactNode[]; children: ReactNode }) {
  return (
    <div tabIndex={0} role="region" aria-label={`${caption} (table)`} className="-mx-2 overflow-x-auto px-2">
      <table className="w-full border-collapse text-left text-[0.875rem]">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-muted">
            {head.map((cell, i) => (
              <th key={i} scope="col" className="py-2 pr-4 font-medium whitespace-nowrap">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="[&_td]:py-2 [&_td]:pr-4 [&_td]:align-top [&_tr]:border-b [&_tr]:border-line [&_tr:last-child]:border-0">{children}</tbody>
      </table>
    </div>
  );
}
