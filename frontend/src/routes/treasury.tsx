import { Pauses } from "../components/layout/Pauses";
import { formatTokens } from "../format";
import { useConfig } from "../hooks/useConfig";
import { useTreasury } from "../hooks/useGovernance";
import { Card } from "../ui/Card";
import { Hash } from "../ui/Hash";
import { Page } from "../ui/Page";
import { Progress } from "../ui/Progress";
import { QueryView } from "../ui/QueryView";
import { Stat, Stats } from "../ui/Stat";

/** Whole tokens are enough for a bar. */
const tokens = (wei: string): number => Number(BigInt(wei) / 10n ** 18n);

export default function TreasuryPage() {
  const { contracts } = useConfig();
  const treasury = useTreasury();
  return (
    <Page title="Treasury" lead="What governance holds and what it has set aside for labels. Only a vote moves either.">
      <Pauses />
      <QueryView query={treasury} what="The treasury could not be loaded">
        {({ rewardPool, timelockBalance, totalStaked }) => (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:grid-cols-2">
            <Card title="Treasury" aside={<Hash hash={contracts.timelock} label="Timelock" mark={false} />}>
              <p className="font-display text-3xl font-semibold">{formatTokens(timelockBalance, 0)}</p>
              <p className="mt-1 text-muted">Held by the timelock, which carries out what votes decide.</p>
              <p className="mt-4 text-muted">Labelers have staked {formatTokens(totalStaked, 0)} of their own.</p>
            </Card>
            <Card title="Reward pool" aside={<Hash hash={contracts.rewardDistributor} label="Reward distributor" mark={false} />}>
              <div className="space-y-4">
                <Stats>
                  <Stat label="Funded">{formatTokens(rewardPool.totalFunded)}</Stat>
                  <Stat label="Approved for labelers">{formatTokens(rewardPool.totalApproved)}</Stat>
                  <Stat label="Paid out">{formatTokens(rewardPool.totalPaid)}</Stat>
                  <Stat label="Most an epoch may pay">{formatTokens(rewardPool.epochBudget)}</Stat>
                </Stats>
                <Progress value={tokens(rewardPool.totalApproved)} max={tokens(rewardPool.totalFunded)} label="Approved of what is funded" />
              </div>
            </Card>
          </div>
        )}
      </QueryView>
    </Page>
  );
}
