import { BaseError, ContractFunctionRevertedError, UserRejectedRequestError } from "viem";
import { Problem } from "./api/problem";
import { formatTime, formatTokens, words } from "./format";

const REJECTED = 4001;

/** A person said no in the wallet: not an error, nothing to report. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof BaseError) return error.walk((cause) => cause instanceof UserRejectedRequestError) !== null;
  return typeof error === "object" && error !== null && "code" in error && error.code === REJECTED;
}

type Explain = (args: readonly unknown[]) => string;
const wei = (value: unknown): string => formatTokens(value as bigint);

/** What the contracts' own errors mean to the person who ran into them. */
const REVERTS: Record<string, Explain> = {
  GovernanceTokenLocked: ([, unlocked, needed]) => `Only ${wei(unlocked)} of your balance is unlocked; this needs ${wei(needed)}.`,
  GovernanceTokenLockerNotAllowed: () => "Governance no longer allows new stakes in this pool.",
  StakingPoolInsufficientStake: ([, active, needed]) => `Your active stake is ${wei(active)}; this needs ${wei(needed)}.`,
  StakingPoolCooldown: () => "Your stake is still thawing. Withdraw it when the cooldown is over.",
  StakingPoolNothingToWithdraw: () => "Nothing is thawing, so there is nothing to withdraw.",
  StakingPoolNothingToClaim: () => "No staking rewards have been earned since the last claim.",
  LabelEpochsBondTooSmall: ([, free, needed]) => `Only ${wei(free)} of your bond is free; this needs ${wei(needed)}.`,
  GovernorAlreadyCastVote: () => "This account has voted on this proposal already.",
  GovernorUnexpectedProposalState: () => "On the chain the proposal is in another state just now. Try again in a moment.",
  GovernorNotQueuedProposal: () => "The proposal is not queued.",
  TimelockUnexpectedOperationState: () => "The waiting time of the timelock is not over yet.",
  RewardDistributorInvalidProof: () => "A newer payouts root was approved meanwhile. Reload and claim again.",
  EntryPauseActive: ([, until]) => `A guardian has paused this until ${formatTime(new Date(Number(until) * 1000).toISOString())}. What is yours stays yours.`,
  ERC20InsufficientBalance: ([, balance, needed]) => `Your balance is ${wei(balance)}; this needs ${wei(needed)}.`,
};

/** One or two plain sentences: what happened, and what to do where something can be done. */
export function describeError(error: unknown): string {
  if (error instanceof Problem) return error.message;
  if (error instanceof BaseError) {
    const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
    if (reverted instanceof ContractFunctionRevertedError && reverted.data) {
      const { errorName, args = [] } = reverted.data;
      return REVERTS[errorName]?.(args) ?? `The contract refused: ${words(errorName)}. Nothing was sent.`;
    }
    return error.shortMessage;
  }
  return error instanceof Error ? error.message : String(error);
}
