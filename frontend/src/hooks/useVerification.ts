import { useCallback, useEffect, useRef, useState } from "react";
import type { Address, Hex } from "viem";
import { useConfig as useWagmiConfig } from "wagmi";
import { readContract } from "wagmi/actions";
import { get, getBlob } from "../api/client";
import { isNotFound } from "../api/problem";
import type { PayoutLeaf } from "../api/types";
import { labelEpochsAbi } from "../contracts/labelEpochsAbi";
import { rewardDistributorAbi } from "../contracts/rewardDistributorAbi";
import { describeError } from "../errors";
import { openProtocol } from "../protocol/client";
import { type BrokenReceipt, Skip, type Sources, verification } from "../protocol/verification";
import { listReceipts } from "../receipts";
import { useConfig } from "./useConfig";

export type StepState = "waiting" | "running" | "passed" | "failed" | "skipped";
export interface Step {
  title: string;
  state: StepState;
  detail: string;
}

const ERC1271_ABI = [
  { type: "function", name: "isValidSignature", stateMutability: "view", inputs: [{ type: "bytes32" }, { type: "bytes" }], outputs: [{ type: "bytes4" }] },
] as const;
/** What a contract wallet answers to a signature that it takes. */
const ERC1271_VALID: Hex = "0x1626ba7e";

const orNull = async <T>(request: Promise<T>): Promise<T | null> => {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
};

/** The chain through this page's node connection, and what the server publishes. */
function useSources(): Sources {
  const { chainId, contracts } = useConfig();
  const wagmi = useWagmiConfig();
  const labelEpochs = { address: contracts.labelEpochs, abi: labelEpochsAbi } as const;
  const distributor = { address: contracts.rewardDistributor, abi: rewardDistributorAbi } as const;
  return {
    chainId,
    labelEpochs: contracts.labelEpochs,
    epochOf: (epoch) => readContract(wagmi, { ...labelEpochs, functionName: "epochOf", args: [BigInt(epoch)] }),
    termsOf: (epoch) => readContract(wagmi, { ...labelEpochs, functionName: "termsOf", args: [BigInt(epoch)] }),
    approved: async () => {
      const [root, count] = await Promise.all([
        readContract(wagmi, { ...distributor, functionName: "payoutsRoot" }),
        readContract(wagmi, { ...distributor, functionName: "accountCount" }),
      ]);
      return { root, count };
    },
    isValidSignature: async ({ labeler, digest, signature, verifiedBlock }) =>
      (await readContract(wagmi, {
        address: labeler,
        abi: ERC1271_ABI,
        functionName: "isValidSignature",
        args: [digest, signature],
        blockNumber: BigInt(verifiedBlock),
      })) === ERC1271_VALID,
    file: (hash) => orNull(getBlob(hash)),
    payouts: async (epoch) => {
      const leaves = await orNull(get<PayoutLeaf[]>(`/epochs/${epoch}/payouts`));
      return leaves?.length === 0 ? null : leaves;
    },
    statement: (epoch, account) => orNull(get(`/epochs/${epoch}/statements/${account}`)),
    payout: (account) => orNull(get(`/payouts/${account}`)),
    receipts: (epoch) => listReceipts(chainId, contracts.labelEpochs, epoch),
  };
}

/** Recomputes an epoch's payouts from the published labels and the chain, step by step. */
export function useVerification() {
  const sources = useSources();
  const latest = useRef(sources);
  latest.current = sources;
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);
  const [steps, setSteps] = useState<Step[]>([]);
  const [running, setRunning] = useState(false);
  const [broken, setBroken] = useState<BrokenReceipt | null>(null);

  const verify = useCallback(async (epoch: number, account: Address) => {
    setRunning(true);
    setBroken(null);
    const { call, close } = openProtocol();
    stop.current = close;
    const checks = verification(epoch, account, latest.current, call, setBroken);
    const results: Step[] = checks.map(({ title }) => ({ title, state: "waiting", detail: "" }));
    const report = (i: number, state: StepState, detail: string) => {
      results[i] = { title: checks[i]!.title, state, detail };
      setSteps([...results]);
    };
    for (const [i, { run }] of checks.entries()) {
      report(i, "running", "");
      try {
        const { ok, detail } = await run((progress) => report(i, "running", progress));
        report(i, ok ? "passed" : "failed", detail);
      } catch (error) {
        report(i, error instanceof Skip ? "skipped" : "failed", describeError(error));
      }
      // Everything else compares with what the chain said.
      if (i === 0 && results[0]!.state !== "passed") break;
    }
    close();
    setRunning(false);
  }, []);
  return { steps, running, verify, broken };
}
