import type { Hex } from "viem";
import type { components } from "./schema";

/**
 * What the server answers, by the names that the pages use. Amounts are decimal strings in wei, times RFC 3339. Written
 * out here is only what the document leaves open: values that are JSON of their own.
 */
type Schemas = components["schemas"];

export type AccountSummary = Schemas["AccountSummary"];
export type Disputes = Schemas["Disputes"];
export type Me = Schemas["Me"];
export type Status = Schemas["Status"];
export type Finality = Schemas["Finality"];
export type Campaign = Schemas["Campaign"];
export type Agreement = Schemas["Agreement"];
export type Task = Schemas["Task"];
export type LabelTask = Schemas["LeasedTask"];
export type LeaseAnswer = Schemas["Leases"];
export type Receipt = Schemas["Receipt"];
export type ListedSessionKey = Schemas["SessionKey"];
export type Epoch = Schemas["Epoch"];
export type Terms = Schemas["Terms"];
export type Statement = Schemas["Statement"];
export type PayoutLeaf = Schemas["PayoutLeaf"];
export type Payout = Schemas["Payout"];
export type Claim = Schemas["Claim"];
export type Vote = Schemas["Vote"];
export type Delegate = Schemas["Delegate"];
export type Treasury = Schemas["Treasury"];
export type Job = Schemas["Job"];
export type Run = Schemas["Run"];
export type PublicConfig = Schemas["PublicConfig"];
export type Session = Schemas["Session"];

export type ProposalState = "pending" | "active" | "canceled" | "defeated" | "succeeded" | "queued" | "expired" | "executed";
export type Action = Omit<Schemas["Action"], "args"> & { args: { name: string; type: string; value: unknown }[] };
export type Proposal = Omit<Schemas["Proposal"], "state" | "actions"> & { state: ProposalState; actions: Action[] };
export type RoutineProposal = Omit<Schemas["RoutineProposal"], "state" | "action"> & { state: ProposalState; action: Action };
export type Routine = Omit<Schemas["Routine"], "proposals"> & { proposals: RoutineProposal[] };
export type ProposalDetail = Proposal & { votes: Vote[] };

/** evaluation.json of a checkpoint. */
export interface Evaluation {
  judge: string;
  nComparisons: number;
  winRateBps: number;
  ciLowBps: number;
  ciHighBps: number;
  oracle?: { name: string; winRateBps: number; ciLowBps: number; ciHighBps: number } | null;
  meanScore: number;
  meanScoreParent: number;
  kl: number;
  samples: { prompt: string; parent: string; candidate: string; scoreParent: number; score: number }[];
}
export type ModelVersion = Omit<Schemas["ModelVersion"], "evaluation"> & { evaluation: Evaluation | null };
export type ModelFamily = Omit<Schemas["ModelFamily"], "versions"> & { versions: ModelVersion[] };

/** manifest.json of a dataset. */
export interface DatasetManifest {
  sampleCount: number;
  licence: string;
  epochs: number[];
  versionIds: Hex[];
  files: { name: string; sizeBytes: number; hash: Hex }[];
}
export type Dataset = Omit<Schemas["Dataset"], "manifest"> & { manifest: DatasetManifest | null };


