import type { Address } from "viem";
import { rewardDistributorAbi } from "../../contracts/rewardDistributorAbi";
import { formatTokens } from "../../format";
import { usePayout } from "../../hooks/useEpochs";
import { useConfig } from "../../hooks/useConfig";
import { useTransaction } from "../../hooks/useTransaction";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { FinalityBadge } from "../../ui/FinalityBadge";
import { QueryView } from "../../ui/QueryView";
import { Stat, Stats } from "../../ui/Stat";
import { TransactionNote } from "../../ui/TransactionNote";

/** What was approved, what was taken, and the button for the rest. */
export function ClaimCard({ account }: { account: Address }) {
  const { contracts } = useConfig();
  const payout = usePayout(account);
  const transaction = useTransaction();
  return (
    <Card title="To claim">
      <QueryView query={payout} what="Your payout could not be loaded">
        {(data) => {
          const claimable = BigInt(data?.claimable ?? 0);
          const claim = () =>
            data !== null &&
            void transaction.run({
              address: contracts.rewardDistributor,
              abi: rewardDistributorAbi,
              functionName: "claim",
              args: [
                {
                  account: data.account,
                  index: data.index,
                  cumulative: BigInt(data.cumulative),
                  runningTotal: BigInt(data.runningTotal),
                  rawPayHash: data.rawPayHash,
                  proof: data.proof,
                },
              ],
            });
          return (
            <div className="space-y-4">
              <p data-testid="claimable" className="font-display text-3xl font-semibold">
                {formatTokens(claimable, 4)}
              </p>
              <Stats>
                <Stat label="Approved in all">
                  {formatTokens(data?.cumulative ?? 0n, 4)} {data !== null && <FinalityBadge finality={data.finality} />}
                </Stat>
                <Stat label="Claimed so far">{formatTokens(data?.claimed ?? 0n, 4)}</Stat>
              </Stats>
              {claimable > 0n ? (
                <Button variant="primary" busy={transaction.busy} onClick={claim}>
                  Claim {formatTokens(claimable, 4)}
                </Button>
              ) : (
                <p className="text-muted">{data === null ? "No approved payout holds this account yet." : "Everything approved is claimed."}</p>
              )}
              <TransactionNote state={transaction.state} />
            </div>
          );
        }}
      </QueryView>
    </Card>
  );
}
