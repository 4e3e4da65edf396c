import { Link } from "@tanstack/react-router";
import type { Proposal } from "../../api/types";
import { formatAmount, formatRelative } from "../../format";
import { StateBadge } from "./StateBadge";
import { VoteBar, tallyOf } from "./VoteBar";

function when(proposal: Proposal, now: number): string {
  if (proposal.state === "pending") return `opens ${formatRelative(proposal.voteStart, now)}`;
  if (proposal.state === "active") return `closes ${formatRelative(proposal.voteEnd, now)}`;
  if (proposal.state === "queued" && proposal.eta !== null) return `can be executed ${formatRelative(proposal.eta, now)}`;
  return `vote closed ${formatRelative(proposal.voteEnd, now)}`;
}

/** One proposal in a list: what it does, where it stands, how the vote looks. */
export function ProposalRow({ proposal, now }: { proposal: Proposal; now: number }) {
  const tally = tallyOf(proposal);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-2 border-b border-line py-4 last:border-0 sm:grid-cols-[minmax(0,1fr)_15rem]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Link
            to="/proposals/$proposalId"
            params={{ proposalId: proposal.proposalId }}
            className="text-[1.0625rem] font-medium break-words underline-offset-4 hover:underline"
          >
            {proposal.title}
          </Link>
          <StateBadge proposal={proposal} />
        </p>
        <p className="mt-1 text-[0.875rem] break-words text-muted">{proposal.actions.map((action) => action.summary).join("; ")}</p>
      </div>
      <div className="space-y-1.5 text-[0.875rem]">
        <VoteBar tally={tally} />
        <p className="flex flex-wrap justify-between gap-x-3">
          <span className="whitespace-nowrap">For {formatAmount(tally.forVotes, 0)}</span>
          <span className="whitespace-nowrap">Against {formatAmount(tally.againstVotes, 0)}</span>
        </p>
        <p className="text-muted">{when(proposal, now)}</p>
      </div>
    </li>
  );
}
