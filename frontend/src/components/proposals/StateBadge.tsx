import type { Finality, ProposalState } from "../../api/types";
import { Badge, type Tone } from "../../ui/Badge";
import { FinalityBadge } from "../../ui/FinalityBadge";

const STATES: Record<ProposalState, [Tone, string]> = {
  pending: ["neutral", "Vote not open yet"],
  active: ["accent", "Vote open"],
  canceled: ["neutral", "Canceled"],
  defeated: ["bad", "Defeated"],
  succeeded: ["good", "Passed"],
  queued: ["brass", "Queued"],
  expired: ["neutral", "Expired"],
  executed: ["good", "Executed"],
};

/** Where a proposal stands, and whether that can still change back. */
export function StateBadge({ proposal: { state, finality } }: { proposal: { state: ProposalState; finality: Finality } }) {
  const [tone, text] = STATES[state];
  return (
    <span className="inline-flex flex-wrap gap-2">
      <Badge tone={tone}>{text}</Badge>
      <FinalityBadge finality={finality} />
    </span>
  );
}
