// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Stake of labelers (later: of compute providers)
/// @notice Stake stays in the staker's wallet as a lock of {IGovernanceToken}; votes are kept. Unstaking thaws for the
/// cooldown, and thawing stake can still be slashed. Nothing but the cooldown can delay an exit.
interface IStakingPool {
    /// @param active the account's active stake after the change, in wei
    event Staked(address indexed account, uint256 amount, uint256 active);
    /// @param thawing the account's whole thawing stake after the change; all of it becomes withdrawable at `availableAt`
    event UnstakeRequested(
        address indexed account, uint256 amount, uint256 active, uint256 thawing, uint48 availableAt
    );
    event Withdrawn(address indexed account, uint256 amount, uint256 active);
    event Slashed(
        address indexed account,
        uint256 amount,
        address indexed beneficiary,
        bytes32 indexed caseId,
        uint256 active,
        uint256 thawing
    );

    event CooldownSet(uint48 cooldown);

    error StakingPoolOnlyToken(address caller);
    error StakingPoolZeroAmount();
    error StakingPoolInsufficientStake(address account, uint256 active, uint256 needed);
    error StakingPoolNothingToWithdraw(address account);
    error StakingPoolCooldown(address account, uint48 availableAt);
    error StakingPoolCooldownOutOfBounds(uint48 cooldown, uint48 minimum, uint48 maximum);

    /// @notice Move `amount` from active to thawing. A later request restarts the cooldown of the whole thawing stake.
    function requestUnstake(uint256 amount) external;

    /// @notice Unlock all of the caller's thawing stake once its cooldown is over.
    function withdraw() external returns (uint256 amount);

    /// @notice Restricted. Seize up to `amount`, thawing stake first, and pay it to `beneficiary`.
    /// @return slashed the amount really seized (never more than active + thawing)
    function slash(address account, uint256 amount, address beneficiary, bytes32 caseId)
        external
        returns (uint256 slashed);

    /// @notice Restricted. Applies to later requests only; stake that thaws already keeps its date.
    function setCooldown(uint48 newCooldown) external;

    function stakeOf(address account) external view returns (uint256 active, uint256 thawing, uint48 availableAt);
    function totalActive() external view returns (uint256);
    function cooldown() external view returns (uint48);
}
