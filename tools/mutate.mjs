#!/usr/bin/env node
// Do the tests notice? Makes one small change to a contract at a time (another comparison, another constant, a statement or a
// modifier less) and runs the tests that belong to it. A change that no test fails for has survived.
//   node tools/mutate.mjs [--contract StakingPool,LabelEpochs] [--sample 40] [--seed 1] [--only path:line,…] [--list]
// Default: every change to every contract of TARGETS. `--sample n` takes n of each contract, the same ones for the same seed.
// Works on copies below target/mutation; writes <contract>.json there after each change, so that a run that was cut off still
// says what it found; fails when less than 90 % of the changes are noticed.
// Changes known to mean nothing stand in tools/mutation/equivalent.json with the reason, and do not count.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { apply, changesOf, describe } from "./mutation/changes.mjs";
import { Tree } from "./mutation/tree.mjs";

const LEAST_KILLED = 0.9;
const TIMEOUT_MS = 4 * 60_000;

const SETTINGS = {
  // Fewer random cases than the suite's own, the same for every change: one that only a rare case would show survives.
  FOUNDRY_FUZZ_RUNS: "64",
  FOUNDRY_FUZZ_SEED: "0x1",
  FOUNDRY_INVARIANT_RUNS: "16",
  FOUNDRY_INVARIANT_DEPTH: "64",
  FOUNDRY_OPTIMIZER: "false",
};
/** Each phase only runs when the one before noticed nothing. */
const PHASES = [
  ["--no-match-path", "contracts/test/invariants/*"],
  ["--match-path", "contracts/test/invariants/*"],
];

/** Sources to change (the deployed contract first), and the tests to run. */
const TARGETS = {
  StakingPool: {
    sources: ["staking/StakingPool.sol"],
    tests: /^(invariants\/)?StakingPool\.t\.sol$/,
  },
  RewardDistributor: {
    sources: ["rewards/RewardDistributor.sol", "types/PositionalMerkle.sol"],
    tests: /^(PositionalMerkle|(invariants\/)?RewardDistributor)\.t\.sol$/,
  },
  LabelEpochs: {
    sources: ["rewards/LabelEpochs.sol", "rewards/Bonds.sol"],
    tests: /^(Bonds|LabelEpochsCommit|(invariants\/)?LabelEpochs)\.t\.sol$/,
  },
  EpochReferee: {
    sources: [
      "rewards/EpochReferee.sol",
      "rewards/PayRule.sol",
      "rewards/Dmi.sol",
      "rewards/LabelMasks.sol",
      "rewards/GoldBound.sol",
      "types/LabelLeaf.sol",
    ],
    tests: /^(invariants\/)?(EpochReferee\w*|PayRule|Vectors)\.t\.sol$/,
  },
};

const { values: options } = parseArgs({
  options: {
    contract: { type: "string", default: Object.keys(TARGETS).join(",") },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    list: { type: "boolean", default: false },
  },
});
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Mulberry32: small, seedable, good enough to draw a sample. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** In the order in which they were drawn: the beginning of a long sample is a sample too. */
function sample(items, size, seed) {
  const next = random(seed);
  return items.map((item) => [next(), item]).sort(([a], [b]) => a - b).slice(0, size).map(([, item]) => item);
}

const equivalents = JSON.parse(readFileSync(join(root, "tools/mutation/equivalent.json"), "utf8"));
const isEquivalent = ({ file, diff }) => equivalents.some((known) => known.file === file && known.diff === diff);

function mutantsOf(contract) {
  return TARGETS[contract].sources.flatMap((file) => {
    const source = readFileSync(join(root, "contracts/src", file), "utf8");
    return changesOf(source).map((change) => ({ ...describe(file, source, change), source, change }));
  });
}

function build(tree) {
  const result = spawnSync(join(root, "tools/forge"), ["build"], { cwd: tree.folder, encoding: "utf8", env: { ...process.env, ...SETTINGS } });
  if (result.status !== 0) throw new Error(`does not compile:\n${result.stdout}${result.stderr}`);
}

/** Runs the tests of the tree. `killed` is the phase whose tests failed, counted from 1, or 0. */
function judge(tree) {
  // A case found for one change would be tried first on the next one.
  for (const kind of ["fuzz", "invariant"]) rmSync(join(tree.folder, "target/forge/cache", kind), { recursive: true, force: true });
  let output = "";
  for (const [index, phase] of PHASES.entries()) {
    const result = spawnSync(
      join(root, "tools/forge"),
      ["test", "--fail-fast", "--no-match-contract", "Gas|Differential", ...phase],
      { cwd: tree.folder, encoding: "utf8", timeout: TIMEOUT_MS, maxBuffer: 1 << 28, env: { ...process.env, ...SETTINGS } },
    );
    output = `${result.stdout}${result.stderr}`;
    // A loop without end is noticed too.
    if (result.error?.code === "ETIMEDOUT") return { killed: index + 1, output };
    if (/No tests (?:found|match)/.test(output)) continue;
    if (result.status !== 0) return { killed: index + 1, output };
  }
  return { killed: 0, output };
}

function run(contract) {
  const { sources, tests } = TARGETS[contract];
  const all = mutantsOf(contract).filter((mutant) => !isEquivalent(mutant));
  const wanted = options.only?.split(",");
  const some = wanted ? all.filter(({ file, line }) => wanted.includes(`${file}:${line}`)) : all;
  const chosen = options.sample ? sample(some, Number(options.sample), Number(options.seed)) : some;
  const tree = new Tree({
    root,
    folder: join(root, "target/mutation", contract),
    contract,
    source: `contracts/src/${sources[0]}`,
    isTest: (path) => tests.test(path),
  });
  build(tree);
  // Whatever a run that was cut off left in the artifacts; and the tests must pass with what this tool compiles.
  for (const path of sources.map((file) => `contracts/src/${file}`)) tree.install(tree.dependents(path), path, tree.read(path));
  const { killed: phase, output: failures } = judge(tree);
  if (phase !== 0) throw new Error(`the tests of ${contract} fail without any change:\n${failures.slice(-4_000)}`);
  const counts = { contract, seed: Number(options.seed), changes: all.length, tried: 0, killed: 0, invalid: 0, survivors: [] };
  for (const [index, { file, line, diff, source, change }] of chosen.entries()) {
    const path = `contracts/src/${file}`;
    const files = tree.dependents(path);
    const verdict = { valid: tree.install(files, path, apply(source, change)), killed: 0 };
    if (verdict.valid) {
      counts.tried += 1;
      const { killed, output } = judge(tree);
      if (/Compiling \d+ files/.test(output)) throw new Error("forge compiled over the changed artifact");
      if (killed !== 0) counts.killed += 1;
      else counts.survivors.push({ file, line, diff });
      verdict.killed = killed;
    } else {
      counts.invalid += 1;
    }
    // The next change may be to another source, in other artifacts.
    if (chosen[index + 1]?.file !== file) tree.install(files, path, source);
    const word = verdict.valid ? (verdict.killed === 0 ? "survived" : "killed") : "invalid";
    console.log(`${contract} ${index + 1}/${chosen.length} ${word.padEnd(8)} ${file}:${line}`);
    if (word === "survived") console.log(diff);
    writeFileSync(join(root, `target/mutation/${contract}.json`), `${JSON.stringify(counts, null, 2)}\n`);
  }
  return counts;
}

const contracts = options.contract.split(",");
for (const contract of contracts) {
  if (!(contract in TARGETS)) throw new Error(`unknown contract ${contract}: ${Object.keys(TARGETS).join(", ")}`);
}
if (options.list) {
  for (const contract of contracts) {
    const mutants = mutantsOf(contract);
    for (const { file, line, diff } of mutants) console.log(`${file}:${line}\n${diff}`);
    console.log(`${contract}: ${mutants.length} changes`);
  }
  process.exit(0);
}
const share = ({ killed, tried }) => (tried === 0 ? 1 : killed / tried);
const report = contracts.map(run);
for (const counts of report) {
  const { contract, tried, killed, invalid } = counts;
  console.log(`${contract}: ${killed} of ${tried} changes noticed (${(100 * share(counts)).toFixed(1)} %), ${invalid} did not compile`);
}
if (report.some((counts) => share(counts) < LEAST_KILLED)) {
  console.error(`fewer than ${100 * LEAST_KILLED} % noticed`);
  process.exit(1);
}
