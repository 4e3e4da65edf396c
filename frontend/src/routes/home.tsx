import { Link } from "@tanstack/react-router";
import { Loop } from "../components/layout/Loop";
import { ServedBand } from "../components/models/ServedBand";
import { ProposalRow } from "../components/proposals/ProposalRow";
import { formatCount, formatTokens } from "../format";
import { openCampaigns, useCampaigns } from "../hooks/useCampaigns";
import { useNow } from "../hooks/useNow";
import { useProposals } from "../hooks/useProposals";
import { Card } from "../ui/Card";
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
      <ServedBand />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,20rem)_minmax(0,1fr)]">
        <LabelNow />
        <VotesNow />
      </div>
      <section aria-labelledby="loop" className="space-y-3 pt-3">
        <h2 id="loop" className="text-lg">
          How it goes round
        </h2>
        <Loop />
      </section>
    </Page>
  );
}
