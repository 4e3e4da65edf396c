import { type Address, type Hex, keccak256, toBytes } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { type Bundle, contains, labelWords, openLabel, wordAt } from "../src/protocol/bundle";
import * as checks from "../src/protocol/checks";
import { domainOf, labelLeaf, preferenceHash, preferenceMessage, preferenceTypes, sessionKeyTypes } from "../src/protocol/labels";
import { verifyProof } from "../src/protocol/merkle";
import { type Leaf, judgeEpoch } from "../src/protocol/payouts";
import { before, bundleOf, chainEpoch, leaves, terms, vector } from "./rewardsVector";

const wallet = privateKeyToAccount(keccak256(toBytes("wallet")));
const session = privateKeyToAccount(keccak256(toBytes("session")));

/** Two answers of one labeler, really signed. */
async function signedBundle(): Promise<Bundle> {
  const bundle = { ...bundleOf(), seats: [], preferences: [] as Bundle["preferences"] };
  const domain = domainOf(bundle.chainId, bundle.verifyingContract);
  const grant = { labeler: wallet.address, sessionKey: session.address, scope: "label", expiresAt: 1_900_000_000 };
  const message = { ...grant, expiresAt: BigInt(grant.expiresAt) };
  const signature = await wallet.signTypedData({ domain, types: sessionKeyTypes, primaryType: "SessionKeyAuthorization", message });
  bundle.sessions = [{ ...grant, signature }];
  for (const slot of [0, 1]) {
    const preference = { epoch: bundle.epoch, block: 0, seat: 3, slot, taskId: keccak256(toBytes(`task ${slot}`)), choice: slot, labeler: wallet.address };
    const signed = await session.signTypedData({ domain, types: preferenceTypes, primaryType: "Preference", message: preferenceMessage(preference) });
    bundle.preferences.push({ ...preference, sessionKey: session.address, signature: signed });
  }
  return bundle;
}

describe("checks of a published epoch", () => {
  it("accepts the labels, gold and seed of the reference", () => {
    const bundle = bundleOf();
    for (const finding of [checks.checkLabels(bundle, chainEpoch), checks.checkGold(bundle, terms), checks.checkSeed(chainEpoch, terms)]) {
      expect(finding).toMatchObject({ ok: true });
    }
  });

  it("notices one changed answer", () => {
    const bundle = bundleOf();
    const answer = bundle.preferences.find(({ choice }) => choice === 0)!;
    answer.choice = 1;
    expect(checks.checkLabels(bundle, chainEpoch).ok).toBe(false);
  });

  it("notices a labeler who was left out", () => {
    const bundle = bundleOf();
    bundle.preferences = bundle.preferences.filter(({ labeler }) => labeler !== vector.labelers[0]);
    expect(checks.checkLabels(bundle, chainEpoch).ok).toBe(false);
    bundle.preferences = [];
    expect(checks.checkLabels(bundle, chainEpoch)).toMatchObject({ ok: false, detail: expect.stringContaining("0 blocks") });
  });

  it("notices labels at another seat, one labeler in two seats, and two labelers in one", () => {
    const [first, second] = vector.labelers;
    const changed = (change: (answer: Bundle["preferences"][number]) => object) => {
      const bundle = bundleOf();
      return { ...bundle, preferences: bundle.preferences.map((answer) => ({ ...answer, ...change(answer) })) };
    };
    const moved = changed(({ labeler }) => (labeler === first ? { seat: 1 } : {}));
    expect(checks.checkLabels(moved, chainEpoch)).toMatchObject({ ok: false, detail: expect.stringContaining("root") });
    const twice = changed(({ labeler }) => (labeler === second ? { labeler: first } : {}));
    expect(checks.checkLabels(twice, chainEpoch)).toMatchObject({ ok: false, detail: expect.stringContaining("two seats") });
    const shared = changed(({ labeler }) => (labeler === second ? { seat: vector.seats[0] } : {}));
    expect(checks.checkLabels(shared, chainEpoch)).toMatchObject({ ok: false, detail: expect.stringContaining("two accounts") });
  });

  it("notices gold of fewer blocks and a changed gold answer", () => {
    const fewer = bundleOf();
    fewer.gold.pop();
    expect(checks.checkGold(fewer, terms)).toMatchObject({ ok: false, detail: expect.stringContaining("3 blocks") });
    const other = bundleOf();
    other.gold[1]!.answers[0]!.choice ^= 1;
    expect(checks.checkGold(other, terms).ok).toBe(false);
  });

  it("finds every seat dealt as the secret says, and a task at the wrong place", () => {
    for (const labeler of vector.labelers) expect(checks.checkDeal(bundleOf(), labeler, chainEpoch, terms)).toMatchObject({ ok: true });
    const labeler = vector.labelers[0]!;
    const swap = (slots: readonly [number, number]) => {
      const bundle = bundleOf();
      const { taskIds } = bundle.seats[0]!;
      [taskIds[slots[0]], taskIds[slots[1]]] = [taskIds[slots[1]]!, taskIds[slots[0]]!];
      return checks.checkDeal(bundle, labeler, chainEpoch, terms);
    };
    const inOverlap = (slot: number) => ((BigInt(vector.overlapMask) >> BigInt(slot)) & 1n) === 1n;
    const slots = Array.from({ length: terms.blockSlots }, (_, slot) => slot);
    const [shared, other] = slots.filter(inOverlap);
    expect(swap([shared!, other!])).toMatchObject({ ok: false, detail: expect.stringContaining("shared") });
    const gold = vector.gold.slots[vector.gold.seats.indexOf(vector.seats[0]!)]!;
    const single = slots.find((slot) => !inOverlap(slot) && !gold.includes(slot))!;
    expect(swap([gold[0]!, single])).toMatchObject({ ok: false, detail: expect.stringContaining("gold") });
  });

  it("notices another secret and another file", () => {
    const other = keccak256(toBytes("other"));
    expect(checks.checkSeed({ ...chainEpoch, secret: other }, terms).ok).toBe(false);
    expect(checks.checkBundleHash(toBytes("file"), { ...chainEpoch, bundleHash: other }).ok).toBe(false);
    expect(checks.checkBundleHash(toBytes("other"), { ...chainEpoch, bundleHash: other }).ok).toBe(true);
  });

  it("notices a file of another chain, contract or epoch", () => {
    const bundle = bundleOf();
    expect(checks.checkBinding(bundle, 31337, bundle.verifyingContract, vector.epoch).ok).toBe(true);
    expect(checks.checkBinding(bundle, 1, bundle.verifyingContract, vector.epoch).ok).toBe(false);
    expect(checks.checkBinding(bundle, 31337, wallet.address, vector.epoch).ok).toBe(false);
    expect(checks.checkBinding(bundle, 31337, bundle.verifyingContract, 1).ok).toBe(false);
  });
});

describe("signatures and receipts", () => {
  it("accepts answers signed by an authorised key, and no others", async () => {
    const bundle = await signedBundle();
    expect(await checks.checkSignatures(bundle, wallet.address)).toMatchObject({ ok: true });
    bundle.preferences[1]!.choice = 0;
    expect(await checks.checkSignatures(bundle, wallet.address)).toMatchObject({ ok: false, detail: expect.stringContaining("slot 1") });
  });

  it("refuses a key that the wallet did not authorise", async () => {
    const bundle = await signedBundle();
    bundle.sessions[0]!.expiresAt++;
    expect((await checks.checkSignatures(bundle, wallet.address)).ok).toBe(false);
  });

  it("proves a receipted answer that is missing from the file", async () => {
    const bundle = await signedBundle();
    const receipts = bundle.preferences.map((preference) => ({
      labeler: wallet.address,
      slot: preference.slot,
      preferenceHash: preferenceHash({ ...preference, epoch: bundle.epoch }),
    }));
    expect(checks.checkReceipts(bundle, receipts, wallet.address).ok).toBe(true);
    bundle.preferences.pop();
    expect(checks.checkReceipts(bundle, receipts, wallet.address)).toMatchObject({ ok: false, detail: expect.stringContaining("slot 1") });
  });
});

describe("a receipt against the labels tree", () => {
  const bundle = bundleOf();
  const words = labelWords(bundle);
  const answers = bundle.preferences.filter(({ seat }) => seat === 0 || seat === 27);

  it("finds every published answer in the tree, and no other", () => {
    for (const answer of answers) {
      const word = wordAt(words, answer);
      expect(contains(word, answer)).toBe(true);
      for (const choice of [0, 1, 2]) expect(contains(word, { ...answer, choice })).toBe(choice === 2 ? answer.choice > 1 : choice === answer.choice);
      expect(contains(word, { ...answer, labeler: wallet.address })).toBe(false);
    }
  });

  it("opens the tree at any seat, also at an empty one", () => {
    for (const seat of [0, 1, 27, 31]) {
      const { position, word, proof } = openLabel(words, { block: vector.block, seat });
      const leaf = labelLeaf({ ...word, epoch: bundle.epoch, block: vector.block, seat });
      expect(verifyProof(vector.labelsRoot, vector.blockCount * 32, position, leaf, proof)).toBe(true);
      expect(contains(word, { ...answers[0]!, labeler: wallet.address })).toBe(false);
    }
    expect(openLabel(words, { block: vector.blockCount, seat: 0 }).proof).toEqual([]);
  });
});

describe("payouts", () => {
  const { statements, labelers, block } = vector;
  const statementOf = (i: number): checks.PublishedStatement => ({
    labeler: labelers[i]!,
    block,
    nValid: statements.nValid[i]!,
    score: statements.scores[i]!,
    goldRight: statements.goldRight[i]!,
    goldAnswered: statements.goldAnswered[i]!,
    goldSlots: statements.goldSlots[i]!,
    base: statements.bases[i]!,
    alpha: statements.alphas[i]!,
    raw: statements.raws[i]!,
    pay: statements.pays[i]!,
  });
  const changed = (i: number, change: Partial<Leaf>) => leaves.map((leaf, k) => (k === i ? { ...leaf, ...change } : leaf));
  const earned = judgeEpoch(bundleOf(), chainEpoch.secret, chainEpoch.seed, terms);
  const earnedBy = (account: Address) => earned.filter(({ labeler }) => labeler === account);

  it("finds every statement of the reference right, and a changed one wrong", () => {
    for (const [i, labeler] of labelers.entries()) expect(checks.checkStatements(earnedBy(labeler), [statementOf(i)])).toMatchObject({ ok: true });
    const wrong = { ...statementOf(0), pay: "1" };
    expect(checks.checkStatements(earnedBy(labelers[0]!), [wrong])).toMatchObject({ ok: false, detail: expect.stringContaining("pay is") });
  });

  it("accepts the tree of the reference and the growth of every account", () => {
    expect(checks.checkLeaves(leaves, chainEpoch)).toMatchObject({ ok: true });
    expect(checks.checkRule(earned, before, leaves)).toMatchObject({ ok: true });
    for (const labeler of labelers) expect(checks.checkGrowth(earned, labeler, before, leaves)).toMatchObject({ ok: true });
  });

  it("notices a wrong running total, a repeated account and a wrong sum", () => {
    expect(checks.checkLeaves(changed(3, { runningTotal: 1n }), chainEpoch)).toMatchObject({ ok: false, detail: expect.stringContaining("running total of leaf 3") });
    expect(checks.checkLeaves(changed(3, { account: leaves[2]!.account }), chainEpoch)).toMatchObject({ ok: false, detail: expect.stringContaining("Leaf 3") });
    expect(checks.checkLeaves(changed(3, { runningRaw: 1n }), chainEpoch)).toMatchObject({ ok: false, detail: expect.stringContaining("running raw pay of leaf 3") });
    expect(checks.checkLeaves(leaves, { ...chainEpoch, totalRaw: 1n })).toMatchObject({ ok: false, detail: expect.stringContaining("raw pays") });
    expect(checks.checkLeaves(changed(3, { position: 1 }), chainEpoch)).toMatchObject({ ok: false, detail: expect.stringContaining("root") });
    expect(checks.checkLeaves(changed(leaves.length - 1, { cumulative: 1n }), chainEpoch).ok).toBe(false);
    expect(checks.checkLeaves(leaves.slice(1), chainEpoch).ok).toBe(false);
  });

  it("notices what anybody was given against the rule, and says whom it concerns", () => {
    const wrong = (list: readonly Leaf[]) => checks.checkRule(earned, before, list);
    const someone = leaves.findIndex(({ raw }) => raw > 0n);
    const stranger: Leaf = { ...leaves[0]!, account: "0x0000000000000000000000000000000000000001" };
    expect(wrong(changed(someone, { cumulative: 1n }))).toMatchObject({ ok: false, detail: expect.stringContaining("has earned in all 1 there") });
    expect(wrong(changed(someone, { raw: 1n }))).toMatchObject({ ok: false, detail: expect.stringContaining("raw pay of 1 there") });
    expect(wrong(changed(someone, { position: 0 }))).toMatchObject({ ok: false, detail: expect.stringContaining("labels at place 0 there") });
    expect(wrong(leaves.filter((_, i) => i !== someone))).toMatchObject({ ok: false, detail: expect.stringContaining("has no leaf") });
    expect(wrong([stranger, ...leaves])).toMatchObject({ ok: false, detail: expect.stringContaining("has a leaf") });
  });

  it("proves a claim against the root on the chain, and nothing else", () => {
    const claim = { ...leaves[4]!, index: 4, proof: vector.payouts.proofs[4]! };
    const root: Hex = vector.payouts.root;
    const proven = (change: Partial<typeof claim>, count = leaves.length) => checks.checkProof({ ...claim, ...change }, root, count).ok;
    expect(proven({})).toBe(true);
    for (const change of [{ cumulative: claim.cumulative + 1n }, { raw: claim.raw + 1n }, { position: 1 }, { index: 5 }]) expect(proven(change)).toBe(false);
    expect(proven({}, 2 * leaves.length)).toBe(false);
  });
});
