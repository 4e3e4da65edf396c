import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { Abi, Address, EstimateContractGasParameters, Hex } from "viem";
import { useConfig as useWagmiConfig } from "wagmi";
import { getConnection, getPublicClient, simulateContract, waitForTransactionReceipt, writeContract } from "wagmi/actions";
import { get } from "../api/client";
import { isProblem } from "../api/problem";
import { describeError, isRefusal } from "../errors";

/** Where a transaction is, in the order in which a person meets the states. */
export type TransactionState =
  | { step: "idle" }
  | { step: "wallet" }
  | { step: "sent"; hash: Hex }
  | { step: "seen"; hash: Hex; block: bigint }
  | { step: "indexed"; hash: Hex; block: bigint }
  | { step: "refused" }
  | { step: "failed"; message: string; hash?: Hex };

export interface Call {
  address: Address;
  abi: Abi | readonly unknown[];
  functionName: string;
  args: readonly unknown[];
}

const INDEX_DEADLINE_MS = 60_000;
/** Between two questions when the server cannot even be asked to wait. */
const AGAIN_MS = 250;

/**
 * What a call costs depends on the second in which it is mined: streams accrue, and the first change of a second writes a
 * checkpoint. Gas that is not used is not paid.
 */
export const withMargin = (gas: bigint): bigint => (gas * 13n) / 10n;

/**
 * Resolves once the server's index has reached `block`, so that what is fetched next shows the transaction. `ask` is a
 * request with `min_block`: the server answers when it is there, or after two seconds that it is not yet.
 */
export async function waitForIndex(block: bigint, ask: (path: string) => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + INDEX_DEADLINE_MS;
  for (;;) {
    try {
      await ask(`/treasury?min_block=${block}`);
      return;
    } catch (error) {
      if (!isProblem(error, "not-indexed-yet")) throw error;
    }
    if (Date.now() > deadline) throw new Error("The transaction is on the chain, but the index is behind. Reload later.");
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/**
 * Sends one contract call: simulated first so that a revert is explained before the wallet opens, then followed until
 * the server's index shows it. `run` resolves to true when it got that far.
 */
export function useTransaction() {
  const config = useWagmiConfig();
  const queries = useQueryClient();
  const [state, setState] = useState<TransactionState>({ step: "idle" });

  const run = useCallback(
    async (call: Call): Promise<boolean> => {
      let hash: Hex | undefined;
      try {
        setState({ step: "wallet" });
        const account = getConnection(config).address;
        const prepared = { ...call, account } as Parameters<typeof simulateContract>[1];
        const { request } = await simulateContract(config, prepared);
        const gas = withMargin(await getPublicClient(config)!.estimateContractGas(request as EstimateContractGasParameters));
        hash = await writeContract(config, { ...request, gas } as Parameters<typeof writeContract>[1]);
        setState({ step: "sent", hash });
        const receipt = await waitForTransactionReceipt(config, { hash });
        if (receipt.status === "reverted") throw new Error("The chain reverted the transaction; nothing was changed.");
        setState({ step: "seen", hash, block: receipt.blockNumber });
        await waitForIndex(receipt.blockNumber, get);
        await queries.invalidateQueries();
        setState({ step: "indexed", hash, block: receipt.blockNumber });
        return true;
      } catch (error) {
        setState(isRefusal(error) ? { step: "refused" } : { step: "failed", message: describeError(error), hash });
        return false;
      }
    },
    [config, queries],
  );

  const busy = state.step === "wallet" || state.step === "sent" || state.step === "seen";
  return { state, run, busy, reset: useCallback(() => setState({ step: "idle" }), []) };
}
