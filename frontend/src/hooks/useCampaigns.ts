import { queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Campaign } from "../api/types";

export const campaignsOptions = queryOptions({
  queryKey: ["campaigns"],
  queryFn: ({ signal }) => get<Campaign[]>("/campaigns", signal),
});

export const useCampaigns = () => useQuery(campaignsOptions);

/** Campaigns that take labels now, each with its open epoch. */
export const openCampaigns = (campaigns: Campaign[]): (Campaign & { openEpoch: number })[] =>
  campaigns.filter((campaign): campaign is Campaign & { openEpoch: number } => campaign.openEpoch !== null);
