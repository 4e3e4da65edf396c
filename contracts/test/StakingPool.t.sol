// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../src/governance/GovernanceToken.sol";
import {IStakingPool} from "../src/interfaces/IStakingPool.sol";
import {StakingPool} from "../src/staking/StakingPool.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";

abstract contract StakingPoolTest is Base {
    uint256 internal constant HAS = 1_000e18;
    uint48 internal constant COOLDOWN = 7 days;

    address internal alice = _account("alice");
    address internal beneficiary = _account("beneficiary");
    GovernanceToken internal token;
    StakingPool internal pool;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(alice, HAS);
        token = new GovernanceToken(GovernanceToken.Config("Polity", "POL", HAS, 0, address(manager)), allocations);
        pool = _deploy(COOLDOWN, 1 days);
        token.setLocker(address(pool), true);
    }

    function _deploy(uint48 cooldown, uint48 minCooldown) internal returns (StakingPool) {
        return new StakingPool(_config(cooldown, minCooldown));
    }

    function _config(uint48 cooldown, uint48 minCooldown) internal view returns (StakingPool.Config memory) {
        return StakingPool.Config({
            authority: address(manager),
            token: token,
            cooldown: cooldown,
            minCooldown: minCooldown,
            maxCooldown: 30 days,
            maxSlashBps: 10_000,
            slashWindow: 1 days,
            slashPerWindow: 10_000e18,
            challengerShareBps: 2_000,
            minReward: 1e18,
            maxStreamDuration: 365 days
        });
    }

    function _stake(uint256 amount) internal {
        vm.prank(alice);
        token.lockAndCall(address(pool), amount, "");
    }

    function _requestUnstake(uint256 amount) internal {
        vm.prank(alice);
        pool.requestUnstake(amount);
    }

    function _withdraw() internal returns (uint256) {
        vm.prank(alice);
        return pool.withdraw();
    }

    function _assertStake(uint256 active, uint256 thawing, uint256 availableAt) internal view {
        (uint256 a, uint256 t, uint48 date) = pool.stakeOf(alice);
        vm.assertEq(a, active, "active");
        vm.assertEq(t, thawing, "thawing");
        vm.assertEq(date, availableAt, "availableAt");
        vm.assertEq(token.lockedBy(alice, address(pool)), active + thawing, "lock");
        vm.assertEq(pool.totalActive(), active, "totalActive");
    }
}

contract StakingPool_Constructor_Test is StakingPoolTest {
    function testFuzz_RevertIf_CooldownIsOutOfBounds(uint48 cooldown) public {
        vm.assume(cooldown < 1 days || cooldown > 30 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakingPool.StakingPoolCooldownOutOfBounds.selector, cooldown, uint48(1 days), uint48(30 days)
            )
        );
        _deploy(cooldown, 1 days);
    }

    function test_RevertIf_TheLeastCooldownIsZero() public {
        vm.expectPartialRevert(IStakingPool.StakingPoolCooldownOutOfBounds.selector);
        _deploy(1 days, 0);
    }
}

contract StakingPool_OnLocked_Test is StakingPoolTest {
    function testFuzz_StakesInOneTransaction(uint256 first, uint256 second) public {
        first = _bound(first, 1, HAS - 1);
        second = _bound(second, 1, HAS - first);
        _stake(first);
        _assertStake(first, 0, 0);
        vm.expectEmit(address(pool));
        emit IStakingPool.Staked(alice, second, first + second);
        _stake(second);
        _assertStake(first + second, 0, 0);
        vm.assertEq(token.getVotes(alice), HAS);
        vm.assertEq(token.balanceOf(address(pool)), 0);
    }

    function testFuzz_RevertIf_CallerIsNotTheToken(address caller) public {
        vm.assume(caller != address(token));
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolOnlyToken.selector, caller));
        vm.prank(caller);
        pool.onLocked(alice, 1, "");
    }
}

contract StakingPool_RequestUnstake_Test is StakingPoolTest {
    function testFuzz_MovesStakeFromActiveToThawing(uint256 staked, uint256 amount) public {
        staked = _bound(staked, 1, HAS);
        amount = _bound(amount, 1, staked);
        _stake(staked);
        vm.expectEmit(address(pool));
        emit IStakingPool.UnstakeRequested(alice, amount, staked - amount, amount, _now() + COOLDOWN);
        _requestUnstake(amount);
        _assertStake(staked - amount, amount, _now() + COOLDOWN);
    }

    function testFuzz_RestartsTheCooldownOfTheWholeThawingStake(uint256 wait) public {
        wait = _bound(wait, 0, 2 * COOLDOWN);
        _stake(10);
        _requestUnstake(4);
        _skip(wait);
        _requestUnstake(3);
        _assertStake(3, 7, _now() + COOLDOWN);
    }

    function test_RevertIf_AmountIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolZeroAmount.selector));
        _requestUnstake(0);
    }

    function testFuzz_RevertIf_AmountExceedsTheActiveStake(uint256 staked, uint256 amount) public {
        staked = _bound(staked, 1, HAS);
        amount = _bound(amount, staked + 1, type(uint256).max);
        _stake(staked);
        vm.expectRevert(
            abi.encodeWithSelector(IStakingPool.StakingPoolInsufficientStake.selector, alice, staked, amount)
        );
        _requestUnstake(amount);
    }
}

contract StakingPool_Withdraw_Test is StakingPoolTest {
    function testFuzz_UnlocksAfterTheCooldown(uint256 amount, uint256 wait) public {
        amount = _bound(amount, 1, HAS);
        wait = _bound(wait, COOLDOWN, 10 * COOLDOWN);
        _stake(HAS);
        _requestUnstake(amount);
        _skip(wait);
        vm.expectEmit(address(pool));
        emit IStakingPool.Withdrawn(alice, amount, HAS - amount);
        vm.assertEq(_withdraw(), amount);
        _assertStake(HAS - amount, 0, 0);
        vm.assertEq(token.unlockedBalanceOf(alice), amount);
    }

    function testFuzz_RevertIf_TheCooldownIsNotOver(uint256 wait) public {
        wait = _bound(wait, 0, COOLDOWN - 1);
        _stake(5);
        _requestUnstake(5);
        uint48 availableAt = _now() + COOLDOWN;
        _skip(wait);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolCooldown.selector, alice, availableAt));
        _withdraw();
    }

    function test_RevertIf_NothingThaws() public {
        _stake(5);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolNothingToWithdraw.selector, alice));
        _withdraw();
    }

    function test_WorksWhenGovernanceForbidsThePool() public {
        _stake(5);
        _requestUnstake(5);
        token.setLocker(address(pool), false);
        _skip(COOLDOWN);
        vm.assertEq(_withdraw(), 5);
    }
}

contract StakingPool_Slash_Test is StakingPoolTest {
    bytes32 private constant CASE = "case";

    function testFuzz_SeizesThawingStakeFirst(uint256 active, uint256 thawing, uint256 amount) public {
        active = _bound(active, 0, HAS - 1);
        thawing = _bound(thawing, 1, HAS - active);
        amount = _bound(amount, 1, type(uint256).max);
        _stake(active + thawing);
        _requestUnstake(thawing);
        uint256 slashed = amount < active + thawing ? amount : active + thawing;
        uint256 fromThawing = slashed < thawing ? slashed : thawing;
        uint256 activeAfter = active + fromThawing - slashed;
        vm.expectEmit(address(pool));
        emit IStakingPool.Slashed(alice, slashed, beneficiary, slashed / 5, CASE, activeAfter, thawing - fromThawing);
        vm.assertEq(pool.slash(alice, amount, beneficiary, CASE), slashed);
        _assertStake(activeAfter, thawing - fromThawing, fromThawing == thawing ? 0 : _now() + COOLDOWN);
        vm.assertEq(token.balanceOf(beneficiary), slashed / 5);
        vm.assertEq(pool.rewardState().reserve, slashed - slashed / 5);
    }

    function test_ReturnsZeroWhenNothingIsStaked() public {
        vm.assertEq(pool.slash(alice, 1, beneficiary, CASE), 0);
        vm.assertEq(token.balanceOf(alice), HAS);
    }

    function test_RevertIf_AmountIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolZeroAmount.selector));
        pool.slash(alice, 0, beneficiary, CASE);
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        _stake(5);
        _expectUnauthorized(caller);
        vm.prank(caller);
        pool.slash(alice, 5, caller, CASE);
    }
}

contract StakingPool_SetCooldown_Test is StakingPoolTest {
    function testFuzz_AppliesToLaterRequestsOnly(uint48 cooldown) public {
        cooldown = uint48(_bound(cooldown, 1 days, 30 days));
        _stake(5);
        _requestUnstake(5);
        uint48 availableAt = _now() + COOLDOWN;
        vm.expectEmit(address(pool));
        emit IStakingPool.CooldownSet(cooldown);
        pool.setCooldown(cooldown);
        _assertStake(0, 5, availableAt);
        vm.assertEq(pool.cooldown(), cooldown);
    }

    function testFuzz_RevertIf_OutOfBounds(uint48 cooldown) public {
        vm.assume(cooldown < 1 days || cooldown > 30 days);
        vm.expectPartialRevert(IStakingPool.StakingPoolCooldownOutOfBounds.selector);
        pool.setCooldown(cooldown);
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        _expectUnauthorized(caller);
        vm.prank(caller);
        pool.setCooldown(1 days);
    }
}
