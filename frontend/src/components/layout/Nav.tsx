import { Link } from "@tanstack/react-router";
import { isOperator, useMe } from "../../hooks/useMe";

const GROUPS = [
  ["Work", [["/label", "Label"], ["/earnings", "Earnings"]]],
  ["Govern", [["/proposals", "Proposals"], ["/delegates", "Delegates"], ["/treasury", "Treasury"]]],
  ["Models", [["/models", "Models"], ["/chat", "Chat"], ["/datasets", "Datasets"]]],
  ["Check", [["/verify", "Verify"]]],
] as const;

function NavLink({ to, text, onNavigate }: { to: string; text: string; onNavigate?: () => void }) {
  return (
    <Link
      to={to}
      onClick={onNavigate}
      className="block rounded-lg px-3 py-1.5 hover:bg-sunken"
      activeProps={{ className: "bg-accent-soft font-medium text-accent-strong", "aria-current": "page" }}
    >
      {text}
    </Link>
  );
}

/** The sections; Admin appears for accounts that can use it. */
export function Nav({ onNavigate }: { onNavigate?: () => void }) {
  const me = useMe();
  const operate = isOperator(me.data) ? [["Operate", [["/admin", "Admin"]]] as const] : [];
  return (
    <nav aria-label="Sections" className="space-y-5">
      {[...GROUPS, ...operate].map(([group, links]) => (
        <div key={group}>
          <p className="px-3 pb-1 text-[0.8125rem] text-muted">{group}</p>
          <ul>
            {links.map(([to, text]) => (
              <li key={to}>
                <NavLink to={to} text={text} onNavigate={onNavigate} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
