import { epochRefereeAbi } from "../../contracts/epochRefereeAbi";
import { useConfig } from "../../hooks/useConfig";
import { useTransaction } from "../../hooks/useTransaction";
import type { BrokenReceipt } from "../../protocol/verification";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { TransactionNote } from "../../ui/TransactionNote";

/** A receipt that the labels on the chain contradict, and the transaction that proves it there. */
export function ReceiptProof({ broken: { kept, opening } }: { broken: BrokenReceipt }) {
  const { contracts } = useConfig();
  const transaction = useTransaction();
  const { epoch, block, seat, slot, taskId, choice, labeler, receipt } = kept;
  const send = () =>
    void transaction.run({
      address: contracts.epochReferee,
      abi: epochRefereeAbi,
      functionName: "disproveReceipt",
      args: [
        { epoch: BigInt(epoch), blockIndex: block, seat, slot, taskId, choice, labeler },
        BigInt(receipt.receivedAt),
        receipt.signature,
        opening,
      ],
    });
  return (
    <Card title="The operator broke its word">
      <div className="space-y-4">
        <p className="measure">
          This browser keeps the operator's receipt for the answer to slot {slot}, and the labels on the chain say something else. Anybody can
          prove that in one transaction. It ends epoch {epoch} without pay for everybody, and takes the operator's bond: half of it goes to
          the account that sends the proof, half to the treasury.
        </p>
        <Button variant="danger" busy={transaction.busy} onClick={send}>
          Send the proof
        </Button>
        <TransactionNote state={transaction.state} />
      </div>
    </Card>
  );
}
