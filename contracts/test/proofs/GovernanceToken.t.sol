// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {ILocker} from "../../src/interfaces/IGovernanceToken.sol";
import {ProofAuthority, ProofBase, svm, vm} from "./ProofBase.sol";

contract ProofLocker is ILocker {
    function onLocked(address, uint256, bytes calldata) external pure returns (bytes4) {
        return ILocker.onLocked.selector;
    }
}

/// @notice Two holders, two lockers; any amounts locked to both by the first holder; then one call of anybody.
contract GovernanceTokenProof is ProofBase {
    GovernanceToken private token;
    address private a = address(0xa11ce);
    address private b = address(0xb0b);
    address[2] private lockers;

    function setUp() public {
        vm.warp(NOW);
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](2);
        allocations[0] = GovernanceToken.Allocation(a, 1_000e18);
        allocations[1] = GovernanceToken.Allocation(b, 1_000e18);
        token = new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", 10_000e18, 100e18, address(new ProofAuthority(ADMIN))), allocations
        );
        for (uint256 i = 0; i < 2; ++i) {
            lockers[i] = address(new ProofLocker());
            vm.prank(ADMIN);
            token.setLocker(lockers[i], true);
        }
        vm.prank(a);
        token.delegate(a);
    }

    function _lock() private {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 amount = svm.createUint256("locked");
            vm.assume(amount != 0 && amount <= 500e18);
            vm.prank(a);
            token.lockAndCall(lockers[i], amount, "");
        }
    }

    /// @dev Anybody calls anything that moves tokens, votes or locks, with any arguments.
    function _move(address caller) private {
        uint256 amount = svm.createUint256("amount");
        uint256 what = svm.createUint(8, "what");
        vm.prank(caller);
        if (what == 0) token.transfer(b, amount);
        else if (what == 1) token.transferFrom(a, b, amount);
        else if (what == 2) token.lockAndCall(lockers[0], amount, "");
        else if (what == 3) token.unlock(a, amount);
        else if (what == 4) token.seize(a, b, amount);
        else if (what == 5) token.delegate(b);
        else if (what == 6) token.mint(a, amount);
        else token.setLocker(lockers[0], false);
    }

    /// @dev Four properties of one exploration.
    function check_locked_le_balance__locked_eq_sumOfLockers__unlock_seize_only_by_its_locker__only_holder_creates_lock(address caller)
        public
    {
        _lock();
        uint256 first = token.lockedBy(a, lockers[0]);
        uint256 second = token.lockedBy(a, lockers[1]);
        _move(caller);
        uint256 firstAfter = token.lockedBy(a, lockers[0]);
        uint256 secondAfter = token.lockedBy(a, lockers[1]);
        _claim(token.lockedBalanceOf(a) <= token.balanceOf(a));
        _claim(token.lockedBalanceOf(a) == firstAfter + secondAfter);
        _claim(firstAfter >= first || caller == lockers[0]);
        _claim(secondAfter >= second || caller == lockers[1]);
        _claim((firstAfter <= first && secondAfter <= second) || caller == a);
        _qed();
    }

    function check_transfer_never_reduces_below_lock(address to, uint256 amount, bool pull) public {
        _lock();
        uint256 unlocked = token.unlockedBalanceOf(a);
        vm.prank(a);
        token.approve(b, type(uint256).max);
        vm.prank(pull ? b : a);
        if (pull) token.transferFrom(a, to, amount);
        else token.transfer(to, amount);
        assert(amount <= unlocked);
        assert(token.balanceOf(a) >= token.lockedBalanceOf(a));
    }

    function check_lock_never_moves_votes(uint256 more, uint256 less) public {
        _lock();
        uint256 votes = token.getVotes(a);
        vm.prank(a);
        token.lockAndCall(lockers[0], more, "");
        assert(token.getVotes(a) == votes);
        vm.prank(lockers[0]);
        token.unlock(a, less);
        assert(token.getVotes(a) == votes);
        assert(token.getVotes(b) == 0);
    }
}
