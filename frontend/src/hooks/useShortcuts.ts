import { useEffect, useState } from "react";

const STORAGE_KEY = "polity.shortcuts";

/** Whether single-key shortcuts are on (WCAG 2.1.4: they can be turned off), remembered in this browser. */
export function useShortcutSwitch(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => window.localStorage.getItem(STORAGE_KEY) !== "off");
  return [
    on,
    (next) => {
      window.localStorage.setItem(STORAGE_KEY, next ? "on" : "off");
      setOn(next);
    },
  ];
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;

/** Calls the handler of a pressed key while enabled, never while someone types, holds a modifier, or has a dialog open. */
export function useShortcuts(handlers: Record<string, () => void>, enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
      if (!plain || isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
      const handler = handlers[event.key];
      if (handler === undefined) return;
      event.preventDefault();
      handler();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [handlers, enabled]);
}
