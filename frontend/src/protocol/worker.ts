import { ProtocolModule } from "./module";
import type { Request } from "./requests";

// Runs the module off the page's thread: judging a large epoch takes seconds.

/** First the module's address, then one request at a time. */
export type Order = { url: string } | { request: Request; file?: Uint8Array };
export type Answer = { ok: unknown } | { error: string };

let ready: Promise<ProtocolModule> | undefined;

async function load(url: string): Promise<ProtocolModule> {
  return new ProtocolModule(await WebAssembly.compileStreaming(fetch(url)));
}

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  if ("url" in data) {
    ready = load(data.url);
    return;
  }
  let answer: Answer;
  try {
    answer = { ok: (await ready!).call(data.request, data.file) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  self.postMessage(answer);
};
