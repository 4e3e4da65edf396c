import type { Finality } from "../api/types";
import { Badge } from "./Badge";

const TITLES: Record<Exclude<Finality, "finalized">, string> = {
  head: "Only a reorganisation of the last blocks would change this back",
  safe: "Only a failure of the chain's validators would change this back",
};

/** Whether what the chain says can still change back; nothing once it is final. */
export function FinalityBadge({ finality }: { finality: Finality }) {
  if (finality === "finalized") return null;
  return (
    <span title={TITLES[finality]} data-finality={finality}>
      <Badge>{finality === "safe" ? "not final yet, but safe" : "not final yet"}</Badge>
    </span>
  );
}
