import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Hex } from "viem";
import type { Disputes } from "../src/api/types";
import { DisputeList } from "../src/components/earnings/DisputesCard";
import { demandText, shareText, slashText } from "../src/components/earnings/disputes";

vi.mock("wagmi", () => ({ useConnection: () => ({ address: undefined }) }));
vi.mock("@tanstack/react-router", () => ({ Link: ({ children }: { children: React.ReactNode }) => <a href="/">{children}</a> }));
afterEach(cleanup);

const own: Hex = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const other: Hex = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const now = Date.parse("2026-01-01T12:00:00Z");
const at = "2026-01-01T11:58:00Z";
const pol = (n: bigint): string => `${n * 10n ** 18n}`;
const slash: Disputes["slashes"][number] = {
  epoch: 4,
  reason: "wrongGold",
  amount: pol(50n),
  challenger: other,
  share: pol(10n),
  goldRight: 1,
  goldAnswered: 16,
  slashedAt: at,
};
const demand: Disputes["demands"][number] = { epoch: 4, challenger: own, tree: "payouts", index: 3, status: "answered", responder: other, answerBy: at, demandedAt: at };
const proof: Disputes["disproofs"][number] = { epoch: 5, fraud: "score", challenger: own, against: other, disprovedAt: at };

describe("what an account reads about its disputes", () => {
  it("tells the reason, the epoch, the amount and who proved it", () => {
    const { container } = render(<DisputeList disputes={{ slashes: [slash], demands: [], disproofs: [] }} account={own} now={now} />);
    expect(container.textContent).toContain("50 POL of your stake was taken");
    expect(container.textContent).toContain("1 of 16 answers to tasks with a known answer were right");
    expect(container.textContent).toContain("10 POL of it went to whoever proved it");
    expect(screen.getByText("Epoch 4")).toBeDefined();
    expect(screen.getByRole("button", { name: /Account 0x3C44…93BC/ })).toBeDefined();
  });

  it("has words for every reason", () => {
    expect(slashText({ ...slash, reason: "twoAnswers" })).toContain("Two different answers");
    expect(slashText({ ...slash, reason: "vote" })).toBe("A vote took it.");
    expect(shareText({ ...slash, challenger: null, share: "0" })).toBe("50 POL went to the reserve that rewards all stakers.");
  });

  it("tells a proof from the side that the account was on, whatever the capitals", () => {
    const { container } = render(<DisputeList disputes={{ slashes: [], demands: [], disproofs: [proof] }} account={own} now={now} />);
    expect(container.textContent).toContain("You proved a fraud");
    cleanup();
    const lost = { ...proof, challenger: other, against: own.toLowerCase() as Hex };
    const { container: theirs } = render(<DisputeList disputes={{ slashes: [], demands: [], disproofs: [lost] }} account={own} now={now} />);
    expect(theirs.textContent).toContain("Proved against you");
    expect(theirs.textContent).toContain("your bond was lost");
  });

  it.each([
    [demand, "You asked to see entry 3 of the payouts, and it was shown: your bond was lost"],
    [{ ...demand, challenger: other, responder: own }, "You showed entry 3 of the payouts"],
    [{ ...demand, responder: own }, "and showed it yourself"],
    [{ ...demand, status: "open", responder: null }, "Nobody has shown it yet"],
    [{ ...demand, status: "closed", responder: null }, "your bond is free again"],
  ])("tells what became of a demand (%#)", (given, text) => expect(demandText(given as typeof demand, own)).toContain(text));
});
