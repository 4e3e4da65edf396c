import { words } from "../../format";

/** Why a block earned what it earned, in a sentence, by the code in its statement. */
const REASONS: Record<string, string> = {
  scored: "Scored against the majority of the other labelers.",
  shortOverlap: "Too few of the shared tasks could be compared, so only the base pay counts.",
  smallRoster: "Too few labelers worked on this block, so only the base pay counts.",
  noSeed: "The operator did not reveal the seed in time, so only the base pay counts.",
};

export const reasonText = (reason: string): string => REASONS[reason] ?? `Reason: ${words(reason)}.`;
