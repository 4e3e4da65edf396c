import { useConnection, useReadContracts } from "wagmi";
import { governanceTokenAbi } from "../../contracts/governanceTokenAbi";
import { formatTokens } from "../../format";
import { useConfig } from "../../hooks/useConfig";
import { useTransaction } from "../../hooks/useTransaction";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { TransactionNote } from "../../ui/TransactionNote";

/** Tokens count in votes only once they are delegated; shown to holders whose tokens count for nobody. */
export function DelegateNudge() {
  const { contracts } = useConfig();
  const { address } = useConnection();
  const token = { address: contracts.governanceToken, abi: governanceTokenAbi } as const;
  const account = address ?? contracts.governanceToken;
  const reads = useReadContracts({
    contracts: [
      { ...token, functionName: "balanceOf", args: [account] },
      { ...token, functionName: "delegates", args: [account] },
    ],
    query: { enabled: address !== undefined },
  });
  const transaction = useTransaction();
  const balance = reads.data?.[0].result ?? 0n;
  const idle = address !== undefined && balance > 0n && BigInt(reads.data?.[1].result ?? 1n) === 0n;
  if (!idle && transaction.state.step === "idle") return null;
  return (
    <div className="space-y-2">
      {idle && (
        <Notice tone="brass">
          <span>Your {formatTokens(balance)} do not count yet. Delegate them to yourself, or to somebody you trust, before the next vote opens.</span>
          <Button
            busy={transaction.busy}
            onClick={() => void transaction.run({ ...token, functionName: "delegate", args: [account] }).then(() => reads.refetch())}
          >
            Delegate to myself
          </Button>
        </Notice>
      )}
      <TransactionNote state={transaction.state} />
    </div>
  );
}
