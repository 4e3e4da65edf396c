import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Statement, Terms } from "../src/api/types";
import { StatementCard } from "../src/components/earnings/StatementCard";

afterEach(cleanup);

const pol = (n: number): string => (BigInt(n) * 10n ** 18n).toString();
const terms = { basePay: pol(1), alphaPay: pol(4), blockSlots: 256, minOverlap: 48 } as Terms;
const statement: Statement = {
  labeler: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  block: 0,
  seat: 3,
  nValid: 160,
  t1: 32,
  t2: 32,
  m1: [[16, 0], [0, 16]],
  m2: [[16, 0], [0, 16]],
  score: "0",
  goldRight: 14,
  goldAnswered: 15,
  goldSlots: 16,
  base: pol(160),
  alpha: pol(0),
  raw: pol(130),
  pay: pol(130),
  reason: "scored",
};

describe("a statement", () => {
  it("says what the gold left of the pay", () => {
    render(<StatementCard statement={statement} terms={terms} />);
    expect(screen.getByText("Gold 14 right, 1 wrong of 16: × 13/16")).toBeDefined();
    expect(screen.queryByText("Share of the epoch's budget")).toBeNull();
  });

  it("shows no factor below zero, and the share of a budget that did not suffice", () => {
    const wrong = { ...statement, goldRight: 3, goldAnswered: 16, raw: pol(0), pay: pol(0) };
    const { unmount } = render(<StatementCard statement={wrong} terms={terms} />);
    expect(screen.getByText("Gold 3 right, 13 wrong of 16: × 0/16")).toBeDefined();
    unmount();
    render(<StatementCard statement={{ ...statement, pay: pol(65) }} terms={terms} />);
    expect(screen.getByText("Share of the epoch's budget")).toBeDefined();
  });

  it("has no line for gold where a seat has none", () => {
    render(<StatementCard statement={{ ...statement, goldRight: 0, goldAnswered: 0, goldSlots: 0, raw: pol(160), pay: pol(160) }} terms={terms} />);
    expect(screen.getByText("none in this block")).toBeDefined();
    expect(screen.queryByText(/^Gold \d/)).toBeNull();
  });
});
