import { useCallback, useEffect, useState } from "react";

export type Theme = "system" | "light" | "dark";
const STORAGE_KEY = "polity.theme";
const dark = () => window.matchMedia("(prefers-color-scheme: dark)");

const stored = (): Theme => {
  const value = window.localStorage.getItem(STORAGE_KEY);
  return value === "light" || value === "dark" ? value : "system";
};

/** Writes the theme in force to the document; called once before the first paint as well. */
export function applyTheme(theme: Theme = stored()): void {
  const shown = theme === "system" ? (dark().matches ? "dark" : "light") : theme;
  document.documentElement.dataset.theme = shown;
}

/** The chosen theme and its setter; "system" follows the device, also when it changes. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(stored);
  useEffect(() => {
    applyTheme(theme);
    const media = dark();
    const follow = () => applyTheme(theme);
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, [theme]);
  const choose = useCallback((next: Theme) => {
    window.localStorage.setItem(STORAGE_KEY, next);
    setTheme(next);
  }, []);
  return [theme, choose];
}
