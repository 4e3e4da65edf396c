import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { NotFound, RouteError } from "./components/layout/RouteError";
import { Shell } from "./components/layout/Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: RouteError });

/** Each page is a chunk of its own: a labeler never loads the charts of a vote. */
const pages = [
  createRoute({ getParentRoute: () => root, path: "/", component: lazyRouteComponent(() => import("./routes/home")) }),
  createRoute({ getParentRoute: () => root, path: "/label", component: lazyRouteComponent(() => import("./routes/label")) }),
  createRoute({ getParentRoute: () => root, path: "/earnings", component: lazyRouteComponent(() => import("./routes/earnings")) }),
  createRoute({ getParentRoute: () => root, path: "/proposals", component: lazyRouteComponent(() => import("./routes/proposals")) }),
  createRoute({
    getParentRoute: () => root,
    path: "/proposals/$proposalId",
    component: lazyRouteComponent(() => import("./routes/proposal")),
  }),
  createRoute({ getParentRoute: () => root, path: "/epochs/$epoch", component: lazyRouteComponent(() => import("./routes/epoch")) }),
  createRoute({ getParentRoute: () => root, path: "/models", component: lazyRouteComponent(() => import("./routes/models")) }),
  createRoute({
    getParentRoute: () => root,
    path: "/models/$versionId",
    component: lazyRouteComponent(() => import("./routes/modelVersion")),
  }),
  createRoute({ getParentRoute: () => root, path: "/chat", component: lazyRouteComponent(() => import("./routes/chat")) }),
  createRoute({ getParentRoute: () => root, path: "/datasets", component: lazyRouteComponent(() => import("./routes/datasets")) }),
  createRoute({
    getParentRoute: () => root,
    path: "/verify",
    validateSearch: (search: Record<string, unknown>): { epoch?: number; account?: string } => ({
      epoch: Number.isSafeInteger(search.epoch) ? (search.epoch as number) : undefined,
      account: typeof search.account === "string" ? search.account : undefined,
    }),
    component: lazyRouteComponent(() => import("./routes/verify")),
  }),
  createRoute({ getParentRoute: () => root, path: "/delegates", component: lazyRouteComponent(() => import("./routes/delegates")) }),
  createRoute({ getParentRoute: () => root, path: "/treasury", component: lazyRouteComponent(() => import("./routes/treasury")) }),
  createRoute({ getParentRoute: () => root, path: "/admin", component: lazyRouteComponent(() => import("./routes/admin")) }),
];

export const router = createRouter({
  routeTree: root.addChildren(pages),
  defaultPreload: "intent",
  // Of the page alone, inside the shell: one page that fails leaves navigation and account in place.
  defaultErrorComponent: RouteError,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
