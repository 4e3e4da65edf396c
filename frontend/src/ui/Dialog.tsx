import { type ReactNode, useEffect, useId, useRef } from "react";
import { cx } from "./cx";

/** A modal on the platform's own element: focus is kept inside, Escape closes, focus returns to where it was. */
export function Dialog({
  open,
  onClose,
  title,
  children,
  side = false,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** As a drawer at the right edge. */
  side?: boolean;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && onClose()}
      className={cx(
        "bg-surface text-ink shadow-2xl",
        side
          ? "mr-0 ml-auto h-dvh max-h-dvh w-full max-w-lg border-l border-line"
          : "m-auto w-[calc(100%-2rem)] max-w-md rounded-xl border border-line",
      )}
    >
      {open && (
        <div className="flex max-h-full flex-col gap-4 overflow-y-auto p-5 sm:p-6">
          <header className="flex items-start justify-between gap-4">
            <h2 id={id} className="text-xl">
              {title}
            </h2>
            <button
              type="button"
              onClick={onClose}
              className="-mt-1 -mr-2 flex size-9 items-center justify-center rounded-lg text-xl text-muted hover:bg-sunken"
              aria-label="Close"
            >
              ×
            </button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}
