import type { Epoch } from "../../api/types";
import { formatRelative, words } from "../../format";
import { isOperators } from "./frauds";

const isAfter = (iso: string, now: number): boolean => new Date(iso).getTime() > now;

/** Where an epoch is on its way to pay, in one sentence or two. */
export function standing(epoch: Epoch, now: number): string {
  const { payouts, disproofs } = epoch;
  if (epoch.status === "voided") {
    return disproofs.some(({ fraud }) => isOperators(fraud)) ? "Ended without pay: the operator's labels were proved wrong." : "Ended without pay, by vote.";
  }
  if (epoch.challenger !== null) return "On hold: somebody asked to see a part of the data that was not published.";
  switch (epoch.status) {
    case "open":
      return "Still open: you can label, nothing is counted yet.";
    case "committed":
      return "Closed. The labels are fixed on the chain; the seed comes next.";
    case "revealed":
      return disproofs.length > 0 ? "The payouts proposed first were proved wrong. Others can be proposed." : "The seed is known; payouts are being computed.";
    case "proposed":
      return payouts !== null && isAfter(payouts.challengeEndsAt, now)
        ? `Payouts proposed. They can be challenged; the window closes ${formatRelative(payouts.challengeEndsAt, now)}.`
        : "Payouts stand. A vote approves them.";
    case "accepted":
      return "Approved by vote.";
    default:
      return `This epoch is ${words(epoch.status)}.`;
  }
}
