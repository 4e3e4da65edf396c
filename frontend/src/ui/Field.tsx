import { type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes, useId } from "react";
import { cx } from "./cx";

const CONTROL = "w-full rounded-lg border border-control bg-surface px-3 py-2 text-ink placeholder:text-muted";

function Labelled({ id, label, hint, error, children }: { id: string; label: string; hint?: ReactNode; error?: string; children: ReactNode }) {
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-[0.875rem] font-medium">
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1 text-[0.8125rem] text-muted">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} role="alert" className="mt-1 text-[0.8125rem] text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

type Extra = { label: string; hint?: ReactNode; error?: string };
const describedBy = (id: string, { hint, error }: Extra) =>
  cx(hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`) || undefined;

export function Input({ label, hint, error, className, ...rest }: InputHTMLAttributes<HTMLInputElement> & Extra) {
  const id = useId();
  return (
    <Labelled {...{ id, label, hint, error }}>
      <input
        id={id}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={describedBy(id, { label, hint, error })}
        className={cx(CONTROL, "min-h-10", className)}
        {...rest}
      />
    </Labelled>
  );
}

export function TextArea({ label, hint, error, className, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement> & Extra) {
  const id = useId();
  return (
    <Labelled {...{ id, label, hint, error }}>
      <textarea
        id={id}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={describedBy(id, { label, hint, error })}
        className={cx(CONTROL, "min-h-24", className)}
        {...rest}
      />
    </Labelled>
  );
}
