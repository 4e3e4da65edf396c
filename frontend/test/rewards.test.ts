import { zeroHash } from "viem";
import { describe, expect, it } from "vitest";
import { goldAnswers, goldRoot, labelWords, labelsRoot } from "../src/protocol/bundle";
import { goldLeaf, labelLeaf, positionOf } from "../src/protocol/labels";
import { verifyProof } from "../src/protocol/merkle";
import { expectedLeaves, judgeEpoch, leafHash, payoutsRoot } from "../src/protocol/payouts";
import { dealOverlap, dmiScore, firstHalf, floorDiv, goldSlots, judge, viewBlock, withinBudget } from "../src/protocol/rewards";
import { before, bundleOf, leaves, leavesOf, terms, vector } from "./rewardsVector";

const maskOf = (slots: readonly number[]): bigint => slots.reduce((mask, slot) => mask | (1n << BigInt(slot)), 0n);
const { epoch, block, secret, seed, gold } = vector;
const words = vector.labelers.map((labeler, i) => ({
  epoch,
  block,
  seat: vector.seats[i]!,
  labeler,
  answers: BigInt(vector.answers[i]!),
  valid: BigInt(vector.valid[i]!),
}));
const known = goldAnswers(bundleOf());
const view = viewBlock(words, block, secret, seed, terms);
const goldOf = (i: number) => known.get(positionOf(words[i]!)) ?? null;

describe("the reward rule", () => {
  it("draws the slots that the reference draws", () => {
    const dealt = dealOverlap(terms, secret, block);
    expect(maskOf(dealt.slice(0, terms.overlapSlots))).toBe(BigInt(vector.overlapMask));
    expect(maskOf(firstHalf(terms, dealt, seed, block))).toBe(BigInt(vector.firstHalfMask));
    expect(vector.seats.map((seat) => maskOf(goldSlots(terms, dealt, secret, block, seat)))).toEqual(vector.goldMasks.map(BigInt));
    for (const [i, slots] of gold.slots.entries()) {
      expect(goldSlots(terms, dealOverlap(terms, secret, gold.blocks[i]!), secret, gold.blocks[i]!, gold.seats[i]!)).toEqual(slots);
    }
  });

  it("packs the labels into the leaves and the root of the reference", () => {
    expect(labelWords(bundleOf())).toEqual(words);
    expect(words.map(labelLeaf)).toEqual(vector.labelLeaves);
    expect(labelsRoot(words)).toBe(vector.labelsRoot);
    for (const [i, word] of words.entries()) {
      expect(verifyProof(vector.labelsRoot, vector.blockCount * 32, positionOf(word), vector.labelLeaves[i]!, vector.labelProofs[i]!)).toBe(true);
    }
  });

  it("packs the gold into the leaves and the root of the reference, also of seats that nobody took", () => {
    expect(gold.answers.map((answers, i) => goldLeaf(BigInt(answers), gold.taskIds[i]!))).toEqual(gold.leaves);
    expect(goldRoot(bundleOf())).toBe(terms.goldRoot);
    for (const [i, leaf] of gold.leaves.entries()) {
      const position = positionOf({ block: gold.blocks[i]!, seat: gold.seats[i]! });
      expect(verifyProof(terms.goldRoot, terms.goldBlocks * 32, position, leaf, gold.proofs[i]!)).toBe(true);
    }
  });

  it("judges every labeler like the reference, term by term", () => {
    const judged = words.map((word, i) => judge(word, goldOf(i), view, terms));
    const { statements } = vector;
    for (const field of ["nValid", "t1", "t2", "goldRight", "goldAnswered", "goldSlots"] as const) expect(judged.map((j) => j[field])).toEqual(statements[field]);
    expect(judged.map((j) => j.m1.flat())).toEqual(statements.m1);
    expect(judged.map((j) => j.m2.flat())).toEqual(statements.m2);
    expect(judged.map((j) => j.score.toString())).toEqual(statements.scores);
    expect(judged.map((j) => j.base.toString())).toEqual(statements.bases);
    expect(judged.map((j) => j.alpha.toString())).toEqual(statements.alphas);
    expect(judged.map((j) => j.raw.toString())).toEqual(statements.raws);
    expect(judged.map((j) => j.reason)).toEqual(statements.reasons);
  });

  it("pays base only without a seed, to those as well who have gold wrong", () => {
    const blind = viewBlock(words, block, zeroHash, zeroHash, terms);
    for (const [i, word] of words.entries()) {
      const { reason, score, base, raw, goldSlots } = judge(word, goldOf(i), blind, terms);
      expect({ reason, score, goldSlots }).toEqual({ reason: "noSeed", score: 0n, goldSlots: 0 });
      expect(raw).toBe(base);
    }
  });

  it("asks for no gold from a seat that has none", () => {
    const failing = vector.statements.goldRight.indexOf(0);
    expect(judge(words[failing]!, goldOf(failing), view, terms)).toMatchObject({ goldRight: 0, goldSlots: 8, raw: 0n });
    const judged = judge(words[failing]!, null, view, terms);
    expect(judged).toMatchObject({ reason: "scored", goldAnswered: 0, goldSlots: 0, raw: judged.base + judged.alpha });
  });

  it("counts the members of the block, and scores nobody when they are too few", () => {
    const few = { ...terms, minRoster: words.length + 1 };
    expect(judge(words[0]!, goldOf(0), viewBlock(words, block, secret, seed, few), few)).toMatchObject({ reason: "smallRoster", score: 0n });
  });

  it("shrinks all pays in proportion when they exceed the budget", () => {
    const raws = vector.statements.raws.map(BigInt);
    const sum = raws.reduce((a, b) => a + b);
    const pays = raws.map((raw) => withinBudget(raw, sum, BigInt(vector.scaled.budget)).toString());
    expect(pays).toEqual(vector.scaled.pays);
  });

  it("rounds towards minus infinity", () => {
    expect([floorDiv(7n, 2n), floorDiv(-7n, 2n), floorDiv(-8n, 2n), floorDiv(7n, -2n)]).toEqual([3n, -4n, -4n, -4n]);
  });

  it("has no score with fewer than two tasks in a half", () => {
    expect(dmiScore([[1, 0], [0, 0]], [[5, 0], [0, 5]])).toBeNull();
  });
});

describe("the payouts tree", () => {
  it.each([
    ["within the budget", terms.budget, vector.payouts],
    ["scaled to the budget", BigInt(vector.scaled.budget), vector.scaled.payouts],
  ])("is the one of the reference, %s", (_, budget, tree) => {
    const mine = expectedLeaves(judgeEpoch(bundleOf(), secret, seed, { ...terms, budget }), before);
    expect(mine).toEqual(leavesOf(tree));
    expect(mine.map(leafHash)).toEqual(tree.leaves);
    expect(payoutsRoot(mine)).toBe(tree.root);
  });

  it("has a leaf for those who labeled for nothing, and none for those who neither labeled nor earned", () => {
    const nothing = vector.labelers[vector.statements.raws.indexOf("0")]!;
    expect(leaves.find(({ account }) => account === nothing)).toMatchObject({ cumulative: 0n, raw: 0n });
    const idle = { ...before[0]!, account: "0x0000000000000000000000000000000000000001", cumulative: 0n } as const;
    expect(expectedLeaves([], [idle])).toEqual([]);
  });
});
