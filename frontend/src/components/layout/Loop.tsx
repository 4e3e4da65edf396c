import { Link } from "@tanstack/react-router";

const STATIONS = [
  ["/label", "People compare answers", "signed, and receipted"],
  ["/earnings", "An epoch closes and pays", "by a rule anybody can recompute"],
  ["/datasets", "Labels become a dataset", "frozen, hashed, registered"],
  ["/models", "A version is trained", "and measured against its parent"],
  ["/proposals", "Token holders vote", "on the pay and on the version"],
  ["/chat", "The approved version answers", "and writes the next tasks"],
] as const;

/** The loop that the whole platform is: each station is a page. */
export function Loop() {
  return (
    <nav aria-label="The loop">
      <ol className="grid gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-2 xl:grid-cols-3">
        {STATIONS.map(([to, title, detail], i) => (
          <li key={to} className="bg-surface">
            <Link to={to} className="flex h-full gap-3 p-4 hover:bg-accent-soft focus-visible:-outline-offset-2">
              <span aria-hidden className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-[0.875rem] font-semibold text-accent-strong">
                {i + 1}
              </span>
              <span>
                <span className="block font-medium">{title}</span>
                <span className="block text-[0.875rem] text-muted">{detail}</span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
