import { type Address, type ContractFunctionReturnType, type Hex, zeroHash } from "viem";
import type { Payout, PayoutLeaf as PublishedLeaf, Statement } from "../api/types";
import type { labelEpochsAbi } from "../contracts/labelEpochsAbi";
import { formatCount, formatTokens, shortHex } from "../format";
import type { KeptReceipt } from "../receipts";
import { firstDifference, statementDifference } from "./differences";
import type { Call, ContractSession, EpochTerms, LabelOpening, PayoutLeaf, Replies } from "./requests";

/** What the chain says about an epoch. */
export type ChainEpoch = ContractFunctionReturnType<typeof labelEpochsAbi, "view", "epochOf">;

/** Where a verification looks. The chain is believed; what the server publishes is checked; null is what it does not have. */
export interface Sources {
  chainId: number;
  labelEpochs: Address;
  epochOf(epoch: number): Promise<ChainEpoch>;
  termsOf(epoch: number): Promise<EpochTerms>;
  /** The root that claims are paid from. */
  approved(): Promise<{ root: Hex; count: number }>;
  /** ERC-1271, at the session's block. */
  isValidSignature(session: ContractSession): Promise<boolean>;
  /** The published file with this hash. */
  file(hash: Hex): Promise<Uint8Array | null>;
  payouts(epoch: number): Promise<PublishedLeaf[] | null>;
  statement(epoch: number, account: Address): Promise<Statement | null>;
  payout(account: Address): Promise<Payout | null>;
  /** Receipts kept in this browser. */
  receipts(epoch: number): Promise<KeptReceipt[]>;
}

/** One finished comparison. `detail` says what was compared, or the first difference. */
export interface Finding {
  ok: boolean;
  detail: string;
}

/** A check that cannot be made yet; it neither passes nor fails. */
export class Skip extends Error {}

/** One step of a verification; `progress` may say how far it is. */
export interface Check {
  title: string;
  run: (progress: (text: string) => void) => Promise<Finding>;
}

/** A receipt that the labels on the chain contradict, with the place in their tree that shows it to the referee contract. */
export interface BrokenReceipt {
  kept: KeptReceipt;
  opening: LabelOpening<bigint>;
}

const ACCEPTED = 5;
/** While labels can still be disproved: committed, revealed or proposed. */
const DISPROVABLE = [2, 3, 4];
/** Answers whose signatures are checked in about a second. */
const PART = 2_000;

const pass = (detail: string): Finding => ({ ok: true, detail });
const fail = (detail: string): Finding => ({ ok: false, detail });
/** Two hashes as short as they can be told apart. */
const short = (a: Hex, b: Hex): [Hex | string, Hex | string] => (shortHex(a) === shortHex(b) ? [a, b] : [shortHex(a), shortHex(b)]);
const differ = (name: string, mine: Hex, chain: Hex): string => {
  const [here, there] = short(mine, chain);
  return `${name} is ${here} here, but ${there} on the chain.`;
};
const same = (name: string, mine: Hex, chain: Hex): Finding =>
  mine === chain ? pass(`${name} ${shortHex(mine)} is the one on the chain.`) : fail(differ(name, mine, chain));
const sum = (name: string, mine: string, chain: bigint): Finding =>
  mine === String(chain) ? pass("") : fail(`${name} is ${formatTokens(mine, 18)} here, but ${formatTokens(chain, 18)} on the chain.`);
const is = (a: Address, b: Address): boolean => a.toLowerCase() === b.toLowerCase();

const toArguments = ({ position, word, proof }: LabelOpening): LabelOpening<bigint> => ({
  position,
  word: { labeler: word.labeler, answers: BigInt(word.answers), valid: BigInt(word.valid) },
  proof,
});

/** A leaf as it is published, flat, and as its hash covers it. */
const toLeaf = ({ account, cumulative, runningTotal, position, raw, runningRaw }: Omit<PublishedLeaf, "index">): PayoutLeaf => ({
  account,
  cumulative,
  runningTotal,
  rawPay: { position, raw, runningRaw },
});

/**
 * The steps that recompute an epoch's payouts, and one account's among them. They build on each other: run them in order.
 *
 * @param call answers requests to the protocol module, which does all hashing and judging
 * @param onBroken is told of a receipt that the labels on the chain contradict, while that can be proven there
 */
export function verification(epochNumber: number, account: Address, sources: Sources, call: Call, onBroken: (broken: BrokenReceipt) => void): Check[] {
  let epoch!: ChainEpoch;
  let terms!: EpochTerms;
  let file: Replies["load"] | undefined;
  let labelsMatch = false;
  let previous: PayoutLeaf[] | undefined;
  let computed: Replies["payouts"] | undefined;

  const needFile = () => {
    if (file === undefined) throw new Skip("Needs the file of signed labels.");
    return file;
  };
  const known = <T>(value: T | null, why: string): T => {
    if (value === null) throw new Skip(why);
    return value;
  };
  const leavesOf = async (number: number): Promise<PayoutLeaf[] | null> => (await sources.payouts(number))?.map(toLeaf) ?? null;
  const checkSignatures = async (from: number, to: number, progress: (text: string) => void) => {
    for (let at = from; at < to; at += PART) {
      await call({ method: "checkSignatures", from: at, to: Math.min(to, at + PART) });
      progress(`${Math.min(to, at + PART) - from} of ${to - from} signatures checked.`);
    }
  };
  /** The epoch below whose payouts were approved last: voided ones have none. */
  const lastAccepted = async (): Promise<{ number: number; epoch: ChainEpoch } | null> => {
    for (let number = epochNumber - 1; number > 0; number--) {
      const before = await sources.epochOf(number);
      if (before.status === ACCEPTED) return { number, epoch: before };
    }
    return null;
  };
  /** What was proposed instead, if it was published. */
  const difference = async (mine: readonly PayoutLeaf[]): Promise<string> => {
    const theirs = await leavesOf(epochNumber);
    if (theirs === null) return "The proposed payouts are not published, so nobody can say which of them are wrong.";
    const tree = await call({ method: "payoutsTree", leaves: theirs });
    return tree.root === epoch.payoutsRoot
      ? firstDifference(mine, theirs)
      : "The payouts that this server publishes do not lead to that root either, so nobody can say which of them are wrong.";
  };

  const readEpoch = async (): Promise<Finding> => {
    [epoch, terms] = await Promise.all([sources.epochOf(epochNumber), sources.termsOf(epochNumber)]);
    return epoch.status === 0
      ? fail(`Epoch ${epochNumber} does not exist.`)
      : pass("Status, roots and terms were read through this server's node connection.");
  };

  const loadFile = async (): Promise<Finding> => {
    if (epoch.bundleHash === zeroHash) throw new Skip("The epoch is still open; its labels are not published.");
    const bytes = known(await sources.file(epoch.bundleHash), "The server does not have the file.");
    const loaded = await call({ method: "load", hash: epoch.bundleHash }, bytes);
    const { chainId, verifyingContract } = loaded;
    if (chainId !== sources.chainId || !is(verifyingContract, sources.labelEpochs) || loaded.epoch !== epochNumber) {
      return fail(`It belongs to epoch ${loaded.epoch} of ${shortHex(verifyingContract)} on chain ${chainId}.`);
    }
    file = loaded;
    return pass(`It has the hash ${shortHex(epoch.bundleHash)}, and is of this epoch, contract and chain.`);
  };

  const checkStructure = async (): Promise<Finding> => {
    const { nAnswers, nSessions } = needFile();
    await call({ method: "checkStructure", terms });
    return pass(`${formatCount(nAnswers, "answer")} by ${formatCount(nSessions, "key")}, each to a task of its seat. The gold answers are those committed to when the epoch opened.`);
  };

  const checkLabels = async (): Promise<Finding> => {
    needFile();
    const { root, blockCount } = await call({ method: "labels" });
    if (blockCount !== epoch.blockCount) return fail(`The file holds ${formatCount(blockCount, "block")} of labels, the chain says ${epoch.blockCount}.`);
    const finding = same("The root", root, epoch.labelsRoot);
    labelsMatch = finding.ok;
    return finding;
  };

  /** A seed of zero is what the contract records when the operator did not reveal in time. */
  const checkSeed = async (): Promise<Finding> => {
    const { seed, secret, blockHash, payoutsRoot } = epoch;
    if (seed === zeroHash) {
      if (payoutsRoot === zeroHash) throw new Skip("The seed is not revealed yet.");
      return pass("The secret was never revealed, so the epoch pays base only.");
    }
    const mine = await call({ method: "seed", secret, blockHash });
    if (mine.secretHash !== terms.secretHash) return fail("The revealed secret is not the one committed to when the epoch opened.");
    return same("The seed", mine.seed, seed);
  };

  const checkAssignment = async (): Promise<Finding> => {
    needFile();
    if (epoch.seed === zeroHash) throw new Skip("The secret is not revealed.");
    await call({ method: "checkAssignment", terms, secret: epoch.secret });
    return pass(`In every block ${terms.overlapSlots} tasks are the same for all, and each seat has its ${formatCount(terms.goldSlots, "gold question")} where the secret puts them.`);
  };

  const checkOwnSignatures = async (progress: (text: string) => void): Promise<Finding> => {
    needFile();
    const { from, to } = await call({ method: "answersOf", account });
    if (from === to) throw new Skip("This account has no labels in this epoch.");
    await checkSignatures(from, to, progress);
    return pass(`${formatCount(to - from, "answer")} ${to - from === 1 ? "is" : "are"} signed by its keys.`);
  };

  const checkReceipts = async (): Promise<Finding> => {
    needFile();
    const kept = await sources.receipts(epochNumber);
    let missing: KeptReceipt | undefined;
    for (const one of kept) {
      const { block, seat, slot, taskId, choice, labeler, receipt } = one;
      const preference = { epoch: epochNumber, block, seat, slot, taskId, choice, labeler };
      const found = await call({ method: "receipt", preference, receivedAt: receipt.receivedAt, signature: receipt.signature });
      const isSigned = is(found.signer, epoch.operator);
      if (isSigned && found.isBroken && labelsMatch && DISPROVABLE.includes(epoch.status)) onBroken({ kept: one, opening: toArguments(found.opening) });
      if (isSigned && !found.isPublished) missing ??= one;
    }
    if (missing !== undefined) {
      return fail(`The operator confirmed the answer of ${shortHex(missing.labeler)} to slot ${missing.slot}, but the file has another one or none. The receipt proves it.`);
    }
    return pass(kept.length === 0 ? "This browser keeps no receipts of this epoch." : `All ${formatCount(kept.length, "receipt")} kept here are of answers in the file.`);
  };

  const checkPrevious = async (): Promise<Finding> => {
    const before = await lastAccepted();
    if (before === null) {
      previous = [];
      return pass("No payouts were approved before.");
    }
    const leaves = known(await leavesOf(before.number), `The payouts of epoch ${before.number} are not published.`);
    const tree = await call({ method: "payoutsTree", leaves });
    const finding = same(`The root of epoch ${before.number}'s payouts`, tree.root, before.epoch.payoutsRoot);
    if (finding.ok) previous = leaves;
    return finding;
  };

  const checkPayouts = async (): Promise<Finding> => {
    needFile();
    if (epoch.payoutsRoot === zeroHash) throw new Skip("No payouts are proposed yet.");
    if (previous === undefined) throw new Skip("Needs the payouts approved before.");
    computed = await call({ method: "payouts", terms, secret: epoch.secret, seed: epoch.seed, previous: previous.map(({ account, cumulative }) => ({ account, cumulative })) });
    const { root, leaves } = computed;
    if (root !== epoch.payoutsRoot) return fail(`${differ("The root", root, epoch.payoutsRoot)} ${await difference(leaves)}`);
    if (leaves.length !== epoch.accountCount) return fail(`There are ${leaves.length} accounts here, but ${epoch.accountCount} on the chain.`);
    const sums = [sum("The sum of all raw pays", computed.totalRaw, epoch.totalRaw), sum("The sum of all payouts", computed.totalCumulative, epoch.totalCumulative)];
    const wrong = sums.find(({ ok }) => !ok);
    return wrong ?? pass(`The pay of ${formatCount(leaves.length, "account")} was judged and added up here; the root ${shortHex(root)} is the one on the chain.`);
  };

  const checkStatement = async (): Promise<Finding> => {
    if (computed === undefined) throw new Skip("Needs the payouts.");
    const mine = computed.statements.find(({ labeler }) => is(labeler, account));
    if (mine === undefined) throw new Skip("This account has no labels in this epoch.");
    const published = known(await sources.statement(epochNumber, account), "No statement is published yet.");
    const wrong = statementDifference(mine, published);
    return wrong === null ? pass(`Every number in it was computed again. This epoch pays ${formatTokens(mine.pay, 18)}.`) : fail(wrong);
  };

  const checkClaim = async (): Promise<Finding> => {
    const payout = known(await sources.payout(account), "No approved payout holds this account.");
    const { root, count } = await sources.approved();
    const ok = await call({ method: "verifyPayout", root, count, opening: { index: payout.index, leaf: toLeaf(payout), proof: payout.proof } });
    return ok
      ? pass(`Leaf ${payout.index + 1} of ${count} gives it ${formatTokens(payout.cumulative, 18)} in all, and its proof leads to the root that claims are paid from.`)
      : fail("The proof does not lead to the root that claims are paid from.");
  };

  const checkEverySignature = async (progress: (text: string) => void): Promise<Finding> => {
    const { nAnswers, nSessions } = needFile();
    for (const session of await call({ method: "checkSessions" })) {
      if (!(await sources.isValidSignature(session))) {
        return fail(`The contract wallet ${session.labeler} had not authorised the key ${session.sessionKey} in block ${session.verifiedBlock}.`);
      }
    }
    await checkSignatures(0, nAnswers, progress);
    return pass(`${formatCount(nSessions, "wallet")} authorised a key for labeling, and those keys signed all ${formatCount(nAnswers, "answer")}.`);
  };

  return [
    { title: "Read the epoch from the chain", run: readEpoch },
    { title: "The label file is the one committed", run: loadFile },
    { title: "Its seats, answers and gold fit together", run: checkStructure },
    { title: "All labels add up to the root on the chain", run: checkLabels },
    { title: "The seed comes from the committed secret", run: checkSeed },
    { title: "The tasks were dealt by the secret", run: checkAssignment },
    { title: "This account's keys signed its answers", run: checkOwnSignatures },
    { title: "No receipted answer was left out", run: checkReceipts },
    { title: "The payouts approved before are known", run: checkPrevious },
    { title: "Every account gets what the rule gives", run: checkPayouts },
    { title: "This account's statement is right", run: checkStatement },
    { title: "This account's claim is proven", run: checkClaim },
    { title: "Every wallet and key signed", run: checkEverySignature },
  ];
}
