// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {IStakingPool} from "../../src/interfaces/IStakingPool.sol";
import {StakingPool} from "../../src/staking/StakingPool.sol";
import {vm} from "../../../script/Vm.sol";
import {Base, InvariantBase} from "../Base.sol";

/// @dev Actions: stake, requestUnstake, withdraw, claim, notify, notifyReserve, slash, transfer, setCooldown, setLocker,
/// pause, passTime. The handler is governance and treasury; four accounts hold all other tokens.
contract StakingPoolHandler is Base {
    GovernanceToken public immutable token;
    StakingPool public immutable pool;
    address[4] public actors;

    uint256 public funded; // notified, or slashed and not the challenger's
    uint256 public paid;
    uint256 public slashed;
    uint256 public cases;
    bool public exitRefused;
    bool public exitTooEarly;
    bool public slashedTooMuch;
    bool public indexFell;
    bool public earnedWithoutTime;
    uint256 private _lastPerShare;
    uint256 private _lastEarnings;

    constructor(GovernanceToken token_, StakingPool pool_, address[4] memory actors_) {
        (token, pool, actors) = (token_, pool_, actors_);
        token_.approve(address(pool_), type(uint256).max);
    }

    /// @dev Nothing but time makes anybody's reward grow or shrink, and the index never falls.
    modifier timeless() {
        _;
        if (earnings() != _lastEarnings) earnedWithoutTime = true;
    }

    function stake(uint256 actor, uint256 amount) external timeless {
        address account = actors[actor % 4];
        uint256 unlocked = token.unlockedBalanceOf(account);
        if (unlocked == 0) return;
        vm.prank(account);
        try token.lockAndCall(address(pool), _bound(amount, 1, unlocked), "") {} catch {} // forbidden or paused
    }

    function requestUnstake(uint256 actor, uint256 amount) external timeless {
        address account = actors[actor % 4];
        (uint256 active,,) = pool.stakeOf(account);
        if (active == 0) return;
        vm.prank(account);
        try pool.requestUnstake(_bound(amount, 1, active)) {}
        catch {
            exitRefused = true;
        }
    }

    function withdraw(uint256 actor) external timeless {
        address account = actors[actor % 4];
        (, uint256 thawing, uint48 availableAt) = pool.stakeOf(account);
        vm.prank(account);
        try pool.withdraw() {
            if (_now() < availableAt) exitTooEarly = true;
        } catch {
            if (thawing > 0 && _now() >= availableAt) exitRefused = true;
        }
    }

    function claim(uint256 actor) external timeless {
        address account = actors[actor % 4];
        if (pool.earned(account) == 0) return;
        vm.prank(account);
        try pool.claimReward() returns (uint256 amount) {
            paid += amount;
        } catch {
            exitRefused = true;
        }
    }

    function notify(uint256 amount, uint256 duration) external timeless {
        amount = _bound(amount, 1e18, 50e18);
        // Of odd lengths too, so that rates do not divide.
        try pool.notifyReward(amount, _bound(duration, 1 hours, 30 days)) {
            funded += amount;
        } catch {} // slower than the running stream
    }

    function notifyReserve(uint256 duration) external timeless {
        try pool.notifyReserve(_bound(duration, 1 hours, 30 days)) {} catch {}
    }

    function slash(uint256 actor, uint256 challenger, uint256 amount) external timeless {
        address account = actors[actor % 4];
        address to = challenger % 5 == 4 ? address(0) : actors[challenger % 5];
        (uint256 active, uint256 thawing,) = pool.stakeOf(account);
        uint256 inPool = token.balanceOf(address(pool));
        try pool.slash(account, _bound(amount, 1, 300e18), to, bytes32(++cases)) returns (uint256 taken) {
            if (taken > (active + thawing) / 2) slashedTooMuch = true;
            slashed += taken;
            uint256 kept = token.balanceOf(address(pool)) - inPool;
            if (taken - kept > taken / 5) slashedTooMuch = true;
            funded += kept;
        } catch {} // the window is used up
    }

    function transfer(uint256 from, uint256 to, uint256 amount) external {
        address account = actors[from % 4];
        amount = _bound(amount, 0, token.unlockedBalanceOf(account));
        vm.prank(account);
        token.transfer(actors[to % 4], amount);
    }

    function setCooldown(uint256 cooldown) external {
        pool.setCooldown(uint48(_bound(cooldown, pool.minCooldown(), pool.maxCooldown())));
    }

    function setLocker(uint256 dice) external {
        token.setLocker(address(pool), dice % 4 != 0);
    }

    function pause(uint256 duration) external {
        try pool.pause(pool.onLocked.selector, uint48(_bound(duration, 1, 7 days))) {} catch {}
    }

    function passTime(uint256 secs) external {
        _skip(_bound(secs, 1, 10 days));
        uint256 perShare = pool.rewardState().perShare;
        if (perShare < _lastPerShare) indexFell = true;
        (_lastPerShare, _lastEarnings) = (perShare, earnings());
    }

    /// @dev Everything that anybody has got or could get now.
    function earnings() public view returns (uint256 sum) {
        sum = paid;
        for (uint256 i = 0; i < 4; ++i) {
            sum += pool.earned(actors[i]);
        }
    }
}

contract StakingPool_Invariants is InvariantBase {
    uint256 private constant SLASH_PER_WINDOW = 100e18;

    GovernanceToken private token;
    StakingPool private pool;
    StakingPoolHandler private handler;
    uint256 private start;

    function setUp() public {
        vm.warp(1_800_000_000);
        start = _now();
        address[4] memory actors = [_account("a"), _account("b"), _account("c"), _account("d")];
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](5);
        for (uint256 i = 0; i < 4; ++i) {
            allocations[i] = GovernanceToken.Allocation(actors[i], 250e18);
        }
        allocations[4] = GovernanceToken.Allocation(address(this), 1_000_000e18);
        token = new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", 2_000_000e18, 0, address(manager)), allocations
        );
        pool = new StakingPool(
            StakingPool.Config({
                authority: address(manager),
                token: token,
                cooldown: 7 days,
                minCooldown: 1 days,
                maxCooldown: 30 days,
                maxSlashBps: 5_000,
                slashWindow: 1 days,
                slashPerWindow: uint208(SLASH_PER_WINDOW),
                challengerShareBps: 2_000,
                minReward: 1e18,
                maxStreamDuration: 365 days
            })
        );
        handler = new StakingPoolHandler(token, pool, actors);
        token.transfer(address(handler), 1_000_000e18);
        manager.grantRole(0, address(handler), 0);
        token.setLocker(address(pool), true);
    }

    function _handler() internal view override returns (address) {
        return address(handler);
    }

    function invariant_totalStaked_eq_sum_active_and_sum_active_thawing_eq_lockedBy() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 4; ++i) {
            address account = handler.actors(i);
            (uint256 active, uint256 thawing,) = pool.stakeOf(account);
            vm.assertEq(active + thawing, token.lockedBy(account, address(pool)));
            sum += active;
        }
        vm.assertEq(pool.totalActive(), sum);
    }

    /// @dev Exact in 1e-24 wei; in whole wei no more than one per account is out of sight.
    function invariant_paid_owed_remainingStream_reserve_eq_funded() public view {
        IStakingPool.RewardState memory state = pool.rewardState();
        uint256 accounted = handler.earnings() + state.remaining + state.reserve;
        vm.assertLe(accounted, handler.funded());
        vm.assertLe(handler.funded(), accounted + 4);
        vm.assertEq(token.balanceOf(address(pool)), handler.funded() - handler.paid());
    }

    function invariant_rewardPerShare_monotone_and_no_reward_without_time() public view {
        vm.assertFalse(handler.indexFell());
        vm.assertFalse(handler.earnedWithoutTime());
    }

    function invariant_slash_le_cap_per_case_and_window() public view {
        vm.assertFalse(handler.slashedTooMuch());
        vm.assertLe(handler.slashed(), SLASH_PER_WINDOW + SLASH_PER_WINDOW * (_now() - start) / 1 days);
    }

    function invariant_exit_always_possible_and_withdraw_only_after_cooldown() public view {
        vm.assertFalse(handler.exitRefused());
        vm.assertFalse(handler.exitTooEarly());
    }

    /// @dev Not a property but a check of the checks: a run of all actions does stake, pay and slash.
    function test_TheActionsDoSomething() public {
        handler.stake(0, 200e18);
        handler.stake(1, 100e18);
        handler.notify(50e18, 1 days);
        handler.passTime(12 hours);
        handler.claim(0);
        handler.slash(1, 0, 10e18);
        handler.requestUnstake(0, 100e18);
        handler.passTime(10 days);
        handler.withdraw(0);
        handler.notifyReserve(1 days);
        vm.assertLe(1, handler.paid());
        vm.assertEq(handler.slashed(), 10e18);
        invariant_paid_owed_remainingStream_reserve_eq_funded();
        invariant_totalStaked_eq_sum_active_and_sum_active_thawing_eq_lockedBy();
        invariant_exit_always_possible_and_withdraw_only_after_cooldown();
        invariant_rewardPerShare_monotone_and_no_reward_without_time();
    }
}
