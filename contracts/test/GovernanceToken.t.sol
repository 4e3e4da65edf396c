// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {GovernanceToken} from "../src/governance/GovernanceToken.sol";
import {IGovernanceToken, ILocker} from "../src/interfaces/IGovernanceToken.sol";
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

    /// @dev docs/integrating.md tells wallets this selector.
    function test_TheErrorsSelectorIsWhatWalletsWereTold() public pure {
        vm.assertEq(bytes32(IGovernanceToken.GovernanceTokenLocked.selector), bytes32(bytes4(0xa61999b2)));
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
    function testFuzz_pastVotes_immutable(uint256 sent, uint256 locked, uint256 seized, uint256 later) public {
        locked = _bound(locked, 1, ALICE_HAS - 1);
        sent = _bound(sent, 1, ALICE_HAS - locked);
        seized = _bound(seized, 1, locked);
        vm.prank(alice);
        token.delegate(alice);
        uint256 moment = _now();
        uint256 supply = token.totalSupply();
        _skip(1);
        _lock(alice, locker, locked);
        vm.prank(alice);
        token.transfer(bob, sent);
        locker.seize(alice, bob, seized);
        _skip(_bound(later, 1, 365 days));
        token.mint(alice, token.mintable());
        vm.prank(alice);
        token.delegate(bob);
        _skip(1);
        vm.assertEq(token.getPastVotes(alice, moment), ALICE_HAS);
        vm.assertEq(token.getPastVotes(bob, moment), 0);
        vm.assertEq(token.getPastTotalSupply(moment), supply);
        vm.assertEq(token.getVotes(alice), 0);
    }

    function testFuzz_RevertIf_TheMomentIsNotOver(uint256 ahead) public {
        ahead = _bound(ahead, 0, type(uint48).max - _now());
        vm.expectRevert(abi.encodeWithSelector(Votes.ERC5805FutureLookup.selector, _now() + ahead, _now()));
        token.getPastVotes(alice, _now() + ahead);
    }
}

/// @notice The properties of locks that need no random sequence; the others are invariants.
contract GovernanceToken_Properties_Test is GovernanceTokenTest {
    function testFuzz_unlock_seize_only_by_its_locker(address caller, uint256 amount) public {
        vm.assume(caller != address(locker));
        amount = _bound(amount, 1, ALICE_HAS);
        _lock(alice, locker, ALICE_HAS);
        bytes memory tooSmall =
            abi.encodeWithSelector(IGovernanceToken.GovernanceTokenLockTooSmall.selector, alice, caller, 0, amount);
        vm.startPrank(caller);
        vm.expectRevert(tooSmall);
        token.unlock(alice, amount);
        vm.expectRevert(tooSmall);
        token.seize(alice, caller, amount);
        vm.stopPrank();
        vm.assertEq(token.lockedBy(alice, address(locker)), ALICE_HAS);
    }

    function testFuzz_transfer_never_reduces_below_lock(uint256 locked, uint256 sent, bool bySpender) public {
        locked = _bound(locked, 1, ALICE_HAS);
        sent = _bound(sent, 0, ALICE_HAS * 2);
        _lock(alice, locker, locked);
        vm.prank(alice);
        token.approve(bob, type(uint256).max);
        vm.prank(bySpender ? bob : alice);
        (bool done,) = address(token)
            .call(
                bySpender
                    ? abi.encodeCall(token.transferFrom, (alice, bob, sent))
                    : abi.encodeCall(token.transfer, (bob, sent))
            );
        vm.assertTrue(done == (sent <= ALICE_HAS - locked));
        vm.assertLe(token.lockedBalanceOf(alice), token.balanceOf(alice));
    }

    function testFuzz_only_holder_creates_lock(address caller, uint256 amount) public {
        vm.assume(caller != alice && caller != bob && caller != address(token) && caller != address(0));
        vm.startPrank(caller);
        (bool done,) = address(token).call(abi.encodeCall(token.lockAndCall, (address(locker), amount, "")));
        vm.stopPrank();
        vm.assertFalse(done);
        vm.assertEq(token.lockedBalanceOf(alice), 0);
        vm.assertEq(token.lockedBalanceOf(bob), 0);
    }

    /// @dev Three lockers in any order, emptied and filled again: the ledger is that of three plain counters.
    function testFuzz_locked_eq_sumOfLockers(uint256 seed) public {
        MockLocker[3] memory lockers = [locker, other, new MockLocker(token)];
        token.setLocker(address(lockers[2]), true);
        uint256[3] memory model;
        for (uint256 i = 0; i < 16; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            uint256 j = word % 3;
            uint256 sum = model[0] + model[1] + model[2];
            // Small amounts, so that locks often end up empty.
            uint256 amount = 1 + (word >> 16) % 4;
            if (word >> 8 & 1 == 0 && sum + amount <= ALICE_HAS) {
                vm.expectEmit(address(token));
                emit IGovernanceToken.Locked(alice, address(lockers[j]), amount, model[j] + amount);
                _lock(alice, lockers[j], amount);
                model[j] += amount;
            } else if (model[j] > 0) {
                amount = amount > model[j] ? model[j] : amount;
                vm.expectEmit(address(token));
                emit IGovernanceToken.Unlocked(alice, address(lockers[j]), amount, model[j] - amount);
                lockers[j].unlock(alice, amount);
                model[j] -= amount;
            }
            for (uint256 k = 0; k < 3; ++k) {
                vm.assertEq(token.lockedBy(alice, address(lockers[k])), model[k]);
            }
            vm.assertEq(token.lockedBalanceOf(alice), model[0] + model[1] + model[2]);
        }
    }

    function testFuzz_lock_never_moves_votes(uint256 locked, uint256 released) public {
        locked = _bound(locked, 1, ALICE_HAS);
        released = _bound(released, 1, locked);
        vm.prank(alice);
        token.delegate(bob);
        _lock(alice, locker, locked);
        vm.assertEq(token.getVotes(bob), ALICE_HAS);
        locker.unlock(alice, released);
        vm.assertEq(token.getVotes(bob), ALICE_HAS);
        vm.assertEq(token.getVotes(alice) + token.getVotes(address(locker)), 0);
    }

    function testFuzz_mint_le_yearly_cap(uint256 seed) public {
        uint256 start = _now();
        uint256 minted = 0;
        for (uint256 i = 0; i < 10; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            _skip(word % 400 days);
            uint256 amount = _bound(word >> 64, 0, token.mintable());
            if (token.totalSupply() + amount > CAP) break;
            token.mint(bob, amount);
            minted += amount;
            vm.assertLe(minted, MINT_PER_YEAR * (_now() - start) / 365 days);
        }
    }
}

abstract contract GovernanceTokenSignatureTest is GovernanceTokenTest {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant DELEGATION_TYPEHASH =
        keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)");

    struct Signature {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    function _signPermit(uint256 value, uint256 nonce, uint256 deadline) internal returns (Signature memory) {
        return _sign(keccak256(abi.encode(PERMIT_TYPEHASH, alice, bob, value, nonce, deadline)));
    }

    function _signDelegation(uint256 nonce, uint256 expiry) internal returns (Signature memory) {
        return _sign(keccak256(abi.encode(DELEGATION_TYPEHASH, bob, nonce, expiry)));
    }

    /// @dev By alice.
    function _sign(bytes32 structHash) private returns (Signature memory sig) {
        (, uint256 key) = _signer("alice");
        (sig.v, sig.r, sig.s) =
            vm.sign(key, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash)));
    }

    function _permit(GovernanceToken to, uint256 value, uint256 deadline, Signature memory sig) internal {
        to.permit(alice, bob, value, deadline, sig.v, sig.r, sig.s);
    }

    function _delegate(GovernanceToken to, uint256 nonce, uint256 expiry, Signature memory sig) internal {
        to.delegateBySig(bob, nonce, expiry, sig.v, sig.r, sig.s);
    }
}

contract GovernanceToken_Permit_Test is GovernanceTokenSignatureTest {
    function testFuzz_ApprovesBySignature(uint256 value, uint256 wait) public {
        uint256 deadline = _now() + 1 days;
        Signature memory sig = _signPermit(value, 0, deadline);
        _skip(_bound(wait, 0, 1 days));
        _permit(token, value, deadline, sig);
        vm.assertEq(token.allowance(alice, bob), value);
        vm.assertEq(token.nonces(alice), 1);
    }

    function testFuzz_nonce_used_once(uint256 value) public {
        uint256 deadline = _now() + 1 days;
        Signature memory sig = _signPermit(value, 0, deadline);
        _permit(token, value, deadline, sig);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        _permit(token, value, deadline, sig);
        // A delegation takes the next nonce of the same counter, and uses it up for permits too.
        Signature memory next = _signPermit(value, 1, deadline);
        _delegate(token, 1, deadline, _signDelegation(1, deadline));
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        _permit(token, value, deadline, next);
        vm.assertEq(token.nonces(alice), 2);
    }

    function testFuzz_permit_bound_to_chain(uint64 chainId, uint256 value) public {
        vm.assume(chainId != block.chainid && chainId != 0);
        uint256 deadline = _now() + 1 days;
        Signature memory sig = _signPermit(value, 0, deadline);
        uint256 home = block.chainid;
        vm.chainId(chainId);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        _permit(token, value, deadline, sig);
        vm.chainId(home);
        _permit(token, value, deadline, sig);
    }

    function testFuzz_RevertIf_Expired(uint256 late) public {
        uint256 deadline = _now() + 1 days;
        Signature memory sig = _signPermit(1, 0, deadline);
        _skip(1 days + _bound(late, 1, 365 days));
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, deadline));
        _permit(token, 1, deadline, sig);
    }
}

contract GovernanceToken_DelegateBySig_Test is GovernanceTokenSignatureTest {
    function test_Delegates() public {
        uint256 expiry = _now() + 1 days;
        _delegate(token, 0, expiry, _signDelegation(0, expiry));
        vm.assertEq(token.delegates(alice), bob);
        vm.assertEq(token.getVotes(bob), ALICE_HAS);
    }

    function test_RevertIf_Expired() public {
        uint256 expiry = _now();
        Signature memory sig = _signDelegation(0, expiry);
        _skip(1);
        vm.expectRevert(abi.encodeWithSelector(IVotes.VotesExpiredSignature.selector, expiry));
        _delegate(token, 0, expiry, sig);
    }
}

/// @notice Known attacks on signatures, each carried out in full.
contract GovernanceToken_Signatures_Attacks is GovernanceTokenSignatureTest {
    /// @dev The same token at the same address on a fork of the chain.
    function testFuzz_Attack_ReplayOnAnotherChain(uint64 chainId) public {
        vm.assume(chainId != block.chainid && chainId != 0);
        uint256 expiry = _now() + 1 days;
        Signature memory permit = _signPermit(ALICE_HAS, 0, expiry);
        Signature memory delegation = _signDelegation(0, expiry);
        vm.chainId(chainId);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        _permit(token, ALICE_HAS, expiry, permit);
        // Recovers to a stranger, whose delegate is of no interest to anybody.
        _delegate(token, 0, expiry, delegation);
        vm.assertEq(token.delegates(alice), address(0));
        vm.assertEq(token.getVotes(bob), 0);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, bob, 0, ALICE_HAS));
        vm.prank(bob);
        token.transferFrom(alice, bob, ALICE_HAS);
    }

    /// @dev The same token at another address: a second deployment, or another DAO's.
    function test_Attack_ReplayOnAnotherContract() public {
        GovernanceToken twin = _deploy(CAP);
        uint256 expiry = _now() + 1 days;
        Signature memory permit = _signPermit(ALICE_HAS, 0, expiry);
        Signature memory delegation = _signDelegation(0, expiry);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        _permit(twin, ALICE_HAS, expiry, permit);
        _delegate(twin, 0, expiry, delegation);
        vm.assertEq(twin.delegates(alice), address(0));
    }

    /// @dev Alice delegated to bob by signature and thought better of it: the old signature cannot undo that.
    function test_Attack_OldDelegationIsReplayed() public {
        uint256 expiry = _now() + 1 days;
        Signature memory sig = _signDelegation(0, expiry);
        _delegate(token, 0, expiry, sig);
        vm.prank(alice);
        token.delegate(alice);
        vm.expectRevert(abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, alice, 1));
        _delegate(token, 0, expiry, sig);
        vm.assertEq(token.delegates(alice), alice);
    }

    /// @dev The other root of the curve equation signs the same message; no second use of it.
    function test_Attack_MalleableSignature() public {
        uint256 deadline = _now() + 1 days;
        Signature memory sig = _signPermit(5, 0, deadline);
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        Signature memory twin = Signature(sig.v == 27 ? 28 : 27, sig.r, bytes32(order - uint256(sig.s)));
        vm.expectPartialRevert(ECDSA.ECDSAInvalidSignatureS.selector);
        _permit(token, 5, deadline, twin);
        _permit(token, 5, deadline, sig);
    }

    /// @dev A phished permit reaches the wallet, but not what is locked.
    function testFuzz_Attack_PhishedPermitTakesTheStake(uint256 locked) public {
        locked = _bound(locked, 1, ALICE_HAS);
        _lock(alice, locker, locked);
        uint256 deadline = _now() + 1 days;
        _permit(token, type(uint256).max, deadline, _signPermit(type(uint256).max, 0, deadline));
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernanceToken.GovernanceTokenLocked.selector, alice, ALICE_HAS - locked, ALICE_HAS
            )
        );
        vm.prank(bob);
        token.transferFrom(alice, bob, ALICE_HAS);
    }
}

/// @notice A holder that is its own locker and locks again from within the callback.
contract ReenteringLocker is ILocker {
    GovernanceToken private immutable token;
    uint256 public depth;

    constructor(GovernanceToken token_) {
        token = token_;
    }

    function lockTwice(uint256 amount) external {
        depth = 1;
        token.lockAndCall(address(this), amount, "");
    }

    function onLocked(address, uint256 amount, bytes calldata) external returns (bytes4) {
        if (depth > 0) {
            --depth;
            token.lockAndCall(address(this), amount, "");
        }
        return ILocker.onLocked.selector;
    }
}

/// @notice Known attacks on locks, each carried out in full.
contract GovernanceToken_Locks_Attacks is GovernanceTokenTest {
    /// @dev A locker that governance allowed turns bad: it reaches what was locked to it, and no wallet beyond that.
    function testFuzz_Attack_CompromisedLockerSeizesWallets(uint256 locked) public {
        locked = _bound(locked, 0, ALICE_HAS - 1);
        if (locked > 0) _lock(alice, locker, locked);
        _lock(alice, other, ALICE_HAS - locked);
        for (uint256 i = 0; i < 2; ++i) {
            address victim = i == 0 ? alice : bob;
            uint256 own = i == 0 ? locked : 0;
            vm.expectRevert(
                abi.encodeWithSelector(
                    IGovernanceToken.GovernanceTokenLockTooSmall.selector, victim, address(locker), own, own + 1
                )
            );
            locker.seize(victim, address(this), own + 1);
        }
        vm.prank(address(locker));
        (bool done,) = address(token).call(abi.encodeCall(token.transferFrom, (alice, address(this), 1)));
        vm.assertFalse(done);
        vm.prank(address(locker));
        (done,) = address(token).call(abi.encodeCall(token.lockAndCall, (address(locker), 1, "")));
        vm.assertFalse(done);
        if (locked > 0) locker.seize(alice, address(this), locked);
        vm.assertEq(token.balanceOf(alice), ALICE_HAS - locked);
        vm.assertEq(token.lockedBy(alice, address(other)), ALICE_HAS - locked);
        vm.assertEq(token.balanceOf(bob), 500e18);
    }

    /// @dev One balance, locked twice by way of the callback.
    function test_Attack_ReentrancyLocksTheSameTokensTwice() public {
        ReenteringLocker attacker = new ReenteringLocker(token);
        token.setLocker(address(attacker), true);
        vm.prank(alice);
        token.transfer(address(attacker), 10);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernanceToken.GovernanceTokenLocked.selector, address(attacker), 4, 6)
        );
        attacker.lockTwice(6);
        attacker.lockTwice(5);
        vm.assertEq(token.lockedBalanceOf(address(attacker)), 10);
        vm.assertEq(token.unlockedBalanceOf(address(attacker)), 0);
    }

    /// @dev Locked to one locker, offered to another.
    function test_Attack_SameTokensBackTwoLockers() public {
        _lock(alice, locker, ALICE_HAS);
        vm.expectRevert(abi.encodeWithSelector(IGovernanceToken.GovernanceTokenLocked.selector, alice, 0, 1));
        _lock(alice, other, 1);
    }

    /// @dev Anybody may send dust to a staker; that opens or closes no lock.
    function testFuzz_Attack_DustSentToALockedAccount(uint256 dust) public {
        dust = _bound(dust, 1, 500e18);
        _lock(alice, locker, ALICE_HAS);
        vm.prank(bob);
        token.transfer(alice, dust);
        vm.assertEq(token.unlockedBalanceOf(alice), dust);
        vm.assertEq(token.lockedBalanceOf(alice), ALICE_HAS);
        locker.unlock(alice, ALICE_HAS);
        vm.assertEq(token.unlockedBalanceOf(alice), ALICE_HAS + dust);
    }
}
