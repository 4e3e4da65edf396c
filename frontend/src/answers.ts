import type { Address, Hex } from "viem";
import { inStore } from "./database";
import type { Choice } from "./protocol/labels";

/**
 * Answers are final: whoever signs two different ones to the same place can lose stake. So an answer is written down
 * here, where every tab of the browser looks, before it is signed; a later attempt signs the same one again.
 */
export interface Place {
  chainId: number;
  contract: Address;
  labeler: Address;
  epoch: number;
  block: number;
  seat: number;
  slot: number;
}
export interface Answer {
  taskId: Hex;
  choice: Choice;
}

const keyOf = ({ chainId, contract, labeler, epoch, block, seat, slot }: Place): string =>
  [chainId, contract, labeler, epoch, block, seat, slot].join(".").toLowerCase();

/** Where a browser forbids the database, the answer lives as long as the key that signs it: with the tab. */
const inTab = (key: string): Answer | undefined => {
  const text = window.sessionStorage.getItem(`polity.answer.${key}`);
  return text === null ? undefined : (JSON.parse(text) as Answer);
};

/** The answer given at this place, if there is one. */
export const answerAt = (place: Place): Promise<Answer | undefined> =>
  inStore<Answer | undefined>("answers", "readonly", (store) => store.get(keyOf(place))).catch(() => inTab(keyOf(place)));

/** Writes the answer down unless there is one already; resolves with the one that stands. */
export async function fixAnswer(place: Place, answer: Answer): Promise<Answer> {
  const key = keyOf(place);
  try {
    const stands = await inStore<Answer | undefined>("answers", "readwrite", (store) => {
      const found = store.get(key) as IDBRequest<Answer | undefined>;
      found.onsuccess = () => found.result === undefined && store.put(answer, key);
      return found;
    });
    return stands ?? answer;
  } catch {
    const stands = inTab(key);
    if (stands === undefined) window.sessionStorage.setItem(`polity.answer.${key}`, JSON.stringify(answer));
    return stands ?? answer;
  }
}
