import { fetchOk } from "./client";

export interface ChatMessage {
  role: "user" | "assistant";
  content: string;
}

interface Chunk {
  model?: string;
  choices?: { delta?: { content?: string } }[];
}

/** Splits a server-sent-event stream into the payloads of its `data:` lines. */
export async function* dataLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = rest.split("\n");
      rest = done ? "" : lines.pop()!;
      for (const line of lines) if (line.startsWith("data:")) yield line.slice(5).trim();
      if (done) return;
    }
  } finally {
    reader.releaseLock();
  }
}

/**
 * Streams a completion of the served model (OpenAI's chat protocol).
 *
 * @param onText called with each piece of text and the id of the version that wrote it
 */
export async function streamChat(
  messages: ChatMessage[],
  model: string,
  maxTokens: number,
  signal: AbortSignal,
  onText: (text: string, versionId: string | undefined) => void,
): Promise<void> {
  const response = await fetchOk("/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ model, messages, max_tokens: maxTokens, stream: true }),
    signal,
  });
  if (response.body === null) throw new Error("The model server sent no text.");
  for await (const data of dataLines(response.body)) {
    if (data === "[DONE]") return;
    const chunk = JSON.parse(data) as Chunk & { error?: { message: string } };
    if (chunk.error) throw new Error(chunk.error.message);
    onText(chunk.choices?.[0]?.delta?.content ?? "", chunk.model);
  }
}
