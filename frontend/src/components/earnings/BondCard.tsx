import type { Address } from "viem";
import { labelEpochsAbi } from "../../contracts/labelEpochsAbi";
import { formatTokens } from "../../format";
import { useAccountSummary } from "../../hooks/useAccount";
import { useConfig } from "../../hooks/useConfig";
import { useTransaction } from "../../hooks/useTransaction";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Stat, Stats } from "../../ui/Stat";
import { TransactionNote } from "../../ui/TransactionNote";

/** Tokens behind payouts that the account proposed, epochs it opened and demands it made; nothing while there are none. */
export function BondCard({ account }: { account: Address }) {
  const { contracts } = useConfig();
  const bond = useAccountSummary(account).data?.bond;
  const transaction = useTransaction();
  if (bond === undefined) return null;
  const [free, reserved, slashed] = [BigInt(bond.free), BigInt(bond.reserved), BigInt(bond.slashed)];
  if (free + reserved + slashed === 0n) return null;
  const withdraw = () => void transaction.run({ address: contracts.labelEpochs, abi: labelEpochsAbi, functionName: "withdrawBond", args: [free] });
  return (
    <Card title="Bond">
      <div className="space-y-4">
        <p className="measure text-muted">A bond stands for epochs opened, payouts proposed and data demanded. It keeps its votes.</p>
        <Stats>
          <Stat label="At stake now">{formatTokens(reserved)}</Stat>
          <Stat label="Free" hint="can be reserved or withdrawn">
            {formatTokens(free)}
          </Stat>
          {slashed > 0n && <Stat label="Lost">{formatTokens(slashed)}</Stat>}
        </Stats>
        {free > 0n && (
          <Button busy={transaction.busy} onClick={withdraw}>
            Withdraw {formatTokens(free)}
          </Button>
        )}
        <TransactionNote state={transaction.state} />
      </div>
    </Card>
  );
}
