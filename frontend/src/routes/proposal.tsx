import { useParams } from "@tanstack/react-router";
import type { ProposalDetail } from "../api/types";
import { Actions } from "../components/proposals/Actions";
import { DelegateNudge } from "../components/proposals/DelegateNudge";
import { Evidence } from "../components/proposals/Evidence";
import { ExecutionForm } from "../components/proposals/ExecutionForm";
import { StateBadge } from "../components/proposals/StateBadge";
import { Timeline } from "../components/proposals/Timeline";
import { QuorumBar, TallyTable, VoteBar, tallyOf } from "../components/proposals/VoteBar";
import { VoteForm } from "../components/proposals/VoteForm";
import { Votes } from "../components/proposals/Votes";
import { useNow } from "../hooks/useNow";
import { useProposal } from "../hooks/useProposals";
import { Account } from "../ui/Account";
import { Card } from "../ui/Card";
import { Markdown } from "../ui/Markdown";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";

function Ballot({ proposal }: { proposal: ProposalDetail }) {
  const now = useNow();
  const tally = tallyOf(proposal);
  const executable = proposal.state === "succeeded" || proposal.state === "queued";
  return (
    <div className="space-y-5 lg:sticky lg:top-5">
      <Card title="Result" aside={<StateBadge proposal={proposal} />}>
        <div className="space-y-4">
          <VoteBar tally={tally} />
          <TallyTable tally={tally} />
          <QuorumBar tally={tally} />
          {proposal.state === "active" && <VoteForm proposal={proposal} />}
          {executable && <ExecutionForm proposal={proposal} now={now} />}
        </div>
      </Card>
      <Card title="Timeline">
        <Timeline proposal={proposal} now={now} />
      </Card>
    </div>
  );
}

/** The first line is the page's heading already. */
const withoutTitle = (description: string): string => description.replace(/^#+ [^\n]*\n+/, "");

function Detail({ proposal }: { proposal: ProposalDetail }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="order-2 min-w-0 space-y-5 lg:order-1">
        <Card title="What it does">
          <Actions actions={proposal.actions} />
        </Card>
        <Evidence actions={proposal.actions} />
        <Card title="Description">
          <Markdown text={withoutTitle(proposal.description)} />
        </Card>
        <Card title="Votes">
          <Votes votes={proposal.votes} />
        </Card>
      </div>
      <div className="order-1 lg:order-2">
        <Ballot proposal={proposal} />
      </div>
    </div>
  );
}

export default function ProposalPage() {
  const { proposalId } = useParams({ from: "/proposals/$proposalId" });
  const proposal = useProposal(proposalId);
  return (
    <Page
      title={proposal.data?.title ?? "Proposal"}
      lead={
        proposal.data && (
          <span className="inline-flex flex-wrap items-center gap-x-1.5">
            proposed by <Account address={proposal.data.proposer} />
          </span>
        )
      }
    >
      <DelegateNudge />
      <QueryView query={proposal} what="The proposal could not be loaded" lines={8}>
        {(data) => <Detail proposal={data} />}
      </QueryView>
    </Page>
  );
}
