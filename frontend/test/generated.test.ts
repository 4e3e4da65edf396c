import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
// @ts-expect-error plain JavaScript, run by node as well
import { generated } from "../gen.mjs";

const src = join(import.meta.dirname, "../src");

it("has contract and API types that are as fresh as the ABIs and the OpenAPI document (run `pnpm gen`)", async () => {
  const files: Map<string, string> = await generated();
  for (const [path, text] of files) expect(readFileSync(join(src, path), "utf8") === text, path).toBe(true);
  expect(readdirSync(join(src, "contracts")).map((name) => `contracts/${name}`).sort()).toEqual([...files.keys()].filter((path) => path.startsWith("contracts/")).sort());
});
