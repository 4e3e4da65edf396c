import { queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Proposal, ProposalDetail, ProposalState, Routine } from "../api/types";

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

/** What passes unless it is vetoed: who may propose which calls, and the proposals. */
export const useRoutine = () =>
  useQuery({ queryKey: ["proposals", "routine"], queryFn: ({ signal }) => get<Routine>("/routine", signal), refetchInterval: 10_000 });

const URGENCY: ProposalState[] = ["active", "pending", "succeeded", "queued", "executed", "defeated", "expired", "canceled"];

/** What can be acted on first, then by the time of the vote, newest first. */
export const byUrgency = (a: Proposal, b: Proposal): number =>
  URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state) || b.voteStart.localeCompare(a.voteStart);
