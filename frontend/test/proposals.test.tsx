import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Proposal } from "../src/api/types";
import { StateBadge } from "../src/components/proposals/StateBadge";
import { entriesOf } from "../src/components/proposals/Timeline";
import { QuorumBar, VoteBar } from "../src/components/proposals/VoteBar";
import { byUrgency } from "../src/hooks/useProposals";

afterEach(cleanup);
const now = Date.parse("2026-01-01T12:00:00Z");
const proposal = (state: Proposal["state"], voteStart = "2026-01-01T11:00:00Z"): Proposal => ({
  proposalId: "1",
  title: "",
  description: "",
  proposer: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  state,
  voteStart,
  voteEnd: "2026-01-01T13:00:00Z",
  eta: null,
  forVotes: "0",
  againstVotes: "0",
  abstainVotes: "0",
  quorum: "0",
  actions: [],
  createdAt: voteStart,
  queuedAt: null,
  executedAt: null,
  canceledAt: null,
  finality: "finalized",
});
const POL = 10n ** 18n;

describe("proposals", () => {
  it.each([
    ["head", "Passednot final yet"],
    ["safe", "Passednot final yet, but safe"],
    ["finalized", "Passed"],
  ] as const)("say that a state on a %s block can still change", (finality, text) => {
    const { container } = render(<StateBadge proposal={{ ...proposal("succeeded"), finality }} />);
    expect(container.textContent).toBe(text);
  });

  it("come with open votes first, then the newest", () => {
    const list = [proposal("executed"), proposal("active", "2026-01-01T10:00:00Z"), proposal("pending"), proposal("active")];
    expect(list.sort(byUrgency).map(({ state, voteStart }) => [state, voteStart.slice(11, 13)])).toEqual([
      ["active", "11"],
      ["active", "10"],
      ["pending", "11"],
      ["executed", "11"],
    ]);
  });

  it("tell their shares in words", () => {
    render(<VoteBar tally={{ forVotes: 3n, againstVotes: 1n, abstainVotes: 0n, quorum: 1n }} />);
    expect(screen.getByRole("img", { name: "For 75.0 %, Against 25.0 %, Abstain 0.0 %" })).toBeDefined();
  });

  it("say how many For votes the quorum still needs", () => {
    const tally = { forVotes: 100n * POL, againstVotes: 900n * POL, abstainVotes: 0n, quorum: 400n * POL };
    render(<QuorumBar tally={tally} />);
    expect(screen.getByText("300 POL missing")).toBeDefined();
    cleanup();
    render(<QuorumBar tally={{ ...tally, forVotes: 400n * POL }} />);
    expect(screen.getByText("reached")).toBeDefined();
  });

  it("end their timeline where they ended", () => {
    const last = (state: Proposal["state"]) => entriesOf(proposal(state), now).at(-1);
    expect(last("defeated")).toMatchObject({ text: "Defeated", past: true });
    expect(last("active")).toMatchObject({ text: "Executed", past: false });
    expect(last("executed")).toMatchObject({ text: "Executed", past: true });
  });
});
