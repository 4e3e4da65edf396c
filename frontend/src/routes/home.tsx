import { Link } from "@tanstack/react-router";
import { Loop } from "../components/layout/Loop";
import { ProposalRow } from "../components/proposals/ProposalRow";
import { formatCount, formatTokens } from "../format";
import { openCampaigns, useCampaigns } from "../hooks/useCampaigns";
import { findVersion, useModels } from "../hooks/useModels";
import { useNow } from "../hooks/useNow";
import { useProposals } from "../hooks/useProposals";
import { useStatus } from "../hooks/useStatus";
import { Card } from "../ui/Card";
import { Hash } from "../ui/Hash";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";

const LINK = "text-accent underline underline-offset-2";

function LabelNow() {
  const campaigns = useCampaigns();
  return (
    <Card title="Labels wanted">
      <QueryView query={campaigns} what="The campaigns could not be loaded">
        {(data) => {
          const [campaign] = openCampaigns(data);
          if (campaign === undefined) return <p className="text-muted">No epoch is open. An operator opens the next one.</p>;
          return (
            <>
              <p className="text-[1.0625rem] font-medium">{campaign.name}</p>
              <p className="mt-1 text-muted">
                Epoch {campaign.openEpoch}: {formatCount(campaign.nTasks, "task")}, up to {formatTokens(campaign.terms.budget, 0)} in all.
              </p>
              <Link
                to="/label"
                className="mt-4 inline-flex min-h-10 items-center rounded-lg bg-accent px-4 font-medium text-on-accent hover:bg-accent-strong"
              >
                Start labeling
              </Link>
            </>
          );
        }}
      </QueryView>
    </Card>
  );
}

function ServedNow() {
  const status = useStatus();
  const models = useModels();
  return (
    <Card title="Served now">
      <QueryView query={status} what="The served version could not be found">
        {({ servedVersion }) => {
          if (servedVersion === null) return <p className="text-muted">No version is approved yet. The first vote on a model decides.</p>;
          const found = models.data ? findVersion(models.data, servedVersion) : null;
          return (
            <>
              <p className="text-[1.0625rem] font-medium">{found ? `${found.family.name} v${found.version.number}` : "A model version"}</p>
              <p className="mt-1">
                <Hash hash={servedVersion} label="Version" />
              </p>
              <p className="mt-4 flex gap-5">
                <Link to="/chat" className={LINK}>
                  Talk to it
                </Link>
                <Link to="/models/$versionId" params={{ versionId: servedVersion }} className={LINK}>
                  Where it comes from
                </Link>
              </p>
            </>
          );
        }}
      </QueryView>
    </Card>
  );
}

function VotesNow() {
  const proposals = useProposals();
  const now = useNow();
  return (
    <Card
      title="Votes open"
      aside={
        <Link to="/proposals" className={LINK}>
          All proposals
        </Link>
      }
    >
      <QueryView query={proposals} what="The proposals could not be loaded">
        {(data) => {
          const open = data.filter(({ state }) => state === "active" || state === "pending");
          if (open.length === 0) return <p className="text-muted">No vote is open. The next one comes with the next payout or model version.</p>;
          return (
            <ul className="-my-4">
              {open.map((proposal) => (
                <ProposalRow key={proposal.proposalId} proposal={proposal} now={now} />
              ))}
            </ul>
          );
        }}
      </QueryView>
    </Card>
  );
}

export default function HomePage() {
  return (
    <Page title="A model that its people own" lead="People say which answers are better and are paid for it. Token holders decide what is paid and which model is served. Every step can be recomputed.">
      <Loop />
      <div className="grid gap-5 md:grid-cols-2">
        <LabelNow />
        <ServedNow />
      </div>
      <VotesNow />
    </Page>
  );
}
