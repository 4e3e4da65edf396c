import { words } from "../../format";

/** What was proved, in the words of somebody who labels, by the code of the referee contract. */
const AGAINST_PROPOSER: Record<string, string> = {
  order: "Two accounts were in the wrong order, or one was listed twice.",
  runningTotal: "A running sum over the accounts was wrong.",
  total: "The sums named with the payouts were not those of its entries.",
  carryOver: "An account's total was not its earlier total plus its pay of this epoch.",
  missingAccount: "Somebody who labeled, or had earned before, was left out.",
  labelPosition: "An account was paid for labels that are not its own, or its own labels were not counted.",
  score: "An account's pay was not what the rule gives for its labels.",
  payoutsUnopened: "An entry was asked for, and nobody showed it in time.",
};
const AGAINST_OPERATOR: Record<string, string> = {
  duplicateLabeler: "One labeler was given two seats.",
  strayBits: "The labels held answers to tasks that nobody was asked.",
  receipt: "An answer that the operator had signed a receipt for was changed or left out.",
  labelsUnopened: "A labeler's answers were asked for, and nobody showed them in time.",
  goldUnopened: "A seat's gold answers were asked for, and nobody showed them in time.",
};

/** Whether the fraud is the operator's, which ends the epoch, and not that of whoever proposed the payouts. */
export const isOperators = (fraud: string): boolean => fraud in AGAINST_OPERATOR;

export const fraudText = (fraud: string): string => AGAINST_PROPOSER[fraud] ?? AGAINST_OPERATOR[fraud] ?? `It was: ${words(fraud)}.`;

/** What follows from a proved fraud, and who gets what. */
export const consequenceText = (fraud: string): string =>
  isOperators(fraud)
    ? "The operator lost its bond, half of it to whoever proved this, half to the treasury. The epoch ended without pay."
    : "The proposer lost its bond, half of it to whoever proved this, half to the treasury. Right payouts can be proposed instead.";

const TREES: Record<string, { what: string; otherwise: string }> = {
  payouts: { what: "of the payouts", otherwise: "the payouts are thrown out and their proposer loses its bond" },
  labels: { what: "of the labels", otherwise: "the epoch ends without pay and the operator loses its bond" },
  gold: { what: "of the gold answers", otherwise: "the epoch ends without pay and the operator loses its bond" },
};

/** What an open demand asks for, and what happens when nobody shows it in time. */
export const demandText = (tree: string, index: number): { asks: string; otherwise: string } => {
  const { what, otherwise } = TREES[tree] ?? { what: `of the tree of ${words(tree)}`, otherwise: "somebody loses a bond" };
  return { asks: `to see entry ${index} ${what}`, otherwise };
};

/** What became of a demand that is over. */
export const pastDemandText = (status: string): string =>
  status === "answered" ? "It was shown, and half of the bond went to whoever showed it." : "It was settled without: the bond went back.";
