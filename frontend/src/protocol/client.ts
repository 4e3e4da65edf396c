import { type Call, ProtocolError, type Replies, type Request } from "./requests";
import type { Answer, Order } from "./worker";

/** Empty where the module could not be built (`tools/wasm.sh`). */
const built = import.meta.glob<string>("../../wasm/protocol.wasm", { eager: true, query: "?url", import: "default" });
const [url] = Object.values(built);

/** Whether this page can recompute anything. */
export const canVerify = url !== undefined;

/** Starts the protocol module in a worker. Requests are answered in their order. */
export function openProtocol(): { call: Call; close: () => void } {
  if (url === undefined) throw new ProtocolError("This page was built without the module that checks payouts.");
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const waiting: { resolve: (value: never) => void; reject: (error: Error) => void }[] = [];
  const order = (message: Order) => worker.postMessage(message, "file" in message && message.file ? [message.file.buffer] : []);
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    const next = waiting.shift()!;
    if ("error" in data) next.reject(new ProtocolError(data.error));
    else next.resolve(data.ok as never);
  };
  worker.onerror = () => {
    for (const { reject } of waiting.splice(0)) reject(new ProtocolError("The worker that checks payouts did not start. Reload the page."));
  };
  order({ url: new URL(url, location.href).href });
  const call = <R extends Request>(request: R, file?: Uint8Array) =>
    new Promise<Replies[R["method"]]>((resolve, reject) => {
      waiting.push({ resolve: resolve as (value: never) => void, reject });
      order(file === undefined ? { request } : { request, file });
    });
  return { call, close: () => worker.terminate() };
}
