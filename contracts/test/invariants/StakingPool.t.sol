// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {StakingPool} from "../../src/staking/StakingPool.sol";
import {vm} from "../../../script/Vm.sol";
import {Base, InvariantBase} from "../Base.sol";

/// @dev Actions: stake, requestUnstake, withdraw, slash, transfer, setCooldown, forbidPool, passTime.
contract StakingPoolHandler is Base {
    GovernanceToken public immutable token;
    StakingPool public immutable pool;
    address[4] public actors;
    bool public exitRefused;
    bool public exitTooEarly;

    constructor(GovernanceToken token_, StakingPool pool_, address[4] memory actors_) {
        (token, pool, actors) = (token_, pool_, actors_);
    }

    function stake(uint256 actor, uint256 amount) external {
        address account = actors[actor % 4];
        amount = _bound(amount, 1, token.unlockedBalanceOf(account) + 1);
        vm.prank(account);
        token.lockAndCall(address(pool), amount, "");
    }

    function requestUnstake(uint256 actor, uint256 amount) external {
        address account = actors[actor % 4];
        (uint256 active,,) = pool.stakeOf(account);
        amount = _bound(amount, 1, active + 1);
        vm.prank(account);
        pool.requestUnstake(amount);
    }

    function withdraw(uint256 actor) external {
        address account = actors[actor % 4];
        (, uint256 thawing, uint48 availableAt) = pool.stakeOf(account);
        vm.prank(account);
        try pool.withdraw() {
            if (_now() < availableAt) exitTooEarly = true;
        } catch {
            if (thawing > 0 && _now() >= availableAt) exitRefused = true;
        }
    }

    function slash(uint256 actor, uint256 beneficiary, uint256 amount) external {
        pool.slash(actors[actor % 4], _bound(amount, 1, 300e18), actors[beneficiary % 4], "case");
    }

    function transfer(uint256 from, uint256 to, uint256 amount) external {
        address account = actors[from % 4];
        amount = _bound(amount, 0, token.balanceOf(account));
        vm.prank(account);
        token.transfer(actors[to % 4], amount);
    }

    function setCooldown(uint256 cooldown) external {
        pool.setCooldown(uint48(_bound(cooldown, pool.minCooldown(), pool.maxCooldown())));
    }

    function setLocker(bool allowed) external {
        token.setLocker(address(pool), allowed);
    }

    function passTime(uint256 secs) external {
        _skip(_bound(secs, 1, 20 days));
    }
}

contract StakingPool_Invariants is InvariantBase {
    GovernanceToken private token;
    StakingPool private pool;
    StakingPoolHandler private handler;

    function setUp() public {
        vm.warp(1_800_000_000);
        address[4] memory actors = [_account("a"), _account("b"), _account("c"), _account("d")];
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](4);
        for (uint256 i = 0; i < 4; ++i) {
            allocations[i] = GovernanceToken.Allocation(actors[i], 250e18);
        }
        token = new GovernanceToken(GovernanceToken.Config("Polity", "POL", 1_000e18, 0, address(manager)), allocations);
        pool = new StakingPool(
            StakingPool.Config({
                authority: address(manager),
                token: token,
                cooldown: 7 days,
                minCooldown: 1 days,
                maxCooldown: 30 days,
                maxSlashBps: 5_000,
                slashWindow: 1 days,
                slashPerWindow: 100e18,
                challengerShareBps: 2_000,
                minReward: 1e18,
                maxStreamDuration: 365 days
            })
        );
        handler = new StakingPoolHandler(token, pool, actors);
        manager.grantRole(0, address(handler), 0);
        token.setLocker(address(pool), true);
    }

    function _handler() internal view override returns (address) {
        return address(handler);
    }

    function invariant_stake_eq_lock() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 4; ++i) {
            address account = handler.actors(i);
            (uint256 active, uint256 thawing,) = pool.stakeOf(account);
            vm.assertEq(active + thawing, token.lockedBy(account, address(pool)));
            sum += active;
        }
        vm.assertEq(pool.totalActive(), sum);
    }

    function invariant_exit_after_the_cooldown_and_not_before() public view {
        vm.assertFalse(handler.exitRefused());
        vm.assertFalse(handler.exitTooEarly());
    }
}
