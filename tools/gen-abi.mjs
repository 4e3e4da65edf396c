#!/usr/bin/env node
// Writes contracts/abi/<Name>.json (the plain ABI array) for every deployed contract from forge's output, or with
// --check fails when a checked-in file differs. Run `forge build` first.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NAMES = [
  "AccessManager",
  "DatasetRegistry",
  "EpochReferee",
  "GovernanceToken",
  "LabelEpochs",
  "ModelRegistry",
  "OptimisticGovernor",
  "ProtocolGovernor",
  "RewardDistributor",
  "StakingPool",
  "TimelockController",
];

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "contracts/abi");
const check = process.argv.includes("--check");
const stale = [];

/** Order by kind, then name, then argument types, so that moving a function in the source changes nothing. */
function sortKey(entry) {
  const kinds = ["constructor", "receive", "fallback", "function", "event", "error"];
  const types = (entry.inputs ?? []).map((input) => input.type).join(",");
  return `${kinds.indexOf(entry.type)} ${entry.name ?? ""}(${types})`;
}

mkdirSync(folder, { recursive: true });
for (const name of NAMES) {
  const artifact = join(root, "target/forge/out", `${name}.sol`, `${name}.json`);
  if (!existsSync(artifact)) {
    console.error(`${artifact} is missing: run forge build first`);
    process.exit(2);
  }
  const { abi } = JSON.parse(readFileSync(artifact, "utf8"));
  const keyed = abi.map((entry) => [sortKey(entry), entry]);
  keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const text = `${JSON.stringify(keyed.map(([, entry]) => entry), null, 2)}\n`;
  const file = join(folder, `${name}.json`);
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  stale.push(name);
  if (!check) writeFileSync(file, text);
}

if (check && stale.length > 0) {
  console.error(`stale ABIs: ${stale.join(", ")} (run node tools/gen-abi.mjs)`);
  process.exit(1);
}
console.log(check ? "the ABIs are fresh" : `written: ${stale.join(", ") || "nothing to change"}`);
