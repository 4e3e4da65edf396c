import { ProtocolError, type Request, type Replies } from "./requests";

/** What `crates/protocol-wasm/src/abi.rs` exports. */
interface Exports extends WebAssembly.Exports {
  memory: WebAssembly.Memory;
  input(length: number): number;
  call(requestLength: number): void;
  output(): number;
  output_len(): number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Amounts are bigints here and decimal strings there. */
const encode = (request: Request): Uint8Array =>
  encoder.encode(JSON.stringify(request, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value)));

/**
 * The rules of Polity, compiled from the same source as the command line and the server. Calls block: use it in a worker
 * (`client.ts`).
 */
export class ProtocolModule {
  private instance: Exports;

  constructor(private readonly compiled: WebAssembly.Module) {
    this.instance = this.start();
  }

  private start = (): Exports => new WebAssembly.Instance(this.compiled).exports as Exports;

  /**
   * Answers one request; `file` is what some requests are about.
   *
   * @throws ProtocolError what is wrong with the request, or with what it asked about
   */
  call<R extends Request>(request: R, file: Uint8Array = new Uint8Array()): Replies[R["method"]] {
    const { input, call, memory } = this.instance;
    try {
      const encoded = encode(request);
      const at = input(encoded.length + file.length);
      new Uint8Array(memory.buffer).set(encoded, at);
      new Uint8Array(memory.buffer).set(file, at + encoded.length);
      call(encoded.length);
    } catch (error) {
      // What trapped cannot be used again, but its last words can be read.
      const words = this.output();
      this.instance = this.start();
      throw new ProtocolError(`The computation broke off: ${words || String(error)}`);
    }
    const reply = JSON.parse(this.output()) as { ok: Replies[R["method"]] } | { error: string };
    if ("error" in reply) throw new ProtocolError(reply.error);
    return reply.ok;
  }

  private output(): string {
    const { output, output_len, memory } = this.instance;
    return decoder.decode(new Uint8Array(memory.buffer, output(), output_len()));
  }

  /** Bytes that the module holds, for measurements. */
  get memorySize(): number {
    return this.instance.memory.buffer.byteLength;
  }
}
