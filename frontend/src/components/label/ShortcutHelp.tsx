import { Dialog } from "../../ui/Dialog";

const KEYS = [
  ["1", "A is better"],
  ["2", "B is better"],
  ["0", "Tie"],
  ["s", "Skip"],
  ["g", "Guidelines"],
  ["?", "This help"],
] as const;

export function ShortcutHelp({
  open,
  onClose,
  on,
  setOn,
}: {
  open: boolean;
  onClose: () => void;
  on: boolean;
  setOn: (on: boolean) => void;
}) {
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard">
      <label className="flex items-center gap-2">
        <input type="checkbox" checked={on} onChange={(event) => setOn(event.target.checked)} className="size-5 accent-accent" />
        Single-key shortcuts
      </label>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        {KEYS.map(([key, meaning]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded border border-control px-2 py-0.5">{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
