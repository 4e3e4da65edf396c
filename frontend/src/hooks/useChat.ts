import { useCallback, useRef, useState } from "react";
import { type ChatMessage, streamChat } from "../api/chat";

export interface Turn extends ChatMessage {
  /** The version that wrote it, as the answer itself says. */
  versionId?: string;
}

const MAX_TOKENS = 256;

/** A conversation with the served model, streamed. Stopping keeps what has arrived. */
export function useChat(model: string) {
  const [turns, setTurns] = useState<Turn[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const controller = useRef<AbortController | null>(null);

  const ask = useCallback(
    async (content: string) => {
      const messages: Turn[] = [...turns, { role: "user", content }];
      setTurns([...messages, { role: "assistant", content: "" }]);
      setBusy(true);
      setError(null);
      controller.current = new AbortController();
      try {
        const history = messages.map(({ role, content: text }) => ({ role, content: text }));
        await streamChat(history, model, MAX_TOKENS, controller.current.signal, (text, versionId) => {
          setTurns((current) => {
            const last = current.at(-1)!;
            return [...current.slice(0, -1), { ...last, content: last.content + text, versionId: versionId ?? last.versionId }];
          });
        });
      } catch (cause) {
        if (!(cause instanceof DOMException && cause.name === "AbortError")) {
          setError(cause);
          setTurns((current) => (current.at(-1)?.content === "" ? current.slice(0, -1) : current));
        }
      } finally {
        setBusy(false);
      }
    },
    [turns, model],
  );

  const stop = useCallback(() => controller.current?.abort(), []);
  const clear = useCallback(() => (setTurns([]), setError(null)), []);
  return { turns, busy, error, ask, stop, clear };
}
