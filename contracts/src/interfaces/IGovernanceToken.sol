// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Governance token with stake in place
/// @notice ERC-20 with votes (ERC-5805, timestamp clock) and permit (ERC-2612). A holder may *lock* part of the balance
/// to a locker that governance allowed (a staking pool, say). A lock moves no tokens and no votes: `balanceOf` still
/// counts it, `transfer` of it reverts with {GovernanceTokenLocked}.
interface IGovernanceToken {
    /// @param lockedBy the account's lock with this locker after the change, in wei
    event Locked(address indexed account, address indexed locker, uint256 amount, uint256 lockedBy);
    event Unlocked(address indexed account, address indexed locker, uint256 amount, uint256 lockedBy);
    event Seized(address indexed account, address indexed locker, address indexed to, uint256 amount, uint256 lockedBy);
    event LockerSet(address indexed locker, bool allowed);

    error GovernanceTokenLocked(address account, uint256 unlocked, uint256 needed);
    error GovernanceTokenLockerNotAllowed(address locker);
    error GovernanceTokenLockTooSmall(address account, address locker, uint256 lockedBy, uint256 needed);
    error GovernanceTokenLockRejected(address locker);
    error GovernanceTokenZeroAmount();
    error GovernanceTokenCapExceeded(uint256 supply, uint256 cap);
    error GovernanceTokenMintTooFast(uint256 available, uint256 requested);

    /// @notice Lock `amount` of the caller's unlocked balance to `locker` and tell it, in one transaction. Delegates the
    /// caller's votes to itself when it has no delegate yet.
    /// @param data passed on to {ILocker-onLocked}
    function lockAndCall(address locker, uint256 amount, bytes calldata data) external;

    /// @notice Release `amount` of `account`'s lock with the caller. Works for a locker that is no longer allowed too.
    function unlock(address account, uint256 amount) external;

    /// @notice Move `amount` out of `account`'s lock with the caller to `to`.
    function seize(address account, address to, uint256 amount) external;

    /// @notice Restricted. Allow or forbid new locks to `locker`; existing locks stay.
    function setLocker(address locker, bool allowed) external;

    /// @notice Restricted. Mint within `cap` and within the yearly allowance (linear refill).
    function mint(address to, uint256 amount) external;

    function isLocker(address locker) external view returns (bool);
    function lockedBalanceOf(address account) external view returns (uint256);
    function lockedBy(address account, address locker) external view returns (uint256);
    function unlockedBalanceOf(address account) external view returns (uint256);
    function cap() external view returns (uint256);
    /// @notice How much {mint} would accept now, in wei (the cap set aside).
    function mintable() external view returns (uint256);
}

interface ILocker {
    /// @notice Called by the token after `amount` of `account`'s balance was locked to this contract.
    /// @return selector `ILocker.onLocked.selector`, anything else reverts the lock
    function onLocked(address account, uint256 amount, bytes calldata data) external returns (bytes4 selector);
}
