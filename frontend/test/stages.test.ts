import { describe, expect, it } from "vitest";
import type { Epoch } from "../src/api/types";
import { nextStep, stagesOf } from "../src/components/epochs/stages";

const now = Date.parse("2026-01-01T12:00:00Z");
const time = "2026-01-01T11:00:00Z";
const payouts = { status: "proposed", challengeEndsAt: "2026-01-01T12:05:00Z" };
const epoch = (change: object): Epoch =>
  ({ epoch: 4, status: "open", takesAnswers: true, openedAt: time, closedAt: null, committedAt: null, revealedAt: null, payouts: null, challenger: null, ...change }) as Epoch;
const proposed = { status: "proposed", closedAt: time, committedAt: time, revealedAt: time, payouts };
const reached = (change: object) => stagesOf(epoch(change), now).filter(({ past }) => past).at(-1)?.text;

describe("the stages of an epoch", () => {
  it("are reached one after the other", () => {
    expect(reached({})).toBe("Opened for answers");
    expect(reached({ status: "committed", closedAt: time, committedAt: time })).toBe("Labels fixed on the chain");
    expect(reached(proposed)).toBe("Payouts proposed");
    expect(reached({ ...proposed, payouts: { ...payouts, challengeEndsAt: time } })).toBe("Challenge window over");
    expect(reached({ ...proposed, status: "accepted", payouts: { status: "approved", challengeEndsAt: time } })).toBe("Approved by vote");
  });

  it("do not count payouts that were proved wrong, nor a window that a demand holds open", () => {
    expect(reached({ ...proposed, status: "revealed", payouts: { status: "disproved", challengeEndsAt: time } })).toBe("Seed revealed");
    expect(reached({ ...proposed, challenger: "0x1", payouts: { ...payouts, challengeEndsAt: time } })).toBe("Payouts proposed");
  });

  it("end at once where an epoch was ended without pay", () => {
    const stages = stagesOf(epoch({ status: "voided", closedAt: time, committedAt: time }), now);
    expect(stages.every(({ past }) => past)).toBe(true);
    expect(stages.at(-1)?.text).toBe("Ended without pay");
    expect(reached({ status: "voided", closedAt: time })).toBe("Ended without pay: no labels were fixed on the chain");
  });

  it("name who can act next and with which command", () => {
    expect(nextStep(epoch(proposed), now).command).toBe("polity challenge 4");
    expect(nextStep(epoch({ ...proposed, challenger: "0x1" }), now).command).toBe("polity epoch answer-demand 4");
    expect(nextStep(epoch({ takesAnswers: false }), now).command).toBe("polity epoch missed-commit 4");
    expect(nextStep(epoch({}), now).command).toBeUndefined();
    expect(nextStep(epoch({ status: "revealed" }), now).command).toBe("polity epoch propose 4");
    expect(nextStep(epoch({ status: "accepted" }), now).command).toBeUndefined();
  });
});
