// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGovernanceToken, ILocker} from "../src/interfaces/IGovernanceToken.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {Fraud} from "../src/interfaces/IEpochReferee.sol";
import {LabelEpochs} from "../src/rewards/LabelEpochs.sol";
import {Vm, vm} from "../../script/Vm.sol";
import {LabelEpochsTest} from "./LabelEpochsBase.sol";

contract Bonds_OnLocked_Test is LabelEpochsTest {
    function testFuzz_ALockIsAFreeBond(uint256 first, uint256 second, bytes calldata data) public {
        first = _bound(first, 1, BUDGET);
        second = _bound(second, 1, BUDGET);
        address account = _bonded("somebody", first);
        token.transfer(account, second);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.BondChanged(account, first + second, 0);
        vm.prank(account);
        token.lockAndCall(address(epochs), second, data);
        _assertBond(account, first + second, 0);
        vm.assertEq(token.balanceOf(account), first + second);
    }

    function test_ABondGoesOnVoting() public {
        address account = _bonded("somebody", 5e18);
        vm.assertEq(token.getVotes(account), 5e18);
        vm.prank(account);
        epochs.withdrawBond(5e18);
        vm.assertEq(token.getVotes(account), 5e18);
    }

    function testFuzz_RevertIf_CallerIsNotTheToken(address caller, uint256 amount) public {
        vm.assume(caller != address(token));
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsOnlyToken.selector, caller));
        vm.prank(caller);
        ILocker(address(epochs)).onLocked(caller, amount, "");
    }
}

contract Bonds_WithdrawBond_Test is LabelEpochsTest {
    function testFuzz_UnlocksWhatIsFree(uint256 locked, uint256 amount) public {
        locked = _bound(locked, 1, BUDGET);
        amount = _bound(amount, 1, locked);
        address account = _bonded("somebody", locked);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.BondChanged(account, locked - amount, 0);
        vm.prank(account);
        epochs.withdrawBond(amount);
        _assertBond(account, locked - amount, 0);
        vm.assertEq(token.unlockedBalanceOf(account), amount);
    }

    function testFuzz_RevertIf_MoreIsAskedThanIsFree(uint256 amount) public {
        _openProposed(1);
        (uint256 free, uint256 reserved) = epochs.bondOf(proposer);
        vm.assertEq(reserved, _bondFor(1));
        amount = _bound(amount, free + 1, type(uint256).max);
        _expectBondError(proposer, free, amount);
        vm.prank(proposer);
        epochs.withdrawBond(amount);
    }

    function test_RevertIf_TheAmountIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsZeroAmount.selector));
        epochs.withdrawBond(0);
    }

    /// @dev Governance can forbid new bonds; those that exist come out all the same.
    function test_AFormerLockerStillReleasesAndSlashes() public {
        uint64 epoch = _openProposed(1);
        token.setLocker(address(epochs), false);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernanceToken.GovernanceTokenLockerNotAllowed.selector, address(epochs))
        );
        _lock(challenger, 1);
        epochs.disprovePayouts(epoch, challenger, Fraud.Score);
        (uint256 free,) = epochs.bondOf(proposer);
        vm.prank(proposer);
        epochs.withdrawBond(free);
        _assertBond(proposer, 0, 0);
    }
}

contract Bonds_Slash_Test is LabelEpochsTest {
    /// @dev Everything taken arrives: half, rounded down, with the beneficiary, the rest with the reserve.
    function testFuzz_TheSharesAreTheWhole(uint256 total, address beneficiary) public {
        vm.assume(beneficiary != address(0) && beneficiary != address(epochs) && beneficiary != RESERVE);
        uint112 cumulative = uint112(_bound(total, 0, BUDGET));
        uint64 epoch = _openProposed(cumulative);
        uint96 bond = _bondFor(cumulative);
        (uint256 before, uint256 proposers) = (token.balanceOf(beneficiary), token.balanceOf(proposer));
        epochs.disprovePayouts(epoch, beneficiary, Fraud.Score);
        vm.assertEq(token.balanceOf(RESERVE), bond - bond / 2);
        if (beneficiary == proposer) {
            vm.assertEq(token.balanceOf(proposer), proposers - (bond - bond / 2));
        } else {
            vm.assertEq(token.balanceOf(beneficiary), before + bond / 2);
            vm.assertEq(token.balanceOf(proposer), proposers - bond);
        }
        _assertBond(proposer, 10 * MIN_PROPOSER_BOND - bond, 0);
    }

    /// @dev Half of the smallest bond is nothing, and the token refuses to move nothing; half of two wei is one.
    function test_TheSmallestBondsAreSharedToTheWei() public {
        for (uint96 bond = 1; bond <= 3; ++bond) {
            LabelEpochs.Config memory config = _config();
            (config.minProposerBond, config.bondBps) = (bond, 0);
            epochs = new LabelEpochs(config);
            token.setLocker(address(epochs), true);
            token.lockAndCall(address(epochs), OPERATOR_BOND, "");
            token.transfer(proposer, bond);
            _lock(proposer, bond);
            uint64 epoch = _openProposed(1);
            (uint256 reserve, uint256 challengers) = (token.balanceOf(RESERVE), token.balanceOf(challenger));
            epochs.disprovePayouts(epoch, challenger, Fraud.Score);
            vm.assertEq(token.balanceOf(RESERVE), reserve + bond - bond / 2);
            vm.assertEq(token.balanceOf(challenger), challengers + bond / 2);
            _assertBond(proposer, 0, 0);
        }
    }

    /// @dev An indexer sees a bond change only where one did.
    function test_ABondThatIsNotThereIsNotReported() public {
        uint64 epoch = _openCommitted();
        _skip(REVEAL_WINDOW);
        epochs.missReveal(epoch);
        vm.recordLogs();
        epochs.voidEpoch(epoch);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        vm.assertEq(logs[0].topics[0], ILabelEpochs.EpochVoided.selector);
    }

    /// @dev Under its own name, too, a fraud that proves itself costs half a bond.
    function test_WhoProvesItsOwnFraudStillLosesHalf() public {
        uint64 epoch = _openProposed(1);
        uint256 before = token.balanceOf(proposer);
        epochs.disprovePayouts(epoch, proposer, Fraud.Score);
        uint256 bond = _bondFor(1);
        vm.assertEq(token.balanceOf(proposer), before - (bond - bond / 2));
        vm.assertEq(token.unlockedBalanceOf(proposer), bond / 2);
        _assertBond(proposer, 10 * MIN_PROPOSER_BOND - bond, 0);
    }

    /// @dev The slashed lose the votes with the tokens.
    function test_VotesMoveWithTheTokens() public {
        vm.prank(RESERVE);
        token.delegate(RESERVE);
        uint64 epoch = _openProposed(1);
        uint256 before = token.getVotes(challenger);
        epochs.disprovePayouts(epoch, challenger, Fraud.Score);
        uint256 bond = _bondFor(1);
        vm.assertEq(token.getVotes(proposer), 10 * MIN_PROPOSER_BOND - bond);
        vm.assertEq(token.getVotes(challenger), before + bond / 2);
        vm.assertEq(token.getVotes(RESERVE), bond - bond / 2);
    }
}
