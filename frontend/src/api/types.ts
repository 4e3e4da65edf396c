import type { Address, Hex } from "viem";

/** Amounts are decimal strings in wei, times RFC 3339. */
export interface Stake {
  active: string;
  thawing: string;
  availableAt: string | null;
}
export interface Me {
  account: Address;
  roles: string[];
  balance: string;
  locked: string;
  votes: string;
  delegate: Address | null;
  stake: Stake;
}
export interface Terms {
  budget: string;
  basePay: string;
  alphaPay: string;
  blockSlots: number;
  overlapSlots: number;
  goldSlots: number;
  minOverlap: number;
  minRoster: number;
  goldPassBps: number;
  goldRoot?: Hex;
  secretHash?: Hex;
  campaignHash?: Hex;
}
export interface Payouts {
  payoutsRoot: Hex;
  accountCount: number;
  totalCumulative: string;
  status: string;
  challengeEndsAt: string | null;
  proposer: Address;
  proposalId: string | null;
}
export interface Epoch {
  epoch: number;
  status: string;
  campaignId: string | null;
  terms: Terms;
  labelsRoot: Hex | null;
  leafCount: number | null;
  bundleHash: Hex | null;
  seed: Hex | null;
  secret: Hex | null;
  payouts: Payouts | null;
  nPreferences: number;
  nSeats: number;
  openedAt?: string | null;
}
export interface Status {
  chainId: number;
  headBlock: number;
  indexedBlock: number;
  servedVersion: Hex | null;
  epoch: Epoch | null;
  counts: Record<string, number>;
}
export interface Campaign {
  campaignId: string;
  name: string;
  familyId: Hex;
  guidelines: string;
  minimumStake: string;
  terms: Terms;
  sampling: { completionsPerPrompt: number; maxTokens: number; temperature: number; seed: number };
  maxSeats: number;
  status: string;
  openEpoch: number | null;
  nTasks: number;
  nPrompts: number;
}
export interface LabelTask {
  leaseId: string;
  leasedUntil: string;
  epoch: number;
  block: number;
  slot: number;
  taskId: Hex;
  prompt: string;
  completionA: string;
  completionB: string;
}
export interface LeaseAnswer {
  seat: { epoch: number; block: number; seat: number };
  progress: { answered: number; total: number };
  tasks: LabelTask[];
}
export interface Receipt {
  preferenceHash: Hex;
  receivedAt: string | number;
  signature: Hex;
}
export interface Statement {
  labeler: Address;
  block: number;
  seat: number;
  nValid: number;
  t1: number;
  t2: number;
  m1: number[][];
  m2: number[][];
  score: string;
  goldRight: number;
  goldAnswered: number;
  base: string;
  alpha: string;
  raw: string;
  pay: string;
  reason: string | null;
}
export interface PayoutLeaf {
  account: Address;
  index: number;
  cumulative: string;
  runningTotal: string;
}
export interface Payout extends PayoutLeaf {
  epoch: number;
  proof: Hex[];
  claimed: string;
  claimable: string;
  payoutsRoot: Hex;
}
export interface Action {
  target: Address;
  contract: string | null;
  function: string | null;
  args: { name: string; type: string; value: unknown }[];
  summary: string;
  calldata: Hex;
  value: string;
}
export type ProposalState =
  | "pending"
  | "active"
  | "canceled"
  | "defeated"
  | "succeeded"
  | "queued"
  | "expired"
  | "executed";
export interface Proposal {
  proposalId: string;
  title: string;
  description: string;
  proposer: Address;
  state: ProposalState;
  voteStart: string;
  voteEnd: string;
  eta: string | null;
  forVotes: string;
  againstVotes: string;
  abstainVotes: string;
  quorum: string;
  actions: Action[];
}
export interface Vote {
  voter: Address;
  support: number;
  weight: string;
  reason: string;
}
export interface ProposalDetail extends Proposal {
  votes: Vote[];
}
export interface Evaluation {
  format: string;
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
export interface ModelVersion {
  versionId: Hex;
  number: number;
  manifestHash: Hex;
  weightsHash: Hex;
  runSpecHash: Hex | null;
  datasetHashes: Hex[];
  evaluationHash: Hex | null;
  parent: Hex | null;
  status: string;
  uri: string;
  evaluation: Evaluation | null;
  manifest: Record<string, unknown> | null;
  registeredAt: string;
  activatedAt: string | null;
}
export interface ModelFamily {
  familyId: Hex;
  name: string;
  activeVersion: Hex | null;
  versions: ModelVersion[];
}
export interface Dataset {
  datasetHash: Hex;
  kind?: string | null;
  sampleRoot: Hex;
  sampleCount: number;
  licence: string;
  contributor: Address;
  uri: string;
  epochs?: number[];
  registeredAt: string;
}
export interface Delegate {
  account: Address;
  votes: string;
  delegators?: number;
}
export interface Treasury {
  timelockBalance: string;
  rewardPool: { balance?: string; totalFunded: string; totalApproved: string; totalPaid: string; epochBudget: string };
}
export interface Claim {
  account: Address;
  recipient: Address;
  amount: string;
  totalClaimed: string;
  block: number;
  at?: string;
}
export interface Job {
  jobId: string;
  kind: string;
  key: string;
  state: string;
  attempts: number;
  runAt: string;
  error: string | null;
}
export interface Run {
  runId: string;
  state: string;
  stage: string | null;
  progress: unknown;
  error?: string | null;
}
