import { queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Proposal, ProposalDetail, ProposalState } from "../api/types";

export const proposalsOptions = queryOptions({
  queryKey: ["proposals"],
  queryFn: ({ signal }) => get<Proposal[]>("/proposals", signal),
  refetchInterval: 10_000,
});
export const useProposals = () => useQuery(proposalsOptions);

export const proposalOptions = (proposalId: string) =>
  queryOptions({
    queryKey: ["proposals", proposalId],
    queryFn: ({ signal }) => get<ProposalDetail>(`/proposals/${proposalId}`, signal),
    // A state also changes by the clock alone, without any event.
    refetchInterval: 3_000,
  });
export const useProposal = (proposalId: string) => useQuery(proposalOptions(proposalId));

const URGENCY: ProposalState[] = ["active", "pending", "succeeded", "queued", "executed", "defeated", "expired", "canceled"];

/** What can be acted on first, then by the time of the vote, newest first. */
export const byUrgency = (a: Proposal, b: Proposal): number =>
  URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state) || b.voteStart.localeCompare(a.voteStart);
