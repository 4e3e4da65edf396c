import { describe, expect, it } from "vitest";
import type { RoutineProposal } from "../src/api/types";
import { isOff, routineBadge, routineNext } from "../src/components/proposals/routine";

const now = Date.parse("2026-01-01T12:00:00Z");
const proposal = (change: Partial<RoutineProposal>): RoutineProposal =>
  ({ state: "active", permitted: true, voteStart: "2026-01-01T11:59:00Z", voteEnd: "2026-01-01T12:05:00Z", ...change }) as RoutineProposal;

describe("routine actions", () => {
  it("are off while nobody may propose or nothing is allowed", () => {
    expect(isOff({ proposers: [], calls: [] })).toBe(true);
    expect(isOff({ proposers: ["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"], calls: [] })).toBe(true);
  });

  it("say until when somebody can object", () => {
    expect(routineNext(proposal({}), now)).toContain("the window closes in 5 minutes");
    expect(routineNext(proposal({ state: "pending", voteStart: "2026-01-01T12:01:00Z" }), now)).toContain("opens in 1 minute");
  });

  it("say that a veto is for good, where an ordinary proposal is only defeated", () => {
    expect(routineBadge(proposal({ state: "defeated" }))).toEqual(["bad", "Vetoed"]);
    expect(routineNext(proposal({ state: "defeated" }), now)).toContain("stopped for good");
  });

  it("cannot be executed once a vote took the permission back, and do not offer it", () => {
    for (const state of ["pending", "active", "succeeded"] as const) {
      expect(routineBadge(proposal({ state, permitted: false }))[1]).toBe("No longer allowed");
      expect(routineNext(proposal({ state, permitted: false }), now)).toContain("cannot be executed");
    }
    expect(routineBadge(proposal({ state: "executed", permitted: false }))[1]).toBe("Executed");
  });
});
