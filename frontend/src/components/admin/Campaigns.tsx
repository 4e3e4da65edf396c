import { formatCount, formatTokens } from "../../format";
import { useCampaigns } from "../../hooks/useCampaigns";
import { Card } from "../../ui/Card";
import { QueryView } from "../../ui/QueryView";
import { Stat, Stats } from "../../ui/Stat";
import { Agreement } from "./Agreement";
import { CampaignForm } from "./CampaignForm";
import { CommandButton } from "./CommandButton";
import { GoldDialog } from "./GoldDialog";

export function Campaigns() {
  const campaigns = useCampaigns();
  return (
    <Card title="Campaigns" aside={<CampaignForm />}>
      <QueryView query={campaigns} what="The campaigns could not be loaded">
        {(data) =>
          data.length === 0 ? (
            <p className="text-muted">No campaign yet. Create one with its prompts, guidelines and pay.</p>
          ) : (
            <ul className="space-y-6">
              {data.map((campaign) => (
                <li key={campaign.campaignId} className="space-y-3">
                  <h3 className="text-base">{campaign.name}</h3>
                  <Stats>
                    <Stat label="Prompts">{campaign.nPrompts}</Stat>
                    <Stat label="Tasks">{campaign.nTasks}</Stat>
                    <Stat label="Seats">{campaign.maxSeats}</Stat>
                    <Stat label="Budget of an epoch">{formatTokens(campaign.terms.budget, 0)}</Stat>
                    <Stat label="Open epoch">{campaign.openEpoch ?? "none"}</Stat>
                  </Stats>
                  <div className="flex flex-wrap gap-2">
                    <CommandButton
                      text="Sample completions"
                      path={`/campaigns/${campaign.campaignId}/sampling`}
                      consequence={`The served model answers ${formatCount(campaign.nPrompts, "prompt")}, ${campaign.sampling.completionsPerPrompt} times each. New tasks are added to the campaign.`}
                    />
                    {campaign.nTasks > 0 && campaign.openEpoch === null && <GoldDialog campaign={campaign} />}
                    {campaign.openEpoch === null && (
                      <CommandButton
                        text="Open an epoch"
                        path={`/campaigns/${campaign.campaignId}/epochs`}
                        consequence={`An epoch is opened on the chain. It may pay up to ${formatTokens(campaign.terms.budget)} in all; its terms cannot be changed afterwards.`}
                      />
                    )}
                  </div>
                  <Agreement campaign={campaign} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Card>
  );
}
