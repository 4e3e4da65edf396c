import { type Theme, useTheme } from "../../hooks/useTheme";

const THEMES: Theme[] = ["system", "light", "dark"];

export function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  return (
    <label className="flex items-center gap-2 px-3 text-[0.875rem] text-muted">
      Theme
      <select
        value={theme}
        onChange={(event) => setTheme(event.target.value as Theme)}
        className="min-h-8 rounded-md border border-control bg-surface px-2 text-ink"
      >
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
