import { useState } from "react";
import { type Address, parseUnits } from "viem";
import { stakingPoolAbi } from "../../contracts/stakingPoolAbi";
import { formatAmount, formatDuration, formatRelative, formatTokens } from "../../format";
import { useAccountSummary } from "../../hooks/useAccount";
import { useConfig } from "../../hooks/useConfig";
import { useStakingPool } from "../../hooks/useStakingPool";
import { useTransaction } from "../../hooks/useTransaction";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Input } from "../../ui/Field";
import { QueryView } from "../../ui/QueryView";
import { Stat, Stats } from "../../ui/Stat";
import { TransactionNote } from "../../ui/TransactionNote";

/** Amounts as people type them, in wei; null for what is no amount. */
export function parseAmount(text: string): bigint | null {
  return /^\d+(\.\d{1,18})?$/.test(text) ? parseUnits(text, 18) : null;
}

/** The stake behind the labels, and the way out: unstake, wait for the cooldown, withdraw. */
export function StakeCard({ account, now }: { account: Address; now: number }) {
  const { contracts } = useConfig();
  const summary = useAccountSummary(account);
  const terms = useStakingPool(account);
  const transaction = useTransaction();
  const [amount, setAmount] = useState("");
  const [error, setError] = useState<string>();
  const pool = { address: contracts.stakingPool, abi: stakingPoolAbi } as const;

  const unstake = (active: bigint) => {
    const wei = parseAmount(amount);
    if (wei === null || wei === 0n || wei > active) return setError(`Give an amount up to ${formatAmount(active, 18)}.`);
    setError(undefined);
    void transaction.run({ ...pool, functionName: "requestUnstake", args: [wei] });
  };
  return (
    <Card title="Stake">
      <QueryView query={summary} what="Your stake could not be loaded">
        {({ stake }) => {
          const active = BigInt(stake.active);
          const thawing = BigInt(stake.thawing);
          const slashed = BigInt(stake.slashed);
          const cooldown = terms.data === undefined ? "the cooldown" : formatDuration(terms.data.cooldownS);
          const ready = stake.availableAt === null || new Date(stake.availableAt).getTime() <= now;
          return (
            <div className="space-y-4">
              <Stats>
                <Stat label="Active">{formatTokens(active)}</Stat>
                <Stat label="Thawing" hint={thawing > 0n && stake.availableAt !== null && !ready ? `free ${formatRelative(stake.availableAt, now)}` : undefined}>
                  {formatTokens(thawing)}
                </Stat>
                {slashed > 0n && (
                  <Stat label="Slashed" hint="taken for a proved case">
                    {formatTokens(slashed)}
                  </Stat>
                )}
              </Stats>
              {active > 0n && (
                <form
                  className="grid grid-cols-[minmax(0,1fr)] max-w-md items-start gap-3 sm:grid-cols-[minmax(0,1fr)_auto]"
                  onSubmit={(event) => {
                    event.preventDefault();
                    unstake(active);
                  }}
                >
                  <Input
                    label="Unstake (POL)"
                    inputMode="decimal"
                    autoComplete="off"
                    value={amount}
                    error={error}
                    onChange={(event) => setAmount(event.target.value.trim())}
                    hint={`It thaws for ${cooldown}, and can be withdrawn after that. A second request starts the wait for all of it anew.`}
                  />
                  <Button type="submit" busy={transaction.busy} className="sm:mt-[1.625rem]">
                    Unstake
                  </Button>
                </form>
              )}
              {thawing > 0n && (
                <Button disabled={!ready} busy={transaction.busy} onClick={() => void transaction.run({ ...pool, functionName: "withdraw", args: [] })}>
                  Withdraw {formatTokens(thawing)}
                </Button>
              )}
              {active === 0n && thawing === 0n && <p className="text-muted">Nothing is staked. The Label page asks for a stake when a campaign needs one.</p>}
              <TransactionNote state={transaction.state} />
            </div>
          );
        }}
      </QueryView>
    </Card>
  );
}
