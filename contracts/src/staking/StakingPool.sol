// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IGovernanceToken, ILocker} from "../interfaces/IGovernanceToken.sol";
import {IStakingPool} from "../interfaces/IStakingPool.sol";

/// @title Stake of labelers
/// @dev `active + thawing == token.lockedBy(account, this)` for every account, at every moment. The pool never holds
/// tokens.
contract StakingPool is IStakingPool, ILocker, AccessManaged {
    using SafeCast for uint256;

    /// @dev One storage slot. 2^104 wei are 2e13 tokens.
    struct Stake {
        uint104 active;
        uint104 thawing;
        uint48 availableAt;
    }

    struct Config {
        address authority;
        IGovernanceToken token;
        uint48 cooldown; // seconds
        uint48 minCooldown; // seconds, > 0; must outlast any way to find out misconduct
        uint48 maxCooldown; // seconds; bounds how long governance can hold new requests
    }

    IGovernanceToken public immutable token;
    uint48 public immutable minCooldown;
    uint48 public immutable maxCooldown;

    /// @inheritdoc IStakingPool
    uint48 public cooldown;
    /// @inheritdoc IStakingPool
    uint256 public totalActive;

    mapping(address account => Stake) private _stakes;

    constructor(Config memory config) AccessManaged(config.authority) {
        if (config.minCooldown == 0) revert StakingPoolCooldownOutOfBounds(0, 1, config.maxCooldown);
        token = config.token;
        minCooldown = config.minCooldown;
        maxCooldown = config.maxCooldown;
        _setCooldown(config.cooldown);
    }

    /// @inheritdoc ILocker
    function onLocked(address account, uint256 amount, bytes calldata) external returns (bytes4) {
        // Check:
        if (_msgSender() != address(token)) revert StakingPoolOnlyToken(_msgSender());
        // Effect:
        Stake storage stake = _stakes[account];
        stake.active += amount.toUint104();
        totalActive += amount;
        emit Staked(account, amount, stake.active);
        return ILocker.onLocked.selector;
    }

    /// @inheritdoc IStakingPool
    function requestUnstake(uint256 amount) external {
        address account = _msgSender();
        Stake memory stake = _stakes[account];
        // Check:
        if (amount == 0) revert StakingPoolZeroAmount();
        if (stake.active < amount) revert StakingPoolInsufficientStake(account, stake.active, amount);
        // Effect:
        stake.active -= amount.toUint104();
        stake.thawing += amount.toUint104();
        stake.availableAt = Time.timestamp() + cooldown;
        _stakes[account] = stake;
        totalActive -= amount;
        emit UnstakeRequested(account, amount, stake.active, stake.thawing, stake.availableAt);
    }

    /// @inheritdoc IStakingPool
    function withdraw() external returns (uint256 amount) {
        address account = _msgSender();
        Stake storage stake = _stakes[account];
        amount = stake.thawing;
        // Check:
        if (amount == 0) revert StakingPoolNothingToWithdraw(account);
        if (Time.timestamp() < stake.availableAt) revert StakingPoolCooldown(account, stake.availableAt);
        // Effect:
        stake.thawing = 0;
        stake.availableAt = 0;
        emit Withdrawn(account, amount, stake.active);
        // Interaction:
        token.unlock(account, amount);
    }

    /// @inheritdoc IStakingPool
    function slash(address account, uint256 amount, address beneficiary, bytes32 caseId)
        external
        restricted
        returns (uint256 slashed)
    {
        Stake memory stake = _stakes[account];
        // Check:
        if (amount == 0) revert StakingPoolZeroAmount();
        slashed = Math.min(amount, uint256(stake.active) + stake.thawing);
        if (slashed == 0) return 0;
        // Effect:
        uint256 fromThawing = Math.min(slashed, stake.thawing);
        uint256 fromActive = slashed - fromThawing;
        stake.thawing -= fromThawing.toUint104();
        stake.active -= fromActive.toUint104();
        if (stake.thawing == 0) stake.availableAt = 0;
        _stakes[account] = stake;
        totalActive -= fromActive;
        emit Slashed(account, slashed, beneficiary, caseId, stake.active, stake.thawing);
        // Interaction:
        token.seize(account, beneficiary, slashed);
    }

    /// @inheritdoc IStakingPool
    function setCooldown(uint48 newCooldown) external restricted {
        _setCooldown(newCooldown);
    }

    /// @inheritdoc IStakingPool
    function stakeOf(address account) external view returns (uint256 active, uint256 thawing, uint48 availableAt) {
        Stake storage stake = _stakes[account];
        return (stake.active, stake.thawing, stake.availableAt);
    }

    function _setCooldown(uint48 newCooldown) private {
        if (newCooldown < minCooldown || newCooldown > maxCooldown) {
            revert StakingPoolCooldownOutOfBounds(newCooldown, minCooldown, maxCooldown);
        }
        cooldown = newCooldown;
        emit CooldownSet(newCooldown);
    }
}
