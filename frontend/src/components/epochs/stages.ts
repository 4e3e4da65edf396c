import type { Epoch } from "../../api/types";

export interface Stage {
  text: string;
  /** When it happened, or when it is due; null while nobody can say. */
  at: string | null;
  past: boolean;
}

/** The stations of an epoch in order, as far as it can still reach them. */
export function stagesOf(epoch: Epoch, nowMs: number): Stage[] {
  const { status, openedAt, closedAt, committedAt, revealedAt, payouts } = epoch;
  const standing = payouts !== null && (payouts.status === "proposed" || payouts.status === "approved");
  const window = standing ? payouts.challengeEndsAt : null;
  const stages: Stage[] = [
    { text: "Opened for answers", at: openedAt, past: true },
    { text: "Answers closed", at: closedAt, past: closedAt !== null || committedAt !== null },
    { text: "Labels fixed on the chain", at: committedAt, past: committedAt !== null },
    { text: "Seed revealed", at: revealedAt, past: revealedAt !== null },
    { text: "Payouts proposed", at: null, past: standing },
    { text: "Challenge window over", at: window, past: window !== null && epoch.challenger === null && new Date(window).getTime() <= nowMs },
    { text: "Approved by vote", at: null, past: status === "accepted" },
  ];
  return status === "voided" ? [...stages.filter(({ past }) => past), { text: committedAt === null ? "Ended without pay: no labels were fixed on the chain" : "Ended without pay", at: null, past: true }] : stages;
}

/** What happens next and who can bring it about, with the command for those who need no page for it. */
export function nextStep({ epoch, status, challenger, takesAnswers, payouts }: Epoch, nowMs: number): { text: string; command?: string } {
  if (status === "accepted") return { text: "Everybody who earned something can claim it, at any time." };
  if (status === "voided") return { text: "Nothing more happens here." };
  if (challenger !== null) return { text: "Somebody has to show what was demanded. Anybody who has the data can.", command: `polity epoch answer-demand ${epoch}` };
  switch (status) {
    case "open":
      return takesAnswers
        ? { text: "Labelers answer until the operator closes the epoch." }
        : { text: "The operator fixes the labels on the chain. If it does not in time, anybody can end this epoch, so that the next is paid, and it loses its bond.", command: `polity epoch missed-commit ${epoch}` };
    case "committed":
      return { text: "The operator reveals its secret, and with it the seed. If it does not in time, anybody can end the wait and it loses its bond.", command: `polity epoch reveal-missed ${epoch}` };
    case "revealed":
      return { text: "Anybody with a bond can propose the payouts, which follow from the labels and the rule.", command: `polity epoch propose ${epoch}` };
    default:
      return payouts !== null && new Date(payouts.challengeEndsAt).getTime() > nowMs
        ? { text: "Anybody can recompute the payouts, and prove them wrong or demand to see what was not published.", command: `polity challenge ${epoch}` }
        : { text: "Token holders vote on the payouts.", command: `polity verify epoch ${epoch}` };
  }
}
