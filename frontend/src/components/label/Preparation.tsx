import { useState } from "react";
import type { Address } from "viem";
import type { Campaign, Me } from "../../api/types";
import { governanceTokenAbi } from "../../contracts/governanceTokenAbi";
import { stakingPoolAbi } from "../../contracts/stakingPoolAbi";
import { isRefusal } from "../../errors";
import { formatTokens } from "../../format";
import { useConfig } from "../../hooks/useConfig";
import type { useSessionKey } from "../../hooks/useSessionKey";
import { useTransaction } from "../../hooks/useTransaction";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Markdown } from "../../ui/Markdown";
import { ErrorNote } from "../../ui/Notice";
import { TransactionNote } from "../../ui/TransactionNote";
import { cx } from "../../ui/cx";
import { Pauses } from "../layout/Pauses";

function Step({ n, title, done, current, children }: { n: number; title: string; done: boolean; current: boolean; children: React.ReactNode }) {
  return (
    <li className="flex gap-3" aria-current={current ? "step" : undefined}>
      <span
        aria-hidden
        className={cx(
          "mt-0.5 flex size-7 shrink-0 items-center justify-center rounded-full text-[0.875rem] font-semibold",
          done ? "bg-good-soft text-good" : current ? "bg-accent text-on-accent" : "bg-sunken text-muted",
        )}
      >
        {done ? "✓" : n}
      </span>
      <div className="min-w-0 grow space-y-2 pb-5">
        <h3 className="text-base">
          {title}
          {done && <span className="sr-only"> (done)</span>}
        </h3>
        {children}
      </div>
    </li>
  );
}

/** The pool is called within the lock, so that its errors come back as well. */
const LOCK_ABI = [...governanceTokenAbi, ...stakingPoolAbi.filter(({ type }) => type === "error")];

function StakeStep({ missing, me }: { missing: bigint; me: Me }) {
  const { contracts } = useConfig();
  const transaction = useTransaction();
  const free = BigInt(me.balance) - BigInt(me.locked);
  const stake = () =>
    void transaction.run({
      address: contracts.governanceToken,
      abi: LOCK_ABI,
      functionName: "lockAndCall",
      args: [contracts.stakingPool, missing, "0x"],
    });
  return (
    <>
      <p className="text-muted">
        The stake stays in your wallet as a lock and keeps its votes. It stands for your word that gold questions are answered with
        care and that no task gets two different answers from you. You can take it back after a cooldown.
      </p>
      {free < missing ? (
        <p className="text-bad">
          You need {formatTokens(missing)} more stake and have {formatTokens(free)} free. Get tokens into this account, then reload.
        </p>
      ) : (
        <Button variant="primary" busy={transaction.busy} onClick={stake}>
          Stake {formatTokens(missing)}
        </Button>
      )}
      <TransactionNote state={transaction.state} />
    </>
  );
}

/** What stands between a signed-in account and its first task: stake, then one signature for the session key. */
export function Preparation({ campaign, me, keys }: { campaign: Campaign; me: Me; labeler: Address; keys: ReturnType<typeof useSessionKey> }) {
  const missing = BigInt(campaign.minimumStake) - BigInt(me.stake.active);
  const [initiallyStaked] = useState(missing <= 0n);
  const staked = missing <= 0n;
  const { authorise } = keys;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,24rem)_minmax(0,1fr)]">
      <div className="lg:col-span-2 empty:hidden">
        <Pauses />
      </div>
      <Card title="Before your first task">
        <ol>
          <Step n={1} title={initiallyStaked ? `Staked ${formatTokens(me.stake.active)}` : `Stake ${formatTokens(campaign.minimumStake)}`} done={staked} current={!staked}>
            {!staked && <StakeStep missing={missing} me={me} />}
          </Step>
          <Step n={2} title="Authorise this browser" done={false} current={staked}>
            <p className="text-muted">
              One signature lets a key made in this tab sign your answers for 12 hours, so that your wallet does not ask for each of
              them. The key can do nothing else.
            </p>
            <Button variant={staked ? "primary" : "secondary"} disabled={!staked} busy={authorise.isPending} onClick={() => authorise.mutate()}>
              Authorise and start
            </Button>
            {authorise.isError && isRefusal(authorise.error) && <p role="status">You declined the signature. Nothing was authorised.</p>}
            {authorise.isError && !isRefusal(authorise.error) && <ErrorNote what="The key was not authorised" error={authorise.error} />}
          </Step>
        </ol>
      </Card>
      <Card title="Guidelines">
        <Markdown text={campaign.guidelines} />
      </Card>
    </div>
  );
}
