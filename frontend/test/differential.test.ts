import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Replies, Request } from "../src/protocol/requests";
import { openModule } from "./protocolModule";

/** Epochs that the Rust crate computed (`make differential`); the contracts repeat the same ones block by block. */
interface Case {
  request: Extract<Request, { method: "payouts" }>;
  answer: Replies["payouts"];
}

const path = (n: number) => join(import.meta.dirname, `../../target/differential/epochs-${n}.json`);

it("judges a thousand random epochs in WebAssembly like Rust and Solidity, leaf by leaf", { timeout: 120_000 }, () => {
  const module = openModule();
  const sizes = new Map<number, number>();
  const reasons = new Set<string>();
  let [nCases, nScaled, nOdd, nPartial, nSilent] = [0, 0, 0, 0, 0];
  for (let n = 0; existsSync(path(n)); n++) {
    for (const { request, answer } of JSON.parse(readFileSync(path(n), "utf8")) as Case[]) {
      expect(module.call(request), `case ${nCases}`).toEqual(answer);
      const nLabelers = request.labels!.words.length;
      nCases++;
      sizes.set(nLabelers, (sizes.get(nLabelers) ?? 0) + 1);
      // A tie, a skip and a missing answer look alike here: a slot that is not valid.
      for (const { nValid } of answer.statements) {
        if (nValid === 0) nSilent++;
        else if (nValid < request.terms.blockSlots) nPartial++;
      }
      if (BigInt(answer.totalRaw) > BigInt(request.terms.budget)) nScaled++;
      if (answer.leaves.length % 2 === 1) nOdd++;
      for (const { reason } of answer.statements) reasons.add(reason);
    }
  }
  expect(nCases, "too few cases in target/differential: run `make differential`").toBeGreaterThanOrEqual(1_000);
  for (const size of [0, 1, 5, 300]) expect(sizes.get(size), `epochs of ${size} labelers`).toBeGreaterThanOrEqual(20);
  expect(Math.min(nScaled, nOdd, nPartial, nSilent)).toBeGreaterThanOrEqual(200);
  for (const reason of ["scored", "noSeed", "smallRoster", "shortOverlap"]) expect(reasons).toContain(reason);
});
