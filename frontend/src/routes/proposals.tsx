import { useState } from "react";
import type { Proposal } from "../api/types";
import { DelegateNudge } from "../components/proposals/DelegateNudge";
import { ProposalRow } from "../components/proposals/ProposalRow";
import { Routine } from "../components/proposals/Routine";
import { useNow } from "../hooks/useNow";
import { byUrgency, useProposals } from "../hooks/useProposals";
import { Input } from "../ui/Field";
import { Empty } from "../ui/Notice";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";

const matches = (proposal: Proposal, text: string): boolean =>
  [proposal.title, ...proposal.actions.map((action) => action.summary)].join(" ").toLowerCase().includes(text.toLowerCase());

function List({ proposals }: { proposals: Proposal[] }) {
  const now = useNow();
  const [search, setSearch] = useState("");
  if (proposals.length === 0) {
    return <Empty title="No proposals yet">Each payout of an epoch and each new model version comes here to be voted on.</Empty>;
  }
  const shown = proposals.filter((proposal) => matches(proposal, search)).sort(byUrgency);
  return (
    <>
      <div className="max-w-md">
        <Input label="Search proposals" type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
      </div>
      {shown.length === 0 ? (
        <Empty title={`No proposal matches “${search}”`} />
      ) : (
        <ul className="card px-5 sm:px-6">
          {shown.map((proposal) => (
            <ProposalRow key={proposal.proposalId} proposal={proposal} now={now} />
          ))}
        </ul>
      )}
    </>
  );
}

export default function ProposalsPage() {
  const proposals = useProposals();
  const now = useNow();
  return (
    <Page title="Proposals" lead="Token holders decide which epochs are paid and which model is served. Open votes come first.">
      <DelegateNudge />
      <QueryView query={proposals} what="The proposals could not be loaded" lines={6}>
        {(data) => <List proposals={data} />}
      </QueryView>
      <Routine now={now} />
    </Page>
  );
}
