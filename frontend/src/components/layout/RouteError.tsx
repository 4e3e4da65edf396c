import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { Page } from "../../ui/Page";
import { Empty, ErrorNote } from "../../ui/Notice";

/** A page that failed does not take the others with it. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page failed">
      <ErrorNote what="Something in this page broke; nothing was sent" error={error} retry={reset} />
    </Page>
  );
}

export function NotFound() {
  return (
    <Page title="Page not found">
      <Empty
        title="There is nothing at this address"
        action={
          <Link to="/" className="text-accent underline">
            Go to the overview
          </Link>
        }
      />
    </Page>
  );
}
