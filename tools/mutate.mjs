#!/usr/bin/env node
// Do the tests notice? Makes one small change to a contract at a time (another comparison, another constant, a statement or a
// modifier less) and runs the tests that belong to it. A change that no test fails for has survived.
//   node tools/mutate.mjs [--contract StakingPool,LabelEpochs] [--sample 40] [--seed 1] [--list]
// Default: every change to every contract of TARGETS. `--sample n` takes n of each contract, the same ones for the same seed.
// Works on a copy below target/mutation; writes report.json there; fails when less than 90 % of the changes are noticed.
// Changes known to mean nothing stand in tools/mutants-equivalent.json with the reason, and do not count.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const LEAST_KILLED = 0.9;
const TIMEOUT_MS = 10 * 60_000;

const SETTINGS = {
  // Fewer random cases than the suite's own: a change that only a rare case would show counts as survived.
  FOUNDRY_FUZZ_RUNS: "64",
  FOUNDRY_INVARIANT_RUNS: "16",
  FOUNDRY_INVARIANT_DEPTH: "64",
  // Compiling is most of the time: unoptimised, and tests are not compiled again when a contract changes.
  FOUNDRY_OPTIMIZER: "false",
  FOUNDRY_DYNAMIC_TEST_LINKING: "true",
};

/** Sources to change, and the tests to run: the quick ones first. */
const TARGETS = {
  StakingPool: {
    sources: ["staking/StakingPool.sol"],
    tests: ["StakingPool*.t.sol", "invariants/StakingPool*.t.sol"],
  },
  RewardDistributor: {
    sources: ["rewards/RewardDistributor.sol", "types/PositionalMerkle.sol"],
    tests: ["{RewardDistributor,PositionalMerkle}.t.sol", "invariants/RewardDistributor*.t.sol"],
  },
  LabelEpochs: {
    sources: ["rewards/LabelEpochs.sol", "rewards/Bonds.sol"],
    tests: ["{LabelEpochs,Bonds}*.t.sol", "invariants/LabelEpochs*.t.sol"],
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
    tests: ["{EpochReferee,Dmi,PayRule,LabelMasks,GoldBound,Vectors}*.t.sol"],
  },
};

const { values: options } = parseArgs({
  options: {
    contract: { type: "string", default: Object.keys(TARGETS).join(",") },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    list: { type: "boolean", default: false },
  },
});
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const work = join(root, "target/mutation/tree");

/** Source with comments and strings blanked out, so that nothing in them is changed; every offset stays. */
function codeOnly(source) {
  const blank = (text) => text.replace(/[^\n]/g, " ");
  return source.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"/g, blank);
}

const SWAPS = [
  [/(?<![<>=])<=(?!=)/g, ["<"]],
  [/(?<![<>=])>=(?!=)/g, [">"]],
  [/(?<=\s)<(?=\s)/g, ["<=", ">="]],
  [/(?<=\s)>(?=\s)/g, [">=", "<="]],
  [/(?<![=!<>])==(?!=)/g, ["!="]],
  [/!=/g, ["=="]],
  [/&&/g, ["||"]],
  [/\|\|/g, ["&&"]],
  [/(?<=\s)\+(?=\s)/g, ["-"]],
  [/(?<=\s)-(?=\s)/g, ["+"]],
  [/(?<=\s)\*(?=\s)/g, ["/"]],
  [/(?<=\s)\/(?=\s)/g, ["*"]],
  [/(?<=\s)%(?=\s)/g, ["/"]],
  [/(?<=\s)&(?=\s)/g, ["|"]],
  [/(?<=\s)\|(?=\s)/g, ["&"]],
  [/<<(?!=)/g, [">>"]],
  [/>>(?!=)/g, ["<<"]],
  [/\+=/g, ["-="]],
  [/-=/g, ["+="]],
  [/\+\+(?=\w)/g, ["--"]],
  [/(?<=[(\s])!(?=[\w(])/g, [""]],
  [/\bMath\.min\b/g, ["Math.max"]],
  [/\bMath\.max\b/g, ["Math.min"]],
  [/\bRounding\.Ceil\b/g, ["Rounding.Floor"]],
  [/\bRounding\.Floor\b/g, ["Rounding.Ceil"]],
  [/\btrue\b/g, ["false"]],
  [/\bfalse\b/g, ["true"]],
  [/ (?:restricted|whenNotPaused)\b(?=[^;{]*\{)/g, [""]],
];

/** All changes of one source: where, how long, what instead. */
function mutationsOf(source) {
  const code = codeOnly(source);
  const begin = code.search(/^(?:abstract )?(?:contract|library) /m);
  const found = [];
  const add = (offset, length, text) => {
    if (offset >= begin) found.push({ offset, length, text });
  };
  for (const [pattern, replacements] of SWAPS) {
    for (const match of code.matchAll(pattern)) {
      for (const text of replacements) add(match.index, match[0].length, text);
    }
  }
  // Constants: one more. Not inside names, types (uint96) or hexadecimal words.
  for (const match of code.matchAll(/(?<![\w.])\d[\d_]*(?:e\d+)?(?![\w.])/g)) {
    const before = code.slice(code.lastIndexOf("\n", match.index) + 1, match.index);
    if (/^\s*pragma|bytes\d*\($/.test(before)) continue;
    add(match.index, match[0].length, match[0] === "0" ? "1" : `(${match[0]} + 1)`);
  }
  // Conditions that always or never hold.
  for (const match of code.matchAll(/\bif \(/g)) {
    const open = match.index + match[0].length - 1;
    const length = closing(code, open) - open + 1;
    for (const text of ["(true)", "(false)"]) add(open, length, text);
  }
  // Statements on lines of their own: calls, assignments, events, deletions. A declaration cannot be taken away.
  for (const match of code.matchAll(/^( +)((?:[\w.[\]()]+(?: = | \+= | -= |\()|emit |delete |\+\+|--|\([\w., ]+\) = )[^{};]*;)/gm)) {
    const statement = match[2];
    if (/^(?:return|revert|if|for|while|using|error|event|function|constructor|import|let|mapping)\b/.test(statement)) continue;
    // A declaration in parentheses: (uint256 a, uint256 b) = …
    if (/^\((?:\w+ )?\w+ \w+[,)]/.test(statement)) continue;
    if (/^\w+(?:\[\])? \w+ = /.test(statement)) continue;
    add(match.index + match[1].length, statement.length, ";");
  }
  return found
    .filter(({ offset }) => inBody(code, offset))
    .sort((a, b) => a.offset - b.offset || a.text.localeCompare(b.text));
}

function closing(code, open) {
  let depth = 0;
  for (let i = open; i < code.length; i += 1) {
    if (code[i] === "(") depth += 1;
    else if (code[i] === ")" && (depth -= 1) === 0) return i;
  }
  throw new Error("unbalanced parentheses");
}

/** Not in a struct, an event, an error or a mapping's declaration. */
function inBody(code, offset) {
  const line = code.slice(code.lastIndexOf("\n", offset) + 1, offset);
  if (/^\s*(?:event|error|struct|mapping|using|pragma|import)\b/.test(line)) return false;
  const struct = code.lastIndexOf("struct ", offset);
  return struct === -1 || code.indexOf("}", struct) < offset;
}

function apply(source, { offset, length, text }) {
  // A statement that was taken away leaves an empty block, which is no valid statement by itself.
  const replacement = text === ";" ? "{}" : text;
  return source.slice(0, offset) + replacement + source.slice(offset + length);
}

function describe(file, source, mutation) {
  const line = source.slice(0, mutation.offset).split("\n").length;
  const changed = apply(source, mutation).split("\n");
  const before = source.split("\n");
  const removed = source.slice(mutation.offset, mutation.offset + mutation.length).split("\n").length;
  const minus = before.slice(line - 1, line - 1 + removed).map((text) => `-${text}`);
  const plus = changed.slice(line - 1, changed.length - (before.length - line + 1 - removed)).map((text) => `+${text}`);
  return { file, line, diff: [...minus, ...plus].join("\n") };
}

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

function sample(items, size, seed) {
  const next = random(seed);
  const order = items.map((item, index) => [next(), index, item]).sort(([a], [b]) => a - b);
  return order.slice(0, size).sort(([, a], [, b]) => a - b).map(([, , item]) => item);
}

/** "killed", "survived", or "invalid" when the compiler refuses the change. */
function judge(tests) {
  for (const pattern of tests) {
    const result = spawnSync(
      join(root, "tools/forge"),
      ["test", "--fail-fast", "--no-match-contract", "Gas|Differential", "--match-path", `contracts/test/${pattern}`],
      {
        cwd: work,
        encoding: "utf8",
        timeout: TIMEOUT_MS,
        maxBuffer: 1 << 28,
        env: { ...process.env, ...SETTINGS },
      },
    );
    const output = `${result.stdout}${result.stderr}`;
    if (/Compiler run failed|Compilation failed/.test(output)) return "invalid";
    // A loop without end is noticed too.
    if (result.error?.code === "ETIMEDOUT") return "killed";
    if (result.status !== 0 && !/No tests (?:found|match)/.test(output)) return "killed";
  }
  return "survived";
}

function prepare() {
  mkdirSync(work, { recursive: true });
  for (const part of ["contracts", "script", "foundry.toml"]) {
    rmSync(join(work, part), { recursive: true, force: true });
    cpSync(join(root, part), join(work, part), { recursive: true });
  }
  if (!existsSync(join(work, "node_modules"))) symlinkSync(join(root, "node_modules"), join(work, "node_modules"));
  // What was compiled before need not be compiled again.
  const cache = join(root, "target/forge");
  if (existsSync(cache) && !existsSync(join(work, "target/forge"))) {
    cpSync(cache, join(work, "target/forge"), { recursive: true });
  }
}

const equivalents = JSON.parse(readFileSync(join(root, "tools/mutants-equivalent.json"), "utf8"));
const isEquivalent = ({ file, diff }) => equivalents.some((known) => known.file === file && known.diff === diff);

function mutantsOf(contract) {
  return TARGETS[contract].sources.flatMap((file) => {
    const source = readFileSync(join(root, "contracts/src", file), "utf8");
    return mutationsOf(source).map((mutation) => ({ ...describe(file, source, mutation), source, mutation }));
  });
}

const report = [];
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

prepare();
for (const contract of contracts) {
  const { tests } = TARGETS[contract];
  const started = judge(tests);
  if (started !== "survived") throw new Error(`the tests of ${contract} fail without any change (${started})`);
  const all = mutantsOf(contract).filter((mutant) => !isEquivalent(mutant));
  const chosen = options.sample ? sample(all, Number(options.sample), Number(options.seed)) : all;
  const counts = { contract, changes: all.length, tried: 0, killed: 0, invalid: 0, survivors: [] };
  for (const [index, { file, line, diff, source, mutation }] of chosen.entries()) {
    const path = join(work, "contracts/src", file);
    writeFileSync(path, apply(source, mutation));
    const verdict = judge(tests);
    writeFileSync(path, source);
    if (verdict === "invalid") counts.invalid += 1;
    else counts.tried += 1;
    if (verdict === "killed") counts.killed += 1;
    if (verdict === "survived") counts.survivors.push({ file, line, diff });
    console.log(`${contract} ${index + 1}/${chosen.length} ${verdict.padEnd(8)} ${file}:${line}`);
    if (verdict === "survived") console.log(diff);
  }
  report.push({ ...counts, share: counts.tried === 0 ? 1 : counts.killed / counts.tried });
}

writeFileSync(join(root, "target/mutation/report.json"), `${JSON.stringify({ seed: Number(options.seed), report }, null, 2)}\n`);
for (const { contract, tried, killed, invalid, share } of report) {
  console.log(`${contract}: ${killed} of ${tried} changes noticed (${(100 * share).toFixed(1)} %), ${invalid} did not compile`);
}
if (report.some(({ share }) => share < LEAST_KILLED)) {
  console.error(`fewer than ${100 * LEAST_KILLED} % noticed`);
  process.exit(1);
}
