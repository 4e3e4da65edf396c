import type { Address } from "viem";
import { stakingPoolAbi } from "../../contracts/stakingPoolAbi";
import { formatRelative, formatShare, formatTokens } from "../../format";
import { useAccountSummary } from "../../hooks/useAccount";
import { useConfig } from "../../hooks/useConfig";
import { type PoolTerms, useStakingPool } from "../../hooks/useStakingPool";
import { useTransaction } from "../../hooks/useTransaction";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { QueryView } from "../../ui/QueryView";
import { Stat, Stats } from "../../ui/Stat";
import { TransactionNote } from "../../ui/TransactionNote";

const DAY_S = 86_400n;

/** What streams to stakers now, and until when. */
export function streamText({ rate, endsAtS }: Pick<PoolTerms, "rate" | "endsAtS">, now: number): string {
  if (rate === 0n) return endsAtS === 0 ? "Nothing streams to stakers yet; a vote can start it." : "Nothing streams to stakers now; a vote can start it again.";
  const ends = new Date(endsAtS * 1000).toISOString();
  return `${formatTokens(rate * DAY_S)} a day stream to all stakers by their stake; the stream ends ${formatRelative(ends, now)}.`;
}

/** Rewards of staking, which grow by the second, and the button that takes them. */
export function RewardsCard({ account, now }: { account: Address; now: number }) {
  const { contracts } = useConfig();
  const pool = useStakingPool(account);
  const summary = useAccountSummary(account);
  const transaction = useTransaction();
  const claim = () => void transaction.run({ address: contracts.stakingPool, abi: stakingPoolAbi, functionName: "claimReward", args: [] });
  return (
    <Card title="Rewards of staking">
      <QueryView query={pool} what="The staking rewards could not be loaded">
        {(data) => {
          const stake = summary.data?.stake;
          return (
            <div className="space-y-4">
              <p className="measure text-muted">{streamText(data, now)}</p>
              <Stats>
                <Stat label="Earned, not taken yet">{formatTokens(data.earned, 4)}</Stat>
                <Stat label="Taken so far">{formatTokens(stake?.rewardsPaid ?? 0n, 4)}</Stat>
                <Stat label="Your share of all stake" hint="thawing stake earns nothing">
                  {formatShare(BigInt(stake?.active ?? 0), data.totalActive)}
                </Stat>
              </Stats>
              {data.earned > 0n && (
                <Button variant="primary" busy={transaction.busy} onClick={claim}>
                  Claim {formatTokens(data.earned, 4)} of rewards
                </Button>
              )}
              <TransactionNote state={transaction.state} />
            </div>
          );
        }}
      </QueryView>
    </Card>
  );
}
