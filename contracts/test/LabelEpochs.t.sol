// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EntryPause} from "../src/governance/EntryPause.sol";
import {Fraud} from "../src/interfaces/IEpochReferee.sol";
import {IGovernanceToken} from "../src/interfaces/IGovernanceToken.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {IRewardDistributor} from "../src/interfaces/IRewardDistributor.sol";
import {LabelEpochs} from "../src/rewards/LabelEpochs.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {vm} from "../../script/Vm.sol";
import {LabelEpochsTest} from "./LabelEpochsBase.sol";

contract LabelEpochs_Constructor_Test is LabelEpochsTest {
    function test_RevertIf_AParameterIsOutOfBounds() public {
        LabelEpochs.Config memory config = _config();
        config.challengeWindow = 0;
        _expectOutOfBounds(config, "challengeWindow");
        config = _config();
        config.commitWindow = 0;
        _expectOutOfBounds(config, "commitWindow");
        config = _config();
        config.revealWindow = 0;
        _expectOutOfBounds(config, "revealWindow");
        config = _config();
        config.responseWindow = 0;
        _expectOutOfBounds(config, "responseWindow");
        config.responseWindow = CHALLENGE_WINDOW + 1;
        _expectOutOfBounds(config, "responseWindow");
        config = _config();
        config.operatorBond = 0;
        _expectOutOfBounds(config, "operatorBond");
        config = _config();
        config.minProposerBond = 0;
        _expectOutOfBounds(config, "minProposerBond");
        config = _config();
        config.bondBps = 10_001;
        _expectOutOfBounds(config, "bondBps");
        config = _config();
        config.challengerBond = 0;
        _expectOutOfBounds(config, "challengerBond");
        config = _config();
        config.reserve = address(0);
        _expectOutOfBounds(config, "reserve");
    }

    /// @dev Floors that no terms reach would make a contract that opens nothing.
    function test_RevertIf_NoTermsReachTheFloors() public {
        LabelEpochs.Config memory config = _config();
        config.floors = ILabelEpochs.Floors(64, 65, 16, 12, 0);
        _expectOutOfBounds(config, "floors");
        config.floors = ILabelEpochs.Floors(64, 48, 193, 12, 0);
        _expectOutOfBounds(config, "floors");
        config.floors = ILabelEpochs.Floors(64, 48, 16, 33, 0);
        _expectOutOfBounds(config, "floors");
        config.floors = ILabelEpochs.Floors(63, 48, 16, 12, 0);
        _expectOutOfBounds(config, "floors");
        config.floors = ILabelEpochs.Floors(64, 64, 192, 32, type(uint16).max);
        new LabelEpochs(config);
    }

    function test_TheLargestAndSmallestParametersPass() public {
        LabelEpochs.Config memory config = _config();
        (config.challengeWindow, config.revealWindow, config.responseWindow) = (1, 1, 1);
        config.commitWindow = 1;
        (config.operatorBond, config.minProposerBond, config.challengerBond) = (1, 1, 1);
        config.bondBps = 10_000;
        new LabelEpochs(config);
        config.bondBps = 0;
        new LabelEpochs(config);
    }

    function test_KeepsItsParameters() public {
        vm.assertEq(address(epochs.token()), address(token));
        vm.assertEq(address(epochs.distributor()), address(distributor));
        vm.assertEq(epochs.challengeWindow(), CHALLENGE_WINDOW);
        vm.assertEq(epochs.revealWindow(), REVEAL_WINDOW);
        vm.assertEq(epochs.responseWindow(), RESPONSE_WINDOW);
        vm.assertEq(epochs.operatorBond(), MIN_OPERATOR_BOND);
        vm.assertEq(epochs.minProposerBond(), MIN_PROPOSER_BOND);
        vm.assertEq(epochs.bondBps(), BOND_BPS);
        vm.assertEq(epochs.challengerBond(), CHALLENGER_BOND);
        vm.assertEq(epochs.reserve(), RESERVE);
        vm.assertEq(epochs.authority(), address(manager));
        LabelEpochs.Config memory config = _config();
        config.floors = ILabelEpochs.Floors(64, 48, 16, 12, 20_000);
        bytes memory floors = abi.encode(new LabelEpochs(config).floors());
        vm.assertEq(keccak256(floors), keccak256(abi.encode(config.floors)));
    }

    function _expectOutOfBounds(LabelEpochs.Config memory config, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsTermsOutOfBounds.selector, field));
        new LabelEpochs(config);
    }
}

contract LabelEpochs_Open_Test is LabelEpochsTest {
    function testFuzz_NumbersEpochsFromOne(uint256 budget) public {
        ILabelEpochs.Terms memory terms = _terms();
        terms.budget = _bound(budget, 1, BUDGET);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.EpochOpened(1, address(this), terms);
        vm.assertEq(epochs.open(terms), 1);
        vm.assertEq(epochs.open(terms), 2);
        vm.assertEq(epochs.lastEpoch(), 2);
        vm.assertEq(keccak256(abi.encode(epochs.termsOf(1))), keccak256(abi.encode(terms)));
        vm.assertEq(epochs.epochOf(1).openedAt, _now());
        vm.assertEq(epochs.epochOf(1).operator, address(this));
        vm.assertEq(epochs.epochOf(1).operatorBond, epochs.operatorBondOf(terms.budget));
        _assertStatus(1, ILabelEpochs.Status.Open);
    }

    function test_ReservesTheOperatorsBond() public {
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.BondChanged(address(this), 9 * OPERATOR_BOND, OPERATOR_BOND);
        _open();
        _assertBond(address(this), 9 * OPERATOR_BOND, OPERATOR_BOND);
    }

    /// @dev A share of the budget, rounded up, where that is more than the least bond.
    function testFuzz_TheOperatorsBondGrowsWithTheBudget(uint256 budget) public {
        ILabelEpochs.Terms memory terms = _terms();
        terms.budget = _bound(budget, 1, BUDGET);
        uint256 share = (terms.budget * BOND_BPS + 9_999) / 10_000;
        uint256 bond = share > MIN_OPERATOR_BOND ? share : MIN_OPERATOR_BOND;
        vm.assertEq(epochs.operatorBondOf(terms.budget), bond);
        epochs.open(terms);
        _assertBond(address(this), 10 * OPERATOR_BOND - bond, bond);
        vm.assertEq(epochs.operatorBondOf(0), MIN_OPERATOR_BOND);
        vm.assertEq(epochs.operatorBondOf(750e18), MIN_OPERATOR_BOND);
        vm.assertEq(epochs.operatorBondOf(750e18 + 1), MIN_OPERATOR_BOND + 1);
        vm.assertEq(epochs.operatorBondOf(type(uint256).max / 1e4), (type(uint256).max / 1e4 * BOND_BPS + 9_999) / 1e4);
    }

    /// @dev A budget whose share no bond can hold.
    function test_RevertIf_TheOperatorsBondDoesNotFit() public {
        distributor.setEpochBudget(type(uint256).max);
        ILabelEpochs.Terms memory terms = _terms();
        terms.budget = uint256(type(uint96).max) * 10_000 / BOND_BPS + 2;
        uint256 bond = epochs.operatorBondOf(terms.budget);
        vm.assertTrue(bond > type(uint96).max);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 96, bond));
        epochs.open(terms);
    }

    function testFuzz_RevertIf_TheOperatorsBondIsTooSmall(uint256 free) public {
        free = _bound(free, 0, OPERATOR_BOND - 1);
        epochs.withdrawBond(10 * OPERATOR_BOND - free);
        _expectBondError(address(this), free, OPERATOR_BOND);
        _open();
    }

    function testFuzz_RevertIf_TheBudgetExceedsTheVotedOne(uint256 budget) public {
        ILabelEpochs.Terms memory terms = _terms();
        terms.budget = _bound(budget, BUDGET + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsBudgetTooHigh.selector, terms.budget, BUDGET));
        epochs.open(terms);
    }

    function test_RevertIf_ATermIsOutOfBounds() public {
        ILabelEpochs.Terms memory terms = _terms();
        terms.budget = 0;
        _expectOutOfBounds(terms, "budget");
        terms = _terms();
        terms.basePay = 2 ** 72;
        _expectOutOfBounds(terms, "basePay");
        terms = _terms();
        terms.alphaPay = 2 ** 72;
        _expectOutOfBounds(terms, "alphaPay");
        terms = _terms();
        terms.blockSlots = 257;
        _expectOutOfBounds(terms, "blockSlots");
        terms.blockSlots = 0;
        _expectOutOfBounds(terms, "blockSlots");
        terms = _terms();
        terms.overlapSlots = 258;
        _expectOutOfBounds(terms, "overlapSlots");
        terms.overlapSlots = 63;
        _expectOutOfBounds(terms, "overlapSlots");
        terms = _terms();
        terms.goldSlots = 193;
        _expectOutOfBounds(terms, "goldSlots");
        terms = _terms();
        terms.minOverlap = 65;
        _expectOutOfBounds(terms, "minOverlap");
        terms = _terms();
        terms.minRoster = 33;
        _expectOutOfBounds(terms, "minRoster");
        terms = _terms();
        terms.secretHash = 0;
        _expectOutOfBounds(terms, "secretHash");
        terms = _terms();
        terms.campaignHash = 0;
        _expectOutOfBounds(terms, "campaignHash");
    }

    function test_RevertIf_SlotsBlocksAndRootOfTheGoldDisagree() public {
        ILabelEpochs.Terms memory terms = _terms();
        terms.goldBlocks = 0;
        _expectOutOfBounds(terms, "goldBlocks");
        terms.goldBlocks = MAX_BLOCKS + 1;
        _expectOutOfBounds(terms, "goldBlocks");
        terms = _terms();
        terms.goldRoot = 0;
        _expectOutOfBounds(terms, "goldRoot");
        terms = _terms();
        (terms.goldSlots, terms.goldRoot) = (0, 0);
        _expectOutOfBounds(terms, "goldBlocks");
        terms = _terms();
        (terms.goldSlots, terms.goldBlocks) = (0, 0);
        _expectOutOfBounds(terms, "goldRoot");
    }

    function test_TheLargestAndSmallestTermsPass() public {
        ILabelEpochs.Terms memory terms = _terms();
        (terms.basePay, terms.alphaPay) = (2 ** 72 - 1, 2 ** 72 - 1);
        (terms.overlapSlots, terms.goldSlots, terms.minOverlap) = (64, 192, 64);
        (terms.minRoster, terms.goldBlocks) = (32, MAX_BLOCKS);
        epochs.open(terms);
        (terms.basePay, terms.alphaPay) = (0, 0);
        (terms.blockSlots, terms.overlapSlots, terms.goldSlots, terms.minOverlap) = (1, 0, 0, 0);
        (terms.minRoster, terms.goldBlocks, terms.goldRoot) = (0, 0, 0);
        terms.budget = 1;
        epochs.open(terms);
        // All slots may be common.
        (terms.blockSlots, terms.overlapSlots) = (256, 256);
        epochs.open(terms);
    }

    function test_RevertIf_ATermIsBelowItsFloor() public {
        LabelEpochs.Config memory config = _config();
        config.floors = ILabelEpochs.Floors(64, 48, 16, 12, 20_000);
        epochs = new LabelEpochs(config);
        token.setLocker(address(epochs), true);
        token.lockAndCall(address(epochs), OPERATOR_BOND, "");
        ILabelEpochs.Terms memory terms = _terms();
        terms.overlapSlots = 62;
        _expectOutOfBounds(terms, "overlapSlots");
        terms = _terms();
        terms.minOverlap = 47;
        _expectOutOfBounds(terms, "minOverlap");
        terms = _terms();
        terms.goldSlots = 15;
        _expectOutOfBounds(terms, "goldSlots");
        terms = _terms();
        (terms.goldSlots, terms.goldBlocks, terms.goldRoot) = (0, 0, 0);
        _expectOutOfBounds(terms, "goldSlots");
        terms = _terms();
        terms.minRoster = 11;
        _expectOutOfBounds(terms, "minRoster");
        terms = _terms();
        terms.alphaPay = 2e18 - 1;
        _expectOutOfBounds(terms, "alphaPay");
        // At every floor.
        epochs.open(_terms());
    }

    function test_RevertIf_Paused() public {
        _pause(epochs.open.selector);
        _open();
        _skip(1 days);
        _open();
    }

    function testFuzz_RevertIf_CallerHasNoRole(address caller) public {
        vm.assume(caller != address(this));
        _expectUnauthorized(caller);
        vm.prank(caller);
        _open();
    }

    function _expectOutOfBounds(ILabelEpochs.Terms memory terms, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsTermsOutOfBounds.selector, field));
        epochs.open(terms);
    }
}

contract LabelEpochs_CommitLabels_Test is LabelEpochsTest {
    function testFuzz_ClosesLabeling(bytes32 root, uint32 blockCount, bytes32 bundle) public {
        vm.assume(root != 0);
        blockCount = uint32(_bound(blockCount, 1, MAX_BLOCKS));
        uint64 epoch = _open();
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.LabelsCommitted(epoch, root, blockCount, bundle);
        epochs.commitLabels(epoch, root, blockCount, bundle);
        ILabelEpochs.Epoch memory e = epochs.epochOf(epoch);
        vm.assertEq(e.labelsRoot, root);
        vm.assertEq(e.blockCount, blockCount);
        vm.assertEq(e.bundleHash, bundle);
        vm.assertEq(e.commitBlock, vm.getBlockNumber());
        vm.assertEq(e.committedAt, _now());
        _assertStatus(epoch, ILabelEpochs.Status.Committed);
    }

    function test_TakesTheMostBlocks() public {
        uint64 epoch = _open();
        epochs.commitLabels(epoch, LABELS_ROOT, MAX_BLOCKS, BUNDLE);
        vm.assertEq(epochs.epochOf(epoch).blockCount, MAX_BLOCKS);
    }

    function test_RevertIf_Committed() public {
        uint64 epoch = _openCommitted();
        _expectStatusError(epoch, ILabelEpochs.Status.Committed);
        epochs.commitLabels(epoch, ROOT, 1, BUNDLE);
    }

    function test_RevertIf_TheRootIsEmpty() public {
        uint64 epoch = _open();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsEmptyRoot.selector, epoch));
        epochs.commitLabels(epoch, 0, 1, BUNDLE);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsEmptyRoot.selector, epoch));
        epochs.commitLabels(epoch, LABELS_ROOT, 0, BUNDLE);
    }

    function testFuzz_RevertIf_ThereAreTooManyBlocks(uint32 blockCount) public {
        blockCount = uint32(_bound(blockCount, MAX_BLOCKS + 1, type(uint32).max));
        uint64 epoch = _open();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsTooManyBlocks.selector, blockCount, MAX_BLOCKS));
        epochs.commitLabels(epoch, LABELS_ROOT, blockCount, BUNDLE);
    }

    /// @dev A second operator commits labels that it can disprove itself, to get half of the first one's bond.
    function test_Attack_AnotherOperatorCommitsForTheFirst() public {
        uint64 epoch = _open();
        address second = _account("second operator");
        manager.grantRole(0, second, 0);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsOnlyOperator.selector, epoch, address(this)));
        vm.prank(second);
        epochs.commitLabels(epoch, LABELS_ROOT, 12, BUNDLE);
    }

    function test_RevertIf_Paused() public {
        uint64 epoch = _open();
        _pause(epochs.commitLabels.selector);
        epochs.commitLabels(epoch, ROOT, 1, BUNDLE);
    }

    function testFuzz_RevertIf_CallerHasNoRole(address caller) public {
        vm.assume(caller != address(this));
        uint64 epoch = _open();
        _expectUnauthorized(caller);
        vm.prank(caller);
        epochs.commitLabels(epoch, ROOT, 1, BUNDLE);
    }
}

contract LabelEpochs_RecordBlockHash_Test is LabelEpochsTest {
    function testFuzz_AnyoneRecordsTheFirstBlockAfterTheCommitment(address caller) public {
        uint64 epoch = _openCommitted();
        _mineTwo();
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.BlockHashRecorded(epoch, BLOCK_HASH);
        vm.prank(caller);
        epochs.recordBlockHash(epoch);
        vm.assertEq(epochs.epochOf(epoch).blockHash, BLOCK_HASH);
    }

    function test_ARecordedHashStays() public {
        uint64 epoch = _openCommitted();
        uint256 target = vm.getBlockNumber() + 1;
        _mineTwo();
        epochs.recordBlockHash(epoch);
        vm.setBlockhash(target, keccak256("another"));
        epochs.recordBlockHash(epoch);
        vm.assertEq(epochs.epochOf(epoch).blockHash, BLOCK_HASH);
    }

    function test_RevertIf_TheBlockIsNotThereYet() public {
        uint64 epoch = _openCommitted();
        uint64 target = uint64(vm.getBlockNumber() + 1);
        vm.roll(target);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsBlockHashUnavailable.selector, epoch, target));
        epochs.recordBlockHash(epoch);
    }

    function test_RevertIf_TheBlockIsTooOld() public {
        uint64 epoch = _openCommitted();
        uint64 target = uint64(vm.getBlockNumber() + 1);
        vm.roll(target + 257);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsBlockHashUnavailable.selector, epoch, target));
        epochs.recordBlockHash(epoch);
    }

    function test_RevertIf_LabelsAreNotCommitted() public {
        uint64 epoch = _open();
        _expectStatusError(epoch, ILabelEpochs.Status.Open);
        epochs.recordBlockHash(epoch);
    }
}

contract LabelEpochs_Reveal_Test is LabelEpochsTest {
    function testFuzz_TheSeedMixesSecretAndBlock(bytes32 secret, bytes32 blockHash, address caller) public {
        vm.assume(blockHash != 0);
        ILabelEpochs.Terms memory terms = _terms();
        terms.secretHash = keccak256(abi.encode(secret));
        uint64 epoch = epochs.open(terms);
        epochs.commitLabels(epoch, LABELS_ROOT, 12, BUNDLE);
        uint256 target = vm.getBlockNumber() + 1;
        vm.roll(target + 1);
        vm.setBlockhash(target, blockHash);
        bytes32 seed = keccak256(abi.encode(secret, blockHash));
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.SeedRevealed(epoch, secret, seed);
        vm.prank(caller);
        epochs.reveal(epoch, secret);
        vm.assertEq(epochs.epochOf(epoch).seed, seed);
        vm.assertEq(epochs.epochOf(epoch).secret, secret);
        vm.assertEq(epochs.epochOf(epoch).blockHash, blockHash);
        vm.assertEq(epochs.epochOf(epoch).revealedAt, _now());
        _assertStatus(epoch, ILabelEpochs.Status.Revealed);
    }

    function test_ARecordedHashServesLongAfterTheBlockIsGone() public {
        uint64 epoch = _openCommitted();
        _mineTwo();
        epochs.recordBlockHash(epoch);
        vm.roll(vm.getBlockNumber() + 10_000);
        epochs.reveal(epoch, SECRET);
        vm.assertEq(epochs.epochOf(epoch).seed, keccak256(abi.encode(SECRET, BLOCK_HASH)));
    }

    function test_RevertIf_TheBlockIsGoneAndWasNeverRecorded() public {
        uint64 epoch = _openCommitted();
        uint64 target = uint64(vm.getBlockNumber() + 1);
        vm.roll(target + 257);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsBlockHashUnavailable.selector, epoch, target));
        epochs.reveal(epoch, SECRET);
    }

    function testFuzz_RevertIf_TheSecretIsWrong(bytes32 secret) public {
        vm.assume(secret != SECRET);
        uint64 epoch = _openCommitted();
        _mineTwo();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsWrongSecret.selector, epoch));
        epochs.reveal(epoch, secret);
    }

    function testFuzz_RevertIf_TheDeadlineHasPassed(uint256 wait) public {
        wait = _bound(wait, REVEAL_WINDOW, 365 days);
        uint64 epoch = _openCommitted();
        uint48 deadline = _now() + REVEAL_WINDOW;
        _mineTwo();
        _skip(wait);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsTooLate.selector, epoch, deadline));
        epochs.reveal(epoch, SECRET);
    }

    function test_RevertIf_RevealedAlready() public {
        uint64 epoch = _openRevealed();
        _expectStatusError(epoch, ILabelEpochs.Status.Revealed);
        epochs.reveal(epoch, SECRET);
    }
}

contract LabelEpochs_MissReveal_Test is LabelEpochsTest {
    function testFuzz_AnyoneMovesOnWithoutASeed(address caller, uint256 wait) public {
        wait = _bound(wait, REVEAL_WINDOW, 365 days);
        uint64 epoch = _openCommitted();
        _skip(wait);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.RevealMissed(epoch);
        vm.prank(caller);
        epochs.missReveal(epoch);
        vm.assertEq(epochs.epochOf(epoch).seed, bytes32(0));
        vm.assertEq(epochs.epochOf(epoch).revealedAt, _now());
        _assertStatus(epoch, ILabelEpochs.Status.Revealed);
    }

    function test_TheOperatorsWholeBondGoesToTheReserve() public {
        uint64 epoch = _openCommitted();
        _skip(REVEAL_WINDOW);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.BondSlashed(epoch, address(this), OPERATOR_BOND, address(0), 0);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.BondChanged(address(this), 9 * OPERATOR_BOND, 0);
        epochs.missReveal(epoch);
        vm.assertEq(token.balanceOf(RESERVE), OPERATOR_BOND);
        vm.assertEq(epochs.epochOf(epoch).operatorBond, 0);
        _assertBond(address(this), 9 * OPERATOR_BOND, 0);
    }

    function testFuzz_RevertIf_TheDeadlineIsAhead(uint256 wait) public {
        wait = _bound(wait, 0, REVEAL_WINDOW - 1);
        uint64 epoch = _openCommitted();
        uint48 deadline = _now() + REVEAL_WINDOW;
        _skip(wait);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsTooEarly.selector, epoch, deadline));
        epochs.missReveal(epoch);
    }

    function test_RevertIf_Revealed() public {
        uint64 epoch = _openRevealed();
        _skip(REVEAL_WINDOW);
        _expectStatusError(epoch, ILabelEpochs.Status.Revealed);
        epochs.missReveal(epoch);
    }
}

contract LabelEpochs_ProposePayouts_Test is LabelEpochsTest {
    function testFuzz_StartsTheChallengeWindow(bytes32 root, uint32 count, uint256 total, uint112 totalRaw) public {
        vm.assume(root != 0 && count != 0);
        uint112 cumulative = uint112(_bound(total, 0, BUDGET));
        uint96 bond = _bondFor(cumulative);
        uint64 epoch = _openRevealed();
        uint48 endsAt = _now() + CHALLENGE_WINDOW;
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.PayoutsProposed(epoch, proposer, root, count, cumulative, totalRaw, bond, endsAt);
        vm.prank(proposer);
        epochs.proposePayouts(epoch, root, count, cumulative, totalRaw);
        ILabelEpochs.Epoch memory e = epochs.epochOf(epoch);
        vm.assertEq(e.payoutsRoot, root);
        vm.assertEq(e.accountCount, count);
        vm.assertEq(e.totalCumulative, cumulative);
        vm.assertEq(e.totalRaw, totalRaw);
        vm.assertEq(e.proposer, proposer);
        vm.assertEq(e.proposerBond, bond);
        vm.assertEq(e.proposedAt, _now());
        vm.assertEq(e.challengeEndsAt, endsAt);
        _assertStatus(epoch, ILabelEpochs.Status.Proposed);
    }

    function testFuzz_AnyoneBondedMayPropose(address account, uint256 total) public {
        vm.assume(account != address(0) && account != address(this) && account != proposer && account != challenger);
        uint112 cumulative = uint112(_bound(total, 0, BUDGET));
        uint96 bond = _bondFor(cumulative);
        uint64 epoch = _openRevealed();
        token.transfer(account, bond);
        _lock(account, bond);
        vm.prank(account);
        epochs.proposePayouts(epoch, ROOT, 1, cumulative, 0);
        _assertBond(account, 0, bond);
    }

    function testFuzz_RevertIf_TheBondIsTooSmall(uint256 total) public {
        uint112 cumulative = uint112(_bound(total, 0, BUDGET));
        uint96 bond = _bondFor(cumulative);
        uint64 epoch = _openRevealed();
        vm.prank(proposer);
        epochs.withdrawBond(10 * MIN_PROPOSER_BOND - bond + 1);
        _expectBondError(proposer, bond - 1, bond);
        _propose(epoch, ROOT, cumulative);
        token.transfer(proposer, 1);
        _lock(proposer, 1);
        _propose(epoch, ROOT, cumulative);
    }

    function testFuzz_RevertIf_TheEpochSpendsMoreThanItsBudget(uint256 total) public {
        total = _bound(total, BUDGET + 1, type(uint112).max);
        uint64 epoch = _openRevealed();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsOverBudget.selector, epoch, total, BUDGET));
        _propose(epoch, ROOT, uint112(total));
    }

    function testFuzz_TheBudgetCountsFromTheApprovedTotal(uint256 first, uint256 second) public {
        first = _bound(first, 1, BUDGET);
        second = _bound(second, 0, BUDGET);
        _openAccepted(uint112(first));
        uint64 epoch = _openRevealed();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsOverBudget.selector, epoch, BUDGET + 1, BUDGET));
        _propose(epoch, ROOT, uint112(first + BUDGET + 1));
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.RewardDistributorLowerTotal.selector, first - 1, first)
        );
        _propose(epoch, ROOT, uint112(first - 1));
        _propose(epoch, ROOT, uint112(first + second));
        vm.assertEq(epochs.epochOf(epoch).proposerBond, _bondFor(second));
    }

    function test_AnEpochMayPayNothingAndAllOfItsBudget() public {
        _openAccepted(0);
        _openAccepted(uint112(BUDGET));
        _openAccepted(uint112(BUDGET));
        vm.assertEq(distributor.totalApproved(), BUDGET);
        vm.assertEq(epochs.lastSettledEpoch(), 3);
    }

    function test_RevertIf_TheEpochBeforeIsNotSettled() public {
        _open();
        uint64 second = _openRevealed();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsOutOfOrder.selector, second, 1));
        _propose(second, ROOT, 1);
        epochs.voidEpoch(1);
        _propose(second, ROOT, 1);
    }

    function test_RevertIf_TheRootIsEmpty() public {
        uint64 epoch = _openRevealed();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsEmptyRoot.selector, epoch));
        epochs.proposePayouts(epoch, 0, 1, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsEmptyRoot.selector, epoch));
        epochs.proposePayouts(epoch, ROOT, 0, 0, 0);
    }

    function test_RevertIf_NotRevealed() public {
        uint64 epoch = _openCommitted();
        _expectStatusError(epoch, ILabelEpochs.Status.Committed);
        _propose(epoch, ROOT, 1);
    }

    function test_RevertIf_ARootIsProposedAlready() public {
        uint64 epoch = _openProposed(1);
        _expectStatusError(epoch, ILabelEpochs.Status.Proposed);
        _propose(epoch, ROOT, 1);
    }

    function test_RevertIf_Paused() public {
        uint64 epoch = _openRevealed();
        _pause(epochs.proposePayouts.selector);
        _propose(epoch, ROOT, 1);
    }
}

contract LabelEpochs_ProposerBondOf_Test is LabelEpochsTest {
    function testFuzz_IsTheLeastPlusAShareRoundedUp(uint80 spend) public view {
        vm.assertEq(epochs.proposerBondOf(spend), _bondFor(spend));
    }

    function test_Examples() public view {
        vm.assertEq(epochs.proposerBondOf(0), MIN_PROPOSER_BOND);
        vm.assertEq(epochs.proposerBondOf(625e18), MIN_PROPOSER_BOND);
        vm.assertEq(epochs.proposerBondOf(625e18 + 1), MIN_PROPOSER_BOND + 1);
        vm.assertEq(epochs.proposerBondOf(625e18 + 5), MIN_PROPOSER_BOND + 4);
        vm.assertEq(epochs.proposerBondOf(BUDGET), BUDGET * 8 / 10);
    }
}

contract LabelEpochs_RejectPayouts_Test is LabelEpochsTest {
    function test_AnotherRootCanBeProposed() public {
        uint64 epoch = _openProposed(1);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.PayoutsRejected(epoch, ROOT);
        epochs.rejectPayouts(epoch);
        _assertReopened(epoch);
        _skip(CHALLENGE_WINDOW);
        _propose(epoch, "better", 2);
        vm.expectPartialRevert(ILabelEpochs.LabelEpochsTooEarly.selector);
        epochs.acceptPayouts(epoch, "better");
    }

    function test_ReleasesTheProposersBond() public {
        uint64 epoch = _openProposed(1);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.BondChanged(proposer, 10 * MIN_PROPOSER_BOND, 0);
        epochs.rejectPayouts(epoch);
        _assertBond(proposer, 10 * MIN_PROPOSER_BOND, 0);
        _assertBond(address(this), 9 * OPERATOR_BOND, OPERATOR_BOND);
    }

    function test_EndsAFreezeWithoutALoser() public {
        uint64 epoch = _openProposed(1);
        epochs.freeze(epoch, challenger);
        epochs.rejectPayouts(epoch);
        vm.assertEq(epochs.epochOf(epoch).challenger, address(0));
        _assertBond(challenger, 10 * CHALLENGER_BOND, 0);
        _assertBond(proposer, 10 * MIN_PROPOSER_BOND, 0);
    }

    function test_RevertIf_NothingIsProposed() public {
        uint64 epoch = _openRevealed();
        _expectStatusError(epoch, ILabelEpochs.Status.Revealed);
        epochs.rejectPayouts(epoch);
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        uint64 epoch = _openProposed(1);
        _expectUnauthorized(caller);
        vm.prank(caller);
        epochs.rejectPayouts(epoch);
    }
}

contract LabelEpochs_AcceptPayouts_Test is LabelEpochsTest {
    function testFuzz_InstallsTheRootInTheDistributor(uint256 total, uint256 wait) public {
        total = _bound(total, 0, BUDGET);
        wait = _bound(wait, CHALLENGE_WINDOW, 365 days);
        uint64 epoch = _openProposed(uint112(total));
        _skip(wait);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.PayoutsApproved(epoch, ROOT, 5, total);
        epochs.acceptPayouts(epoch, ROOT);
        vm.assertEq(distributor.payoutsRoot(), ROOT);
        vm.assertEq(distributor.accountCount(), 5);
        vm.assertEq(distributor.totalApproved(), total);
        vm.assertEq(epochs.lastSettledEpoch(), epoch);
        _assertStatus(epoch, ILabelEpochs.Status.Accepted);
    }

    function testFuzz_ReleasesBothBonds(uint256 total) public {
        uint64 epoch = _openAccepted(uint112(_bound(total, 0, BUDGET)));
        _assertBond(address(this), 10 * OPERATOR_BOND, 0);
        _assertBond(proposer, 10 * MIN_PROPOSER_BOND, 0);
        ILabelEpochs.Epoch memory e = epochs.epochOf(epoch);
        vm.assertEq(e.proposerBond, 0);
        vm.assertEq(e.operatorBond, 0);
        vm.assertEq(e.proposer, proposer);
        vm.assertEq(e.operator, address(this));
    }

    function testFuzz_RevertIf_TheWindowIsOpen(uint256 wait) public {
        wait = _bound(wait, 0, CHALLENGE_WINDOW - 1);
        uint64 epoch = _openProposed(1);
        uint48 notBefore = _now() + CHALLENGE_WINDOW;
        _skip(wait);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsTooEarly.selector, epoch, notBefore));
        epochs.acceptPayouts(epoch, ROOT);
    }

    function testFuzz_RevertIf_TheVoteWasAboutAnotherRoot(bytes32 root) public {
        vm.assume(root != ROOT);
        uint64 epoch = _openProposed(1);
        _skip(CHALLENGE_WINDOW);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsRootMismatch.selector, epoch, ROOT, root));
        epochs.acceptPayouts(epoch, root);
    }

    function testFuzz_RevertIf_Frozen(uint256 wait) public {
        wait = _bound(wait, CHALLENGE_WINDOW, 365 days);
        uint64 epoch = _openProposed(1);
        epochs.freeze(epoch, challenger);
        _skip(wait);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsFrozen.selector, epoch, challenger));
        epochs.acceptPayouts(epoch, ROOT);
        epochs.unfreeze(epoch, responder);
        uint48 notBefore = _now() + RESPONSE_WINDOW;
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsTooEarly.selector, epoch, notBefore));
        epochs.acceptPayouts(epoch, ROOT);
        _skip(RESPONSE_WINDOW);
        epochs.acceptPayouts(epoch, ROOT);
    }

    function test_RevertIf_TheApprovedTotalHasMovedBeyondTheProposal() public {
        uint64 epoch = _openProposed(5);
        manager.grantRole(4, address(this), 0);
        distributor.setPayoutsRoot(9, "root", 1, 6);
        _skip(CHALLENGE_WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.RewardDistributorLowerTotal.selector, 5, 6));
        epochs.acceptPayouts(epoch, ROOT);
    }

    function test_RevertIf_ThePoolIsUnderfunded() public {
        distributor.setEpochBudget(20 * BUDGET);
        token.lockAndCall(address(epochs), 10 * OPERATOR_BOND, "");
        token.transfer(proposer, 20 * BUDGET);
        _lock(proposer, 20 * BUDGET);
        ILabelEpochs.Terms memory terms = _terms();
        terms.budget = 20 * BUDGET;
        // Bonds grow with the money.
        token.lockAndCall(address(epochs), 10 * OPERATOR_BOND, "");
        token.transfer(proposer, 10 * BUDGET);
        _lock(proposer, 10 * BUDGET);
        uint64 epoch = epochs.open(terms);
        epochs.commitLabels(epoch, LABELS_ROOT, 12, BUNDLE);
        _mineTwo();
        epochs.reveal(epoch, SECRET);
        _propose(epoch, ROOT, uint112(10 * BUDGET + 1));
        _skip(CHALLENGE_WINDOW);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRewardDistributor.RewardDistributorUnderfunded.selector, 10 * BUDGET + 1, 10 * BUDGET
            )
        );
        epochs.acceptPayouts(epoch, ROOT);
    }

    function test_RevertIf_NothingIsProposed() public {
        uint64 epoch = _openRevealed();
        _expectStatusError(epoch, ILabelEpochs.Status.Revealed);
        epochs.acceptPayouts(epoch, ROOT);
    }

    function test_RevertIf_Paused() public {
        uint64 epoch = _openProposed(1);
        _skip(CHALLENGE_WINDOW);
        _pause(epochs.acceptPayouts.selector);
        epochs.acceptPayouts(epoch, ROOT);
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        uint64 epoch = _openProposed(1);
        _skip(CHALLENGE_WINDOW);
        _expectUnauthorized(caller);
        vm.prank(caller);
        epochs.acceptPayouts(epoch, ROOT);
    }
}

contract LabelEpochs_VoidEpoch_Test is LabelEpochsTest {
    function test_EndsAnEpochFromAnyStatusBeforeAccepted() public {
        uint64[4] memory all = [_open(), _openCommitted(), _openRevealed(), 0];
        epochs.voidEpoch(all[0]);
        epochs.voidEpoch(all[1]);
        epochs.voidEpoch(all[2]);
        all[3] = _openProposed(1);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.EpochVoided(all[3]);
        epochs.voidEpoch(all[3]);
        vm.assertEq(epochs.lastSettledEpoch(), 4);
        _assertStatus(all[3], ILabelEpochs.Status.Voided);
        _assertBond(address(this), 10 * OPERATOR_BOND, 0);
    }

    function testFuzz_ReleasesEveryBond(uint256 status, bool frozen) public {
        uint64 epoch;
        status = _bound(status, uint256(ILabelEpochs.Status.Open), uint256(ILabelEpochs.Status.Proposed));
        if (status == uint256(ILabelEpochs.Status.Open)) epoch = _open();
        else if (status == uint256(ILabelEpochs.Status.Committed)) epoch = _openCommitted();
        else if (status == uint256(ILabelEpochs.Status.Revealed)) epoch = _openRevealed();
        else epoch = _openProposed(1);
        if (frozen && status != uint256(ILabelEpochs.Status.Open)) epochs.freeze(epoch, challenger);
        epochs.voidEpoch(epoch);
        _assertBond(address(this), 10 * OPERATOR_BOND, 0);
        _assertBond(proposer, 10 * MIN_PROPOSER_BOND, 0);
        _assertBond(challenger, 10 * CHALLENGER_BOND, 0);
        ILabelEpochs.Epoch memory e = epochs.epochOf(epoch);
        vm.assertEq(uint256(e.proposerBond) + e.operatorBond, 0);
        vm.assertEq(e.challenger, address(0));
    }

    function test_SettlesInOrderWhateverIsVoidedFirst() public {
        _open();
        _open();
        _open();
        epochs.voidEpoch(2);
        vm.assertEq(epochs.lastSettledEpoch(), 0);
        epochs.voidEpoch(1);
        vm.assertEq(epochs.lastSettledEpoch(), 2);
        epochs.voidEpoch(3);
        vm.assertEq(epochs.lastSettledEpoch(), 3);
    }

    function test_AcceptanceStepsOverEpochsVoidedBefore() public {
        uint64 first = _openProposed(1);
        uint64 second = _open();
        uint64 third = _open();
        epochs.voidEpoch(second);
        vm.assertEq(epochs.lastSettledEpoch(), 0);
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(first, ROOT);
        vm.assertEq(epochs.lastSettledEpoch(), second);
        _assertStatus(third, ILabelEpochs.Status.Open);
    }

    function test_RevertIf_AcceptedVoidedOrUnknown() public {
        uint64 epoch = _openAccepted(1);
        _expectStatusError(epoch, ILabelEpochs.Status.Accepted);
        epochs.voidEpoch(epoch);
        epoch = _open();
        epochs.voidEpoch(epoch);
        _expectStatusError(epoch, ILabelEpochs.Status.Voided);
        epochs.voidEpoch(epoch);
        _expectStatusError(99, ILabelEpochs.Status.None);
        epochs.voidEpoch(99);
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        uint64 epoch = _open();
        _expectUnauthorized(caller);
        vm.prank(caller);
        epochs.voidEpoch(epoch);
    }
}

contract LabelEpochs_Freeze_Test is LabelEpochsTest {
    function test_ReservesTheChallengersBondInEachStatusOfJudgement() public {
        uint64[3] memory all = [_openProposed(1), _openRevealed(), _openCommitted()];
        for (uint256 i = 0; i < all.length; ++i) {
            vm.expectEmit(address(epochs));
            emit ILabelEpochs.PayoutsFrozen(all[i], challenger);
            epochs.freeze(all[i], challenger);
            vm.assertEq(epochs.epochOf(all[i]).challenger, challenger);
            _assertBond(challenger, (9 - i) * CHALLENGER_BOND, (i + 1) * CHALLENGER_BOND);
        }
    }

    /// @dev A demand about the labels outlives the reveal and the proposal.
    function test_AFreezeStaysThroughRevealAndProposal() public {
        uint64 epoch = _openCommitted();
        epochs.freeze(epoch, challenger);
        _mineTwo();
        epochs.reveal(epoch, SECRET);
        _propose(epoch, ROOT, 1);
        vm.assertEq(epochs.epochOf(epoch).challenger, challenger);
        _skip(CHALLENGE_WINDOW);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsFrozen.selector, epoch, challenger));
        epochs.acceptPayouts(epoch, ROOT);
    }

    function test_one_open_case_per_subject() public {
        uint64 epoch = _openProposed(1);
        epochs.freeze(epoch, challenger);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsFrozen.selector, epoch, challenger));
        epochs.freeze(epoch, proposer);
    }

    function testFuzz_RevertIf_TheBondIsTooSmall(uint256 free) public {
        free = _bound(free, 0, CHALLENGER_BOND - 1);
        uint64 epoch = _openProposed(1);
        vm.prank(challenger);
        epochs.withdrawBond(10 * CHALLENGER_BOND - free);
        _expectBondError(challenger, free, CHALLENGER_BOND);
        epochs.freeze(epoch, challenger);
    }

    function test_RevertIf_ThereIsNothingToProve() public {
        _expectStatusError(9, ILabelEpochs.Status.None);
        epochs.freeze(9, challenger);
        uint64 epoch = _open();
        _expectStatusError(epoch, ILabelEpochs.Status.Open);
        epochs.freeze(epoch, challenger);
        epochs.voidEpoch(epoch);
        _expectStatusError(epoch, ILabelEpochs.Status.Voided);
        epochs.freeze(epoch, challenger);
        epoch = _openAccepted(1);
        _expectStatusError(epoch, ILabelEpochs.Status.Accepted);
        epochs.freeze(epoch, challenger);
    }

    function testFuzz_RevertIf_CallerIsNotTheReferee(address caller) public {
        vm.assume(caller != address(this));
        uint64 epoch = _openProposed(1);
        _expectUnauthorized(caller);
        vm.prank(caller);
        epochs.freeze(epoch, challenger);
    }
}

contract LabelEpochs_Unfreeze_Test is LabelEpochsTest {
    function test_HalfOfTheBondGoesToTheResponder() public {
        uint64 epoch = _openProposed(1);
        epochs.freeze(epoch, challenger);
        uint96 half = CHALLENGER_BOND / 2;
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.PayoutsUnfrozen(epoch, responder, _now() + CHALLENGE_WINDOW);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.BondSlashed(epoch, challenger, CHALLENGER_BOND, responder, half);
        epochs.unfreeze(epoch, responder);
        vm.assertEq(token.balanceOf(responder), half);
        vm.assertEq(token.balanceOf(RESERVE), half + 1);
        vm.assertEq(epochs.epochOf(epoch).challenger, address(0));
        _assertBond(challenger, 9 * CHALLENGER_BOND, 0);
        _assertBond(proposer, 10 * MIN_PROPOSER_BOND - _bondFor(1), _bondFor(1));
        _assertStatus(epoch, ILabelEpochs.Status.Proposed);
    }

    function testFuzz_TheWindowIsNeverShorterThanTheResponseWindow(uint256 wait) public {
        wait = _bound(wait, 0, 30 days);
        uint64 epoch = _openProposed(1);
        uint48 before = epochs.epochOf(epoch).challengeEndsAt;
        epochs.freeze(epoch, challenger);
        _skip(wait);
        epochs.unfreeze(epoch, responder);
        uint48 endsAt = epochs.epochOf(epoch).challengeEndsAt;
        uint48 least = _now() + RESPONSE_WINDOW;
        vm.assertEq(endsAt, before > least ? before : least);
    }

    /// @dev Whatever an answer about the labels set before, a proposal has its whole window.
    function test_AProposalAfterwardsHasItsWholeWindow() public {
        uint64 epoch = _openCommitted();
        epochs.freeze(epoch, challenger);
        epochs.unfreeze(epoch, responder);
        vm.assertEq(epochs.epochOf(epoch).challengeEndsAt, _now() + RESPONSE_WINDOW);
        _mineTwo();
        epochs.reveal(epoch, SECRET);
        _propose(epoch, ROOT, 1);
        vm.assertEq(epochs.epochOf(epoch).challengeEndsAt, _now() + CHALLENGE_WINDOW);
    }

    function test_AnotherDemandMayFollow() public {
        uint64 epoch = _openProposed(1);
        epochs.freeze(epoch, challenger);
        epochs.unfreeze(epoch, responder);
        epochs.freeze(epoch, challenger);
        _assertBond(challenger, 8 * CHALLENGER_BOND, CHALLENGER_BOND);
    }

    function test_RevertIf_NotFrozen() public {
        uint64 epoch = _openProposed(1);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsNotFrozen.selector, epoch));
        epochs.unfreeze(epoch, responder);
    }

    function testFuzz_RevertIf_CallerIsNotTheReferee(address caller) public {
        vm.assume(caller != address(this));
        uint64 epoch = _openProposed(1);
        epochs.freeze(epoch, challenger);
        _expectUnauthorized(caller);
        vm.prank(caller);
        epochs.unfreeze(epoch, responder);
    }
}

contract LabelEpochs_DisprovePayouts_Test is LabelEpochsTest {
    function testFuzz_HalfOfTheBondGoesToTheChallenger(uint256 total) public {
        uint112 cumulative = uint112(_bound(total, 0, BUDGET));
        uint96 bond = _bondFor(cumulative);
        uint64 epoch = _openProposed(cumulative);
        uint256 before = token.balanceOf(challenger);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.PayoutsDisproved(epoch, challenger, Fraud.Score, ROOT);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.BondSlashed(epoch, proposer, bond, challenger, bond / 2);
        epochs.disprovePayouts(epoch, challenger, Fraud.Score);
        vm.assertEq(token.balanceOf(challenger), before + bond / 2);
        vm.assertEq(token.balanceOf(RESERVE), bond - bond / 2);
        _assertBond(proposer, 10 * MIN_PROPOSER_BOND - bond, 0);
        _assertBond(address(this), 9 * OPERATOR_BOND, OPERATOR_BOND);
        _assertReopened(epoch);
    }

    function test_AnHonestProposalFollowsAndIsPaid() public {
        uint64 epoch = _openProposed(1);
        epochs.disprovePayouts(epoch, challenger, Fraud.Total);
        _propose(epoch, "honest", 2);
        _skip(CHALLENGE_WINDOW);
        vm.expectRevert(
            abi.encodeWithSelector(ILabelEpochs.LabelEpochsRootMismatch.selector, epoch, bytes32("honest"), ROOT)
        );
        epochs.acceptPayouts(epoch, ROOT);
        epochs.acceptPayouts(epoch, "honest");
        vm.assertEq(distributor.payoutsRoot(), "honest");
    }

    /// @dev Somebody else's proof ends the demand: what was demanded is gone, so nobody lost it.
    function test_EndsAFreezeAndItsChallengerGetsTheBondBack() public {
        uint64 epoch = _openProposed(1);
        epochs.freeze(epoch, challenger);
        epochs.disprovePayouts(epoch, responder, Fraud.Order);
        _assertBond(challenger, 10 * CHALLENGER_BOND, 0);
        vm.assertEq(token.balanceOf(responder), _bondFor(1) / 2);
        _assertReopened(epoch);
    }

    function test_StillAfterTheWindowUntilTheVoteIsExecuted() public {
        uint64 epoch = _openProposed(1);
        _skip(100 * CHALLENGE_WINDOW);
        epochs.disprovePayouts(epoch, challenger, Fraud.Score);
        _expectStatusError(epoch, ILabelEpochs.Status.Revealed);
        epochs.acceptPayouts(epoch, ROOT);
    }

    function test_RevertIf_NothingIsProposed() public {
        uint64 epoch = _openRevealed();
        _expectStatusError(epoch, ILabelEpochs.Status.Revealed);
        epochs.disprovePayouts(epoch, challenger, Fraud.Score);
        _propose(epoch, ROOT, 1);
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(epoch, ROOT);
        _expectStatusError(epoch, ILabelEpochs.Status.Accepted);
        epochs.disprovePayouts(epoch, challenger, Fraud.Score);
    }

    function testFuzz_RevertIf_CallerIsNotTheReferee(address caller) public {
        vm.assume(caller != address(this));
        uint64 epoch = _openProposed(1);
        _expectUnauthorized(caller);
        vm.prank(caller);
        epochs.disprovePayouts(epoch, challenger, Fraud.Score);
    }
}

contract LabelEpochs_DisproveLabels_Test is LabelEpochsTest {
    function test_VoidsTheEpochInEachStatusOfJudgement() public {
        uint64[3] memory all = [_openProposed(1), _openRevealed(), _openCommitted()];
        uint256 before = token.balanceOf(challenger);
        for (uint256 i = 0; i < all.length; ++i) {
            vm.expectEmit(address(epochs));
            emit ILabelEpochs.LabelsDisproved(all[i], challenger, Fraud.Receipt);
            vm.expectEmit(address(epochs));
            emit ILabelEpochs.EpochVoided(all[i]);
            vm.expectEmit(address(epochs));
            emit ILabelEpochs.BondSlashed(all[i], address(this), OPERATOR_BOND, challenger, OPERATOR_BOND / 2);
            epochs.disproveLabels(all[i], challenger, Fraud.Receipt);
            _assertStatus(all[i], ILabelEpochs.Status.Voided);
            vm.assertEq(epochs.lastSettledEpoch(), all[i]);
            vm.assertEq(epochs.epochOf(all[i]).operatorBond, 0);
            vm.assertEq(token.balanceOf(challenger), before + (i + 1) * (OPERATOR_BOND / 2));
            vm.assertEq(token.balanceOf(RESERVE), (i + 1) * (OPERATOR_BOND / 2));
        }
        _assertBond(address(this), 7 * OPERATOR_BOND, 0);
    }

    function test_ReleasesTheOtherBonds() public {
        uint64 epoch = _openProposed(1);
        epochs.freeze(epoch, challenger);
        epochs.disproveLabels(epoch, responder, Fraud.DuplicateLabeler);
        _assertBond(proposer, 10 * MIN_PROPOSER_BOND, 0);
        _assertBond(challenger, 10 * CHALLENGER_BOND, 0);
        vm.assertEq(epochs.epochOf(epoch).proposerBond, 0);
        vm.assertEq(epochs.epochOf(epoch).challenger, address(0));
    }

    function test_AfterAMissedRevealThereIsNoBondLeftToTake() public {
        uint64 epoch = _openCommitted();
        _skip(REVEAL_WINDOW);
        epochs.missReveal(epoch);
        epochs.disproveLabels(epoch, responder, Fraud.StrayBits);
        vm.assertEq(token.balanceOf(responder), 0);
        vm.assertEq(token.balanceOf(RESERVE), OPERATOR_BOND);
        _assertBond(address(this), 9 * OPERATOR_BOND, 0);
        _assertStatus(epoch, ILabelEpochs.Status.Voided);
    }

    function test_RevertIf_ThereIsNothingToProve() public {
        uint64 epoch = _open();
        _expectStatusError(epoch, ILabelEpochs.Status.Open);
        epochs.disproveLabels(epoch, challenger, Fraud.Receipt);
        epochs.voidEpoch(epoch);
        _expectStatusError(epoch, ILabelEpochs.Status.Voided);
        epochs.disproveLabels(epoch, challenger, Fraud.Receipt);
        epoch = _openAccepted(1);
        _expectStatusError(epoch, ILabelEpochs.Status.Accepted);
        epochs.disproveLabels(epoch, challenger, Fraud.Receipt);
    }

    function testFuzz_RevertIf_CallerIsNotTheReferee(address caller) public {
        vm.assume(caller != address(this));
        uint64 epoch = _openProposed(1);
        _expectUnauthorized(caller);
        vm.prank(caller);
        epochs.disproveLabels(epoch, challenger, Fraud.Receipt);
    }
}

contract LabelEpochs_HashTypedData_Test is LabelEpochsTest {
    function testFuzz_IsTheDigestOfThisContractOnThisChain(bytes32 structHash, uint64 chainId) public {
        vm.assume(chainId != 0);
        vm.assertEq(epochs.hashTypedData(structHash), _digest(structHash));
        // After a fork the same message is another one.
        bytes32 before = epochs.hashTypedData(structHash);
        uint256 here = block.chainid;
        vm.chainId(chainId);
        vm.assertEq(epochs.hashTypedData(structHash), _digest(structHash));
        vm.assertTrue((epochs.hashTypedData(structHash) == before) == (chainId == here));
    }

    function test_TheDomainIsPublic() public view {
        (, string memory name, string memory version, uint256 chainId, address verifyingContract,,) =
            epochs.eip712Domain();
        vm.assertEq(name, "Polity");
        vm.assertEq(version, "1");
        vm.assertEq(chainId, block.chainid);
        vm.assertEq(verifyingContract, address(epochs));
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Polity"),
                keccak256("1"),
                block.chainid,
                address(epochs)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}

contract LabelEpochs_IsPausable_Test is LabelEpochsTest {
    function testFuzz_FourEntriesAndNoOther(bytes4 selector) public {
        bool expected = selector == epochs.open.selector || selector == epochs.commitLabels.selector
            || selector == epochs.proposePayouts.selector || selector == epochs.acceptPayouts.selector;
        vm.assertTrue(epochs.isPausable(selector) == expected);
        if (!expected) {
            vm.expectRevert(abi.encodeWithSelector(EntryPause.EntryPauseNotPausable.selector, selector));
            epochs.pause(selector, 1);
        }
    }

    /// @dev With everything paused that can be, nobody is kept from revealing, proving, answering or leaving.
    function test_APauseKeepsNobodyFromProvingOrLeaving() public {
        uint64[3] memory all = [_openProposed(1), _openCommitted(), _openRevealed()];
        bytes4[4] memory pausable = [
            epochs.open.selector,
            epochs.commitLabels.selector,
            epochs.proposePayouts.selector,
            epochs.acceptPayouts.selector
        ];
        for (uint256 i = 0; i < pausable.length; ++i) {
            vm.assertTrue(epochs.isPausable(pausable[i]));
            epochs.pause(pausable[i], 7 days);
        }
        epochs.freeze(all[0], challenger);
        epochs.unfreeze(all[0], responder);
        epochs.disprovePayouts(all[0], challenger, Fraud.Score);
        epochs.recordBlockHash(all[1]);
        epochs.reveal(all[1], SECRET);
        epochs.disproveLabels(all[1], challenger, Fraud.Receipt);
        epochs.voidEpoch(all[2]);
        _lock(challenger, 1);
        (uint256 free,) = epochs.bondOf(proposer);
        vm.prank(proposer);
        epochs.withdrawBond(free);
        _assertBond(proposer, 0, 0);
    }
}

contract LabelEpochs_Attacks_Test is LabelEpochsTest {
    /// @dev Whatever it rules, and as often as it likes, the referee ends with nothing: no tokens, no bond, no votes.
    function testFuzz_judge_never_gains(uint256 rulings) public {
        address judge = _account("judge");
        bytes4[] memory selectors = new bytes4[](4);
        (selectors[0], selectors[1]) = (epochs.freeze.selector, epochs.unfreeze.selector);
        (selectors[2], selectors[3]) = (epochs.disprovePayouts.selector, epochs.disproveLabels.selector);
        manager.setTargetFunctionRole(address(epochs), selectors, 5);
        manager.grantRole(5, judge, 0);
        uint64 epoch = _openProposed(1);
        vm.startPrank(judge);
        for (uint256 round = 0; round < 8 && rulings & 3 != 3; ++round) {
            epochs.freeze(epoch, challenger);
            if (rulings & 3 == 0) epochs.unfreeze(epoch, responder);
            else if (rulings & 3 == 1) epochs.disprovePayouts(epoch, challenger, Fraud.Score);
            else epochs.disproveLabels(epoch, challenger, Fraud.Receipt);
            if (rulings & 3 != 0) break;
            rulings >>= 2;
        }
        vm.stopPrank();
        vm.assertEq(token.balanceOf(judge) + token.balanceOf(address(epochs)), 0);
        vm.assertEq(token.getVotes(judge), 0);
        _assertBond(judge, 0, 0);
    }

    /// @dev One person under two names demands and answers, to hold up the vote: each round costs half a bond.
    function test_Attack_DelayByAnsweringOnesOwnDemands() public {
        uint64 epoch = _openProposed(1);
        address alias_ = _account("challenger's other name");
        uint256 wealth = token.balanceOf(challenger);
        for (uint256 round = 1; round <= 10; ++round) {
            _skip(CHALLENGE_WINDOW);
            epochs.freeze(epoch, challenger);
            epochs.unfreeze(epoch, alias_);
            uint256 left = token.balanceOf(challenger) + token.balanceOf(alias_);
            vm.assertEq(wealth - left, round * (CHALLENGER_BOND - CHALLENGER_BOND / 2));
        }
        // Out of bonds, and the vote goes on a response window later.
        _expectBondError(challenger, 0, CHALLENGER_BOND);
        epochs.freeze(epoch, challenger);
        _skip(RESPONSE_WINDOW);
        epochs.acceptPayouts(epoch, ROOT);
    }

    /// @dev A proposer that sees the fraud proof coming disproves itself first, under another name.
    function test_Attack_ProposerDisprovesItself() public {
        uint64 epoch = _openProposed(1);
        address alias_ = _account("proposer's other name");
        uint256 before = token.balanceOf(proposer);
        epochs.disprovePayouts(epoch, alias_, Fraud.Score);
        uint256 lost = before - token.balanceOf(proposer) - token.balanceOf(alias_);
        vm.assertEq(lost, _bondFor(1) - _bondFor(1) / 2);
        vm.assertEq(token.balanceOf(RESERVE), lost);
    }

    function test_Attack_WithdrawBeforeTheSlash() public {
        uint64 epoch = _openProposed(1);
        (uint256 free, uint256 reserved) = epochs.bondOf(proposer);
        vm.prank(proposer);
        epochs.withdrawBond(free);
        _expectBondError(proposer, 0, 1);
        vm.prank(proposer);
        epochs.withdrawBond(1);
        uint256 balance = token.balanceOf(proposer);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernanceToken.GovernanceTokenLocked.selector, proposer, balance - reserved, balance
            )
        );
        vm.prank(proposer);
        token.transfer(challenger, balance);
        epochs.disprovePayouts(epoch, challenger, Fraud.Score);
        vm.assertEq(token.balanceOf(proposer), balance - reserved);
    }

    /// @dev One bond stands behind one thing at a time.
    function test_Attack_OneBondForTwoRoles() public {
        address account = _bonded("both", _bondFor(1) + CHALLENGER_BOND - 1);
        uint64 epoch = _openRevealed();
        vm.prank(account);
        epochs.proposePayouts(epoch, ROOT, 1, 1, 1);
        _expectBondError(account, CHALLENGER_BOND - 1, CHALLENGER_BOND);
        epochs.freeze(epoch, account);
    }

    /// @dev Bad roots cannot be used to keep good ones out: each costs a bond and is gone in one transaction.
    function test_Attack_SpamOfWrongRoots() public {
        uint64 epoch = _openRevealed();
        uint256 n = 0;
        (uint256 free,) = epochs.bondOf(proposer);
        for (; free >= _bondFor(1); (free,) = epochs.bondOf(proposer)) {
            _propose(epoch, keccak256(abi.encode(n++)), 1);
            epochs.disprovePayouts(epoch, challenger, Fraud.RunningTotal);
        }
        vm.assertEq(n, 10);
        vm.assertEq(token.balanceOf(proposer), 10 * MIN_PROPOSER_BOND - n * _bondFor(1));
        vm.prank(address(this));
        epochs.proposePayouts(epoch, "honest", 1, 1, 1);
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(epoch, "honest");
    }

    /// @dev Two roots of one epoch, or of two epochs, are never in flight together, so none can be approved unseen.
    function test_Attack_ProposerReplacesItsRootAfterTheVote() public {
        uint64 epoch = _openProposed(1);
        _expectStatusError(epoch, ILabelEpochs.Status.Proposed);
        _propose(epoch, "worse", uint112(BUDGET));
        uint64 next = _openRevealed();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsOutOfOrder.selector, next, epoch));
        _propose(next, "worse", uint112(BUDGET));
    }

    /// @dev every_case_terminates: an open demand ends by an answer or by its deadline, which the referee's own tests show;
    /// should the referee itself never decide again, a vote ends the epoch, and all bonds are free.
    function test_Attack_DeadReferee() public {
        uint64 epoch = _openProposed(1);
        epochs.freeze(epoch, challenger);
        _skip(365 days);
        epochs.voidEpoch(epoch);
        (uint256 free,) = epochs.bondOf(challenger);
        vm.prank(challenger);
        epochs.withdrawBond(free);
        (free,) = epochs.bondOf(proposer);
        vm.prank(proposer);
        epochs.withdrawBond(free);
        vm.assertEq(token.lockedBalanceOf(challenger) + token.lockedBalanceOf(proposer), 0);
    }

    /// @dev Ether or tokens pushed into a contract are nobody's bond, budget or pay.
    function test_Attack_ForcedEthAndTokens() public {
        vm.deal(address(epochs), 100 ether);
        vm.deal(address(distributor), 100 ether);
        token.transfer(address(epochs), 7e18);
        token.transfer(address(distributor), 7e18);
        vm.assertEq(distributor.totalFunded(), 10 * BUDGET);
        _assertBond(address(epochs), 0, 0);
        uint64 epoch = _openProposed(uint112(BUDGET));
        vm.assertEq(epochs.epochOf(epoch).proposerBond, _bondFor(BUDGET));
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(epoch, ROOT);
        vm.assertEq(distributor.totalApproved(), BUDGET);
    }

    /// @dev Flash-loaned or borrowed tokens: a bond must stay locked for the whole window.
    function test_Attack_BorrowedBondCannotLeaveBeforeTheSettlement() public {
        uint64 epoch = _openRevealed();
        address borrower = _bonded("borrower", _bondFor(1));
        vm.prank(borrower);
        epochs.proposePayouts(epoch, ROOT, 1, 1, 1);
        _expectBondError(borrower, 0, _bondFor(1));
        vm.prank(borrower);
        epochs.withdrawBond(_bondFor(1));
    }
}
