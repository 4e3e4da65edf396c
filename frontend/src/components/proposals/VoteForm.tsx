import { useState } from "react";
import type { Proposal } from "../../api/types";
import { protocolGovernorAbi } from "../../contracts/protocolGovernorAbi";
import { formatTokens } from "../../format";
import { useBallot } from "../../hooks/useBallot";
import { useConfig } from "../../hooks/useConfig";
import { useTransaction } from "../../hooks/useTransaction";
import { Button } from "../../ui/Button";
import { TextArea } from "../../ui/Field";
import { Skeleton } from "../../ui/Notice";
import { TransactionNote } from "../../ui/TransactionNote";
import { cx } from "../../ui/cx";
import { useWalletDialog } from "../wallet/WalletContext";

/** OpenZeppelin's numbers of the three answers. */
const SUPPORT = [
  [1, "For"],
  [0, "Against"],
  [2, "Abstain"],
] as const;

/** The ballot of an open vote: weight, answer, reason. */
export function VoteForm({ proposal }: { proposal: Proposal }) {
  const { contracts } = useConfig();
  const { openWallet } = useWalletDialog();
  const ballot = useBallot(contracts.governor, proposal.proposalId, proposal.voteStart, proposal.state === "active");
  const transaction = useTransaction();
  const [support, setSupport] = useState<0 | 1 | 2 | null>(null);
  const [reason, setReason] = useState("");

  if (ballot.address === undefined) {
    return (
      <Button variant="primary" className="w-full" onClick={openWallet}>
        Connect wallet to vote
      </Button>
    );
  }
  if (ballot.loading) return <Skeleton lines={2} />;
  const note = <TransactionNote state={transaction.state} />;
  if (ballot.voted === true) {
    return (
      <>
        <p role="status">Your vote is counted.</p>
        {note}
      </>
    );
  }
  if (ballot.weight === 0n) {
    return <p className="text-muted">This account had no votes when the vote opened. Delegate to yourself to take part in later votes.</p>;
  }
  const cast = async () => {
    const args = [BigInt(proposal.proposalId), support, reason] as const;
    const call = { address: contracts.governor, abi: protocolGovernorAbi, functionName: "castVoteWithReason", args };
    if (await transaction.run(call)) void ballot.refetch();
  };
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        void cast();
      }}
    >
      <fieldset>
        <legend className="mb-2 text-[0.875rem]">
          Your vote{ballot.weight !== undefined && <span className="text-muted">, {formatTokens(ballot.weight, 0)}</span>}
        </legend>
        <div className="grid grid-cols-3 gap-2">
          {SUPPORT.map(([value, name]) => (
            <label
              key={value}
              className={cx(
                "flex min-h-11 items-center justify-center rounded-lg border-2 px-2 font-medium has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
                support === value ? "border-accent bg-accent-soft text-accent-strong" : "border-line hover:border-control",
              )}
            >
              <input type="radio" name="support" className="sr-only" checked={support === value} onChange={() => setSupport(value)} />
              {name}
            </label>
          ))}
        </div>
      </fieldset>
      <TextArea label="Reason (optional, public)" value={reason} maxLength={5000} onChange={(event) => setReason(event.target.value)} />
      <Button type="submit" variant="primary" className="w-full" disabled={support === null} busy={transaction.busy}>
        Cast vote
      </Button>
      {note}
    </form>
  );
}
