import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Epoch } from "../src/api/types";
import { streamText } from "../src/components/earnings/RewardsCard";
import { Settlement, hasSettlement } from "../src/components/epochs/Settlement";
import { consequenceText, fraudText } from "../src/components/epochs/frauds";
import { standing } from "../src/components/epochs/standing";

vi.mock("wagmi", () => ({ useConnection: () => ({ address: undefined }) }));
afterEach(cleanup);

const now = Date.parse("2026-01-01T12:00:00Z");
const account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const root = `0x${"ab".repeat(32)}` as const;
const payouts: NonNullable<Epoch["payouts"]> = {
  payoutsRoot: root,
  accountCount: 16,
  totalCumulative: "0",
  totalRaw: "0",
  bond: `${1_234n * 10n ** 18n}`,
  status: "proposed",
  challengeEndsAt: "2026-01-01T12:03:00Z",
  proposalId: null,
  proposer: account,
  finality: "finalized",
};
const epoch = (change: Partial<Epoch>): Epoch => ({ epoch: 1, status: "proposed", payouts, challenger: null, demand: null, pastDemands: [], disproofs: [], ...change }) as Epoch;
const disproof = (fraud: string, payoutsRoot: Epoch["disproofs"][number]["payoutsRoot"] = root) => ({
  fraud,
  challenger: account as typeof payouts.proposer,
  payoutsRoot,
  disprovedAt: "2026-01-01T11:58:00Z",
});

describe("what stands behind payouts", () => {
  it("names the proposer, the bond and the end of the challenge window", () => {
    render(<Settlement epoch={epoch({})} now={now} />);
    expect(screen.getByRole("button", { name: /Account 0x7099…79C8/ })).toBeDefined();
    expect(screen.getByText("1,234 POL")).toBeDefined();
    expect(screen.getByText("closes in 3 minutes")).toBeDefined();
  });

  it("says what an open demand asks for, until when, and what happens otherwise", () => {
    const demand = { challenger: account as typeof payouts.proposer, tree: "labels", index: 37, answerBy: "2026-01-01T12:00:20Z" };
    const { container } = render(<Settlement epoch={epoch({ challenger: account, demand })} now={now} />);
    expect(container.textContent).toContain("asks to see entry 37 of the labels");
    expect(container.textContent).toContain("in 20 seconds");
    expect(container.textContent).toContain("the epoch ends without pay and the operator loses its bond");
  });

  it("tells what was proved, by whom, and who got what", () => {
    const disproved = epoch({ status: "revealed", payouts: { ...payouts, status: "disproved" }, disproofs: [disproof("score")] });
    const { container } = render(<Settlement epoch={disproved} now={now} />);
    expect(container.textContent).toContain("Proposed payouts were proved wrong, 2 minutes ago");
    expect(container.textContent).toContain("not what the rule gives for its labels");
    expect(container.textContent).toContain("The proposer lost its bond, half of it to whoever proved this");
    expect(screen.queryByText("Bond behind them")).toBeNull();
  });

  it("tells what became of earlier demands", () => {
    const challenger = account as typeof payouts.proposer;
    const responder = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC" as const;
    const asked = { challenger, tree: "payouts", index: 3, demandedAt: "2026-01-01T11:50:00Z" };
    const pastDemands = [{ ...asked, status: "answered", responder }, { ...asked, index: 9, status: "closed", responder: null }];
    const { container } = render(<Settlement epoch={epoch({ pastDemands })} now={now} />);
    expect(container.textContent).toContain("asked to see entry 3 of the payouts, 10 minutes ago. It was shown, and half of the bond went to whoever showed it.");
    expect(screen.getByRole("button", { name: /Account 0x3C44…93BC/ })).toBeDefined();
    expect(container.textContent).toContain("entry 9 of the payouts, 10 minutes ago. It was settled without: the bond went back.");
    expect(hasSettlement(epoch({ payouts: null, pastDemands }))).toBe(true);
  });

  it("tells the operator's fraud from a proposer's", () => {
    expect(consequenceText("receipt")).toContain("The operator lost its bond");
    expect(consequenceText("carryOver")).toContain("The proposer lost its bond");
  });

  it("has words for every fraud that the contract can name", () => {
    const names = "order runningTotal total carryOver missingAccount labelPosition score payoutsUnopened duplicateLabeler strayBits receipt labelsUnopened goldUnopened";
    for (const fraud of names.split(" ")) expect(fraudText(fraud)).not.toContain("It was:");
    expect(fraudText("somethingNew")).toBe("It was: something new.");
  });

  it("says that a bond was given back once the payouts are decided on or the epoch has ended", () => {
    for (const decided of [epoch({ status: "accepted", payouts: { ...payouts, status: "approved" } }), epoch({ status: "voided" })]) {
      render(<Settlement epoch={decided} now={now} />);
      expect(screen.getByText("given back")).toBeDefined();
      cleanup();
    }
  });

  it("is silent about epochs that have nothing to settle", () => expect(hasSettlement(epoch({ payouts: null }))).toBe(false));
});

describe("where an epoch stands", () => {
  it.each([
    [epoch({}), "the window closes in 3 minutes"],
    [epoch({ payouts: { ...payouts, challengeEndsAt: "2026-01-01T11:00:00Z" } }), "A vote approves them"],
    [epoch({ challenger: account }), "On hold"],
    [epoch({ status: "revealed", disproofs: [disproof("total")] }), "Others can be proposed"],
    [epoch({ status: "voided", disproofs: [disproof("receipt", null)] }), "proved wrong"],
    [epoch({ status: "voided" }), "by vote"],
  ])("is said in a sentence (%#)", (given, text) => expect(standing(given, now)).toContain(text));

  it("knows every status of the contract", () => {
    const statuses = ["open", "committed", "revealed", "proposed", "accepted", "voided"];
    for (const status of statuses) expect(standing(epoch({ status }), now)).not.toContain("This epoch is");
  });
});

describe("the stream of staking rewards", () => {
  it("is told per day, with its end", () => {
    const rate = 10n ** 18n / 86_400n + 1n;
    expect(streamText({ rate, endsAtS: now / 1000 + 3 * 86_400 }, now)).toBe("1 POL a day stream to all stakers by their stake; the stream ends in 3 days.");
  });
  it("says when nothing streams", () => {
    expect(streamText({ rate: 0n, endsAtS: 0 }, now)).toContain("Nothing streams to stakers yet");
    expect(streamText({ rate: 0n, endsAtS: 1 }, now)).toContain("can start it again");
  });
});
