import { useState } from "react";
import { keccak256, toBytes } from "viem";
import { useConnection } from "wagmi";
import type { RoutineProposal } from "../../api/types";
import { optimisticGovernorAbi } from "../../contracts/optimisticGovernorAbi";
import { formatTokens } from "../../format";
import { useBallot } from "../../hooks/useBallot";
import { useConfig } from "../../hooks/useConfig";
import { useTransaction } from "../../hooks/useTransaction";
import { Button } from "../../ui/Button";
import { Input } from "../../ui/Field";
import { Skeleton } from "../../ui/Notice";
import { TransactionNote } from "../../ui/TransactionNote";
import { useWalletDialog } from "../wallet/WalletContext";

/** OpenZeppelin's number of Against: the only vote that does anything here. */
const AGAINST = 0;

/** To object while the window is open; to execute after it. */
export function RoutineForm({ proposal }: { proposal: RoutineProposal }) {
  const { contracts } = useConfig();
  const { address } = useConnection();
  const { openWallet } = useWalletDialog();
  const governor = { address: contracts.optimisticGovernor, abi: optimisticGovernorAbi };
  const ballot = useBallot(governor.address, proposal.proposalId, proposal.voteStart, proposal.state === "active");
  const transaction = useTransaction();
  const [reason, setReason] = useState("");
  const note = <TransactionNote state={transaction.state} />;

  if (address === undefined) return <Button onClick={openWallet}>Connect wallet</Button>;
  if (proposal.state === "succeeded") {
    const { target, value, calldata } = proposal.action;
    const args = [[target], [BigInt(value)], [calldata], keccak256(toBytes(proposal.description))];
    return (
      <div className="space-y-3">
        <Button variant="primary" busy={transaction.busy} onClick={() => void transaction.run({ ...governor, functionName: "execute", args })}>
          Execute
        </Button>
        {note}
      </div>
    );
  }
  if (ballot.loading) return <Skeleton lines={1} />;
  if (ballot.voted === true) {
    return (
      <>
        <p role="status">Your vote is counted.</p>
        {note}
      </>
    );
  }
  if (ballot.weight === 0n) return <p className="text-muted">This account had no votes when the window opened.</p>;
  const object = async () => {
    const args = [BigInt(proposal.proposalId), AGAINST, reason];
    if (await transaction.run({ ...governor, functionName: "castVoteWithReason", args })) void ballot.refetch();
  };
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        void object();
      }}
    >
      <Input label="Why not (optional, public)" value={reason} maxLength={5000} onChange={(event) => setReason(event.target.value)} />
      <Button type="submit" variant="danger" busy={transaction.busy}>
        Object{ballot.weight !== undefined && ` with ${formatTokens(ballot.weight, 0)}`}
      </Button>
      {note}
    </form>
  );
}
