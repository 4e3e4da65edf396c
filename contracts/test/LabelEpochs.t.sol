// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../src/governance/GovernanceToken.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {IRewardDistributor} from "../src/interfaces/IRewardDistributor.sol";
import {LabelEpochs} from "../src/rewards/LabelEpochs.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";

abstract contract LabelEpochsTest is Base {
    uint256 internal constant BUDGET = 1_000e18;
    uint48 internal constant CHALLENGE_WINDOW = 3 days;
    uint48 internal constant REVEAL_WINDOW = 1 days;
    uint48 internal constant RESPONSE_WINDOW = 1 days;
    uint96 internal constant OPERATOR_BOND = 1_000e18;
    uint96 internal constant MIN_PROPOSER_BOND = 500e18;
    uint16 internal constant PROPOSER_BOND_BPS = 1_000;
    uint96 internal constant CHALLENGER_BOND = 101e18 + 1; // odd: halves round
    address internal constant RESERVE = address(0x7ea5);
    uint32 internal constant MAX_BLOCKS = 2 ** 21;
    bytes32 internal constant SECRET = "secret";
    bytes32 internal constant BLOCK_HASH = keccak256("block");
    bytes32 internal constant LABELS_ROOT = keccak256("labels");
    bytes32 internal constant BUNDLE = keccak256("bundle");
    bytes32 internal constant ROOT = keccak256("payouts");

    GovernanceToken internal token;
    RewardDistributor internal distributor;
    LabelEpochs internal epochs;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(address(this), 1_000 * BUDGET);
        token = new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", 1_000 * BUDGET, 0, address(manager)), allocations
        );
        distributor = new RewardDistributor(address(manager), token);
        epochs = new LabelEpochs(_config());
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = RewardDistributor.setPayoutsRoot.selector;
        manager.setTargetFunctionRole(address(distributor), selectors, 4);
        manager.grantRole(4, address(epochs), 0);
        token.setLocker(address(epochs), true);
        token.approve(address(distributor), type(uint256).max);
        distributor.fund(10 * BUDGET);
        distributor.setEpochBudget(BUDGET);
        token.lockAndCall(address(epochs), 100 * OPERATOR_BOND, "");
    }

    function _config() internal view returns (LabelEpochs.Config memory) {
        return LabelEpochs.Config({
            authority: address(manager),
            token: token,
            distributor: distributor,
            challengeWindow: CHALLENGE_WINDOW,
            revealWindow: REVEAL_WINDOW,
            responseWindow: RESPONSE_WINDOW,
            operatorBond: OPERATOR_BOND,
            minProposerBond: MIN_PROPOSER_BOND,
            proposerBondBps: PROPOSER_BOND_BPS,
            challengerBond: CHALLENGER_BOND,
            reserve: RESERVE
        });
    }

    function _terms() internal pure returns (ILabelEpochs.Terms memory) {
        return ILabelEpochs.Terms({
            budget: BUDGET,
            basePay: 1e18,
            alphaPay: 2e18,
            blockSlots: 256,
            overlapSlots: 64,
            goldSlots: 16,
            minOverlap: 48,
            minRoster: 12,
            goldPassBps: 7_000,
            goldBlocks: 4,
            goldRoot: keccak256("gold"),
            secretHash: keccak256(abi.encode(SECRET)),
            campaignHash: keccak256("campaign")
        });
    }

    function _open() internal returns (uint64) {
        return epochs.open(_terms());
    }

    function _openCommitted() internal returns (uint64 epoch) {
        epoch = _open();
        epochs.commitLabels(epoch, LABELS_ROOT, 12, BUNDLE);
    }

    /// @dev Two blocks on, so that the block after the commitment has a hash.
    function _mineTwo() internal {
        uint256 number = vm.getBlockNumber();
        vm.roll(number + 2);
        vm.setBlockhash(number + 1, BLOCK_HASH);
    }

    function _openRevealed() internal returns (uint64 epoch) {
        epoch = _openCommitted();
        _mineTwo();
        epochs.reveal(epoch, SECRET);
    }

    function _openProposed(uint112 totalCumulative) internal returns (uint64 epoch) {
        epoch = _openRevealed();
        epochs.proposePayouts(epoch, ROOT, 5, totalCumulative, totalCumulative);
    }

    function _expectStatusError(uint64 epoch, ILabelEpochs.Status actual) internal {
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsWrongStatus.selector, epoch, actual));
    }

    function _assertStatus(uint64 epoch, ILabelEpochs.Status status) internal view {
        vm.assertEq(uint256(epochs.epochOf(epoch).status), uint256(status));
    }
}

contract LabelEpochs_Constructor_Test is LabelEpochsTest {
    function test_RevertIf_AParameterIsOutOfBounds() public {
        LabelEpochs.Config memory config = _config();
        config.challengeWindow = 0;
        _expectOutOfBounds(config, "challengeWindow");
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
        config.proposerBondBps = 10_001;
        _expectOutOfBounds(config, "proposerBondBps");
        config = _config();
        config.challengerBond = 0;
        _expectOutOfBounds(config, "challengerBond");
        config = _config();
        config.reserve = address(0);
        _expectOutOfBounds(config, "reserve");
    }

    function test_TheLargestAndSmallestParametersPass() public {
        LabelEpochs.Config memory config = _config();
        (config.challengeWindow, config.revealWindow, config.responseWindow) = (1, 1, 1);
        (config.operatorBond, config.minProposerBond, config.challengerBond) = (1, 1, 1);
        config.proposerBondBps = 10_000;
        new LabelEpochs(config);
        config.proposerBondBps = 0;
        new LabelEpochs(config);
    }

    function test_KeepsItsParameters() public view {
        vm.assertEq(address(epochs.token()), address(token));
        vm.assertEq(address(epochs.distributor()), address(distributor));
        vm.assertEq(epochs.challengeWindow(), CHALLENGE_WINDOW);
        vm.assertEq(epochs.revealWindow(), REVEAL_WINDOW);
        vm.assertEq(epochs.responseWindow(), RESPONSE_WINDOW);
        vm.assertEq(epochs.operatorBond(), OPERATOR_BOND);
        vm.assertEq(epochs.minProposerBond(), MIN_PROPOSER_BOND);
        vm.assertEq(epochs.proposerBondBps(), PROPOSER_BOND_BPS);
        vm.assertEq(epochs.challengerBond(), CHALLENGER_BOND);
        vm.assertEq(epochs.reserve(), RESERVE);
        vm.assertEq(epochs.authority(), address(manager));
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
        _assertStatus(1, ILabelEpochs.Status.Open);
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
        terms.goldPassBps = 10_001;
        _expectOutOfBounds(terms, "goldPassBps");
        terms = _terms();
        terms.goldRoot = 0;
        _expectOutOfBounds(terms, "goldRoot");
        terms = _terms();
        terms.secretHash = 0;
        _expectOutOfBounds(terms, "secretHash");
        terms = _terms();
        terms.campaignHash = 0;
        _expectOutOfBounds(terms, "campaignHash");
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
        _assertStatus(epoch, ILabelEpochs.Status.Revealed);
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
    function testFuzz_StartsTheChallengeWindow(bytes32 root, uint32 count, uint256 total) public {
        vm.assume(root != 0 && count != 0);
        total = _bound(total, 0, BUDGET);
        uint64 epoch = _openRevealed();
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.PayoutsProposed(
            epoch,
            address(this),
            root,
            count,
            uint112(total),
            0,
            uint96(epochs.proposerBondOf(total)),
            _now() + CHALLENGE_WINDOW
        );
        epochs.proposePayouts(epoch, root, count, uint112(total), 0);
        ILabelEpochs.Epoch memory e = epochs.epochOf(epoch);
        vm.assertEq(e.payoutsRoot, root);
        vm.assertEq(e.accountCount, count);
        vm.assertEq(e.totalCumulative, total);
        vm.assertEq(e.proposedAt, _now());
        _assertStatus(epoch, ILabelEpochs.Status.Proposed);
    }

    function testFuzz_RevertIf_TheEpochSpendsMoreThanItsBudget(uint256 total) public {
        total = _bound(total, BUDGET + 1, type(uint112).max);
        uint64 epoch = _openRevealed();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsOverBudget.selector, epoch, total, BUDGET));
        epochs.proposePayouts(epoch, ROOT, 1, uint112(total), 0);
    }

    function testFuzz_TheBudgetCountsFromTheApprovedTotal(uint256 first, uint256 second) public {
        first = _bound(first, 1, BUDGET);
        second = _bound(second, 0, BUDGET);
        uint64 epoch = _openProposed(uint112(first));
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(epoch, ROOT);
        epoch = _openRevealed();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsOverBudget.selector, epoch, BUDGET + 1, BUDGET));
        epochs.proposePayouts(epoch, ROOT, 1, uint112(first + BUDGET + 1), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.RewardDistributorLowerTotal.selector, first - 1, first)
        );
        epochs.proposePayouts(epoch, ROOT, 1, uint112(first - 1), 0);
        epochs.proposePayouts(epoch, ROOT, 1, uint112(first + second), 0);
    }

    function test_RevertIf_TheEpochBeforeIsNotSettled() public {
        _open();
        uint64 second = _openRevealed();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsOutOfOrder.selector, second, 1));
        epochs.proposePayouts(second, ROOT, 1, uint112(1), 0);
        epochs.voidEpoch(1);
        epochs.proposePayouts(second, ROOT, 1, uint112(1), 0);
    }

    function test_RevertIf_TheRootIsEmpty() public {
        uint64 epoch = _openRevealed();
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsEmptyRoot.selector, epoch));
        epochs.proposePayouts(epoch, 0, 1, uint112(0), 0);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsEmptyRoot.selector, epoch));
        epochs.proposePayouts(epoch, ROOT, 0, uint112(0), 0);
    }

    function test_RevertIf_NotRevealed() public {
        uint64 epoch = _openCommitted();
        _expectStatusError(epoch, ILabelEpochs.Status.Committed);
        epochs.proposePayouts(epoch, ROOT, 1, uint112(1), 0);
    }

    function test_RevertIf_ARootIsProposedAlready() public {
        uint64 epoch = _openProposed(1);
        _expectStatusError(epoch, ILabelEpochs.Status.Proposed);
        epochs.proposePayouts(epoch, ROOT, 1, uint112(1), 0);
    }
}

contract LabelEpochs_RejectPayouts_Test is LabelEpochsTest {
    function test_AnotherRootCanBeProposed() public {
        uint64 epoch = _openProposed(1);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.PayoutsRejected(epoch, ROOT);
        epochs.rejectPayouts(epoch);
        ILabelEpochs.Epoch memory e = epochs.epochOf(epoch);
        vm.assertEq(e.payoutsRoot, bytes32(0));
        vm.assertEq(e.totalCumulative, 0);
        vm.assertEq(e.accountCount, 0);
        _skip(CHALLENGE_WINDOW);
        epochs.proposePayouts(epoch, "better", 2, uint112(2), 0);
        vm.expectPartialRevert(ILabelEpochs.LabelEpochsTooEarly.selector);
        epochs.acceptPayouts(epoch, "better");
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

    function test_RevertIf_ThePoolIsUnderfunded() public {
        distributor.setEpochBudget(20 * BUDGET);
        ILabelEpochs.Terms memory terms = _terms();
        terms.budget = 20 * BUDGET;
        uint64 epoch = epochs.open(terms);
        epochs.commitLabels(epoch, LABELS_ROOT, 12, BUNDLE);
        _mineTwo();
        epochs.reveal(epoch, SECRET);
        epochs.proposePayouts(epoch, ROOT, 1, uint112(10 * BUDGET + 1), 0);
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

    function test_RevertIf_AcceptedVoidedOrUnknown() public {
        uint64 epoch = _openProposed(1);
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(epoch, ROOT);
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
