import { type Address, type Hex, verifyTypedData } from "viem";
import { type Domain, type LabelWord, goldLeaf, labelLeaf, preferenceMessage, preferenceTypes, sessionKeyTypes } from "./labels";
import { merkleRoot } from "./merkle";

/** The published file of an epoch's signed labels, from which a stranger can recompute the pay. */
export interface Bundle {
  format: "polity.labels.v1";
  chainId: number;
  verifyingContract: Address;
  epoch: number;
  gold: { taskId: Hex; choice: number }[];
  sessions: { labeler: Address; sessionKey: Address; scope: string; expiresAt: number; signature: Hex }[];
  seats: { block: number; seat: number; labeler: Address; taskIds: Hex[] }[];
  preferences: BundlePreference[];
}

export interface BundlePreference {
  block: number;
  slot: number;
  labeler: Address;
  taskId: Hex;
  choice: number;
  sessionKey: Address;
  signature: Hex;
}

const CHOICE_B = 1;

/** Packs answers into one word per (block, labeler), ascending; a tie or a skip is not valid, but makes a member. */
export function labelWords(bundle: Bundle): LabelWord[] {
  const byPlace = new Map<string, LabelWord>();
  for (const { block, slot, labeler, choice } of bundle.preferences) {
    const key = `${block}:${labeler.toLowerCase()}`;
    const found = byPlace.get(key) ?? { epoch: bundle.epoch, labeler, block, answers: 0n, valid: 0n };
    const mark = 1n << BigInt(slot);
    const valid = choice <= CHOICE_B ? found.valid | mark : found.valid & ~mark;
    const answers = choice === CHOICE_B ? found.answers | mark : found.answers & ~mark;
    byPlace.set(key, { ...found, valid, answers });
  }
  return [...byPlace.values()].sort((a, b) => a.block - b.block || (a.labeler.toLowerCase() < b.labeler.toLowerCase() ? -1 : 1));
}

export const labelsRoot = (words: readonly LabelWord[]): Hex => merkleRoot(words.map(labelLeaf));

export const goldRoot = (bundle: Bundle): Hex => merkleRoot(bundle.gold.map(({ taskId, choice }) => goldLeaf(taskId, choice)));

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
