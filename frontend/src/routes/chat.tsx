import { useState } from "react";
import { inertText } from "../components/label/inertText";
import { type Turn, useChat } from "../hooks/useChat";
import { findVersion, useModels } from "../hooks/useModels";
import { useStatus } from "../hooks/useStatus";
import { Button } from "../ui/Button";
import { TextArea } from "../ui/Field";
import { Hash } from "../ui/Hash";
import { Empty, ErrorNote } from "../ui/Notice";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";
import { cx } from "../ui/cx";

function TurnView({ turn, waiting }: { turn: Turn; waiting: boolean }) {
  const own = turn.role === "user";
  return (
    <li className={cx("w-fit max-w-[46rem] rounded-xl px-4 py-3", own ? "ml-auto bg-accent-soft" : "card mr-auto")}>
      <span className="sr-only">{own ? "You" : "Model"}: </span>
      <p className="break-words whitespace-pre-wrap">{inertText(turn.content)}{waiting && turn.content === "" && <span className="text-muted">Thinking…</span>}</p>
      {!own && turn.versionId !== undefined && (
        <p className="mt-1 text-[0.8125rem] text-muted">
          written by <Hash hash={turn.versionId} label="Version" />
        </p>
      )}
    </li>
  );
}

function Conversation({ served }: { served: string }) {
  const { turns, busy, error, ask, stop, clear } = useChat(served);
  const [draft, setDraft] = useState("");
  const send = () => {
    const text = draft.trim();
    if (text === "" || busy) return;
    setDraft("");
    void ask(text);
  };
  return (
    <div className="space-y-4">
      {turns.length === 0 ? (
        <Empty title="Ask something">This is the version that the last vote put in place. Every answer carries the id of the version that wrote it.</Empty>
      ) : (
        <ul aria-live="polite" aria-busy={busy} aria-label="Conversation" className="space-y-3">
          {turns.map((turn, i) => (
            <TurnView key={i} turn={turn} waiting={busy && i === turns.length - 1} />
          ))}
        </ul>
      )}
      {error !== null && <ErrorNote what="The model did not answer" error={error} />}
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <TextArea
          label="Message"
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
              event.preventDefault();
              send();
            }
          }}
          hint="Enter sends, Shift and Enter makes a new line."
        />
        <div className="flex gap-2">
          {busy ? (
            <Button onClick={stop}>Stop</Button>
          ) : (
            <Button type="submit" variant="primary" disabled={draft.trim() === ""}>
              Send
            </Button>
          )}
          {turns.length > 0 && !busy && <Button onClick={clear}>New conversation</Button>}
        </div>
      </form>
    </div>
  );
}

export default function ChatPage() {
  const status = useStatus();
  const models = useModels();
  const served = status.data?.servedVersion ?? null;
  const found = served !== null && models.data ? findVersion(models.data, served) : null;
  return (
    <Page
      title="Chat"
      lead={found ? `You are talking to ${found.family.name} v${found.version.number}, the version that governance approved.` : "Talk to the version that governance approved."}
    >
      <QueryView query={status} what="The served version could not be found">
        {() =>
          served === null ? (
            <Empty title="No model is served yet">A version is served once a vote has activated it.</Empty>
          ) : (
            <Conversation key={served} served={served} />
          )
        }
      </QueryView>
    </Page>
  );
}
