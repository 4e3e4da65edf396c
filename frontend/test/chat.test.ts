import { describe, expect, it } from "vitest";
import { dataLines } from "../src/api/chat";

const streamOf = (...pieces: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
const collect = async (stream: ReadableStream<Uint8Array>) => {
  const lines: string[] = [];
  for await (const line of dataLines(stream)) lines.push(line);
  return lines;
};

describe("streamed completions", () => {
  it("joins events that arrive in pieces", async () => {
    expect(await collect(streamOf('data: {"a"', ":1}\n\nda", "ta: [DONE]\n\n"))).toEqual(['{"a":1}', "[DONE]"]);
  });
  it("passes over comments and keep-alives", async () => expect(await collect(streamOf(": hi\n\n\ndata: x\n"))).toEqual(["x"]));
  it("takes a last line without a line break", async () => expect(await collect(streamOf("data: x"))).toEqual(["x"]));
});
