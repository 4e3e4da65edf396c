import { describe, expect, it } from "vitest";
import { formatAmount, formatBps, formatCount, formatDuration, formatRelative, formatShare, formatWad, shortHex, words } from "../src/format";
import { laterClock } from "../src/hooks/useNow";

const POL = 10n ** 18n;

describe("amounts", () => {
  it.each([
    [0n, "0"],
    [POL, "1"],
    [1_234_567n * POL, "1,234,567"],
    [POL / 2n, "0.5"],
    [(POL * 1999n) / 1000n, "1.99"],
    [1n, "<0.01"],
    [-(POL * 3n) / 2n, "−1.5"],
  ])("shows %s wei as %s", (wei, text) => expect(formatAmount(wei)).toBe(text));

  it("never rounds up", () => expect(formatAmount(POL - 1n)).toBe("0.99"));
  it("keeps amounts that a double cannot hold", () => expect(formatAmount(9_007_199_254_740_993n * POL)).toBe("9,007,199,254,740,993"));
  it("takes the decimal strings of the server", () => expect(formatAmount("2500000000000000000")).toBe("2.5"));
  it("shows scores with four digits, negative ones too", () => {
    expect(formatWad("431250000000000000")).toBe("0.4312");
    expect(formatWad("-250000000000000000")).toBe("−0.25");
  });
});

describe("other values", () => {
  it("keeps a checksummed address recognisable", () => expect(shortHex("0x70997970c51812dc3a010c7d01b50e0d17dc79c8")).toBe("0x7099…79C8"));
  it("leaves short values whole", () => expect(shortHex("0x1234")).toBe("0x1234"));
  it("shows shares of nothing as nothing", () => expect(formatShare(0n, 0n)).toBe("0 %"));
  it("shows shares and basis points with one decimal", () => {
    expect(formatShare(1n, 3n)).toBe("33.3 %");
    expect(formatBps(6143)).toBe("61.4 %");
  });
  it("counts with the right noun", () => expect([formatCount(1, "task"), formatCount(1200, "task")]).toEqual(["1 task", "1,200 tasks"]));
  it("tells lengths of time in the largest unit that fits evenly", () => {
    expect([60, 90 * 60, 24 * 3600, 7 * 86_400, 45].map(formatDuration)).toEqual(["1 minute", "90 minutes", "1 day", "7 days", "45 seconds"]);
  });
  it("tells times relative to the given clock", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    expect(formatRelative("2026-01-01T00:03:00Z", now)).toBe("in 3 minutes");
    expect(formatRelative("2025-12-30T00:00:00Z", now)).toBe("2 days ago");
  });
  it("turns names of the API into words", () => expect([words("notEnoughOverlap"), words("advance_epoch")]).toEqual(["not enough overlap", "advance epoch"]));
  it("goes by the chain's clock only where it is ahead", () => expect([laterClock(1_000, 500), laterClock(1_000, -500)]).toEqual([1_500, 1_000]));
});
