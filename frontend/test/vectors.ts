import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One of the vectors that Rust, Solidity and TypeScript must all reproduce. */
export const vectors = <T>(name: string): T =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../contracts/test/vectors", `${name}.json`), "utf8")) as T;
