// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Governance token with stake in place
/// @notice ERC-20 with votes (ERC-5805, timestamp clock) and permit (ERC-2612). A holder may *lock* part of the balance
/// to a locker that governance allowed (a staking pool, say). A lock moves no tokens and no votes: `balanceOf` still
/// counts it, `transfer` of it reverts with {GovernanceTokenLocked}. What a wallet can send is {unlockedBalanceOf}.
///
/// Only the holder makes a lock, by {lockAndCall}; only the locker it was made to ends it, by {unlock} or {seize}. A
/// locker reaches nothing else of anybody's. Incoming tokens are never locked. For wallets: docs/integrating.md.
interface IGovernanceToken {
    /// @notice `amount` of `account`'s balance cannot be sent until `locker` releases it.
    /// @param lockedBy the account's lock with this locker after the change, in wei
    event Locked(address indexed account, address indexed locker, uint256 amount, uint256 lockedBy);
    /// @notice `locker` released `amount`.
    /// @param lockedBy the account's lock with this locker after the change
    event Unlocked(address indexed account, address indexed locker, uint256 amount, uint256 lockedBy);
    /// @notice `locker` took `amount` of what was locked to it and sent it to `to`; a Transfer follows.
    /// @param lockedBy the account's lock with this locker after the change
    event Seized(address indexed account, address indexed locker, address indexed to, uint256 amount, uint256 lockedBy);
    /// @notice Governance allows, or no longer allows, new locks to `locker`.
    event LockerSet(address indexed locker, bool allowed);

    /// @notice Only `unlocked` of the account's balance can be sent or locked; `needed` was asked for.
    error GovernanceTokenLocked(address account, uint256 unlocked, uint256 needed);
    /// @notice Governance does not allow new locks to `locker`.
    error GovernanceTokenLockerNotAllowed(address locker);
    /// @notice The account locked only `lockedBy` to the caller.
    error GovernanceTokenLockTooSmall(address account, address locker, uint256 lockedBy, uint256 needed);
    /// @notice The locker did not answer with the selector of {ILocker-onLocked}.
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

    /// @notice Move `amount` out of `account`'s lock with the caller to `to`; its votes move with it. Works for a locker
    /// that is no longer allowed too.
    function seize(address account, address to, uint256 amount) external;

    /// @notice Restricted (governance). Allow or forbid new locks to `locker`; existing locks stay.
    function setLocker(address locker, bool allowed) external;

    /// @notice Restricted (governance). Mint within {cap} and within the yearly allowance (linear refill).
    function mint(address to, uint256 amount) external;

    /// @notice Whether new locks to `locker` are allowed.
    function isLocker(address locker) external view returns (bool);

    /// @notice The part of `balanceOf(account)` that cannot be sent now: the sum of its locks with all lockers.
    function lockedBalanceOf(address account) external view returns (uint256);

    /// @notice The part of it that is locked to `locker`.
    function lockedBy(address account, address locker) external view returns (uint256);

    /// @notice The part of `balanceOf(account)` that can be sent, or locked, now.
    function unlockedBalanceOf(address account) external view returns (uint256);

    /// @notice Most tokens that may ever exist, in wei.
    function cap() external view returns (uint256);

    /// @notice How much {mint} would accept now, in wei (the cap set aside).
    function mintable() external view returns (uint256);
}

/// @title What holds locks of {IGovernanceToken}
/// @notice Governance allows a locker once and for all of its code: it can seize whatever was locked to it. So a locker
/// should not be upgradeable, and must have a way out for every holder.
interface ILocker {
    /// @notice Called by the token after `amount` of `account`'s balance was locked to this contract. Must refuse any
    /// other caller.
    /// @param data as the holder gave it to {IGovernanceToken-lockAndCall}
    /// @return selector `ILocker.onLocked.selector`, anything else reverts the lock
    function onLocked(address account, uint256 amount, bytes calldata data) external returns (bytes4 selector);
}
