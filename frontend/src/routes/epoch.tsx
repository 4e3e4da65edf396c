import { Link, useParams } from "@tanstack/react-router";
import type { Epoch } from "../api/types";
import { EpochBadge } from "../components/epochs/EpochBadge";
import { Settlement, hasSettlement } from "../components/epochs/Settlement";
import { nextStep, stagesOf } from "../components/epochs/stages";
import { standing } from "../components/epochs/standing";
import { formatCount, formatRelative, formatTime, formatTokens } from "../format";
import { useEpoch } from "../hooks/useEpochs";
import { useNow } from "../hooks/useNow";
import { Account } from "../ui/Account";
import { Card } from "../ui/Card";
import { Hash } from "../ui/Hash";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";
import { Stat, Stats } from "../ui/Stat";
import { cx } from "../ui/cx";

const LINK = "text-accent underline underline-offset-2";

function Stages({ epoch, now }: { epoch: Epoch; now: number }) {
  return (
    <ol className="border-l-2 border-line pl-4">
      {stagesOf(epoch, now).map(({ text, at, past }) => (
        <li key={text} className="relative pb-3 last:pb-0">
          <span aria-hidden className={cx("absolute top-1.5 -left-[1.4375rem] size-3 rounded-full border-2", past ? "border-accent bg-accent" : "border-control bg-surface")} />
          <p className={past ? "" : "text-muted"}>
            {text}
            {!past && <span className="sr-only"> (not yet)</span>}
          </p>
          {at !== null && (
            <p className="text-[0.8125rem] text-muted">
              <time dateTime={at}>{formatTime(at)}</time>, {formatRelative(at, now)}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

function Facts({ epoch }: { epoch: Epoch }) {
  return (
    <Stats>
      <Stat label="Operator">
        <Account address={epoch.operator} />
      </Stat>
      <Stat label="Budget" hint={`${formatTokens(epoch.terms.basePay, 4)} for an answer, up to ${formatTokens(epoch.terms.alphaPay, 4)} more`}>
        {formatTokens(epoch.terms.budget, 0)}
      </Stat>
      <Stat label="Labelers" hint={formatCount(epoch.nPreferences, "answer")}>
        {epoch.nSeats}
      </Stat>
      {epoch.labelsRoot !== null && (
        <Stat label="Labels root">
          <Hash hash={epoch.labelsRoot} label="Labels root" />
        </Stat>
      )}
    </Stats>
  );
}

function Detail({ epoch }: { epoch: Epoch }) {
  const now = useNow();
  const next = nextStep(epoch, now);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="min-w-0 space-y-5">
        <Card title="Where it stands" aside={<EpochBadge epoch={epoch} />}>
          <div className="space-y-4">
            <p className="measure">{standing(epoch, now)}</p>
            <p className="measure text-muted">{next.text}</p>
            {next.command !== undefined && (
              <p>
                <code>{next.command}</code>
              </p>
            )}
            <Facts epoch={epoch} />
          </div>
        </Card>
        {hasSettlement(epoch) && (
          <Card title="Payouts">
            <Settlement epoch={epoch} now={now} />
          </Card>
        )}
        <p className="flex flex-wrap gap-x-5 gap-y-1">
          <Link to="/verify" search={{ epoch: epoch.epoch, account: undefined }} className={LINK}>
            Recompute it
          </Link>
          {epoch.payouts?.proposalId && (
            <Link to="/proposals/$proposalId" params={{ proposalId: epoch.payouts.proposalId }} className={LINK}>
              The vote on it
            </Link>
          )}
        </p>
      </div>
      <Card title="Timeline">
        <Stages epoch={epoch} now={now} />
      </Card>
    </div>
  );
}

/** All that the chain says about one payout period. */
export default function EpochPage() {
  const { epoch } = useParams({ from: "/epochs/$epoch" });
  const query = useEpoch(epoch);
  return (
    <Page title={`Epoch ${epoch}`} lead="A payout period: from the first answer to the vote that pays for all of them.">
      <QueryView query={query} what="The epoch could not be loaded" lines={8}>
        {(data) => <Detail epoch={data} />}
      </QueryView>
    </Page>
  );
}
