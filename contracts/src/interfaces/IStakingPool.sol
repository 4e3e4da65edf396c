// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Stake of labelers (later: of compute providers)
/// @notice Stake stays in the staker's wallet as a lock of {IGovernanceToken}; votes are kept. Unstaking thaws for the
/// cooldown, and thawing stake can still be slashed. Nothing but the cooldown can delay an exit: no pause, no stream and
/// no decision of governance.
///
/// Rewards stream to active stake by the second. A stream belongs to those who were staked while it ran: whoever stakes
/// and leaves within one block earns nothing, and seconds in which nobody was staked go to a reserve that a later vote
/// streams again. What slashing takes, less a bounded share of whoever proved the case, goes there too.
///
/// All amounts are wei of the governance token, all times seconds. Assumes that the token moves exactly the amount asked
/// for and calls nobody back.
interface IStakingPool {
    /// @notice Rewards as they are at this moment.
    struct RewardState {
        uint256 rate; // wei per second, 0 when nothing streams
        uint48 endsAt; // of the running or the last stream; 0 when none ever ran
        uint256 remaining; // wei still to stream
        uint256 reserve; // wei that wait for {notifyReserve}
        uint256 perShare; // what one wei of active stake earned since ever, times SCALE; never falls
        uint256 remainder; // fractions of a wei for the next release, times SCALE
    }

    /// @notice `account` locked `amount` to the pool.
    /// @param active the account's active stake after the change, in wei
    event Staked(address indexed account, uint256 amount, uint256 active);
    /// @notice `account` began to unstake `amount`.
    /// @param active the account's active stake after the change
    /// @param thawing the account's whole thawing stake after the change; all of it becomes withdrawable at `availableAt`
    event UnstakeRequested(
        address indexed account, uint256 amount, uint256 active, uint256 thawing, uint48 availableAt
    );
    /// @notice `account` took all its thawing stake, `amount`, back.
    /// @param active the account's active stake, unchanged
    event Withdrawn(address indexed account, uint256 amount, uint256 active);
    /// @notice `amount` of the account's stake was seized: `share` went to `challenger`, the rest to the reserve.
    /// @param challenger who proved the case; 0 for nobody
    /// @param active the account's active stake after the change
    /// @param thawing the account's thawing stake after the change
    event Slashed(
        address indexed account,
        uint256 amount,
        address indexed challenger,
        uint256 share,
        bytes32 indexed caseId,
        uint256 active,
        uint256 thawing
    );
    /// @notice `amount` came on top of what still streamed; both now stream at `rate` wei per second until `endsAt`.
    /// @param reserve the reserve after the change
    event RewardNotified(uint256 amount, uint256 rate, uint48 endsAt, uint256 reserve);
    /// @notice `amount` went to the reserve: released while nobody was staked, or slashed.
    /// @param reserve the reserve after the change
    event RewardReserved(uint256 amount, uint256 reserve);
    /// @notice `account` was paid all it had earned.
    event RewardPaid(address indexed account, uint256 amount);
    /// @notice Later requests to unstake thaw for `cooldown` seconds.
    event CooldownSet(uint48 cooldown);

    /// @notice Stake comes through `lockAndCall` of the token only.
    error StakingPoolOnlyToken(address caller);
    error StakingPoolZeroAmount();
    error StakingPoolInsufficientStake(address account, uint256 active, uint256 needed);
    error StakingPoolNothingToWithdraw(address account);
    error StakingPoolNothingToClaim(address account);
    /// @notice The stake thaws until `availableAt`.
    error StakingPoolCooldown(address account, uint48 availableAt);
    error StakingPoolCooldownOutOfBounds(uint48 cooldown, uint48 minimum, uint48 maximum);
    /// @notice A parameter of the constructor is out of bounds.
    error StakingPoolConfigOutOfBounds(string field);
    /// @notice A stream is not started for dust.
    error StakingPoolRewardTooSmall(uint256 amount, uint256 minimum);
    error StakingPoolDurationOutOfBounds(uint256 duration, uint256 maximum);
    /// @notice The stream that runs would be diluted: add more, or take a shorter duration.
    error StakingPoolRateBelowRunning(uint256 rate, uint256 running);
    /// @notice The index has no room for the worst case of another stream: time for a new pool.
    error StakingPoolIndexExhausted(uint256 perShare);
    /// @notice A case slashes once.
    error StakingPoolCaseSettled(bytes32 caseId);
    /// @notice All slashes together are limited per window; `available` refills by the second.
    error StakingPoolSlashWindowExceeded(uint256 available, uint256 requested);

    /// @notice Move `amount` from active to thawing. A later request restarts the cooldown of the whole thawing stake.
    /// Thawing stake earns nothing.
    function requestUnstake(uint256 amount) external;

    /// @notice Unlock all of the caller's thawing stake once its cooldown is over.
    function withdraw() external returns (uint256 amount);

    /// @notice Pay the caller everything it has earned.
    function claimReward() external returns (uint256 amount);

    /// @notice Restricted (governance). Pull `amount` from the caller, add it to what still streams, and stream both over
    /// the next `duration` seconds. The rate never falls below that of a running stream, so that nobody can stretch or
    /// dilute it.
    /// @param amount at least {minReward}
    /// @param duration 1 … {maxStreamDuration}
    function notifyReward(uint256 amount, uint256 duration) external;

    /// @notice Restricted (governance). {notifyReward} with the whole reserve.
    /// @return amount the reserve until now
    function notifyReserve(uint256 duration) external returns (uint256 amount);

    /// @notice Restricted (SLASHER). Seize up to `amount`, thawing stake first, but never more than {maxSlashBps} of the
    /// account's stake; once per case. Reverts when more than {slashAvailable} would be seized.
    /// @param challenger gets {challengerShareBps} of it; 0 for nobody
    /// @param caseId identifies the misconduct; a case that found no stake stays open
    /// @return slashed the amount really seized
    function slash(address account, uint256 amount, address challenger, bytes32 caseId)
        external
        returns (uint256 slashed);

    /// @notice Restricted (governance). Applies to later requests only; stake that thaws already keeps its date.
    function setCooldown(uint48 newCooldown) external;

    /// @notice What {claimReward} would pay now.
    function earned(address account) external view returns (uint256);

    /// @notice Stream, reserve and index at this moment.
    function rewardState() external view returns (RewardState memory);

    /// @return active stake that counts and earns
    /// @return thawing stake on its way out: earns nothing, can still be slashed
    /// @return availableAt when the thawing stake can be withdrawn; 0 for none
    function stakeOf(address account) external view returns (uint256 active, uint256 thawing, uint48 availableAt);

    /// @notice Sum of all active stakes.
    function totalActive() external view returns (uint256);

    /// @notice How long a request made now would thaw.
    function cooldown() external view returns (uint48);

    /// @notice Most that one case can take from the account now.
    function slashableOf(address account) external view returns (uint256);

    /// @notice Most that can be slashed now, of all accounts together. In any time `t` no more than
    /// `{slashPerWindow} · (1 + t / {slashWindow})` can be.
    function slashAvailable() external view returns (uint256);

    /// @notice Whether the case has slashed somebody.
    function isSettled(bytes32 caseId) external view returns (bool);

    /// @notice Most of a staker's stake that one case can take, in 1/10,000.
    function maxSlashBps() external view returns (uint16);

    /// @notice Seconds in which {slashPerWindow} refills.
    function slashWindow() external view returns (uint48);

    /// @notice Most that can be slashed at once, of all accounts together, in wei.
    function slashPerWindow() external view returns (uint208);

    /// @notice What the challenger gets of a slash, in 1/10,000; at most 2,000.
    function challengerShareBps() external view returns (uint16);

    /// @notice Least that can start a stream.
    function minReward() external view returns (uint256);

    /// @notice Longest stream, in seconds.
    function maxStreamDuration() external view returns (uint48);

    /// @notice Fixed point of the index and its remainder.
    function SCALE() external view returns (uint256);

    /// @notice With less stake than this in all, rewards go to the reserve: whoever is first and nearly alone cannot take
    /// a stream meant for many with a speck of stake.
    function MIN_ACCRUING_STAKE() external view returns (uint256);
}
