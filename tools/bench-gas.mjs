#!/usr/bin/env node
// Gas of what users send, against the gates of this project and the figures of comparable contracts. Reads the snapshots that
// the gas tests wrote (`forge test --match-path 'contracts/test/*[gG]as.t.sol'`), writes bench/results/gas.json, prints a table.
// A gate that is missed is reported, not an error: the tests hold the figures themselves.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const SIZE_LIMIT = 24_576; // EIP-170

/**
 * `of`: names of snapshots; several are transactions that belong together and are added up. `anchor`: the best figure of others, as
 * measured with the same compiler settings: a prototype on OpenZeppelin alone, or the named project.
 */
const FIGURES = [
  { what: "propose, one action, 56 bytes of text", of: ["propose: 1 action"], gate: 80_000, anchor: 78_116, by: "OpenZeppelin Governor, same modules" },
  { what: "castVote, first (reaches the quorum)", of: ["castVote: first, reaches quorum"], gate: null, anchor: 125_556, by: "OpenZeppelin Governor, same modules" },
  { what: "castVote, later", of: ["castVote: later"], gate: 69_000, anchor: 68_806, by: "OpenZeppelin Governor, same modules" },
  { what: "castVoteBySig", of: ["castVoteBySig"], gate: 108_000, anchor: 107_539, by: "OpenZeppelin Governor, same modules" },
  { what: "queue", of: ["queue: 1 action"], gate: null, anchor: 146_771, by: "OpenZeppelin Governor, same modules" },
  { what: "execute", of: ["execute: 1 action"], gate: null, anchor: 110_835, by: "OpenZeppelin Governor, same modules; calls a bare store" },
  { what: "optimistic: propose", of: ["optimistic: propose"], gate: null, anchor: 67_919, by: "prototype without an allow-list" },
  { what: "optimistic: veto", of: ["optimistic: castVote against"], gate: null, anchor: 82_771, by: "prototype" },
  { what: "optimistic: execute", of: ["optimistic: execute activate"], gate: null, anchor: 88_040, by: "prototype; calls a bare store" },
  { what: "first stake, one transaction", of: ["stake: first, delegate set"], gate: 113_000, anchor: 111_105, by: "prototype; Tally Staker 265,886 and an approval" },
  { what: "stake more", of: ["stake: more"], gate: null, anchor: 82_229, by: "prototype; Tally Staker 168,567" },
  { what: "request to unstake", of: ["requestUnstake"], gate: null, anchor: 68_323, by: "prototype" },
  { what: "withdraw", of: ["withdraw"], gate: null, anchor: 35_690, by: "prototype" },
  { what: "claim of streamed rewards, later, delegated to nobody", of: ["claimReward: later, undelegated"], gate: 64_000, anchor: 63_160, by: "prototype; Tally Staker 91,626" },
  { what: "claim of streamed rewards, later, delegated (votes move)", of: ["claimReward: later, delegated"], gate: null, anchor: 91_626, by: "Tally Staker" },
  { what: "slash", of: ["slash: all to the reserve"], gate: 115_000, anchor: 110_615, by: "prototype" },
  { what: "Merkle claim, later, depth 17, to a wallet that delegates to nobody", of: ["claim: later, depth 17, undelegated"], gate: 68_000, anchor: null, by: null },
  { what: "Merkle claim, later, depth 17, to a delegated wallet (votes move)", of: ["claim: later, depth 17, delegated"], gate: null, anchor: null, by: null },
  { what: "Merkle claim, later, depth 17, of a plain ERC-20 as the anchor", of: ["claim: later, depth 17, plain ERC-20"], gate: null, anchor: 66_769, by: "Morpho URD" },
  { what: "Merkle claim, first, depth 17, of a plain ERC-20 as the anchor", of: ["claim: first, depth 17, plain ERC-20"], gate: null, anchor: 83_857, by: "Morpho URD" },
  { what: "payouts of an epoch: propose and activate", of: ["proposePayouts: later epoch", "acceptPayouts: later epoch"], gate: 260_000, anchor: null, by: null },
  { what: "payouts of a deployment's first epoch", of: ["proposePayouts: first epoch", "acceptPayouts: first epoch"], gate: null, anchor: null, by: null },
  { what: "fraud proof of a score, roster of 16, calldata included", of: ["disproveScore: roster 16"], gate: 300_000, anchor: null, by: null },
];

function snapshots() {
  const folder = join(root, "contracts/snapshots");
  const sizes = {};
  const gas = {};
  for (const file of readdirSync(folder).sort()) {
    const values = JSON.parse(readFileSync(join(folder, file), "utf8"));
    Object.assign(file === "Sizes.json" ? sizes : gas, values);
  }
  return { gas, sizes };
}

function measure(figure, gas) {
  const missing = figure.of.filter((name) => !(name in gas));
  if (missing.length > 0) throw new Error(`no snapshot of ${missing.join(", ")}: run the gas tests first`);
  const ours = figure.of.reduce((sum, name) => sum + Number(gas[name]), 0);
  return {
    what: figure.what,
    gas: ours,
    gate: figure.gate,
    met: figure.gate === null ? null : ours <= figure.gate,
    anchor: figure.anchor,
    anchorBy: figure.by,
    ratio: figure.anchor === null ? null : Number((ours / figure.anchor).toFixed(3)),
  };
}

const { gas, sizes } = snapshots();
const figures = FIGURES.map((figure) => measure(figure, gas));
const contracts = Object.entries(sizes).map(([contract, bytes]) => ({
  contract,
  bytes: Number(bytes),
  limit: SIZE_LIMIT,
  met: Number(bytes) < SIZE_LIMIT,
}));
const gated = figures.filter((figure) => figure.met !== null);
const result = {
  name: "gas",
  work: "whole transactions: intrinsic cost, calldata and cold storage included; solc 0.8.37, cancun, 200 runs",
  commit: execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim(),
  machine: `${platform()} ${arch()}, ${cpus().length} cores`,
  gates: { met: gated.filter((figure) => figure.met).length, of: gated.length },
  figures,
  contracts,
  others: Object.fromEntries(
    Object.entries(gas)
      .filter(([name]) => !FIGURES.some((figure) => figure.of.includes(name)))
      .map(([name, value]) => [name, Number(value)]),
  ),
};
writeFileSync(join(root, "bench/results/gas.json"), `${JSON.stringify(result, null, 2)}\n`);

const cell = (value, width) => String(value === null ? "–" : value.toLocaleString("en-US")).padStart(width);
console.log(`${"".padEnd(70)}${cell("gas", 9)}${cell("gate", 9)}${cell("anchor", 9)}`);
for (const figure of figures) {
  const verdict = figure.met === null ? "" : figure.met ? "  met" : "  MISSED";
  console.log(`${figure.what.padEnd(70)}${cell(figure.gas, 9)}${cell(figure.gate, 9)}${cell(figure.anchor, 9)}${verdict}`);
}
const largest = contracts.reduce((a, b) => (a.bytes > b.bytes ? a : b));
console.log(`largest contract: ${largest.contract}, ${cell(largest.bytes, 0)} B of ${cell(SIZE_LIMIT, 0)}`);
console.log(`gates met: ${result.gates.met} of ${result.gates.of}; written: bench/results/gas.json`);
