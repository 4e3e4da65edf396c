import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ProtocolModule } from "../src/protocol/module";
import type { Call } from "../src/protocol/requests";

const path = join(import.meta.dirname, "../wasm/protocol.wasm");
if (!existsSync(path)) throw new Error("frontend/wasm/protocol.wasm is not built: run tools/wasm.sh");
const compiled = new WebAssembly.Module(readFileSync(path));

/** The module that the page runs in a worker, in this thread. */
export const openModule = (): ProtocolModule => new ProtocolModule(compiled);

/** The same as the page sees it. */
export function openCall(): Call {
  const module = openModule();
  return async (request, file) => module.call(request, file);
}
