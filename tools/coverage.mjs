#!/usr/bin/env node
// Lines and branches of contracts/src that the tests reach; fails below 95 % of either in all.
//   node tools/coverage.mjs [--match-path …]   (further arguments go to forge coverage)
// forge measures without the optimiser, so tests of gas, of sizes and of this build's code are left out.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const LEAST = 95;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const run = spawnSync(
  join(root, "tools/forge"),
  [
    "coverage",
    ...["--report", "summary"],
    ...["--no-match-coverage", "(^|/)(test|script)/"],
    ...["--no-match-contract", "Gas|DeploymentCode|Differential"],
    ...["--no-match-test", "SizeLimit"],
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: {
      ...process.env,
      // Every line is counted, which is slow: some random cases are enough to reach what they reach.
      FOUNDRY_FUZZ_RUNS: "32",
      FOUNDRY_INVARIANT_RUNS: "8",
      FOUNDRY_INVARIANT_DEPTH: "64",
      // Code without the optimiser needs more gas than a test has by default; how much is nobody's figure.
      FOUNDRY_GAS_LIMIT: "1000000000000",
      FOUNDRY_SNAPSHOTS: "target/coverage-snapshots",
    },
  },
);
const output = `${run.stdout}${run.stderr}`;
if (run.status !== 0) {
  process.stderr.write(output.slice(-6_000));
  process.exit(1);
}

/** `| contracts/src/x.sol | 98.00% (49/50) | … |`: lines, statements, branches, functions. */
const count = (cell) => cell.match(/\((\d+)\/(\d+)\)/).slice(1).map(Number);
const files = [...output.matchAll(/^\| (contracts\/src\/\S+)\s*\|(.*)\|$/gm)].map(([, file, cells]) => {
  const [lines, , branches] = cells.split("|").map(count);
  return { file, lines, branches };
});
if (files.length === 0) throw new Error("forge printed no table");

const percent = ([reached, all]) => (all === 0 ? 100 : (100 * reached) / all);
const sum = (key) => files.reduce(([reached, all], file) => [reached + file[key][0], all + file[key][1]], [0, 0]);
const show = (name, { lines, branches }) => {
  const cell = (pair) => `${percent(pair).toFixed(1).padStart(6)} % ${`(${pair.join("/")})`.padEnd(12)}`;
  console.log(`${name.padEnd(48)} lines ${cell(lines)} branches ${cell(branches)}`);
};
for (const file of files) show(file.file, file);
const total = { lines: sum("lines"), branches: sum("branches") };
show("all", total);

mkdirSync(join(root, "target"), { recursive: true });
writeFileSync(join(root, "target/coverage.json"), `${JSON.stringify({ total, files }, null, 2)}\n`);
if (percent(total.lines) < LEAST || percent(total.branches) < LEAST) {
  console.error(`below ${LEAST} %`);
  process.exit(1);
}
