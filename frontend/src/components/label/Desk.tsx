import { useMemo, useState } from "react";
import type { Address } from "viem";
import { isProblem } from "../../api/problem";
import type { Campaign } from "../../api/types";
import { formatCount } from "../../format";
import { useLabeling } from "../../hooks/useLabeling";
import type { SessionKey } from "../../hooks/useSessionKey";
import { useShortcutSwitch, useShortcuts } from "../../hooks/useShortcuts";
import type { Choice } from "../../protocol/labels";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Markdown } from "../../ui/Markdown";
import { ErrorNote, Skeleton } from "../../ui/Notice";
import { Progress } from "../../ui/Progress";
import { Completion } from "./Completion";
import { Done } from "./Done";
import { GivenAnswer } from "./GivenAnswer";
import { ReceiptLine } from "./ReceiptLine";
import { ShortcutHelp } from "./ShortcutHelp";
import { inertText } from "./inertText";

/** Where the work happens: one prompt, two completions, one decision. */
export function Desk({
  campaign,
  epoch,
  labeler,
  sessionKey,
  onKeyRefused,
}: {
  campaign: Campaign;
  epoch: number;
  labeler: Address;
  sessionKey: SessionKey;
  /** Forgets the key, so that another one can be authorised. */
  onKeyRefused: () => void;
}) {
  const { queue, task, saved, sending, error, answer, retry } = useLabeling(epoch, labeler, sessionKey);
  const [shortcuts, setShortcuts] = useShortcutSwitch();
  const [panel, setPanel] = useState<"guidelines" | "keys" | null>(null);
  const handlers = useMemo(
    () => ({
      "1": () => void answer("a"),
      "2": () => void answer("b"),
      "0": () => void answer("tie"),
      s: () => void answer("skip"),
      g: () => setPanel("guidelines"),
      "?": () => setPanel("keys"),
    }),
    [answer],
  );
  useShortcuts(handlers, shortcuts);
  const hint = (key: string) => (shortcuts ? key : null);
  const choose = (choice: Choice) => (task?.given === undefined ? () => void answer(choice) : undefined);

  return (
    <>
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
        <div className="min-w-48 grow">
          {queue.progress !== null && (
            <>
              <p className="mb-1 text-[0.875rem] text-muted">
                Epoch {epoch}, block {queue.seat?.block}: {queue.progress.answered} of {formatCount(queue.progress.total, "task")} answered
              </p>
              <Progress value={queue.progress.answered} max={queue.progress.total} label="Tasks answered" />
            </>
          )}
        </div>
        <div className="flex gap-2">
          <Button onClick={() => setPanel("guidelines")}>Guidelines</Button>
          <Button onClick={() => setPanel("keys")}>Keyboard</Button>
        </div>
      </div>
      {error !== null && isProblem(error, "session-key-not-authorised") && (
        <ErrorNote what="That was not saved" error={error} action="Authorise again" retry={onKeyRefused} />
      )}
      {error !== null && !isProblem(error, "session-key-not-authorised") && (
        <ErrorNote what="That was not saved" error={error} retry={task?.given === undefined ? retry : undefined} />
      )}
      {task === undefined && error === null && (queue.exhausted ? <Done epoch={epoch} total={queue.progress?.total ?? 0} sending={sending} /> : <Skeleton lines={8} />)}
      {task !== undefined && (
        <article data-task={task.taskId} aria-label="Task">
          <section aria-label="Prompt" className="mb-4">
            <h2 className="text-[0.875rem] font-medium text-muted">Prompt</h2>
            <p className="measure mt-1 text-[1.0625rem] leading-relaxed font-medium break-words whitespace-pre-wrap">{inertText(task.prompt)}</p>
          </section>
          <div className="grid grid-cols-[minmax(0,1fr)] gap-4 md:grid-cols-2">
            <Completion side="A" text={task.completionA} shortcut={hint("1")} onChoose={choose("a")} />
            <Completion side="B" text={task.completionB} shortcut={hint("2")} onChoose={choose("b")} />
          </div>
          {task.given === undefined ? (
            <div className="mt-4 flex flex-wrap items-center justify-center gap-3">
              <Button className="min-w-32" onClick={choose("tie")}>
                Tie {shortcuts && <kbd className="pointer-coarse:hidden text-muted">0</kbd>}
              </Button>
              <Button className="min-w-32" onClick={choose("skip")}>
                Skip {shortcuts && <kbd className="pointer-coarse:hidden text-muted">s</kbd>}
              </Button>
            </div>
          ) : (
            <div className="mt-4">
              <GivenAnswer choice={task.given} onSend={() => void answer(task.given!)} />
            </div>
          )}
        </article>
      )}
      <ReceiptLine saved={saved} sending={sending} />
      <Dialog open={panel === "guidelines"} onClose={() => setPanel(null)} title="Guidelines" side>
        <Markdown text={campaign.guidelines} />
      </Dialog>
      <ShortcutHelp open={panel === "keys"} onClose={() => setPanel(null)} on={shortcuts} setOn={setShortcuts} />
    </>
  );
}
