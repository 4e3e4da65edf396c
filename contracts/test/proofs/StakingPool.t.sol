// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {StakingPool} from "../../src/staking/StakingPool.sol";
import {ProofAuthority, ProofBase, svm, vm} from "./ProofBase.sol";

/// @notice A staker with any active and any thawing stake; then one call of anybody at any time.
contract StakingPoolProof is ProofBase {
    uint48 private constant COOLDOWN = 100;
    GovernanceToken private token;
    StakingPool private pool;
    address private staker = address(0x57);
    address private funder = address(0xf0);

    function setUp() public {
        vm.warp(NOW);
        address authority = address(new ProofAuthority(ADMIN));
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](3);
        allocations[0] = GovernanceToken.Allocation(staker, 1_000e18);
        allocations[1] = GovernanceToken.Allocation(funder, 1_000e18);
        allocations[2] = GovernanceToken.Allocation(ADMIN, 1_000e18);
        token = new GovernanceToken(GovernanceToken.Config("Polity", "POL", 10_000e18, 1, authority), allocations);
        pool = new StakingPool(
            StakingPool.Config({
                authority: authority,
                token: token,
                cooldown: COOLDOWN,
                minCooldown: 10,
                maxCooldown: 1_000,
                maxSlashBps: 5_000,
                slashWindow: 1 days,
                slashPerWindow: 200e18,
                challengerShareBps: 2_000,
                minReward: 1e18,
                maxStreamDuration: 365 days
            })
        );
        vm.startPrank(ADMIN);
        token.setLocker(address(pool), true);
        token.approve(address(pool), type(uint256).max);
        vm.stopPrank();
    }

    function _stake() private returns (uint256 amount, uint256 thawing) {
        (amount, thawing) = (svm.createUint(96, "stake"), svm.createUint(96, "thawing"));
        vm.assume(amount != 0 && amount <= 1_000e18 && thawing != 0 && thawing <= amount);
        vm.startPrank(staker);
        token.lockAndCall(address(pool), amount, "");
        pool.requestUnstake(thawing);
        vm.stopPrank();
    }

    function check_sum_active_thawing_eq_lockedBy__totalStaked_eq_sum(uint40 time) public {
        _stake();
        vm.assume(time >= NOW && time < NOW + 3_650 days);
        vm.warp(time);
        uint256 amount = svm.createUint(96, "amount");
        uint256 what = svm.createUint(8, "what");
        vm.prank(svm.createAddress("caller"));
        if (what == 0) token.lockAndCall(address(pool), amount, "");
        else if (what == 1) pool.requestUnstake(amount);
        else if (what == 2) pool.withdraw();
        else pool.claimReward();
        (uint256 active, uint256 thawing,) = pool.stakeOf(staker);
        assert(active + thawing == token.lockedBy(staker, address(pool)));
        (uint256 ofAdmin,,) = pool.stakeOf(ADMIN);
        (uint256 ofFunder,,) = pool.stakeOf(funder);
        assert(pool.totalActive() == active + ofAdmin + ofFunder);
    }

    function check_withdraw_only_after_cooldown(uint40 time) public {
        (uint256 stake, uint256 thawing) = _stake();
        vm.assume(time >= NOW);
        vm.warp(time);
        vm.prank(staker);
        try pool.withdraw() returns (uint256 amount) {
            assert(time >= NOW + COOLDOWN && amount == thawing);
            assert(token.lockedBy(staker, address(pool)) == stake - thawing);
        } catch {
            assert(time < NOW + COOLDOWN); // exit_always_possible
        }
    }

    function check_notify_pulls_exactly_amount(uint256 amount) public {
        vm.prank(ADMIN);
        pool.notifyReward(amount, 1_000);
        assert(token.balanceOf(address(pool)) == amount && token.balanceOf(ADMIN) == 1_000e18 - amount);
    }

    /// @dev Whatever streams: staked, unstaked and claimed within one second earns nothing.
    function check_no_reward_without_time__stake_then_unstake_same_block_earns_0(uint256 amount, uint16 later) public {
        vm.prank(ADMIN);
        pool.notifyReward(500e18, 1_000);
        vm.warp(NOW + later);
        vm.startPrank(staker);
        token.lockAndCall(address(pool), amount, "");
        assert(pool.earned(staker) == 0);
        pool.requestUnstake(amount);
        assert(pool.earned(staker) == 0);
        vm.stopPrank();
    }
}
