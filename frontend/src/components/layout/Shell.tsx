import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useEvents } from "../../hooks/useEvents";
import { Dialog } from "../../ui/Dialog";
import { AccountButton } from "../wallet/AccountButton";
import { ChainNotice } from "../wallet/ChainNotice";
import { WalletProvider } from "../wallet/WalletContext";
import { ChainStatus } from "./ChainStatus";
import { Nav } from "./Nav";
import { ThemeSwitch } from "./ThemeSwitch";
import { Violation } from "./Violation";

function Brand() {
  return (
    <Link to="/" aria-label="Polity, overview" className="flex items-center gap-2.5 rounded-lg font-display text-xl font-semibold tracking-tight">
      <img src="/mark.svg" alt="" className="size-7" />
      <span className="hidden min-[26rem]:inline">Polity</span>
    </Link>
  );
}

/** After a navigation keyboard and screen reader users start at the new page's heading. */
function useFocusOnNavigation() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else document.querySelector<HTMLElement>("main h1")?.focus();
  }, [path]);
}

/** Skip link, navigation, account, and the page. */
export function Shell() {
  useEvents();
  useFocusOnNavigation();
  const [menu, setMenu] = useState(false);
  return (
    <WalletProvider>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-20 focus:rounded-lg focus:bg-accent focus:px-4 focus:py-2 focus:text-on-accent"
      >
        Skip to content
      </a>
      <div className="mx-auto grid min-h-dvh max-w-[84rem] grid-cols-[minmax(0,1fr)] lg:grid-cols-[13.5rem_minmax(0,1fr)]">
        <aside aria-label="Sidebar" className="hidden border-r border-line lg:block">
          <div className="sticky top-0 flex h-dvh flex-col gap-7 overflow-y-auto p-5">
            <Brand />
            <Nav />
            <div className="mt-auto space-y-3">
              <ThemeSwitch />
              <div className="px-3">
                <ChainStatus />
              </div>
            </div>
          </div>
        </aside>
        <div className="flex min-w-0 flex-col">
          <header className="flex items-center justify-between gap-3 px-4 py-3 sm:px-8 lg:justify-end">
            <div className="lg:hidden">
              <Brand />
            </div>
            <div className="flex items-center gap-2">
              <AccountButton />
              <button
                type="button"
                onClick={() => setMenu(true)}
                className="min-h-10 rounded-lg border border-control px-3 lg:hidden"
                aria-haspopup="dialog"
              >
                Menu
              </button>
            </div>
          </header>
          <main id="main" tabIndex={-1} className="w-full flex-1 px-4 pt-4 pb-20 outline-none sm:px-8">
            <ChainNotice />
            <Violation />
            <Outlet />
          </main>
        </div>
      </div>
      <Dialog open={menu} onClose={() => setMenu(false)} title="Menu" side>
        <Nav onNavigate={() => setMenu(false)} />
        <ThemeSwitch />
        <div className="px-3">
          <ChainStatus />
        </div>
      </Dialog>
    </WalletProvider>
  );
}
