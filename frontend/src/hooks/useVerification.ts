import { useCallback, useState } from "react";
import type { Address } from "viem";
import { useConfig as useWagmiConfig } from "wagmi";
import { readContract } from "wagmi/actions";
import { get, getBlob } from "../api/client";
import { isNotFound } from "../api/problem";
import type { Payout, PayoutLeaf, Statement } from "../api/types";
import { labelEpochsAbi } from "../contracts/labelEpochsAbi";
import { rewardDistributorAbi } from "../contracts/rewardDistributorAbi";
import { describeError } from "../errors";
import { type Bundle, type LabelOpening, contains, labelWords, openLabel, wordAt } from "../protocol/bundle";
import * as checks from "../protocol/checks";
import { type Earned, type Leaf, judgeEpoch } from "../protocol/payouts";
import { type KeptReceipt, listReceipts } from "../receipts";
import { useConfig } from "./useConfig";

export type StepState = "waiting" | "running" | "passed" | "failed" | "skipped";
export interface Step {
  title: string;
  state: StepState;
  detail: string;
}

/** A receipt that the labels on the chain contradict, with the place in their tree that shows it. */
export interface BrokenReceipt {
  kept: KeptReceipt;
  opening: LabelOpening;
}

/** While labels can still be disproved: committed, revealed or proposed. */
const DISPROVABLE = [2, 3, 4];

function firstBroken(bundle: Bundle, receipts: readonly KeptReceipt[]): BrokenReceipt | null {
  const words = labelWords(bundle);
  const kept = receipts.find((receipt) => !contains(wordAt(words, receipt), receipt));
  return kept === undefined ? null : { kept, opening: openLabel(words, kept) };
}

/** A check that cannot be made yet; it neither passes nor fails. */
class Skip extends Error {}

type Check = [title: string, run: () => Promise<checks.Finding> | checks.Finding];

const orSkip = async <T>(request: Promise<T>, why: string): Promise<T> => {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) throw new Skip(why);
    throw error;
  }
};

/** Recomputes one account's pay of one epoch from the published labels and the chain, step by step. */
export function useVerification() {
  const { chainId, contracts } = useConfig();
  const wagmi = useWagmiConfig();
  const [steps, setSteps] = useState<Step[]>([]);
  const [running, setRunning] = useState(false);
  const [broken, setBroken] = useState<BrokenReceipt | null>(null);

  const verify = useCallback(
    async (epochNumber: number, account: Address) => {
      const labelEpochs = { address: contracts.labelEpochs, abi: labelEpochsAbi } as const;
      const epochOf = (epoch: number) => readContract(wagmi, { ...labelEpochs, functionName: "epochOf", args: [BigInt(epoch)] });
      const known = {} as { epoch: checks.ChainEpoch & { status: number }; terms: checks.ChainTerms; bundle: Bundle; labelsMatch: boolean; earned: Earned[]; leaves: Leaf[]; before: Leaf[] };
      const needBundle = () => {
        if (known.bundle === undefined) throw new Skip("Needs the file of signed labels.");
        return known.bundle;
      };

      const list: Check[] = [
        [
          "Read the epoch from the chain",
          async () => {
            const [epoch, terms] = await Promise.all([
              epochOf(epochNumber),
              readContract(wagmi, { ...labelEpochs, functionName: "termsOf", args: [BigInt(epochNumber)] }),
            ]);
            known.epoch = epoch;
            known.terms = terms;
            return { ok: epoch.status !== 0, detail: epoch.status === 0 ? `Epoch ${epochNumber} does not exist.` : "Status, roots and terms were read through this server's node connection." };
          },
        ],
        [
          "The label file is the one committed",
          async () => {
            if (BigInt(known.epoch.bundleHash) === 0n) throw new Skip("The epoch is still open; its labels are not published.");
            const bytes = await orSkip(getBlob(known.epoch.bundleHash), "The server does not have the file.");
            const finding = checks.checkBundleHash(bytes, known.epoch);
            if (finding.ok) known.bundle = JSON.parse(new TextDecoder().decode(bytes)) as Bundle;
            return finding;
          },
        ],
        ["The label file belongs to this epoch", () => checks.checkBinding(needBundle(), chainId, contracts.labelEpochs, epochNumber)],
        [
          "All labels add up to the root on the chain",
          () => {
            const finding = checks.checkLabels(needBundle(), known.epoch);
            known.labelsMatch = finding.ok;
            return finding;
          },
        ],
        ["The gold answers were fixed beforehand", () => checks.checkGold(needBundle(), known.terms)],
        [
          "The seed comes from the committed secret",
          () => {
            if (BigInt(known.epoch.seed) === 0n && BigInt(known.epoch.payoutsRoot) === 0n) throw new Skip("The seed is not revealed yet.");
            return checks.checkSeed(known.epoch, known.terms);
          },
        ],
        [
          "The tasks were dealt by the secret",
          () => {
            if (BigInt(known.epoch.seed) === 0n) throw new Skip("The secret is not revealed.");
            return checks.checkDeal(needBundle(), account, known.epoch, known.terms);
          },
        ],
        ["This account signed its answers", () => checks.checkSignatures(needBundle(), account)],
        [
          "No receipted answer was left out",
          async () => {
            const bundle = needBundle();
            const kept = await listReceipts(chainId, contracts.labelEpochs, epochNumber);
            if (known.labelsMatch && DISPROVABLE.includes(known.epoch.status)) setBroken(firstBroken(bundle, kept));
            const receipts = kept.map(({ labeler, slot, receipt }) => ({ labeler, slot, preferenceHash: receipt.preferenceHash }));
            return checks.checkReceipts(bundle, receipts, account);
          },
        ],
        [
          "The pay follows from the rule",
          async () => {
            known.earned = judgeEpoch(needBundle(), known.epoch.secret, known.epoch.seed, known.terms);
            const own = known.earned.filter(({ labeler }) => labeler.toLowerCase() === account.toLowerCase());
            if (own.length === 0) throw new Skip("This account has no labels in this epoch.");
            const statement = await orSkip(get<Statement>(`/epochs/${epochNumber}/statements/${account}`), "No statement is published yet.");
            return checks.checkStatements(own, [statement]);
          },
        ],
        [
          "All payouts add up to the root on the chain",
          async () => {
            if (BigInt(known.epoch.payoutsRoot) === 0n) throw new Skip("No payouts are proposed yet.");
            known.leaves = await payoutLeaves(epochNumber);
            return checks.checkLeaves(known.leaves, known.epoch);
          },
        ],
        [
          "They go on from the payouts approved before",
          async () => {
            const previous = await lastAccepted(epochNumber, epochOf);
            known.before = previous === null ? [] : await payoutLeaves(previous.number);
            return previous === null ? { ok: true, detail: "No payouts were approved before." } : checks.checkLeaves(known.before, previous.epoch);
          },
        ],
        [
          "Every account got what the rule gives",
          () => {
            if (known.leaves === undefined || known.before === undefined || known.earned === undefined) throw new Skip("Needs the labels and the payouts.");
            return checks.checkRule(known.earned, known.before, known.leaves);
          },
        ],
        [
          "This account's total grew by its pay",
          () => {
            if (known.leaves === undefined || known.before === undefined || known.earned === undefined) throw new Skip("Needs the pay and the payouts.");
            return checks.checkGrowth(known.earned, account, known.before, known.leaves);
          },
        ],
        [
          "This account's claim is proven",
          async () => {
            const payout = await orSkip(get<Payout>(`/payouts/${account}`), "No approved payout holds this account.");
            const distributor = { address: contracts.rewardDistributor, abi: rewardDistributorAbi } as const;
            const [root, accountCount] = await Promise.all([
              readContract(wagmi, { ...distributor, functionName: "payoutsRoot" }),
              readContract(wagmi, { ...distributor, functionName: "accountCount" }),
            ]);
            return checks.checkProof({ ...toLeaf(payout), index: payout.index, proof: payout.proof }, root, accountCount);
          },
        ],
      ];

      setRunning(true);
      setBroken(null);
      const results: Step[] = list.map(([title]) => ({ title, state: "waiting", detail: "" }));
      const report = (i: number, state: StepState, detail: string) => {
        results[i] = { title: list[i]![0], state, detail };
        setSteps([...results]);
      };
      for (const [i, [, run]] of list.entries()) {
        report(i, "running", "");
        try {
          const { ok, detail } = await run();
          report(i, ok ? "passed" : "failed", detail);
        } catch (error) {
          report(i, error instanceof Skip ? "skipped" : "failed", describeError(error));
        }
        // Everything else compares with what the chain said.
        if (i === 0 && results[0]!.state !== "passed") break;
      }
      setRunning(false);
    },
    [chainId, contracts, wagmi],
  );
  return { steps, running, verify, broken };
}

const payoutLeaves = async (epoch: number): Promise<Leaf[]> =>
  (await orSkip(get<PayoutLeaf[]>(`/epochs/${epoch}/payouts`), `The payouts of epoch ${epoch} are not published.`)).map(toLeaf);

const toLeaf = (leaf: Omit<PayoutLeaf, "index">): Leaf => ({
  account: leaf.account,
  position: leaf.position,
  cumulative: BigInt(leaf.cumulative),
  runningTotal: BigInt(leaf.runningTotal),
  raw: BigInt(leaf.raw),
  runningRaw: BigInt(leaf.runningRaw),
});

const ACCEPTED = 5;

/** The epoch below `number` whose payouts were approved last: voided ones have none. */
async function lastAccepted<T extends { status: number }>(number: number, epochOf: (epoch: number) => Promise<T>): Promise<{ number: number; epoch: T } | null> {
  for (let before = number - 1; before > 0; before--) {
    const epoch = await epochOf(before);
    if (epoch.status === ACCEPTED) return { number: before, epoch };
  }
  return null;
}
