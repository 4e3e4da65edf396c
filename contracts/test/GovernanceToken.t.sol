// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {GovernanceToken} from "../src/governance/GovernanceToken.sol";
import {IGovernanceToken} from "../src/interfaces/IGovernanceToken.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";
import {MockLocker} from "./mocks/MockLocker.sol";

abstract contract GovernanceTokenTest is Base {
    uint256 internal constant CAP = 2_000e18;
    uint256 internal constant MINT_PER_YEAR = 365e18;
    uint256 internal constant ALICE_HAS = 1_000e18;

    address internal alice = _account("alice");
    address internal bob = _account("bob");
    GovernanceToken internal token;
    MockLocker internal locker;
    MockLocker internal other;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        token = _deploy(CAP);
        locker = new MockLocker(token);
        other = new MockLocker(token);
        token.setLocker(address(locker), true);
        token.setLocker(address(other), true);
    }

    function _deploy(uint256 cap) internal returns (GovernanceToken) {
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](2);
        allocations[0] = GovernanceToken.Allocation(alice, ALICE_HAS);
        allocations[1] = GovernanceToken.Allocation(bob, 500e18);
        return new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", cap, uint208(MINT_PER_YEAR), address(manager)), allocations
        );
    }

    function _lock(address account, MockLocker to, uint256 amount) internal {
        vm.prank(account);
        token.lockAndCall(address(to), amount, "");
    }
}

contract GovernanceToken_Constructor_Test is GovernanceTokenTest {
    function test_MintsTheAllocations() public view {
        vm.assertEq(token.balanceOf(alice), ALICE_HAS);
        vm.assertEq(token.totalSupply(), 1_500e18);
        vm.assertEq(token.cap(), CAP);
    }

    function test_CountsTimeInSeconds() public view {
        vm.assertEq(token.clock(), vm.getBlockTimestamp());
        vm.assertEq(token.CLOCK_MODE(), "mode=timestamp");
    }

    function test_RevertIf_AllocationsExceedTheCap() public {
        vm.expectRevert(
            abi.encodeWithSelector(IGovernanceToken.GovernanceTokenCapExceeded.selector, 1_500e18, 1_499e18)
        );
        _deploy(1_499e18);
    }
}

contract GovernanceToken_LockAndCall_Test is GovernanceTokenTest {
    function testFuzz_MovesNeitherTokensNorVotes(uint256 amount) public {
        amount = _bound(amount, 1, ALICE_HAS);
        vm.prank(alice);
        token.delegate(alice);
        vm.expectEmit(address(token));
        emit IGovernanceToken.Locked(alice, address(locker), amount, amount);
        _lock(alice, locker, amount);
        vm.assertEq(token.balanceOf(alice), ALICE_HAS);
        vm.assertEq(token.getVotes(alice), ALICE_HAS);
        vm.assertEq(token.lockedBalanceOf(alice), amount);
        vm.assertEq(token.lockedBy(alice, address(locker)), amount);
        vm.assertEq(token.unlockedBalanceOf(alice), ALICE_HAS - amount);
    }

    function testFuzz_LocksOfSeveralLockersAddUp(uint256 first, uint256 second) public {
        first = _bound(first, 1, ALICE_HAS - 1);
        second = _bound(second, 1, ALICE_HAS - first);
        _lock(alice, locker, first);
        _lock(alice, other, second);
        vm.assertEq(token.lockedBalanceOf(alice), first + second);
        vm.assertEq(token.lockedBy(alice, address(other)), second);
    }

    function test_TellsTheLocker() public {
        vm.prank(alice);
        token.lockAndCall(address(locker), 7, hex"c0ffee");
        vm.assertEq(locker.lastAccount(), alice);
        vm.assertEq(locker.lastAmount(), 7);
        vm.assertEq(keccak256(locker.lastData()), keccak256(hex"c0ffee"));
    }

    function test_DelegatesToTheHolderItselfOnTheFirstLock() public {
        vm.assertEq(token.delegates(alice), address(0));
        _lock(alice, locker, 1);
        vm.assertEq(token.delegates(alice), alice);
        vm.assertEq(token.getVotes(alice), ALICE_HAS);
    }

    function test_KeepsTheDelegateThatTheHolderChose() public {
        vm.prank(alice);
        token.delegate(bob);
        _lock(alice, locker, 1);
        vm.assertEq(token.delegates(alice), bob);
    }

    function test_RevertIf_AmountIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IGovernanceToken.GovernanceTokenZeroAmount.selector));
        _lock(alice, locker, 0);
    }

    function test_RevertIf_LockerIsNotAllowed() public {
        token.setLocker(address(locker), false);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernanceToken.GovernanceTokenLockerNotAllowed.selector, address(locker))
        );
        _lock(alice, locker, 1);
    }

    function testFuzz_RevertIf_AmountExceedsTheUnlockedBalance(uint256 locked, uint256 more) public {
        locked = _bound(locked, 1, ALICE_HAS);
        more = _bound(more, ALICE_HAS - locked + 1, type(uint256).max);
        _lock(alice, locker, locked);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernanceToken.GovernanceTokenLocked.selector, alice, ALICE_HAS - locked, more)
        );
        _lock(alice, other, more);
    }

    function test_RevertIf_LockerRefuses() public {
        locker.setAnswer(0xdeadbeef);
        vm.expectRevert(abi.encodeWithSelector(IGovernanceToken.GovernanceTokenLockRejected.selector, address(locker)));
        _lock(alice, locker, 1);
    }
}

contract GovernanceToken_Transfer_Test is GovernanceTokenTest {
    function testFuzz_LeavesTheLockBehind(uint256 locked, uint256 sent) public {
        locked = _bound(locked, 1, ALICE_HAS);
        sent = _bound(sent, 0, ALICE_HAS - locked);
        _lock(alice, locker, locked);
        vm.prank(alice);
        token.transfer(bob, sent);
        vm.assertEq(token.balanceOf(alice), ALICE_HAS - sent);
        vm.assertEq(token.lockedBalanceOf(alice), locked);
    }

    function testFuzz_RevertIf_TransferTouchesTheLock(uint256 locked, uint256 sent) public {
        locked = _bound(locked, 1, ALICE_HAS);
        sent = _bound(sent, ALICE_HAS - locked + 1, ALICE_HAS);
        _lock(alice, locker, locked);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernanceToken.GovernanceTokenLocked.selector, alice, ALICE_HAS - locked, sent)
        );
        vm.prank(alice);
        token.transfer(bob, sent);
    }

    function test_RevertIf_SpenderTouchesTheLock() public {
        _lock(alice, locker, ALICE_HAS);
        vm.prank(alice);
        token.approve(bob, ALICE_HAS);
        vm.expectRevert(abi.encodeWithSelector(IGovernanceToken.GovernanceTokenLocked.selector, alice, 0, 1));
        vm.prank(bob);
        token.transferFrom(alice, bob, 1);
    }

    function test_RevertIf_BalanceIsTooSmallWithoutAnyLock() public {
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, ALICE_HAS, ALICE_HAS + 1)
        );
        vm.prank(alice);
        token.transfer(bob, ALICE_HAS + 1);
    }

    function test_ReceivesWhileLocked() public {
        _lock(alice, locker, ALICE_HAS);
        vm.prank(bob);
        token.transfer(alice, 3);
        vm.assertEq(token.unlockedBalanceOf(alice), 3);
    }
}

contract GovernanceToken_Unlock_Test is GovernanceTokenTest {
    function testFuzz_ReleasesPartOfTheLock(uint256 locked, uint256 released) public {
        locked = _bound(locked, 1, ALICE_HAS);
        released = _bound(released, 1, locked);
        _lock(alice, locker, locked);
        vm.expectEmit(address(token));
        emit IGovernanceToken.Unlocked(alice, address(locker), released, locked - released);
        locker.unlock(alice, released);
        vm.assertEq(token.lockedBalanceOf(alice), locked - released);
        vm.assertEq(token.getVotes(alice), ALICE_HAS);
    }

    function test_WorksForALockerThatIsNoLongerAllowed() public {
        _lock(alice, locker, 5);
        token.setLocker(address(locker), false);
        locker.unlock(alice, 5);
        vm.assertEq(token.lockedBalanceOf(alice), 0);
    }

    function testFuzz_RevertIf_MoreThanTheCallersOwnLock(uint256 mine, uint256 others) public {
        mine = _bound(mine, 1, ALICE_HAS - 1);
        others = _bound(others, 1, ALICE_HAS - mine);
        _lock(alice, locker, mine);
        _lock(alice, other, others);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernanceToken.GovernanceTokenLockTooSmall.selector, alice, address(locker), mine, mine + 1
            )
        );
        locker.unlock(alice, mine + 1);
    }

    function test_RevertIf_AmountIsZero() public {
        _lock(alice, locker, 5);
        vm.expectRevert(abi.encodeWithSelector(IGovernanceToken.GovernanceTokenZeroAmount.selector));
        locker.unlock(alice, 0);
    }
}

contract GovernanceToken_Seize_Test is GovernanceTokenTest {
    function testFuzz_MovesLockedTokensAndTheirVotes(uint256 locked, uint256 seized) public {
        locked = _bound(locked, 1, ALICE_HAS);
        seized = _bound(seized, 1, locked);
        vm.prank(bob);
        token.delegate(bob);
        _lock(alice, locker, locked);
        vm.expectEmit(address(token));
        emit IGovernanceToken.Seized(alice, address(locker), bob, seized, locked - seized);
        locker.seize(alice, bob, seized);
        vm.assertEq(token.balanceOf(bob), 500e18 + seized);
        vm.assertEq(token.getVotes(bob), 500e18 + seized);
        vm.assertEq(token.getVotes(alice), ALICE_HAS - seized);
        vm.assertEq(token.lockedBalanceOf(alice), locked - seized);
    }

    function testFuzz_RevertIf_MoreThanTheCallersOwnLock(uint256 others) public {
        others = _bound(others, 1, ALICE_HAS);
        _lock(alice, other, others);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernanceToken.GovernanceTokenLockTooSmall.selector, alice, address(locker), 0, others
            )
        );
        locker.seize(alice, bob, others);
    }

    function test_RevertIf_BeneficiaryIsZero() public {
        _lock(alice, locker, 5);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        locker.seize(alice, address(0), 5);
    }
}

contract GovernanceToken_SetLocker_Test is GovernanceTokenTest {
    function test_AllowsAndForbids() public {
        vm.assertTrue(token.isLocker(address(locker)));
        vm.expectEmit(address(token));
        emit IGovernanceToken.LockerSet(address(locker), false);
        token.setLocker(address(locker), false);
        vm.assertFalse(token.isLocker(address(locker)));
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        _expectUnauthorized(caller);
        vm.prank(caller);
        token.setLocker(caller, true);
    }
}

contract GovernanceToken_Mint_Test is GovernanceTokenTest {
    function test_NothingIsMintableAtDeployment() public {
        vm.assertEq(token.mintable(), 0);
        vm.expectRevert(abi.encodeWithSelector(IGovernanceToken.GovernanceTokenMintTooFast.selector, 0, 1));
        token.mint(bob, 1);
    }

    function testFuzz_RefillsLinearlyUpToOneYear(uint256 elapsed) public {
        elapsed = _bound(elapsed, 1, 3 * 365 days);
        _skip(elapsed);
        uint256 mintable = elapsed >= 365 days ? MINT_PER_YEAR : MINT_PER_YEAR * elapsed / 365 days;
        vm.assertEq(token.mintable(), mintable);
        token.mint(bob, mintable);
        vm.assertEq(token.balanceOf(bob), 500e18 + mintable);
        vm.expectRevert(abi.encodeWithSelector(IGovernanceToken.GovernanceTokenMintTooFast.selector, 0, 1));
        token.mint(bob, 1);
    }

    function test_RevertIf_SupplyWouldExceedTheCap() public {
        _skip(365 days);
        token.mint(bob, MINT_PER_YEAR);
        _skip(365 days);
        uint256 left = CAP - token.totalSupply();
        vm.expectRevert(abi.encodeWithSelector(IGovernanceToken.GovernanceTokenCapExceeded.selector, CAP + 1, CAP));
        token.mint(bob, left + 1);
        token.mint(bob, left);
        vm.assertEq(token.totalSupply(), CAP);
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        _skip(365 days);
        _expectUnauthorized(caller);
        vm.prank(caller);
        token.mint(caller, 1);
    }
}

contract GovernanceToken_Votes_Test is GovernanceTokenTest {
    function testFuzz_PastVotesNeverChange(uint256 sent, uint256 later) public {
        sent = _bound(sent, 1, ALICE_HAS);
        later = _bound(later, 1, 365 days);
        vm.prank(alice);
        token.delegate(alice);
        uint256 moment = _now();
        _skip(1);
        vm.prank(alice);
        token.transfer(bob, sent);
        _skip(later);
        vm.assertEq(token.getPastVotes(alice, moment), ALICE_HAS);
        vm.assertEq(token.getVotes(alice), ALICE_HAS - sent);
    }
}

contract GovernanceToken_Permit_Test is GovernanceTokenTest {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    function testFuzz_ApprovesOnceBySignature(uint256 value, uint256 wait) public {
        wait = _bound(wait, 0, 1 days);
        (, uint256 key) = _signer("alice");
        uint256 deadline = _now() + 1 days;
        bytes32 structHash = keccak256(abi.encode(PERMIT_TYPEHASH, alice, bob, value, 0, deadline));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        _skip(wait);
        token.permit(alice, bob, value, deadline, v, r, s);
        vm.assertEq(token.allowance(alice, bob), value);
        vm.assertEq(token.nonces(alice), 1);
        vm.expectRevert();
        token.permit(alice, bob, value, deadline, v, r, s);
    }
}
