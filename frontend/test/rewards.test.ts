import { keccak256, zeroHash } from "viem";
import { describe, expect, it } from "vitest";
import { fileOf } from "./bundle";
import { openModule } from "./protocolModule";
import { bundleOf, leavesOf, previous, statementOf, terms, vector, words } from "./rewardsVector";

const { secret, seed, blockHash } = vector;
const lower = (accounts: readonly string[]): string[] => accounts.map((account) => account.toLowerCase());

describe("the protocol module", () => {
  const module = openModule();
  const { bytes, hash } = fileOf(bundleOf());
  const encode = (text: string) => new TextEncoder().encode(text);
  const load = (file = bytes) => module.call({ method: "load", hash: keccak256(file) }, file);

  it("reads a published file and finds in it the labels of the reference", () => {
    expect(load()).toMatchObject({ epoch: vector.epoch, nAnswers: vector.labelers.length * terms.blockSlots });
    expect(module.call({ method: "labels" })).toEqual({ root: vector.labelsRoot, blockCount: vector.blockCount, nLabelers: vector.labelers.length });
    expect(module.call({ method: "checkStructure", terms })).toBeNull();
    expect(module.call({ method: "checkAssignment", terms, secret })).toBeNull();
    expect(module.call({ method: "seed", secret, blockHash })).toEqual({ secretHash: terms.secretHash, seed });
  });

  it.each([
    ["within the budget", terms.budget, vector.payouts],
    ["scaled to the budget", BigInt(vector.scaled.budget), vector.scaled.payouts],
  ])("pays what the reference pays, %s", (_, budget, tree) => {
    load();
    const computed = module.call({ method: "payouts", terms: { ...terms, budget }, secret, seed, previous });
    expect(computed.leaves).toEqual(leavesOf(tree));
    expect(computed.root).toBe(tree.root);
    expect(computed.totalCumulative).toBe(tree.totalCumulative);
    expect(computed.totalRaw).toBe(tree.totalRaw);
    expect(module.call({ method: "payoutsTree", leaves: computed.leaves })).toMatchObject({ root: tree.root, totalRaw: tree.totalRaw });
  });

  it("explains every pay like the reference, term by term", () => {
    load();
    const { statements } = module.call({ method: "payouts", terms, secret, seed, previous });
    expect(lower(statements.map(({ labeler }) => labeler))).toEqual(lower(vector.labelers));
    for (const [i, statement] of statements.entries()) expect(statement).toMatchObject(statementOf(i));
  });

  it("takes labels without their signatures as well, in any order", () => {
    const gold = vector.gold.seats.map((seat, i) => ({ block: vector.gold.blocks[i]!, seat, answers: vector.gold.answers[i]!, tasksHash: vector.labelsRoot }));
    const labels = { words: [...words].reverse(), gold };
    expect(module.call({ method: "payouts", terms, secret, seed, previous, labels }).root).toBe(vector.payouts.root);
    const blind = module.call({ method: "payouts", terms, secret: zeroHash, seed: zeroHash, previous, labels });
    expect(new Set(blind.statements.map(({ reason }) => reason))).toEqual(new Set(["noSeed"]));
  });

  it("proves each leaf at its own index only", () => {
    const { root, proofs } = vector.payouts;
    const leaves = leavesOf(vector.payouts);
    const proven = (index: number, leaf = leaves[index]!, proof = proofs[index]!, count = leaves.length) =>
      module.call({ method: "verifyPayout", root, count, opening: { index, leaf, proof } });
    for (const index of leaves.keys()) expect(proven(index)).toBe(true);
    expect(proven(4, { ...leaves[4]!, cumulative: "1" })).toBe(false);
    expect(proven(5, leaves[4], proofs[4])).toBe(false);
    expect(proven(4, leaves[4], proofs[4]!.slice(1))).toBe(false);
    expect(proven(4, leaves[4], proofs[4], 2 * leaves.length)).toBe(false);
  });

  it("says what is wrong with a file, and goes on", () => {
    expect(() => module.call({ method: "load", hash: zeroHash }, bytes)).toThrow("The bundle hashes to 0x");
    expect(() => module.call({ method: "labels" })).toThrow("No file of signed labels is loaded.");
    const text = new TextDecoder().decode(bytes).replace('"choice":0', '"choice":9');
    expect(() => load(encode(text))).toThrow("9 is no choice");
    expect(() => load(encode("[\n"))).toThrow("Line 1");
    expect(() => module.call({ method: "nothing" } as never)).toThrow("Unknown variant");
    expect(load()).toMatchObject({ epoch: vector.epoch });
  });

  it("survives what breaks off a computation", () => {
    load();
    // More than one buffer can hold there: the module panics.
    expect(() => module.call({ method: "load", hash }, { length: 3e9 } as never)).toThrow(/The computation broke off: panicked at/);
    expect(load()).toMatchObject({ epoch: vector.epoch });
  });
});
