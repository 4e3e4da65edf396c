import type { Action } from "../../api/types";
import { Hash } from "../../ui/Hash";

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** What would be called, first in words, then exactly. */
export function Actions({ actions }: { actions: Action[] }) {
  return (
    <ol className="space-y-3">
      {actions.map((action, i) => (
        <li key={i} className="flex gap-3">
          <span aria-hidden className="flex size-7 shrink-0 items-center justify-center rounded-full bg-sunken text-[0.875rem]">
            {i + 1}
          </span>
          <div className="min-w-0 grow wrap-anywhere">
            <p className="font-medium break-words">{action.summary}</p>
            <details className="mt-1">
              <summary className="min-h-6 text-[0.875rem] text-muted">
                {action.contract ?? "Unknown contract"}
                {action.function !== null && `.${action.function}`}
              </summary>
              <dl className="mt-2 grid grid-cols-[minmax(0,1fr)] gap-x-4 sm:grid-cols-[minmax(0,auto)_minmax(0,1fr)] gap-y-1 text-[0.875rem]">
                <dt className="text-muted">target</dt>
                <dd>
                  <Hash hash={action.target} label="Target" mark={false} />
                </dd>
                {action.args.map((arg, k) => (
                  <div key={k} className="contents">
                    <dt className="text-muted">
                      {arg.name || `argument ${k + 1}`} <span className="font-mono text-[0.75rem]">{arg.type}</span>
                    </dt>
                    <dd className="font-mono break-all">{shown(arg.value)}</dd>
                  </div>
                ))}
                <dt className="text-muted">calldata</dt>
                <dd>
                  <div className="max-h-32 overflow-y-auto font-mono text-[0.8125rem] break-all" tabIndex={0} role="region" aria-label={`Calldata of action ${i + 1}`}>
                    {action.calldata}
                  </div>
                </dd>
              </dl>
            </details>
          </div>
        </li>
      ))}
    </ol>
  );
}
