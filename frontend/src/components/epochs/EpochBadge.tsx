import type { Epoch } from "../../api/types";
import { words } from "../../format";
import { Badge, type Tone } from "../../ui/Badge";
import { FinalityBadge } from "../../ui/FinalityBadge";

const TONES: Record<string, Tone> = { open: "accent", accepted: "good", voided: "bad" };

/** The epoch's status on the chain; one that waits for an answer to a demand is on hold. */
export const EpochBadge = ({ epoch: { status, challenger, finality } }: { epoch: Pick<Epoch, "status" | "challenger" | "finality"> }) => (
  <span className="inline-flex flex-wrap gap-2">
    {challenger === null ? <Badge tone={TONES[status]}>{words(status)}</Badge> : <Badge tone="brass">on hold</Badge>}
    <FinalityBadge finality={finality} />
  </span>
);
