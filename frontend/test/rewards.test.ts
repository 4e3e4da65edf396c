import { zeroHash } from "viem";
import { describe, expect, it } from "vitest";
import { labelLeaf } from "../src/protocol/labels";
import { dmiScore, firstHalf, floorDiv, goldSlots, judge, overlapSlots, withinBudget } from "../src/protocol/rewards";
import { terms, vector } from "./rewardsVector";

const maskOf = (slots: readonly number[]): bigint => slots.reduce((mask, slot) => mask | (1n << BigInt(slot)), 0n);
const { epoch, block, secret, seed } = vector;
const words = vector.labelers.map((labeler, i) => ({ epoch, block, labeler, answers: BigInt(vector.answers[i]!), valid: BigInt(vector.valid[i]!) }));
const gold = new Map(vector.gold.taskIds.map((id, i) => [id, vector.gold.choices[i]!]));
const judgeSeat = (i: number, withSeed = seed) => judge({ seat: vector.seats[i]!, taskIds: vector.taskIds[i]!, word: words[i]! }, words, gold, secret, withSeed, terms);

describe("the reward rule", () => {
  it("draws the slots that the reference draws", () => {
    const overlap = overlapSlots(terms, secret, epoch, block);
    expect(maskOf(overlap)).toBe(BigInt(vector.overlapMask));
    expect(maskOf(firstHalf(terms, seed, epoch, block, overlap))).toBe(BigInt(vector.firstHalfMask));
    expect(vector.seats.map((seat) => maskOf(goldSlots(terms, secret, epoch, block, seat)))).toEqual(vector.goldMasks.map(BigInt));
  });

  it("packs the labels into the leaves of the reference", () => expect(words.map(labelLeaf)).toEqual(vector.labelLeaves));

  it("judges every labeler like the reference, term by term", () => {
    const judged = vector.labelers.map((_, i) => judgeSeat(i));
    const { statements } = vector;
    for (const field of ["nValid", "t1", "t2", "goldRight", "goldAnswered"] as const) expect(judged.map((j) => j[field])).toEqual(statements[field]);
    expect(judged.map((j) => j.m1.flat())).toEqual(statements.m1);
    expect(judged.map((j) => j.m2.flat())).toEqual(statements.m2);
    expect(judged.map((j) => j.score.toString())).toEqual(statements.scores);
    expect(judged.map((j) => j.base.toString())).toEqual(statements.bases);
    expect(judged.map((j) => j.alpha.toString())).toEqual(statements.alphas);
    expect(judged.map((j) => j.raw.toString())).toEqual(statements.raws);
    expect(judged.map((j) => j.reason)).toEqual(statements.reasons);
  });

  it("pays base only without a seed", () => {
    const { reason, score, base, raw } = judgeSeat(0, zeroHash);
    expect({ reason, score }).toEqual({ reason: "noSeed", score: 0n });
    expect(raw).toBe(base);
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
