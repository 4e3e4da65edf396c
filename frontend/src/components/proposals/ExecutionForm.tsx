import { keccak256, toBytes } from "viem";
import { useConnection } from "wagmi";
import type { Proposal } from "../../api/types";
import { protocolGovernorAbi } from "../../contracts/protocolGovernorAbi";
import { formatRelative } from "../../format";
import { useConfig } from "../../hooks/useConfig";
import { useTransaction } from "../../hooks/useTransaction";
import { Button } from "../../ui/Button";
import { TransactionNote } from "../../ui/TransactionNote";
import { useWalletDialog } from "../wallet/WalletContext";

/** Queue and execute are open to anybody once the vote has passed; the governor knows a proposal by its content. */
export function ExecutionForm({ proposal, now }: { proposal: Proposal; now: number }) {
  const { contracts } = useConfig();
  const { address } = useConnection();
  const { openWallet } = useWalletDialog();
  const transaction = useTransaction();
  const functionName = proposal.state === "succeeded" ? "queue" : "execute";
  const waiting = proposal.state === "queued" && proposal.eta !== null && new Date(proposal.eta).getTime() > now;
  const run = () =>
    void transaction.run({
      address: contracts.governor,
      abi: protocolGovernorAbi,
      functionName,
      args: [
        proposal.actions.map(({ target }) => target),
        proposal.actions.map(({ value }) => BigInt(value)),
        proposal.actions.map(({ calldata }) => calldata),
        keccak256(toBytes(proposal.description)),
      ],
    });
  return (
    <div className="space-y-3">
      <p className="text-muted">
        {functionName === "queue" && "The vote has passed. Anyone may put it into the timelock."}
        {functionName === "execute" && !waiting && "The waiting time is over. Anyone may execute it."}
        {waiting && `In the timelock. It can be executed ${formatRelative(proposal.eta!, now)}.`}
      </p>
      <Button variant="primary" className="w-full" disabled={waiting} busy={transaction.busy} onClick={address === undefined ? openWallet : run}>
        {address === undefined ? "Connect wallet" : functionName === "queue" ? "Queue" : "Execute"}
      </Button>
      <TransactionNote state={transaction.state} />
    </div>
  );
}
