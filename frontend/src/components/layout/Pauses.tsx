import { formatRelative, formatTime } from "../../format";
import { type Pause, usePauses } from "../../hooks/usePauses";
import { useNow } from "../../hooks/useNow";
import { Notice } from "../../ui/Notice";

export function PauseNotice({ pauses, now }: { pauses: readonly Pause[]; now: number }) {
  const running = pauses.filter(({ until }) => until * 1000 > now);
  if (running.length === 0) return null;
  return (
    <Notice tone="brass">
      <div>
        <p className="font-semibold">Paused by a guardian</p>
        <ul className="mt-1">
          {running.map(({ what, until }) => {
            const iso = new Date(until * 1000).toISOString();
            return (
              <li key={what}>
                {what}: works again {formatRelative(iso, now)} (<time dateTime={iso}>{formatTime(iso)}</time>)
              </li>
            );
          })}
        </ul>
        <p className="measure mt-1">A pause ends by itself, after seven days at most. Claims and withdrawals cannot be paused.</p>
      </div>
    </Notice>
  );
}

/** What a guardian has stopped for now; nothing while all works. */
export function Pauses() {
  const pauses = usePauses();
  const now = useNow();
  return pauses.data === undefined ? null : <PauseNotice pauses={pauses.data} now={now} />;
}
