// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {EntryPause} from "../src/governance/EntryPause.sol";
import {GovernanceToken} from "../src/governance/GovernanceToken.sol";
import {IGovernanceToken} from "../src/interfaces/IGovernanceToken.sol";
import {IStakingPool} from "../src/interfaces/IStakingPool.sol";
import {StakingPool} from "../src/staking/StakingPool.sol";
import {Vm, vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";

abstract contract StakingPoolTest is Base {
    uint256 internal constant HAS = 1_000e18;
    uint48 internal constant COOLDOWN = 7 days;
    uint256 internal constant SLASH_PER_WINDOW = 600e18;
    uint256 internal constant MIN_REWARD = 1e18;
    bytes32 internal constant CASE = "case";

    address internal alice = _account("alice");
    address internal bob = _account("bob");
    address internal challenger = _account("challenger");
    GovernanceToken internal token;
    StakingPool internal pool;

    /// @dev This contract is governance, and its own tokens are the treasury.
    function setUp() public virtual {
        vm.warp(1_800_000_000);
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](3);
        allocations[0] = GovernanceToken.Allocation(alice, HAS);
        allocations[1] = GovernanceToken.Allocation(bob, HAS);
        allocations[2] = GovernanceToken.Allocation(address(this), 1_000_000e18);
        token = new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", 2_000_000e18, 0, address(manager)), allocations
        );
        pool = new StakingPool(_config());
        token.setLocker(address(pool), true);
        token.approve(address(pool), type(uint256).max);
    }

    function _config() internal view returns (StakingPool.Config memory) {
        return StakingPool.Config({
            authority: address(manager),
            token: token,
            cooldown: COOLDOWN,
            minCooldown: 1 days,
            maxCooldown: 30 days,
            maxSlashBps: 5_000,
            slashWindow: 1 days,
            slashPerWindow: uint208(SLASH_PER_WINDOW),
            challengerShareBps: 2_000,
            minReward: MIN_REWARD,
            maxStreamDuration: 365 days
        });
    }

    function _stake(uint256 amount) internal {
        _stake(alice, amount);
    }

    function _stake(address account, uint256 amount) internal {
        vm.prank(account);
        token.lockAndCall(address(pool), amount, "");
    }

    function _requestUnstake(uint256 amount) internal {
        _requestUnstake(alice, amount);
    }

    function _requestUnstake(address account, uint256 amount) internal {
        vm.prank(account);
        pool.requestUnstake(amount);
    }

    function _withdraw() internal returns (uint256) {
        vm.prank(alice);
        return pool.withdraw();
    }

    function _claim(address account) internal returns (uint256) {
        vm.prank(account);
        return pool.claimReward();
    }

    function _assertStake(uint256 active, uint256 thawing, uint256 availableAt) internal view {
        (uint256 a, uint256 t, uint48 date) = pool.stakeOf(alice);
        vm.assertEq(a, active, "active");
        vm.assertEq(t, thawing, "thawing");
        vm.assertEq(date, availableAt, "availableAt");
        vm.assertEq(token.lockedBy(alice, address(pool)), active + thawing, "lock");
        vm.assertEq(pool.totalActive(), active, "totalActive");
    }

    /// @dev Every wei that came in is still to stream, reserved, owed to alice or bob, or a fraction on its way to the
    /// next release; `paid` went out already.
    function _assertConserved(uint256 funded, uint256 paid) internal view {
        IStakingPool.RewardState memory state = pool.rewardState();
        uint256 accounted = paid + pool.earned(alice) + pool.earned(bob) + state.remaining + state.reserve;
        vm.assertLe(accounted, funded, "more than came in");
        vm.assertLe(funded, accounted + 2, "lost more than a wei per account");
        vm.assertEq(token.balanceOf(address(pool)), funded - paid, "balance");
    }
}

contract StakingPool_Constructor_Test is StakingPoolTest {
    function test_KeepsItsParameters() public view {
        vm.assertEq(address(pool.token()), address(token));
        vm.assertEq(pool.cooldown(), COOLDOWN);
        vm.assertEq(pool.minCooldown(), 1 days);
        vm.assertEq(pool.maxCooldown(), 30 days);
        vm.assertEq(pool.maxSlashBps(), 5_000);
        vm.assertEq(pool.slashWindow(), 1 days);
        vm.assertEq(pool.slashPerWindow(), SLASH_PER_WINDOW);
        vm.assertEq(pool.slashAvailable(), SLASH_PER_WINDOW);
        vm.assertEq(pool.challengerShareBps(), 2_000);
        vm.assertEq(pool.minReward(), MIN_REWARD);
        vm.assertEq(pool.maxStreamDuration(), 365 days);
    }

    function testFuzz_RevertIf_CooldownIsOutOfBounds(uint48 cooldown) public {
        vm.assume(cooldown < 1 days || cooldown > 30 days);
        StakingPool.Config memory config = _config();
        config.cooldown = cooldown;
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakingPool.StakingPoolCooldownOutOfBounds.selector, cooldown, uint48(1 days), uint48(30 days)
            )
        );
        new StakingPool(config);
    }

    function test_RevertIf_TheLeastCooldownIsZero() public {
        StakingPool.Config memory config = _config();
        config.minCooldown = 0;
        vm.expectRevert(
            abi.encodeWithSelector(IStakingPool.StakingPoolCooldownOutOfBounds.selector, 0, 1, uint48(30 days))
        );
        new StakingPool(config);
    }

    function test_RevertIf_TheTokensCapExceeds96Bits() public {
        StakingPool.Config memory config = _config();
        GovernanceToken.Config memory big;
        (big.cap, big.authority) = (uint256(2 ** 96), address(manager));
        config.token = new GovernanceToken(big, new GovernanceToken.Allocation[](0));
        _expectOutOfBounds("token");
        new StakingPool(config);
        (big.cap, big.authority) = (2 ** 96 - 1, address(manager));
        config.token = new GovernanceToken(big, new GovernanceToken.Allocation[](0));
        new StakingPool(config);
    }

    function test_RevertIf_TheSlashCapIsNoShare() public {
        StakingPool.Config memory config = _config();
        config.maxSlashBps = 0;
        _expectOutOfBounds("maxSlashBps");
        new StakingPool(config);
        config.maxSlashBps = 10_001;
        _expectOutOfBounds("maxSlashBps");
        new StakingPool(config);
        config.maxSlashBps = 10_000;
        new StakingPool(config);
    }

    function test_RevertIf_TheSlashWindowIsEmpty() public {
        StakingPool.Config memory config = _config();
        config.slashWindow = 0;
        _expectOutOfBounds("slashWindow");
        new StakingPool(config);
        (config.slashWindow, config.slashPerWindow) = (1, 0);
        _expectOutOfBounds("slashPerWindow");
        new StakingPool(config);
    }

    function testFuzz_RevertIf_TheChallengerWouldGetMoreThanAFifth(uint16 share) public {
        share = share % 2 == 0 ? 2_001 : uint16(_bound(share, 2_001, type(uint16).max));
        StakingPool.Config memory config = _config();
        config.challengerShareBps = share;
        _expectOutOfBounds("challengerShareBps");
        new StakingPool(config);
    }

    function test_RevertIf_TheLongestStreamIsZeroOrAbove136Years() public {
        StakingPool.Config memory config = _config();
        config.maxStreamDuration = 0;
        _expectOutOfBounds("maxStreamDuration");
        new StakingPool(config);
        config.maxStreamDuration = uint48(type(uint32).max) + 1;
        _expectOutOfBounds("maxStreamDuration");
        new StakingPool(config);
        config.maxStreamDuration = type(uint32).max;
        new StakingPool(config);
    }

    function test_RevertIf_TheLeastRewardCouldStreamLessThanAWeiPerSecond() public {
        StakingPool.Config memory config = _config();
        config.minReward = 365 days - 1;
        _expectOutOfBounds("minReward");
        new StakingPool(config);
        config.minReward = 365 days;
        new StakingPool(config);
    }

    function _expectOutOfBounds(string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolConfigOutOfBounds.selector, field));
    }
}

/// @notice The least that can be earned is not lost, whatever settles it.
contract StakingPool_OneWei_Test is StakingPoolTest {
    /// @dev So small a part of the stake that a second's release is one wei for it, and a bit.
    function setUp() public override {
        super.setUp();
        _stake(bob, HAS);
        pool.notifyReward(MIN_REWARD, 365 days);
        _stake(HAS / (pool.rewardState().rate - 1) + 1);
        _skip(1);
        vm.assertEq(pool.earned(alice), 1);
    }

    function test_StakingMoreKeepsIt() public {
        _stake(1);
        vm.assertEq(pool.earned(alice), 1);
    }

    function test_AskingForSomeBackKeepsIt() public {
        _requestUnstake(1);
        vm.assertEq(pool.earned(alice), 1);
    }

    function test_ASlashKeepsIt() public {
        pool.slash(alice, 1, address(0), "case");
        vm.assertEq(pool.earned(alice), 1);
    }

    /// @dev Every release had somebody staked for it: nothing is reserved, and nobody is told so.
    function test_AnEmptyReserveIsNotReported() public {
        vm.recordLogs();
        _stake(1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            vm.assertTrue(logs[i].topics[0] != IStakingPool.RewardReserved.selector);
        }
    }

    function test_ItCanBeClaimed() public {
        vm.assertEq(_claim(alice), 1);
    }

    /// @dev Nor what is released to nobody.
    function test_TheReserveKeepsIt() public {
        StakingPool.Config memory config = _config();
        config.minReward = 365 days;
        pool = new StakingPool(config);
        token.setLocker(address(pool), true);
        token.approve(address(pool), type(uint256).max);
        pool.notifyReward(365 days, 365 days);
        _skip(1);
        _stake(1e18);
        vm.assertEq(pool.rewardState().reserve, 1);
        _skip(1);
        vm.assertEq(pool.earned(alice), 1);
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

    function testFuzz_KeepsWhatWasEarnedBefore(uint256 more) public {
        more = _bound(more, 1, HAS / 2);
        _stake(HAS / 2);
        _stake(bob, HAS / 2);
        pool.notifyReward(100e18, 100);
        _skip(40);
        _stake(more);
        vm.assertEq(pool.earned(alice), 20e18);
        _skip(60);
        uint256 later = 60e18 * (HAS / 2 + more) / (HAS + more);
        // The index is rounded down, so a wei may still wait for the next release.
        vm.assertLe(pool.earned(alice), 20e18 + later);
        vm.assertLe(20e18 + later - 1, pool.earned(alice));
        _assertConserved(100e18, 0);
    }

    function test_RevertIf_Paused() public {
        pool.pause(pool.onLocked.selector, 1 days);
        vm.expectRevert(
            abi.encodeWithSelector(EntryPause.EntryPauseActive.selector, pool.onLocked.selector, _now() + 1 days)
        );
        _stake(1);
        _skip(1 days);
        _stake(1);
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

    function testFuzz_ThawingStakeEarnsNothing(uint256 amount) public {
        amount = _bound(amount, 1, HAS);
        _stake(HAS);
        _stake(bob, HAS);
        pool.notifyReward(100e18, 100);
        _skip(50);
        _requestUnstake(amount);
        vm.assertEq(pool.earned(alice), 25e18);
        _skip(50);
        vm.assertEq(pool.earned(alice), 25e18 + 50e18 * (HAS - amount) / (2 * HAS - amount));
        _assertConserved(100e18, 0);
    }

    function test_RevertIf_AmountIsZero() public {
        _stake(1);
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

    function testFuzz_withdraw_only_after_cooldown(uint256 wait) public {
        wait = _bound(wait, 0, COOLDOWN - 1);
        _stake(5);
        _requestUnstake(5);
        uint48 availableAt = _now() + COOLDOWN;
        _skip(wait);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolCooldown.selector, alice, availableAt));
        _withdraw();
        vm.warp(availableAt);
        vm.assertEq(_withdraw(), 5);
    }

    function test_RevertIf_NothingThaws() public {
        _stake(5);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolNothingToWithdraw.selector, alice));
        _withdraw();
    }

    /// @dev Whatever governance, guardian and streams do: once the cooldown is over, the stake is free.
    function testFuzz_exit_always_possible(uint256 amount, uint48 cooldown, uint256 reward) public {
        amount = _bound(amount, 1, HAS);
        cooldown = uint48(_bound(cooldown, 1 days, 30 days));
        _stake(HAS);
        pool.notifyReward(_bound(reward, MIN_REWARD, 900_000e18), 365 days);
        token.setLocker(address(pool), false);
        pool.pause(pool.onLocked.selector, 7 days);
        pool.setCooldown(cooldown);
        _requestUnstake(amount);
        pool.setCooldown(30 days);
        pool.slash(alice, type(uint256).max, challenger, CASE);
        (, uint256 thawing,) = pool.stakeOf(alice);
        _skip(cooldown);
        uint256 reward_ = pool.earned(alice);
        uint256 before = token.unlockedBalanceOf(alice);
        if (thawing > 0) vm.assertEq(_withdraw(), thawing);
        if (reward_ > 0) vm.assertEq(_claim(alice), reward_);
        vm.assertEq(token.unlockedBalanceOf(alice), before + thawing + reward_);
    }

    function test_KeepsTheRewards() public {
        _stake(HAS);
        pool.notifyReward(100e18, 100);
        _skip(100);
        _requestUnstake(HAS);
        _skip(COOLDOWN);
        _withdraw();
        vm.assertEq(_claim(alice), 100e18);
        vm.assertEq(pool.earned(alice), 0);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolNothingToClaim.selector, alice));
        _claim(alice);
    }
}

contract StakingPool_NotifyReward_Test is StakingPoolTest {
    /// @dev Of `_index` in the pool's storage, behind authority, pauses and stream.
    uint256 private constant INDEX_SLOT = 3;

    function testFuzz_notify_pulls_exactly_amount(uint256 amount, uint256 duration) public {
        amount = _bound(amount, MIN_REWARD, 1_000_000e18);
        duration = _bound(duration, 1 days, 365 days);
        uint256 before = token.balanceOf(address(this));
        uint256 rate = amount / duration;
        vm.expectEmit(address(pool));
        emit IStakingPool.RewardNotified(amount, rate, uint48(_now() + duration), amount % duration);
        pool.notifyReward(amount, duration);
        vm.assertEq(token.balanceOf(address(this)), before - amount);
        vm.assertEq(token.balanceOf(address(pool)), amount);
        IStakingPool.RewardState memory state = pool.rewardState();
        vm.assertEq(state.rate, rate);
        vm.assertEq(state.endsAt, _now() + duration);
        vm.assertEq(state.remaining, rate * duration);
        vm.assertEq(state.reserve, amount % duration);
        _assertConserved(amount, 0);
    }

    function testFuzz_AddsToWhatStillStreams(uint256 elapsed, uint256 amount) public {
        elapsed = _bound(elapsed, 0, 99);
        amount = _bound(amount, elapsed * 1e18 > MIN_REWARD ? elapsed * 1e18 : MIN_REWARD, 1_000e18);
        _stake(HAS);
        pool.notifyReward(100e18, 100);
        _skip(elapsed);
        pool.notifyReward(amount, 100);
        IStakingPool.RewardState memory state = pool.rewardState();
        vm.assertEq(state.rate, (amount + 100e18 - elapsed * 1e18) / 100);
        vm.assertEq(state.endsAt, _now() + 100);
        vm.assertEq(pool.earned(alice), elapsed * 1e18);
        _assertConserved(100e18 + amount, 0);
    }

    function test_MayBeExtendedAtTheSameRate() public {
        pool.notifyReward(100e18, 100);
        _skip(50);
        pool.notifyReward(50e18, 100);
        vm.assertEq(pool.rewardState().rate, 1e18);
        _skip(99);
        vm.assertEq(pool.rewardState().rate, 1e18);
        vm.assertEq(pool.rewardState().remaining, 1e18);
        _skip(1);
        vm.assertEq(pool.rewardState().rate, 0);
        vm.assertEq(pool.rewardState().remaining, 0);
    }

    function test_MayEndSoonerAtAHigherRate() public {
        pool.notifyReward(100e18, 100);
        pool.notifyReward(100e18, 10);
        vm.assertEq(pool.rewardState().rate, 20e18);
    }

    function testFuzz_TakesAnyRateOnceTheStreamIsOver(uint256 wait) public {
        wait = _bound(wait, 100, 1000 days);
        _stake(HAS);
        pool.notifyReward(100e18, 100);
        _skip(wait);
        pool.notifyReward(MIN_REWARD, 365 days);
        vm.assertEq(pool.rewardState().rate, MIN_REWARD / 365 days);
        vm.assertEq(pool.earned(alice), 100e18);
        _assertConserved(100e18 + MIN_REWARD, 0);
    }

    function testFuzz_RevertIf_TheRateWouldFallBelowTheRunningOne(uint256 elapsed, uint256 duration) public {
        pool.notifyReward(100e18, 100);
        elapsed = _bound(elapsed, 0, 99);
        uint256 total = (100 - elapsed) * 1e18 + 5e18;
        duration = _bound(duration, total / 1e18 + 1, 365 days);
        _skip(elapsed);
        vm.expectRevert(
            abi.encodeWithSelector(IStakingPool.StakingPoolRateBelowRunning.selector, total / duration, 1e18)
        );
        pool.notifyReward(5e18, duration);
    }

    function testFuzz_RevertIf_TheRewardIsDust(uint256 amount) public {
        amount = _bound(amount, 0, MIN_REWARD - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolRewardTooSmall.selector, amount, MIN_REWARD));
        pool.notifyReward(amount, 1 days);
    }

    function testFuzz_RevertIf_TheDurationIsOutOfBounds(uint256 duration) public {
        duration = _bound(duration, 365 days + 1, type(uint256).max);
        _expectDuration(duration);
        pool.notifyReward(MIN_REWARD, duration);
        _expectDuration(0);
        pool.notifyReward(MIN_REWARD, 0);
    }

    function test_RevertIf_TheRateExceeds72Bits() public {
        vm.expectRevert();
        pool.notifyReward(5_000e18, 1);
    }

    /// @dev An index that is half full, as after 6e11 tokens streamed to one that was staked: exits work, streams are over.
    function test_RevertIf_TheIndexIsExhausted() public {
        _stake(HAS);
        pool.notifyReward(100e18, 100);
        _skip(100);
        uint256 half = type(uint120).max / 2;
        uint256 settled = uint256(_now()) << 216;
        vm.store(address(pool), bytes32(INDEX_SLOT), bytes32(half | settled));
        vm.assertEq(pool.rewardState().perShare, half);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolIndexExhausted.selector, half));
        pool.notifyReward(MIN_REWARD, 100);
        _requestUnstake(HAS);
        _skip(COOLDOWN);
        vm.assertEq(_withdraw(), HAS);
        // The last stream that fits.
        uint256 last = half - MIN_REWARD * 1e6;
        vm.store(address(pool), bytes32(INDEX_SLOT), bytes32((last + 1) | settled));
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolIndexExhausted.selector, last + 1));
        pool.notifyReward(MIN_REWARD, 100);
        vm.store(address(pool), bytes32(INDEX_SLOT), bytes32(last | settled));
        pool.notifyReward(MIN_REWARD, 100);
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        _expectUnauthorized(caller);
        vm.prank(caller);
        pool.notifyReward(MIN_REWARD, 1 days);
    }

    function _expectDuration(uint256 duration) private {
        vm.expectRevert(
            abi.encodeWithSelector(IStakingPool.StakingPoolDurationOutOfBounds.selector, duration, uint256(365 days))
        );
    }
}

contract StakingPool_NotifyReserve_Test is StakingPoolTest {
    function testFuzz_StreamsTheWholeReserve(uint256 idle, uint256 duration) public {
        idle = _bound(idle, 1, 1_000);
        duration = _bound(duration, 1, 1_000);
        // Ends before anybody stakes, or after.
        pool.notifyReward(500e18, 500);
        _skip(idle);
        uint256 reserve = idle < 500 ? idle * 1e18 : 500e18;
        uint256 remaining = 500e18 - reserve;
        vm.assertEq(pool.rewardState().reserve, reserve);
        uint256 rate = (reserve + remaining) / duration;
        if (remaining > 0 && rate < 1e18) duration = 500;
        rate = 500e18 / duration;
        vm.expectEmit(address(pool));
        emit IStakingPool.RewardNotified(reserve, rate, uint48(_now() + duration), 500e18 % duration);
        vm.assertEq(pool.notifyReserve(duration), reserve);
        _stake(HAS);
        _skip(duration);
        vm.assertEq(_claim(alice), rate * duration);
        _assertConserved(500e18, rate * duration);
    }

    function test_RevertIf_TheReserveIsDust() public {
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolRewardTooSmall.selector, 0, MIN_REWARD));
        pool.notifyReserve(1 days);
    }

    function test_RevertIf_TheRunningStreamWouldBeDiluted() public {
        pool.notifyReward(100e18, 100);
        _skip(10);
        _stake(HAS);
        vm.expectRevert(
            abi.encodeWithSelector(IStakingPool.StakingPoolRateBelowRunning.selector, uint256(100e18) / 101, 1e18)
        );
        pool.notifyReserve(101);
    }

    function test_RevertIf_TheDurationIsOutOfBounds() public {
        pool.notifyReward(100e18, 100);
        _skip(100);
        vm.expectPartialRevert(IStakingPool.StakingPoolDurationOutOfBounds.selector);
        pool.notifyReserve(0);
        vm.expectPartialRevert(IStakingPool.StakingPoolDurationOutOfBounds.selector);
        pool.notifyReserve(365 days + 1);
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        _expectUnauthorized(caller);
        vm.prank(caller);
        pool.notifyReserve(1 days);
    }
}

contract StakingPool_ClaimReward_Test is StakingPoolTest {
    function testFuzz_PaysByStakeAndTime(uint256 a, uint256 b, uint256 elapsed) public {
        a = _bound(a, 1e18, HAS);
        b = _bound(b, 1e18, HAS);
        elapsed = _bound(elapsed, 1, 200);
        _stake(a);
        _stake(bob, b);
        pool.notifyReward(100e18, 100);
        _skip(elapsed);
        uint256 released = elapsed < 100 ? elapsed * 1e18 : 100e18;
        uint256 expected = released * a / (a + b);
        uint256 earned = pool.earned(alice);
        // The index is rounded down to 1e-24 wei per wei of stake.
        vm.assertLe(earned, expected);
        vm.assertLe(expected, earned + 1);
        uint256 before = token.balanceOf(alice);
        vm.expectEmit(address(pool));
        emit IStakingPool.RewardPaid(alice, earned);
        vm.assertEq(_claim(alice), earned);
        vm.assertEq(token.balanceOf(alice), before + earned);
        vm.assertEq(pool.earned(alice), 0);
        _assertConserved(100e18, earned);
    }

    function testFuzz_SeveralClaimsPayAsMuchAsOne(uint256 seed) public {
        _stake(333e18);
        _stake(bob, 777e18);
        pool.notifyReward(97e18, 97);
        uint256 paid = 0;
        for (uint256 i = 0; i < 10; ++i) {
            _skip(1 + (seed >> (8 * i)) % 9);
            paid += _claim(alice);
        }
        uint256 elapsed = 97 - (pool.rewardState().endsAt - _now());
        uint256 expected = elapsed * 1e18 * 333 / 1110;
        vm.assertLe(paid, expected + 1);
        vm.assertLe(expected, paid + 10);
        _assertConserved(97e18, paid);
    }

    function test_RevertIf_NothingWasEarned() public {
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolNothingToClaim.selector, alice));
        _claim(alice);
        _stake(HAS);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolNothingToClaim.selector, alice));
        _claim(alice);
        pool.notifyReward(100e18, 100);
        _skip(1);
        _claim(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolNothingToClaim.selector, alice));
        _claim(alice);
    }

    function testFuzz_no_reward_without_time(uint256 amount, uint256 reward) public {
        amount = _bound(amount, 1, HAS);
        reward = _bound(reward, MIN_REWARD, 1_000e18);
        _stake(bob, HAS);
        _stake(amount);
        pool.notifyReward(reward, 100);
        vm.assertEq(pool.earned(alice) + pool.earned(bob), 0);
        _skip(30);
        uint256 earned = pool.earned(alice) + pool.earned(bob);
        _requestUnstake(amount);
        if (HAS > amount) _stake(HAS - amount);
        pool.notifyReward(reward, 100);
        pool.slash(bob, 1e18, alice, CASE);
        vm.assertEq(pool.earned(alice) + pool.earned(bob), earned);
    }

    function testFuzz_stake_then_unstake_same_block_earns_0(uint256 amount, uint256 wait) public {
        amount = _bound(amount, 1, HAS);
        _stake(bob, HAS);
        pool.notifyReward(100e18, 100);
        _skip(_bound(wait, 0, 200));
        _stake(amount);
        _requestUnstake(amount);
        vm.assertEq(pool.earned(alice), 0);
        _skip(1_000);
        vm.assertEq(pool.earned(alice), 0);
    }

    function testFuzz_rewards_for_empty_period_go_to_reserve(uint256 idle) public {
        idle = _bound(idle, 0, 200);
        pool.notifyReward(100e18, 100);
        _skip(idle);
        _stake(HAS);
        uint256 lost = idle < 100 ? idle * 1e18 : 100e18;
        vm.assertEq(pool.earned(alice), 0);
        vm.assertEq(pool.rewardState().reserve, lost);
        _skip(200);
        vm.assertEq(pool.earned(alice), 100e18 - lost);
        _assertConserved(100e18, 0);
    }

    /// @dev Against a model that hands out every second on its own, in 1e-36 wei. The pool may differ by the fraction of a
    /// wei that each settlement leaves to the next release.
    function testFuzz_PaysWhatEverySecondOnItsOwnWouldPay(uint256 seed) public {
        uint256[2] memory model;
        uint256 reserve = 0;
        pool.notifyReward(100e18, 100);
        for (uint256 i = 0; i < 12; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            (uint256 a,,) = pool.stakeOf(alice);
            (uint256 b,,) = pool.stakeOf(bob);
            for (uint256 second = 0; second < word % 16; ++second) {
                uint256 rate = _now() < pool.rewardState().endsAt ? 1e18 : 0;
                if (a + b < 1e18) {
                    reserve += rate;
                } else {
                    model[0] += rate * 1e36 * a / (a + b);
                    model[1] += rate * 1e36 * b / (a + b);
                }
                _skip(1);
            }
            _stakeOrUnstake(word >> 16);
        }
        vm.assertEq(pool.rewardState().reserve, reserve);
        vm.assertLe(pool.earned(alice), model[0] / 1e36 + 12);
        vm.assertLe(model[0] / 1e36, pool.earned(alice) + 12);
        vm.assertLe(pool.earned(bob), model[1] / 1e36 + 12);
        vm.assertLe(model[1] / 1e36, pool.earned(bob) + 12);
        _assertConserved(100e18, 0);
    }

    /// @dev Specks, parts and all, so that the pool is often nearly or wholly empty.
    function _stakeOrUnstake(uint256 word) private {
        address account = word & 1 == 0 ? alice : bob;
        (uint256 active,,) = pool.stakeOf(account);
        uint256 most = word & 2 == 0 ? token.unlockedBalanceOf(account) : active;
        uint256 size = (word >> 8) % 3;
        uint256 amount = size == 0 ? 1 : size == 1 ? most / 3 : most;
        if (amount == 0 || amount > most) return;
        if (word & 2 == 0) _stake(account, amount);
        else _requestUnstake(account, amount);
    }

    function testFuzz_rewardPerShare_monotone(uint256 seed) public {
        uint256 last = 0;
        for (uint256 i = 0; i < 12; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            _skip(word % 40);
            _act(word >> 16);
            uint256 perShare = pool.rewardState().perShare;
            vm.assertLe(last, perShare);
            last = perShare;
        }
    }

    function _act(uint256 word) private {
        address account = word & 1 == 0 ? alice : bob;
        (uint256 active,,) = pool.stakeOf(account);
        uint256 action = (word >> 8) % 5;
        uint256 unlocked = token.unlockedBalanceOf(account);
        if (action == 0 && unlocked > 0) _stake(account, _bound(word, 1, unlocked));
        if (action == 1 && active > 0) _requestUnstake(account, _bound(word, 1, active));
        if (action == 2 && pool.earned(account) > 0) _claim(account);
        uint48 endsAt = pool.rewardState().endsAt;
        if (action == 3) pool.notifyReward(200e18, endsAt > _now() ? endsAt - _now() : 100);
        if (action == 4) pool.slash(account, 1e18, address(0), bytes32(word));
    }
}

contract StakingPool_Slash_Test is StakingPoolTest {
    function testFuzz_SeizesThawingStakeFirst(uint256 active, uint256 thawing, uint256 amount) public {
        active = _bound(active, 0, HAS - 2);
        thawing = _bound(thawing, 2, HAS - active);
        amount = _bound(amount, 1, type(uint256).max);
        _stake(active + thawing);
        _requestUnstake(thawing);
        uint256 most = (active + thawing) / 2;
        uint256 slashed = amount < most ? amount : most;
        uint256 fromThawing = slashed < thawing ? slashed : thawing;
        uint256 activeAfter = active + fromThawing - slashed;
        vm.assertEq(pool.slashableOf(alice), most);
        vm.expectEmit(address(pool));
        emit IStakingPool.Slashed(alice, slashed, challenger, slashed / 5, CASE, activeAfter, thawing - fromThawing);
        vm.assertEq(pool.slash(alice, amount, challenger, CASE), slashed);
        _assertStake(activeAfter, thawing - fromThawing, fromThawing == thawing ? 0 : _now() + COOLDOWN);
        vm.assertEq(token.balanceOf(challenger), slashed / 5);
        vm.assertEq(pool.rewardState().reserve, slashed - slashed / 5);
        vm.assertEq(token.balanceOf(address(pool)), slashed - slashed / 5);
        vm.assertTrue(pool.isSettled(CASE));
    }

    function test_WithoutAChallengerAllGoesToTheReserve() public {
        _stake(HAS);
        vm.expectEmit(address(pool));
        emit IStakingPool.RewardReserved(100e18, 100e18);
        pool.slash(alice, 100e18, address(0), CASE);
        vm.assertEq(pool.rewardState().reserve, 100e18);
    }

    function test_KeepsWhatWasEarnedBefore() public {
        _stake(HAS);
        _stake(bob, HAS);
        pool.notifyReward(100e18, 100);
        _skip(50);
        pool.slash(alice, HAS / 2, address(0), CASE);
        vm.assertEq(pool.earned(alice), 25e18);
        _skip(50);
        vm.assertEq(pool.earned(alice), 25e18 + uint256(50e18) / 3);
        _assertConserved(100e18 + HAS / 2, 0);
    }

    function testFuzz_slash_le_active_plus_thawing(uint256 staked, uint256 thawing, uint256 amount) public {
        staked = _bound(staked, 1, HAS);
        thawing = _bound(thawing, 0, staked);
        _stake(staked);
        if (thawing > 0) _requestUnstake(thawing);
        uint256 slashed = pool.slash(alice, _bound(amount, 1, type(uint256).max), address(0), CASE);
        vm.assertLe(slashed, staked);
        vm.assertEq(token.balanceOf(alice), HAS - slashed);
        (uint256 a, uint256 t,) = pool.stakeOf(alice);
        vm.assertEq(a + t, staked - slashed);
    }

    function testFuzz_slash_le_cap_per_case_and_window(uint256 seed) public {
        _stake(HAS);
        _stake(bob, HAS);
        uint256 start = _now();
        uint256 total = 0;
        for (uint256 i = 0; i < 12; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            _skip(word % 8 hours);
            address account = word >> 128 & 1 == 0 ? alice : bob;
            uint256 most = pool.slashableOf(account);
            uint256 left = pool.slashAvailable();
            (bool done, bytes memory result) =
                address(pool).call(abi.encodeCall(pool.slash, (account, word, challenger, bytes32(word))));
            vm.assertTrue(done == (most <= left));
            if (!done) continue;
            uint256 slashed = abi.decode(result, (uint256));
            vm.assertEq(slashed, most);
            vm.assertEq(pool.slashAvailable(), left - slashed);
            total += slashed;
            vm.assertLe(total, SLASH_PER_WINDOW + SLASH_PER_WINDOW * (_now() - start) / 1 days);
        }
    }

    function test_RevertIf_TheWindowIsUsedUp() public {
        _stake(HAS);
        _stake(bob, HAS);
        pool.slash(alice, 500e18, address(0), "1");
        vm.expectRevert(
            abi.encodeWithSelector(IStakingPool.StakingPoolSlashWindowExceeded.selector, 100e18, 100e18 + 1)
        );
        pool.slash(bob, 100e18 + 1, address(0), "2");
        _skip(4 hours);
        pool.slash(bob, 200e18, address(0), "2");
        vm.assertEq(pool.slashAvailable(), 0);
    }

    function test_RevertIf_TheCaseIsSettled() public {
        _stake(HAS);
        _stake(bob, HAS);
        pool.slash(alice, 1, address(0), CASE);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolCaseSettled.selector, CASE));
        pool.slash(bob, 1, address(0), CASE);
    }

    function test_ACaseThatFindsNoStakeStaysOpen() public {
        vm.assertEq(pool.slash(alice, 1, challenger, CASE), 0);
        vm.assertFalse(pool.isSettled(CASE));
        vm.assertEq(token.balanceOf(alice), HAS);
        _stake(HAS);
        vm.assertEq(pool.slash(alice, 1, challenger, CASE), 1);
    }

    function test_RevertIf_AmountIsZero() public {
        _stake(5);
        vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolZeroAmount.selector));
        pool.slash(alice, 0, challenger, CASE);
    }

    function testFuzz_RevertIf_CallerIsNoSlasher(address caller) public {
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

    function test_TakesTheBounds() public {
        pool.setCooldown(1 days);
        vm.assertEq(pool.cooldown(), 1 days);
        pool.setCooldown(30 days);
        vm.assertEq(pool.cooldown(), 30 days);
    }

    function testFuzz_RevertIf_OutOfBounds(uint48 cooldown) public {
        vm.assume(cooldown < 1 days || cooldown > 30 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakingPool.StakingPoolCooldownOutOfBounds.selector, cooldown, uint48(1 days), uint48(30 days)
            )
        );
        pool.setCooldown(cooldown);
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        _expectUnauthorized(caller);
        vm.prank(caller);
        pool.setCooldown(1 days);
    }
}

/// @notice Known attacks on streams, each carried out in full.
contract StakingPool_Streaming_Attacks is StakingPoolTest {
    address private mallory = _account("mallory");

    /// @dev A speck of reward must not give a running stream a new, longer duration.
    function testFuzz_Attack_DustNotifyStretchesTheStream(uint256 duration) public {
        duration = _bound(duration, 102, 365 days);
        _stake(HAS);
        pool.notifyReward(100e18, 100);
        vm.expectPartialRevert(IStakingPool.StakingPoolRewardTooSmall.selector);
        pool.notifyReward(1, duration);
        vm.expectPartialRevert(IStakingPool.StakingPoolRateBelowRunning.selector);
        pool.notifyReward(MIN_REWARD, duration);
        _skip(100);
        vm.assertEq(pool.earned(alice), 100e18);
    }

    function test_Attack_SpamOfNotifiesDilutesTheStream() public {
        _stake(HAS);
        pool.notifyReward(100e18, 100);
        for (uint256 i = 1; i <= 20; ++i) {
            _skip(1);
            uint256 running = pool.rewardState().rate;
            pool.notifyReward(MIN_REWARD, 100);
            vm.assertLe(running, pool.rewardState().rate);
            vm.assertLe(i * 1e18, pool.earned(alice));
        }
    }

    /// @dev A role without tokens cannot promise what the pool does not have.
    function test_Attack_NotifyWithoutFunds() public {
        manager.grantRole(0, mallory, 0);
        _stake(HAS);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(pool), 0, 100e18)
        );
        vm.prank(mallory);
        pool.notifyReward(100e18, 100);
        vm.startPrank(mallory);
        token.approve(address(pool), 100e18);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, mallory, 0, 100e18));
        pool.notifyReward(100e18, 100);
        vm.stopPrank();
        vm.assertEq(pool.rewardState().endsAt, 0);
    }

    /// @dev Nobody staked for 99 of 100 seconds: who comes then gets one second's worth.
    function test_Attack_FirstStakerTakesTheEmptyPeriod() public {
        pool.notifyReward(100e18, 100);
        _skip(99);
        _stake(HAS);
        _skip(1);
        vm.assertEq(_claim(alice), 1e18);
        vm.assertEq(pool.rewardState().reserve, 99e18);
    }

    /// @dev The only staker, but with a speck: gets nothing of a stream meant for many.
    function test_Attack_SpeckOfStakeTakesTheStream() public {
        pool.notifyReward(100e18, 100);
        vm.assertEq(pool.MIN_ACCRUING_STAKE(), 1e18);
        _stake(1e18 - 1);
        _skip(50);
        vm.assertEq(pool.earned(alice), 0);
        _stake(1);
        _skip(10);
        vm.assertEq(pool.earned(alice), 10e18);
        vm.assertEq(pool.rewardState().reserve, 50e18);
    }

    /// @dev Stake of one moment: in, out, and in again around every release.
    function test_Attack_StakeOnlyAroundTheRelease() public {
        token.transfer(mallory, 100_000e18);
        _stake(HAS);
        pool.notifyReward(100e18, 100);
        for (uint256 i = 0; i < 10; ++i) {
            _skip(10);
            _stake(mallory, 10_000e18);
            _requestUnstake(mallory, 10_000e18);
        }
        vm.assertEq(pool.earned(mallory), 0);
        vm.assertEq(pool.earned(alice), 100e18);
    }

    /// @dev Settling the pool at every second with a speck must cost the others nothing: what division leaves over goes
    /// to the next release.
    function test_Attack_RoundingDustIsGroundAway() public {
        token.transfer(mallory, 10);
        _stake(HAS / 3);
        _stake(bob, HAS / 7);
        pool.notifyReward(MIN_REWARD, 100_000);
        for (uint256 i = 0; i < 150; ++i) {
            _skip(1);
            if (i % 2 == 0) _stake(mallory, 1);
            else _requestUnstake(mallory, 1);
            if (i % 4 == 3) {
                _skip(COOLDOWN);
                vm.prank(mallory);
                pool.withdraw();
            }
        }
        uint256 released = MIN_REWARD / 100_000 * 100_000;
        uint256 others = pool.earned(alice) + pool.earned(bob);
        vm.assertLe(pool.earned(mallory), 1);
        vm.assertLe(released, others + 3);
        _assertConserved(MIN_REWARD, 0);
    }

    /// @dev Claiming every second must not lose the fractions of a wei either.
    function test_Attack_OwnFractionsAreNotLostForTheOthers() public {
        _stake(HAS / 3);
        _stake(bob, HAS / 7);
        pool.notifyReward(MIN_REWARD, 365 days);
        uint256 paid = 0;
        for (uint256 i = 0; i < 100; ++i) {
            _skip(1);
            paid += _claim(alice);
        }
        _assertConserved(MIN_REWARD, paid);
    }

    /// @dev Shares are exact stakes in place: tokens sent to the pool change nobody's.
    function testFuzz_Attack_DonationInflatesNothing(uint256 donation) public {
        donation = _bound(donation, 1, 500_000e18);
        _stake(1e18);
        token.transfer(address(pool), donation);
        _stake(bob, 1e18);
        pool.notifyReward(100e18, 100);
        _skip(100);
        vm.assertEq(pool.earned(alice), 50e18);
        vm.assertEq(pool.earned(bob), 50e18);
        vm.assertEq(pool.rewardState().reserve, 0);
        (uint256 active,,) = pool.stakeOf(bob);
        vm.assertEq(active, 1e18);
    }
}

/// @notice Known attacks on slashing, each carried out in full.
contract StakingPool_Slashing_Attacks is StakingPoolTest {
    address private judge = _account("judge");

    /// @dev Misconduct, then the door: thawing stake is slashed first, and the cooldown outlasts the ruling.
    function testFuzz_Attack_WithdrawBeforeSlash(uint256 wait) public {
        wait = _bound(wait, 0, COOLDOWN - 1);
        _stake(HAS);
        _requestUnstake(HAS);
        _skip(wait);
        vm.expectPartialRevert(IStakingPool.StakingPoolCooldown.selector);
        _withdraw();
        vm.assertEq(pool.slash(alice, HAS / 2, challenger, CASE), HAS / 2);
        _skip(COOLDOWN - wait);
        vm.assertEq(_withdraw(), HAS / 2);
    }

    /// @dev Locked stake cannot be moved out of the way either.
    function test_Attack_TransferStakeBeforeSlash() public {
        _stake(HAS);
        vm.expectRevert(abi.encodeWithSelector(IGovernanceToken.GovernanceTokenLocked.selector, alice, 0, 1));
        vm.prank(alice);
        token.transfer(bob, 1);
        vm.assertEq(pool.slash(alice, HAS / 2, challenger, CASE), HAS / 2);
    }

    /// @dev A slasher that invents cases for an accomplice: what it can take in a day is bounded, four fifths of it go to
    /// the honest stakers, and the accomplice never gets more than a fifth.
    function test_Attack_RageSlashForProfitByTheJudge() public {
        manager.grantRole(6, judge, 0);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = pool.slash.selector;
        manager.setTargetFunctionRole(address(pool), selectors, 6);
        _stake(HAS);
        _stake(bob, HAS);
        uint256 taken = 0;
        for (uint256 i = 0; i < 100; ++i) {
            address victim = i % 2 == 0 ? alice : bob;
            vm.prank(judge);
            try pool.slash(victim, type(uint256).max, judge, bytes32(i + 1)) returns (uint256 slashed) {
                taken += slashed;
            } catch {}
        }
        vm.assertLe(taken, SLASH_PER_WINDOW);
        vm.assertEq(token.balanceOf(judge), taken / 5);
        vm.assertEq(pool.rewardState().reserve, taken - taken / 5);
    }

    /// @dev One misconduct, many reports.
    function test_Attack_OneCaseSlashesAgainAndAgain() public {
        _stake(HAS);
        vm.assertEq(pool.slash(alice, 50e18, challenger, CASE), 50e18);
        for (uint256 i = 0; i < 5; ++i) {
            _skip(1 days);
            vm.expectRevert(abi.encodeWithSelector(IStakingPool.StakingPoolCaseSettled.selector, CASE));
            pool.slash(alice, 50e18, challenger, CASE);
        }
        vm.assertEq(token.balanceOf(alice), HAS - 50e18);
    }

    /// @dev Whoever proves its own misconduct under another name gets back a fifth at most.
    function testFuzz_Attack_SelfChallengeSavesTheStake(uint256 amount) public {
        amount = _bound(amount, 5, HAS / 2);
        _stake(HAS);
        uint256 slashed = pool.slash(alice, amount, alice, CASE);
        vm.assertEq(token.balanceOf(alice), HAS - slashed + slashed / 5);
        vm.assertEq(pool.rewardState().reserve, slashed - slashed / 5);
    }

    /// @dev A share booked twice would leave the pool owing more than it has: every wei seized is either the
    /// challenger's or the reserve's, and all of it can be paid out.
    function testFuzz_Attack_FeeBookedTwiceMakesThePoolInsolvent(uint256 amount) public {
        amount = _bound(amount, MIN_REWARD * 2, HAS / 2);
        _stake(HAS);
        _stake(bob, HAS);
        uint256 slashed = pool.slash(alice, amount, challenger, CASE);
        uint256 kept = pool.notifyReserve(100);
        vm.assertEq(token.balanceOf(challenger) + kept, slashed);
        _skip(100);
        uint256 paid = _claim(alice) + _claim(bob);
        vm.assertEq(token.balanceOf(address(pool)), kept - paid);
        _assertConserved(kept, paid);
        _requestUnstake(HAS - slashed);
        _skip(COOLDOWN);
        vm.assertEq(_withdraw(), HAS - slashed);
    }
}
