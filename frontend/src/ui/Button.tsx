import type { ButtonHTMLAttributes } from "react";
import { cx } from "./cx";

type Variant = "primary" | "secondary" | "quiet" | "danger";

const VARIANTS: Record<Variant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong border-transparent disabled:bg-sunken disabled:text-muted",
  secondary: "bg-surface text-ink border-control hover:bg-sunken disabled:text-muted disabled:border-line",
  quiet: "bg-transparent text-accent border-transparent hover:bg-accent-soft disabled:text-muted",
  danger: "bg-surface text-bad border-bad hover:bg-bad-soft disabled:text-muted disabled:border-line",
};

/** `busy` keeps the button in place, says so to assistive technology, and ignores further clicks. */
export function Button({
  variant = "secondary",
  busy = false,
  className,
  children,
  onClick,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { variant?: Variant; busy?: boolean }) {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      onClick={busy ? undefined : onClick}
      className={cx(
        "inline-flex min-h-10 items-center justify-center gap-2 rounded-lg border px-4 py-2 font-medium transition-colors",
        VARIANTS[variant],
        className,
      )}
      {...rest}
    >
      {busy && <span aria-hidden className="size-3 animate-spin rounded-full border-2 border-current border-r-transparent" />}
      {children}
    </button>
  );
}
