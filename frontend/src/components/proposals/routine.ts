import type { ProposalState, Routine, RoutineProposal } from "../../api/types";
import { formatRelative } from "../../format";
import type { Tone } from "../../ui/Badge";

/** Nothing can be proposed: nobody may, or nothing is allowed. */
export const isOff = ({ proposers, calls }: Pick<Routine, "proposers" | "calls">): boolean => proposers.length === 0 || calls.length === 0;

const STATES: Partial<Record<ProposalState, [Tone, string]>> = {
  pending: ["neutral", "Veto not open yet"],
  active: ["accent", "Veto open"],
  defeated: ["bad", "Vetoed"],
  succeeded: ["brass", "Nobody stopped it"],
  executed: ["good", "Executed"],
};

/** The state in the words of a veto: what is "defeated" elsewhere was vetoed here. */
export const routineBadge = ({ state, permitted }: Pick<RoutineProposal, "state" | "permitted">): [Tone, string] =>
  !permitted && (state === "pending" || state === "active" || state === "succeeded")
    ? ["neutral", "No longer allowed"]
    : (STATES[state] ?? ["neutral", state === "canceled" ? "Canceled" : "Expired"]);

/** What comes next, and who can act. */
export function routineNext(proposal: RoutineProposal, nowMs: number): string {
  const { state, permitted, voteStart, voteEnd } = proposal;
  if (!permitted && state !== "executed" && state !== "defeated" && state !== "canceled" && state !== "expired") {
    return "A vote took back the permission for it; it cannot be executed any more.";
  }
  switch (state) {
    case "pending":
      return `Token holders can object soon: the window opens ${formatRelative(voteStart, nowMs)}.`;
    case "active":
      return `It passes unless enough token holders object; the window closes ${formatRelative(voteEnd, nowMs)}.`;
    case "succeeded":
      return "The window is over. Anyone may execute it within 7 days of its end.";
    case "defeated":
      return "It was stopped for good: the same call can only come back as an ordinary proposal.";
    case "executed":
      return "It was carried out.";
    case "canceled":
      return "It was withdrawn.";
    default:
      return "Nobody executed it in time.";
  }
}
