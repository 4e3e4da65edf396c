// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {ERC6372Utils} from "@openzeppelin/contracts/utils/ERC6372Utils.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IGovernanceToken, ILocker} from "../interfaces/IGovernanceToken.sol";

/// @title Governance token with stake in place
/// @dev A lock is only bookkeeping: `lockedBalanceOf(account) = Σ lockedBy(account, locker) <= balanceOf(account)` always
/// holds, enforced in `_update`. A locker reaches nothing but what its holders locked to it themselves.
contract GovernanceToken is IGovernanceToken, ERC20, ERC20Permit, ERC20Votes, AccessManaged {
    using RateLimiter for RateLimiter.RefillingBucket;
    using SafeCast for uint256;

    /// @dev One slot: nearly everybody locks to a single locker, and then this is all there is to write. What the first
    /// locker holds is what the others leave of the total.
    struct Locks {
        address first; // 0 exactly when nothing is locked
        uint96 total; // wei, with all lockers
    }

    struct Allocation {
        address account;
        uint256 amount; // wei
    }

    struct Config {
        string name;
        string symbol;
        uint256 cap; // most tokens that may ever exist, wei
        uint208 mintPerYear; // wei; refills linearly, nothing is mintable at deployment
        address authority;
    }

    uint48 private constant YEAR = 365 days;
    /// @dev The only key of the bucket.
    bytes32 private constant MINT = "mint";

    /// @inheritdoc IGovernanceToken
    uint256 public immutable cap;

    RateLimiter.RefillingBucket private _mintBucket;
    mapping(address locker => bool) private _lockers;
    mapping(address account => Locks) private _locks;
    /// @dev Locks with other lockers than the first, and their sum.
    mapping(address account => mapping(address locker => uint256)) private _lockedElsewhere;
    mapping(address account => uint256) private _sumElsewhere;

    constructor(Config memory config, Allocation[] memory allocations)
        ERC20(config.name, config.symbol)
        ERC20Permit(config.name)
        AccessManaged(config.authority)
    {
        cap = config.cap;
        _mintBucket.updateSettings(YEAR, config.mintPerYear);
        // Start with an empty bucket: mints up to any moment are then at most mintPerYear · elapsed / YEAR.
        _mintBucket.consume(MINT, config.mintPerYear);
        for (uint256 i = 0; i < allocations.length; ++i) {
            _mint(allocations[i].account, allocations[i].amount);
        }
        _checkCap();
    }

    /// @inheritdoc IGovernanceToken
    function lockAndCall(address locker, uint256 amount, bytes calldata data) external {
        address account = _msgSender();
        // Check:
        if (amount == 0) revert GovernanceTokenZeroAmount();
        if (!_lockers[locker]) revert GovernanceTokenLockerNotAllowed(locker);
        _checkUnlocked(account, amount);
        // Effect:
        if (delegates(account) == address(0)) _delegate(account, account);
        emit Locked(account, locker, amount, _increaseLock(account, locker, amount));
        // Interaction:
        if (ILocker(locker).onLocked(account, amount, data) != ILocker.onLocked.selector) {
            revert GovernanceTokenLockRejected(locker);
        }
    }

    /// @inheritdoc IGovernanceToken
    function unlock(address account, uint256 amount) external {
        address locker = _msgSender();
        uint256 remaining = _decreaseLock(account, locker, amount);
        emit Unlocked(account, locker, amount, remaining);
    }

    /// @inheritdoc IGovernanceToken
    function seize(address account, address to, uint256 amount) external {
        address locker = _msgSender();
        uint256 remaining = _decreaseLock(account, locker, amount);
        emit Seized(account, locker, to, amount, remaining);
        _transfer(account, to, amount);
    }

    /// @inheritdoc IGovernanceToken
    function setLocker(address locker, bool allowed) external restricted {
        _lockers[locker] = allowed;
        emit LockerSet(locker, allowed);
    }

    /// @inheritdoc IGovernanceToken
    function mint(address to, uint256 amount) external restricted {
        if (!_mintBucket.tryConsume(MINT, amount)) revert GovernanceTokenMintTooFast(mintable(), amount);
        _mint(to, amount);
        _checkCap();
    }

    /// @inheritdoc IGovernanceToken
    function isLocker(address locker) external view returns (bool) {
        return _lockers[locker];
    }

    /// @inheritdoc IGovernanceToken
    function lockedBalanceOf(address account) external view returns (uint256) {
        return _locks[account].total;
    }

    /// @inheritdoc IGovernanceToken
    function lockedBy(address account, address locker) public view returns (uint256) {
        Locks storage locks = _locks[account];
        if (locker != locks.first) return _lockedElsewhere[account][locker];
        return locks.total - _sumElsewhere[account];
    }

    /// @inheritdoc IGovernanceToken
    function unlockedBalanceOf(address account) public view returns (uint256) {
        return balanceOf(account) - _locks[account].total;
    }

    /// @inheritdoc IGovernanceToken
    function mintable() public view returns (uint256) {
        return _mintBucket.available(MINT);
    }

    /// @dev Seconds, as everywhere in this protocol.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public view override returns (string memory) {
        return ERC6372Utils.timestampClockMode(clock);
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _increaseLock(address account, address locker, uint256 amount) private returns (uint256 lockedByLocker) {
        Locks memory locks = _locks[account];
        if (locks.total == 0) {
            _locks[account] = Locks(locker, amount.toUint96());
            return amount;
        }
        locks.total += amount.toUint96();
        _locks[account] = locks;
        if (locker == locks.first) return locks.total - _sumElsewhere[account];
        _sumElsewhere[account] += amount;
        return _lockedElsewhere[account][locker] += amount;
    }

    function _decreaseLock(address account, address locker, uint256 amount) private returns (uint256 remaining) {
        // Check:
        if (amount == 0) revert GovernanceTokenZeroAmount();
        uint256 lockedByLocker = lockedBy(account, locker);
        if (lockedByLocker < amount) revert GovernanceTokenLockTooSmall(account, locker, lockedByLocker, amount);
        // Effect:
        remaining = lockedByLocker - amount;
        Locks memory locks = _locks[account];
        if (locker != locks.first) {
            _lockedElsewhere[account][locker] = remaining;
            _sumElsewhere[account] -= amount;
        }
        locks.total -= uint96(amount);
        if (locks.total == 0) locks.first = address(0);
        _locks[account] = locks;
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        if (from != address(0) && _locks[from].total != 0) _checkUnlocked(from, value);
        super._update(from, to, value);
    }

    /// @dev Leaves a balance that is too small without any lock to the ERC-20's own error.
    function _checkUnlocked(address account, uint256 needed) private view {
        uint256 unlocked = unlockedBalanceOf(account);
        if (unlocked < needed) revert GovernanceTokenLocked(account, unlocked, needed);
    }

    function _checkCap() private view {
        uint256 supply = totalSupply();
        if (supply > cap) revert GovernanceTokenCapExceeded(supply, cap);
    }
}
