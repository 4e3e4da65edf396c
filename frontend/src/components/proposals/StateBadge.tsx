import type { ProposalState } from "../../api/types";
import { Badge, type Tone } from "../../ui/Badge";

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

export function StateBadge({ state }: { state: ProposalState }) {
  const [tone, text] = STATES[state];
  return <Badge tone={tone}>{text}</Badge>;
}
