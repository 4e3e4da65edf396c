import { type ReactNode, useId } from "react";
import { cx } from "./cx";

/** A titled region. `aside` sits opposite the title. */
export function Card({
  title,
  aside,
  children,
  className,
  level = 2,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
  level?: 2 | 3;
}) {
  const id = useId();
  const Heading = `h${level}` as const;
  return (
    <section aria-labelledby={title === undefined ? undefined : id} className={cx("card p-5 sm:p-6", className)}>
      {title !== undefined && (
        <header className="mb-4 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
          <Heading id={id} className="text-lg">
            {title}
          </Heading>
          {aside}
        </header>
      )}
      {children}
    </section>
  );
}
