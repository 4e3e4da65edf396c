import { type Address, type Hex, verifyTypedData, zeroAddress } from "viem";
import {
  type Domain,
  type LabelWord,
  MAX_ROSTER,
  type Preference,
  goldLeaf,
  labelLeaf,
  positionOf,
  preferenceMessage,
  preferenceTypes,
  sessionKeyTypes,
} from "./labels";
import { sparseProof, sparseRoot } from "./merkle";

/** The published file of an epoch's signed labels, from which a stranger can recompute the pay. */
export interface Bundle {
  format: "polity.labels.v2";
  chainId: number;
  verifyingContract: Address;
  epoch: number;
  /** Of every seat that could be given out, answers ascending by slot. */
  gold: { block: number; seat: number; answers: { slot: number; taskId: Hex; choice: number }[] }[];
  sessions: { labeler: Address; sessionKey: Address; scope: string; expiresAt: number; signature: Hex }[];
  seats: { block: number; seat: number; labeler: Address; taskIds: Hex[] }[];
  preferences: BundlePreference[];
}

export interface BundlePreference extends Omit<Preference, "epoch"> {
  sessionKey: Address;
  signature: Hex;
}

const CHOICE_B = 1;
const bitOf = (slot: number): bigint => 1n << BigInt(slot);

/** Packs answers into one word per labeler, ascending by seat; a tie or a skip is not valid, but makes a member. */
export function labelWords(bundle: Bundle): LabelWord[] {
  const byPlace = new Map<string, LabelWord>();
  for (const { block, seat, slot, labeler, choice } of bundle.preferences) {
    const key = `${block}:${seat}:${labeler.toLowerCase()}`;
    const found = byPlace.get(key) ?? { epoch: bundle.epoch, block, seat, labeler, answers: 0n, valid: 0n };
    if (choice <= CHOICE_B) found.valid |= bitOf(slot);
    if (choice === CHOICE_B) found.answers |= bitOf(slot);
    byPlace.set(key, found);
  }
  return [...byPlace.values()].sort((a, b) => positionOf(a) - positionOf(b));
}

const blocksOf = (places: readonly { block: number }[]): number => places.reduce((most, { block }) => Math.max(most, block + 1), 0);

export const blockCountOf = (words: readonly LabelWord[]): number => blocksOf(words);

const placed = (words: readonly LabelWord[]) => words.map((word) => [positionOf(word), labelLeaf(word)] as const);

export const labelsRoot = (words: readonly LabelWord[]): Hex => sparseRoot(blocksOf(words) * MAX_ROSTER, placed(words));

/** What the labels tree holds of a seat; the zero address sits in empty ones. */
export type SeatWord = Pick<LabelWord, "labeler" | "answers" | "valid">;

const EMPTY_SEAT: SeatWord = { labeler: zeroAddress, answers: 0n, valid: 0n };

export function wordAt(words: readonly LabelWord[], place: { block: number; seat: number }): SeatWord {
  const found = words.find((word) => positionOf(word) === positionOf(place));
  return found === undefined ? EMPTY_SEAT : { labeler: found.labeler, answers: found.answers, valid: found.valid };
}

/** A position of the labels tree and its path, as the referee contract takes it. */
export interface LabelOpening {
  position: number;
  word: SeatWord;
  proof: Hex[];
}

/** Opens the labels tree at a seat; outside the tree there is nothing to open and the proof is empty. */
export function openLabel(words: readonly LabelWord[], place: { block: number; seat: number }): LabelOpening {
  const position = positionOf(place);
  const count = blocksOf(words) * MAX_ROSTER;
  return { position, word: wordAt(words, place), proof: position < count ? sparseProof(count, placed(words), position) : [] };
}

/** Whether a seat's labels say what a preference says, as far as labels can: a tie and a skip look alike. */
export function contains(word: SeatWord, { labeler, slot, choice }: Pick<Preference, "labeler" | "slot" | "choice">): boolean {
  if (word.labeler.toLowerCase() !== labeler.toLowerCase()) return false;
  const valid = (word.valid & bitOf(slot)) !== 0n;
  const isB = (word.answers & bitOf(slot)) !== 0n;
  return choice > CHOICE_B ? !valid : valid && isB === (choice === CHOICE_B);
}

export const goldBlocksOf = (bundle: Bundle): number => blocksOf(bundle.gold);

/** B where the bit of a gold slot is set, by position; absent for a seat without gold. */
export const goldAnswers = (bundle: Bundle): Map<number, bigint> =>
  new Map(
    bundle.gold
      .filter(({ answers }) => answers.length > 0)
      .map((place) => [positionOf(place), place.answers.reduce((mask, { slot, choice }) => (choice === CHOICE_B ? mask | bitOf(slot) : mask), 0n)]),
  );

export function goldRoot(bundle: Bundle): Hex {
  const answers = goldAnswers(bundle);
  const leaves = bundle.gold.map((place) => {
    const position = positionOf(place);
    return [position, goldLeaf(answers.get(position) ?? 0n, place.answers.map(({ taskId }) => taskId))] as const;
  });
  return sparseRoot(goldBlocksOf(bundle) * MAX_ROSTER, leaves);
}

/** Whether the wallet signed the authorisation of this session key. */
export const verifySession = (session: Bundle["sessions"][number], domain: Domain): Promise<boolean> =>
  verifyTypedData({
    address: session.labeler,
    domain,
    types: sessionKeyTypes,
    primaryType: "SessionKeyAuthorization",
    message: { labeler: session.labeler, sessionKey: session.sessionKey, scope: session.scope, expiresAt: BigInt(session.expiresAt) },
    signature: session.signature,
  });

/** Whether the session key signed this answer. */
export const verifyPreference = (preference: BundlePreference, epoch: number, domain: Domain): Promise<boolean> =>
  verifyTypedData({
    address: preference.sessionKey,
    domain,
    types: preferenceTypes,
    primaryType: "Preference",
    message: preferenceMessage({ ...preference, epoch }),
    signature: preference.signature,
  });
