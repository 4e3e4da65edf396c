import { Suspense, lazy, useState } from "react";
import type { Campaign } from "../api/types";
import { SignedIn } from "../components/wallet/Gate";
import { formatTokens } from "../format";
import { openCampaigns, useCampaigns } from "../hooks/useCampaigns";
import { useMe } from "../hooks/useMe";
import { useSession } from "../hooks/useSession";
import { useSessionKey } from "../hooks/useSessionKey";
import { Empty, Skeleton } from "../ui/Notice";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";

/** Both sign or send, which visitors who only look do not need the code for. */
const Desk = lazy(() => import("../components/label/Desk").then(({ Desk: component }) => ({ default: component })));
const Preparation = lazy(() => import("../components/label/Preparation").then(({ Preparation: component }) => ({ default: component })));

type OpenCampaign = Campaign & { openEpoch: number };

function Work({ campaign }: { campaign: OpenCampaign }) {
  const { account } = useSession();
  const me = useMe();
  const keys = useSessionKey(account);
  return (
    <QueryView query={me} what="Your account could not be loaded">
      {(data) => {
        const staked = BigInt(data.stake.active) >= BigInt(campaign.minimumStake);
        if (staked && keys.key !== null) {
          return <Desk key={keys.key.sessionKey} campaign={campaign} epoch={campaign.openEpoch} labeler={data.account} sessionKey={keys.key} onKeyRefused={keys.forget} />;
        }
        return <Preparation campaign={campaign} me={data} labeler={data.account} keys={keys} />;
      }}
    </QueryView>
  );
}

function Chooser({ campaigns, chosen, onChoose }: { campaigns: OpenCampaign[]; chosen: number; onChoose: (id: number) => void }) {
  return (
    <label className="flex items-center gap-2">
      Campaign
      <select value={chosen} onChange={(event) => onChoose(Number(event.target.value))} className="min-h-10 rounded-lg border border-control bg-surface px-3">
        {campaigns.map(({ campaignId, name }) => (
          <option key={campaignId} value={campaignId}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Compare two completions; be paid for agreeing with considered judgement. */
export default function LabelPage() {
  const campaigns = useCampaigns();
  const [choice, setChoice] = useState<number | null>(null);
  const open = openCampaigns(campaigns.data ?? []);
  const campaign = open.find(({ campaignId }) => campaignId === choice) ?? open[0];
  const pay = campaign && `${formatTokens(campaign.terms.basePay)} for each answer, and up to ${formatTokens(campaign.terms.alphaPay)} more for answers that carry information.`;
  return (
    <Page
      title={campaign?.name ?? "Label"}
      lead={campaign ? `Say which completion is better. ${pay}` : "Say which of two completions is better, and be paid for it."}
      aside={open.length > 1 && campaign && <Chooser campaigns={open} chosen={campaign.campaignId} onChoose={setChoice} />}
    >
      <QueryView query={campaigns} what="The campaigns could not be loaded">
        {() =>
          campaign === undefined ? (
            <Empty title="No campaign takes labels now">An operator opens the next epoch; this page shows it as soon as it is on the chain.</Empty>
          ) : (
            <SignedIn purpose="Answers are signed, so that they can be paid and so that nobody can change them.">
              <Suspense fallback={<Skeleton lines={8} />}>
                <Work key={campaign.campaignId} campaign={campaign} />
              </Suspense>
            </SignedIn>
          )
        }
      </QueryView>
    </Page>
  );
}
