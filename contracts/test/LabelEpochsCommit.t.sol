// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fraud} from "../src/interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {LabelEpochs} from "../src/rewards/LabelEpochs.sol";
import {Vm, vm} from "../../script/Vm.sol";
import {LabelEpochsTest} from "./LabelEpochsBase.sol";

contract LabelEpochs_CommitDeadlineOf_Test is LabelEpochsTest {
    function testFuzz_IsTheWindowAfterTheOpening(uint256 wait) public {
        vm.assertEq(epochs.commitWindow(), COMMIT_WINDOW);
        _skip(_bound(wait, 0, 365 days));
        uint64 epoch = _open();
        vm.assertEq(epochs.commitDeadlineOf(epoch), _now() + COMMIT_WINDOW);
        _skip(1 days);
        vm.assertEq(epochs.commitDeadlineOf(_open()), epochs.commitDeadlineOf(epoch) + 1 days);
    }

    /// @dev The guardian can stop `commitLabels`; the operator then has a day more, and never less than without.
    function testFuzz_IsAtLeastADayAfterAPause(uint256 begin, uint256 duration) public {
        begin = _bound(begin, 0, COMMIT_WINDOW - 1);
        uint48 length = uint48(_bound(duration, 1, 7 days));
        uint64 epoch = _open();
        uint48 regular = _now() + COMMIT_WINDOW;
        _skip(begin);
        epochs.pause(epochs.commitLabels.selector, length);
        uint48 after_ = _now() + length + 1 days;
        vm.assertEq(epochs.commitDeadlineOf(epoch), after_ > regular ? after_ : regular);
    }

    /// @dev Only what keeps an operator from committing gives it time.
    function test_APauseOfSomethingElseChangesNothing() public {
        uint64 epoch = _open();
        uint48 regular = epochs.commitDeadlineOf(epoch);
        _skip(COMMIT_WINDOW - 1);
        epochs.pause(epochs.open.selector, 7 days);
        epochs.pause(epochs.proposePayouts.selector, 7 days);
        vm.assertEq(epochs.commitDeadlineOf(epoch), regular);
    }
}

contract LabelEpochs_MissCommit_Test is LabelEpochsTest {
    function testFuzz_AnyoneEndsTheEpoch(address caller, uint256 wait) public {
        uint64 epoch = _open();
        _skip(_bound(wait, COMMIT_WINDOW, 3650 days));
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.CommitMissed(epoch);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.EpochVoided(epoch);
        vm.prank(caller);
        epochs.missCommit(epoch);
        _assertStatus(epoch, ILabelEpochs.Status.Voided);
        vm.assertEq(epochs.lastSettledEpoch(), epoch);
    }

    function test_TheOperatorsWholeBondGoesToTheReserve() public {
        uint64 epoch = _open();
        _skip(COMMIT_WINDOW);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.BondSlashed(epoch, address(this), OPERATOR_BOND, address(0), 0);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.BondChanged(address(this), 9 * OPERATOR_BOND, 0);
        epochs.missCommit(epoch);
        vm.assertEq(token.balanceOf(RESERVE), OPERATOR_BOND);
        vm.assertEq(epochs.epochOf(epoch).operatorBond, 0);
        _assertBond(address(this), 9 * OPERATOR_BOND, 0);
    }

    /// @dev Nothing of the pool was the epoch's: the next one may spend its whole budget.
    function test_TheNextEpochIsPaidWithTheWholeBudget() public {
        uint64 silent = _open();
        uint64 next = _openRevealed();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsOutOfOrder.selector, next, silent));
        _propose(next, ROOT, uint112(BUDGET));
        _skip(COMMIT_WINDOW);
        epochs.missCommit(silent);
        vm.assertEq(distributor.totalApproved(), 0);
        vm.assertEq(distributor.totalFunded(), 10 * BUDGET);
        vm.assertEq(distributor.epochBudget(), BUDGET);
        _propose(next, ROOT, uint112(BUDGET));
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(next, ROOT);
        vm.assertEq(distributor.totalApproved(), BUDGET);
        vm.assertEq(epochs.lastSettledEpoch(), next);
    }

    /// @dev Whichever is missed first, the epochs before it are still settled in order.
    function test_AnEpochBeforeItIsNotStartledByALaterOne() public {
        uint64 first = _openRevealed();
        uint64 silent = _open();
        _skip(COMMIT_WINDOW);
        epochs.missCommit(silent);
        vm.assertEq(epochs.lastSettledEpoch(), 0);
        _propose(first, ROOT, 1);
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(first, ROOT);
        vm.assertEq(epochs.lastSettledEpoch(), silent);
    }

    /// @dev Late labels are better than none: nobody was in a hurry to void them.
    function testFuzz_ALateCommitmentIsTakenUntilSomebodyMissesIt(uint256 late) public {
        uint64 epoch = _open();
        _skip(COMMIT_WINDOW + _bound(late, 0, 365 days));
        epochs.commitLabels(epoch, LABELS_ROOT, 12, BUNDLE);
        _expectStatusError(epoch, ILabelEpochs.Status.Committed);
        epochs.missCommit(epoch);
        _assertBond(address(this), 9 * OPERATOR_BOND, OPERATOR_BOND);
    }

    function testFuzz_RevertIf_TheDeadlineIsAhead(address caller, uint256 wait) public {
        uint64 epoch = _open();
        uint48 deadline = _now() + COMMIT_WINDOW;
        _skip(_bound(wait, 0, COMMIT_WINDOW - 1));
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsTooEarly.selector, epoch, deadline));
        vm.prank(caller);
        epochs.missCommit(epoch);
    }

    function testFuzz_RevertIf_APauseEndedLessThanADayAgo(uint256 wait) public {
        uint64 epoch = _open();
        _skip(COMMIT_WINDOW - 1);
        epochs.pause(epochs.commitLabels.selector, 7 days);
        uint48 deadline = _now() + 8 days;
        _skip(_bound(wait, 1, 8 days - 1));
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsTooEarly.selector, epoch, deadline));
        epochs.missCommit(epoch);
        vm.warp(deadline);
        epochs.missCommit(epoch);
    }

    function test_RevertIf_ThereIsNoSuchEpochOrItWasMissed() public {
        _skip(COMMIT_WINDOW);
        _expectStatusError(1, ILabelEpochs.Status.None);
        epochs.missCommit(1);
        uint64 epoch = _open();
        _skip(COMMIT_WINDOW);
        epochs.missCommit(epoch);
        _expectStatusError(epoch, ILabelEpochs.Status.Voided);
        epochs.missCommit(epoch);
        vm.assertEq(token.balanceOf(RESERVE), OPERATOR_BOND);
    }

    /// @dev Nothing can be done with it any more.
    function test_WhatWasMissedStaysVoided() public {
        uint64 epoch = _open();
        _skip(COMMIT_WINDOW);
        epochs.missCommit(epoch);
        _expectStatusError(epoch, ILabelEpochs.Status.Voided);
        epochs.commitLabels(epoch, LABELS_ROOT, 12, BUNDLE);
        _expectStatusError(epoch, ILabelEpochs.Status.Voided);
        epochs.voidEpoch(epoch);
        _expectStatusError(epoch, ILabelEpochs.Status.Voided);
        epochs.disproveLabels(epoch, challenger, Fraud.Receipt);
    }

    /// @dev An indexer sees what happened, and nothing that did not.
    function test_SaysFourThings() public {
        uint64 epoch = _open();
        _skip(COMMIT_WINDOW);
        vm.recordLogs();
        epochs.missCommit(epoch);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bytes32[4] memory expected = [
            ILabelEpochs.CommitMissed.selector,
            ILabelEpochs.EpochVoided.selector,
            ILabelEpochs.BondSlashed.selector,
            ILabelEpochs.BondChanged.selector
        ];
        uint256 n = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(epochs)) continue;
            vm.assertEq(logs[i].topics[0], expected[n++]);
        }
        vm.assertEq(n, 4);
    }
}

contract LabelEpochs_MissCommitAttacks_Test is LabelEpochsTest {
    /// @dev The window's last second is the operator's, however the transactions of the next one are ordered.
    function test_Attack_MissingAnOperatorThatCommitsInTheLastSecond() public {
        uint64 epoch = _open();
        _skip(COMMIT_WINDOW - 1);
        vm.expectPartialRevert(ILabelEpochs.LabelEpochsTooEarly.selector);
        epochs.missCommit(epoch);
        epochs.commitLabels(epoch, LABELS_ROOT, 12, BUNDLE);
        _skip(1);
        _expectStatusError(epoch, ILabelEpochs.Status.Committed);
        epochs.missCommit(epoch);
        _mineTwo();
        epochs.reveal(epoch, SECRET);
        _propose(epoch, ROOT, 1);
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(epoch, ROOT);
        _assertBond(address(this), 10 * OPERATOR_BOND, 0);
        vm.assertEq(token.balanceOf(RESERVE), 0);
    }

    /// @dev Once the labels are there, no time that passes makes them missed.
    function testFuzz_Attack_MissingACommittedEpoch(uint256 wait) public {
        uint64[4] memory all = [_openProposed(1), _openCommitted(), _openRevealed(), _open()];
        epochs.voidEpoch(all[3]);
        _skip(_bound(wait, 0, 3650 days));
        ILabelEpochs.Status[4] memory statuses = [
            ILabelEpochs.Status.Proposed,
            ILabelEpochs.Status.Committed,
            ILabelEpochs.Status.Revealed,
            ILabelEpochs.Status.Voided
        ];
        for (uint256 i = 0; i < all.length; ++i) {
            _expectStatusError(all[i], statuses[i]);
            epochs.missCommit(all[i]);
        }
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(all[0], ROOT);
        _expectStatusError(all[0], ILabelEpochs.Status.Accepted);
        epochs.missCommit(all[0]);
    }

    /// @dev Guardian and a stranger together: the one stops `commitLabels` before the deadline, the other waits for it.
    function test_Attack_APauseCostsTheOperatorItsBond() public {
        uint64 epoch = _open();
        _skip(COMMIT_WINDOW - 1);
        _pause(epochs.commitLabels.selector);
        epochs.commitLabels(epoch, LABELS_ROOT, 12, BUNDLE);
        _skip(1 days);
        vm.expectPartialRevert(ILabelEpochs.LabelEpochsTooEarly.selector);
        epochs.missCommit(epoch);
        epochs.commitLabels(epoch, LABELS_ROOT, 12, BUNDLE);
        _assertBond(address(this), 9 * OPERATOR_BOND, OPERATOR_BOND);
    }

    /// @dev Nor can the guardian keep a silent operator's epoch in the way: at most eight days more, once.
    function test_Attack_APauseKeepsTheEpochOpen() public {
        uint64 epoch = _open();
        _skip(COMMIT_WINDOW - 1);
        epochs.pause(epochs.commitLabels.selector, 7 days);
        _skip(8 days);
        vm.expectRevert();
        epochs.pause(epochs.commitLabels.selector, 7 days);
        epochs.missCommit(epoch);
    }

    function test_Attack_TheBondLeavesBeforeTheDeadline() public {
        uint64 epoch = _open();
        epochs.withdrawBond(9 * OPERATOR_BOND);
        _skip(COMMIT_WINDOW);
        _expectBondError(address(this), 0, 1);
        epochs.withdrawBond(1);
        epochs.missCommit(epoch);
        vm.assertEq(token.balanceOf(RESERVE), OPERATOR_BOND);
        _assertBond(address(this), 0, 0);
    }

    /// @dev Many silent epochs cost a bond each, and are out of the way in one block.
    function test_Attack_AFloodOfSilentEpochs() public {
        for (uint256 i = 0; i < 10; ++i) {
            _open();
        }
        _expectBondError(address(this), 0, OPERATOR_BOND);
        _open();
        _skip(COMMIT_WINDOW);
        for (uint64 epoch = 10; epoch >= 1; --epoch) {
            epochs.missCommit(epoch);
        }
        vm.assertEq(epochs.lastSettledEpoch(), 10);
        vm.assertEq(token.balanceOf(RESERVE), 10 * OPERATOR_BOND);
    }

    /// @dev Whoever else has a bond gets it out, whatever the operator does.
    function test_Attack_ASilentOperatorHoldsOthersBonds() public {
        uint64 proposed = _openProposed(1);
        epochs.freeze(proposed, challenger);
        uint64 silent = _open();
        _skip(COMMIT_WINDOW);
        epochs.missCommit(silent);
        epochs.unfreeze(proposed, responder);
        _skip(RESPONSE_WINDOW);
        epochs.acceptPayouts(proposed, ROOT);
        address[2] memory others = [proposer, challenger];
        for (uint256 i = 0; i < others.length; ++i) {
            (uint256 free, uint256 reserved) = epochs.bondOf(others[i]);
            vm.assertEq(reserved, 0);
            vm.prank(others[i]);
            epochs.withdrawBond(free);
            vm.assertEq(token.lockedBalanceOf(others[i]), 0);
        }
    }
}
