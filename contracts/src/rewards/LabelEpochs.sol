// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {EntryPause} from "../governance/EntryPause.sol";
import {Fraud} from "../interfaces/IEpochReferee.sol";
import {IGovernanceToken} from "../interfaces/IGovernanceToken.sol";
import {ILabelEpochs} from "../interfaces/ILabelEpochs.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {LabelLeaf} from "../types/LabelLeaf.sol";
import {Bonds} from "./Bonds.sol";

/// @title Lifecycle of a payout period
/// @dev Epochs may overlap while labels are gathered, but are settled (accepted or voided) in order, so that exactly
/// one payouts root at a time builds on the approved one. This contract alone may install a root in the distributor.
contract LabelEpochs is ILabelEpochs, Bonds, EIP712, EntryPause {
    using SafeCast for uint256;

    struct Config {
        address authority;
        IGovernanceToken token;
        IRewardDistributor distributor;
        uint48 commitWindow; // seconds, > 0; labeling included
        uint48 challengeWindow; // seconds, > 0; live: longer than forced inclusion on the chain
        uint48 revealWindow; // seconds, > 0
        uint48 responseWindow; // seconds, > 0, at most the challenge window
        uint96 operatorBond; // least, wei, > 0
        uint96 minProposerBond; // wei, > 0
        uint16 bondBps; // of the money that a bond stands for, where that is more; at most 10,000
        uint96 challengerBond; // wei, > 0
        address reserve;
        Floors floors;
    }

    uint256 private constant MAX_BLOCK_SLOTS = 256; // one answer word
    /// @dev 2^26 positions; a gold tree has no more either.
    uint32 private constant MAX_BLOCKS = 2 ** 21;
    /// @dev Keeps every product of the reward rule far below 2^256.
    uint256 private constant MAX_RATE = 2 ** 72;
    uint256 private constant BPS = 10_000;
    /// @dev What an operator gets after a pause of `commitLabels` to commit, whatever time it had before.
    uint48 private constant AFTER_PAUSE = 1 days;

    IRewardDistributor public immutable distributor;
    /// @inheritdoc ILabelEpochs
    uint48 public immutable commitWindow;
    /// @inheritdoc ILabelEpochs
    uint48 public immutable challengeWindow;
    /// @inheritdoc ILabelEpochs
    uint48 public immutable revealWindow;
    /// @inheritdoc ILabelEpochs
    uint48 public immutable responseWindow;
    /// @inheritdoc ILabelEpochs
    uint96 public immutable operatorBond;
    /// @inheritdoc ILabelEpochs
    uint96 public immutable minProposerBond;
    /// @inheritdoc ILabelEpochs
    uint16 public immutable bondBps;
    /// @inheritdoc ILabelEpochs
    uint96 public immutable challengerBond;

    uint16 private immutable _floorOverlapSlots;
    uint16 private immutable _floorMinOverlap;
    uint16 private immutable _floorGoldSlots;
    uint16 private immutable _floorMinRoster;
    uint16 private immutable _floorAlphaBps;

    /// @inheritdoc ILabelEpochs
    uint64 public lastEpoch;
    /// @inheritdoc ILabelEpochs
    uint64 public lastSettledEpoch;

    mapping(uint64 epoch => Terms) private _terms;
    mapping(uint64 epoch => Epoch) private _epochs;

    constructor(Config memory config)
        Bonds(config.token, config.reserve)
        EIP712("Polity", "1")
        AccessManaged(config.authority)
    {
        _require(config.commitWindow > 0, "commitWindow");
        _require(config.challengeWindow > 0, "challengeWindow");
        _require(config.revealWindow > 0, "revealWindow");
        _require(config.responseWindow > 0 && config.responseWindow <= config.challengeWindow, "responseWindow");
        _require(config.operatorBond > 0, "operatorBond");
        _require(config.minProposerBond > 0, "minProposerBond");
        _require(config.bondBps <= BPS, "bondBps");
        _require(config.challengerBond > 0, "challengerBond");
        _checkReachable(config.floors);
        distributor = config.distributor;
        commitWindow = config.commitWindow;
        challengeWindow = config.challengeWindow;
        revealWindow = config.revealWindow;
        responseWindow = config.responseWindow;
        operatorBond = config.operatorBond;
        minProposerBond = config.minProposerBond;
        bondBps = config.bondBps;
        challengerBond = config.challengerBond;
        _floorOverlapSlots = config.floors.overlapSlots;
        _floorMinOverlap = config.floors.minOverlap;
        _floorGoldSlots = config.floors.goldSlots;
        _floorMinRoster = config.floors.minRoster;
        _floorAlphaBps = config.floors.alphaBps;
    }

    /// @inheritdoc ILabelEpochs
    function open(Terms calldata terms) external whenNotPaused restricted returns (uint64 epoch) {
        address operator = _msgSender();
        // Check:
        _checkTerms(terms);
        uint256 epochBudget = distributor.epochBudget();
        if (terms.budget > epochBudget) revert LabelEpochsBudgetTooHigh(terms.budget, epochBudget);
        uint96 bond = operatorBondOf(terms.budget).toUint96();
        // Effect:
        epoch = ++lastEpoch;
        _terms[epoch] = terms;
        Epoch storage self = _epochs[epoch];
        self.status = Status.Open;
        self.openedAt = Time.timestamp();
        self.operator = operator;
        self.operatorBond = bond;
        emit EpochOpened(epoch, operator, terms);
        _reserve(operator, bond);
    }

    /// @inheritdoc ILabelEpochs
    function commitLabels(uint64 epoch, bytes32 labelsRoot, uint32 blockCount, bytes32 bundleHash)
        external
        whenNotPaused
        restricted
    {
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Open);
        // Another operator could else commit what loses this one's bond, and take half of it.
        if (_msgSender() != self.operator) revert LabelEpochsOnlyOperator(epoch, self.operator);
        if (labelsRoot == bytes32(0) || blockCount == 0) revert LabelEpochsEmptyRoot(epoch);
        if (blockCount > MAX_BLOCKS) revert LabelEpochsTooManyBlocks(blockCount, MAX_BLOCKS);
        // Effect:
        self.status = Status.Committed;
        self.committedAt = Time.timestamp();
        self.commitBlock = block.number.toUint48();
        self.labelsRoot = labelsRoot;
        self.blockCount = blockCount;
        self.bundleHash = bundleHash;
        emit LabelsCommitted(epoch, labelsRoot, blockCount, bundleHash);
    }

    /// @inheritdoc ILabelEpochs
    function missCommit(uint64 epoch) external {
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Open);
        _checkNotBefore(epoch, commitDeadlineOf(epoch));
        // Effect:
        uint96 bond = self.operatorBond;
        self.operatorBond = 0;
        emit CommitMissed(epoch);
        _void(epoch, self);
        // Interaction:
        _slash(epoch, self.operator, bond, address(0));
    }

    /// @inheritdoc ILabelEpochs
    function recordBlockHash(uint64 epoch) external {
        _recordBlockHash(epoch, _inStatus(epoch, Status.Committed));
    }

    /// @inheritdoc ILabelEpochs
    function reveal(uint64 epoch, bytes32 secret) external {
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Committed);
        uint48 deadline = self.committedAt + revealWindow;
        if (Time.timestamp() >= deadline) revert LabelEpochsTooLate(epoch, deadline);
        if (keccak256(abi.encode(secret)) != _terms[epoch].secretHash) revert LabelEpochsWrongSecret(epoch);
        // Effect:
        bytes32 seed = keccak256(abi.encode(secret, _recordBlockHash(epoch, self)));
        self.status = Status.Revealed;
        self.revealedAt = Time.timestamp();
        self.secret = secret;
        self.seed = seed;
        emit SeedRevealed(epoch, secret, seed);
    }

    /// @inheritdoc ILabelEpochs
    function missReveal(uint64 epoch) external {
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Committed);
        _checkNotBefore(epoch, self.committedAt + revealWindow);
        // Effect:
        self.status = Status.Revealed;
        self.revealedAt = Time.timestamp();
        uint96 bond = self.operatorBond;
        self.operatorBond = 0;
        emit RevealMissed(epoch);
        // Interaction:
        _slash(epoch, self.operator, bond, address(0));
    }

    /// @inheritdoc ILabelEpochs
    function proposePayouts(
        uint64 epoch,
        bytes32 payoutsRoot,
        uint32 accountCount,
        uint112 totalCumulative,
        uint112 totalRaw
    ) external whenNotPaused {
        address proposer = _msgSender();
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Revealed);
        if (epoch != lastSettledEpoch + 1) revert LabelEpochsOutOfOrder(epoch, lastSettledEpoch + 1);
        if (payoutsRoot == bytes32(0) || accountCount == 0) revert LabelEpochsEmptyRoot(epoch);
        uint96 bond = proposerBondOf(_checkSpend(epoch, totalCumulative)).toUint96();
        // Effect:
        uint48 challengeEndsAt = Time.timestamp() + challengeWindow;
        self.status = Status.Proposed;
        self.proposedAt = Time.timestamp();
        self.challengeEndsAt = challengeEndsAt;
        self.payoutsRoot = payoutsRoot;
        self.accountCount = accountCount;
        self.totalCumulative = totalCumulative;
        self.totalRaw = totalRaw;
        self.proposer = proposer;
        self.proposerBond = bond;
        emit PayoutsProposed(
            epoch, proposer, payoutsRoot, accountCount, totalCumulative, totalRaw, bond, challengeEndsAt
        );
        _reserve(proposer, bond);
    }

    /// @inheritdoc ILabelEpochs
    function rejectPayouts(uint64 epoch) external restricted {
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Proposed);
        // Effect:
        _endFreeze(self);
        (bytes32 rejected, address proposer, uint96 bond) = _reopenProposal(self);
        emit PayoutsRejected(epoch, rejected);
        _release(proposer, bond);
    }

    /// @inheritdoc ILabelEpochs
    function acceptPayouts(uint64 epoch, bytes32 payoutsRoot) external whenNotPaused restricted {
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Proposed);
        if (self.challenger != address(0)) revert LabelEpochsFrozen(epoch, self.challenger);
        if (payoutsRoot != self.payoutsRoot) revert LabelEpochsRootMismatch(epoch, self.payoutsRoot, payoutsRoot);
        _checkNotBefore(epoch, self.challengeEndsAt);
        // Again: the approved total is the distributor's, and may have moved since the proposal.
        (uint32 accountCount, uint256 totalCumulative) = (self.accountCount, self.totalCumulative);
        _checkSpend(epoch, totalCumulative);
        // Effect:
        self.status = Status.Accepted;
        _releaseAll(self);
        _advanceSettled();
        emit PayoutsApproved(epoch, payoutsRoot, accountCount, totalCumulative);
        // Interaction:
        distributor.setPayoutsRoot(epoch, payoutsRoot, accountCount, totalCumulative);
    }

    /// @inheritdoc ILabelEpochs
    function voidEpoch(uint64 epoch) external restricted {
        // Check:
        Epoch storage self = _epochs[epoch];
        Status actual = self.status;
        if (actual == Status.None || actual == Status.Accepted || actual == Status.Voided) {
            revert LabelEpochsWrongStatus(epoch, actual);
        }
        // Effect:
        _void(epoch, self);
    }

    /// @inheritdoc ILabelEpochs
    function freeze(uint64 epoch, address challenger) external restricted {
        // Check:
        Epoch storage self = _inJudgement(epoch);
        if (self.challenger != address(0)) revert LabelEpochsFrozen(epoch, self.challenger);
        // Effect:
        self.challenger = challenger;
        emit PayoutsFrozen(epoch, challenger);
        _reserve(challenger, challengerBond);
    }

    /// @inheritdoc ILabelEpochs
    function unfreeze(uint64 epoch, address responder) external restricted {
        // Check:
        Epoch storage self = _epochs[epoch];
        address challenger = self.challenger;
        if (challenger == address(0)) revert LabelEpochsNotFrozen(epoch);
        // Effect:
        uint48 challengeEndsAt = uint48(Math.max(self.challengeEndsAt, Time.timestamp() + responseWindow));
        self.challenger = address(0);
        self.challengeEndsAt = challengeEndsAt;
        emit PayoutsUnfrozen(epoch, responder, challengeEndsAt);
        // Interaction:
        _slash(epoch, challenger, challengerBond, responder);
    }

    /// @inheritdoc ILabelEpochs
    function disprovePayouts(uint64 epoch, address challenger, Fraud fraud) external restricted {
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Proposed);
        // Effect:
        _endFreeze(self);
        (bytes32 disproved, address proposer, uint96 bond) = _reopenProposal(self);
        emit PayoutsDisproved(epoch, challenger, fraud, disproved);
        // Interaction:
        _slash(epoch, proposer, bond, challenger);
    }

    /// @inheritdoc ILabelEpochs
    function disproveLabels(uint64 epoch, address challenger, Fraud fraud) external restricted {
        // Check:
        Epoch storage self = _inJudgement(epoch);
        // Effect:
        uint96 bond = self.operatorBond;
        self.operatorBond = 0;
        emit LabelsDisproved(epoch, challenger, fraud);
        _void(epoch, self);
        // Interaction:
        _slash(epoch, self.operator, bond, challenger);
    }

    /// @inheritdoc ILabelEpochs
    function termsOf(uint64 epoch) external view returns (Terms memory) {
        return _terms[epoch];
    }

    /// @inheritdoc ILabelEpochs
    function epochOf(uint64 epoch) external view returns (Epoch memory) {
        return _epochs[epoch];
    }

    /// @inheritdoc ILabelEpochs
    function hashTypedData(bytes32 structHash) external view returns (bytes32) {
        return _hashTypedDataV4(structHash);
    }

    /// @inheritdoc ILabelEpochs
    function operatorBondOf(uint256 budget) public view returns (uint256) {
        return Math.max(operatorBond, _shareUp(budget));
    }

    /// @inheritdoc ILabelEpochs
    function proposerBondOf(uint256 spend) public view returns (uint256) {
        return Math.max(minProposerBond, _shareUp(spend));
    }

    /// @inheritdoc ILabelEpochs
    function commitDeadlineOf(uint64 epoch) public view returns (uint48) {
        // A pause that ended long ago is not the greater one.
        uint256 regular = _epochs[epoch].openedAt + commitWindow;
        return uint48(Math.max(regular, pausedUntil(this.commitLabels.selector) + AFTER_PAUSE));
    }

    /// @inheritdoc ILabelEpochs
    function floors() public view returns (Floors memory) {
        return Floors(_floorOverlapSlots, _floorMinOverlap, _floorGoldSlots, _floorMinRoster, _floorAlphaBps);
    }

    /// @inheritdoc EntryPause
    /// @dev Revealing, proving a fraud and getting a bond back are not among them.
    function isPausable(bytes4 selector) public pure override returns (bool) {
        return selector == this.open.selector || selector == this.commitLabels.selector
            || selector == this.proposePayouts.selector || selector == this.acceptPayouts.selector;
    }

    /// @dev A hash that was recorded before stays; the chain serves only the last 256.
    function _recordBlockHash(uint64 epoch, Epoch storage self) private returns (bytes32 recorded) {
        recorded = self.blockHash;
        if (recorded != bytes32(0)) return recorded;
        uint64 blockNumber = uint64(self.commitBlock) + 1;
        recorded = blockhash(blockNumber);
        if (recorded == bytes32(0)) revert LabelEpochsBlockHashUnavailable(epoch, blockNumber);
        self.blockHash = recorded;
        emit BlockHashRecorded(epoch, recorded);
    }

    function _void(uint64 epoch, Epoch storage self) private {
        self.status = Status.Voided;
        _endFreeze(self);
        _releaseAll(self);
        _advanceSettled();
        emit EpochVoided(epoch);
    }

    /// @dev Takes the proposal off the epoch; its bond is the caller's to deal with.
    function _reopenProposal(Epoch storage self) private returns (bytes32 payoutsRoot, address proposer, uint96 bond) {
        (payoutsRoot, proposer, bond) = (self.payoutsRoot, self.proposer, self.proposerBond);
        self.status = Status.Revealed;
        self.proposedAt = 0;
        self.challengeEndsAt = 0;
        self.payoutsRoot = bytes32(0);
        self.accountCount = 0;
        self.totalCumulative = 0;
        self.totalRaw = 0;
        self.proposer = address(0);
        self.proposerBond = 0;
    }

    /// @dev Without an answer and without a loser: what was demanded is no longer there.
    function _endFreeze(Epoch storage self) private {
        address challenger = self.challenger;
        if (challenger == address(0)) return;
        self.challenger = address(0);
        _release(challenger, challengerBond);
    }

    function _releaseAll(Epoch storage self) private {
        (uint96 proposers, uint96 operators) = (self.proposerBond, self.operatorBond);
        (self.proposerBond, self.operatorBond) = (0, 0);
        _release(self.proposer, proposers);
        _release(self.operator, operators);
    }

    /// @dev Steps over epochs that were voided out of order.
    function _advanceSettled() private {
        uint64 next = lastSettledEpoch + 1;
        while (_epochs[next].status == Status.Accepted || _epochs[next].status == Status.Voided) ++next;
        lastSettledEpoch = next - 1;
    }

    function _inStatus(uint64 epoch, Status expected) private view returns (Epoch storage self) {
        self = _epochs[epoch];
        if (self.status != expected) revert LabelEpochsWrongStatus(epoch, self.status);
    }

    /// @dev From the labels root's commitment to the end: while there is something to prove.
    function _inJudgement(uint64 epoch) private view returns (Epoch storage self) {
        self = _epochs[epoch];
        Status actual = self.status;
        if (actual != Status.Committed && actual != Status.Revealed && actual != Status.Proposed) {
            revert LabelEpochsWrongStatus(epoch, actual);
        }
    }

    function _checkNotBefore(uint64 epoch, uint48 notBefore) private view {
        if (Time.timestamp() < notBefore) revert LabelEpochsTooEarly(epoch, notBefore);
    }

    /// @return spend what the epoch would pay
    function _checkSpend(uint64 epoch, uint256 totalCumulative) private view returns (uint256 spend) {
        uint256 approved = distributor.totalApproved();
        if (totalCumulative < approved) {
            revert IRewardDistributor.RewardDistributorLowerTotal(totalCumulative, approved);
        }
        spend = totalCumulative - approved;
        uint256 budget = _terms[epoch].budget;
        if (spend > budget) revert LabelEpochsOverBudget(epoch, spend, budget);
    }

    function _shareUp(uint256 amount) private view returns (uint256) {
        return Math.mulDiv(amount, bondBps, BPS, Math.Rounding.Ceil);
    }

    function _checkTerms(Terms calldata terms) private view {
        _require(terms.budget > 0, "budget");
        _require(terms.basePay < MAX_RATE, "basePay");
        _require(terms.alphaPay < MAX_RATE, "alphaPay");
        _require(terms.blockSlots > 0 && terms.blockSlots <= MAX_BLOCK_SLOTS, "blockSlots");
        // Even, because the seed splits the overlap into halves.
        _require(terms.overlapSlots <= terms.blockSlots && terms.overlapSlots % 2 == 0, "overlapSlots");
        _require(terms.goldSlots <= terms.blockSlots - terms.overlapSlots, "goldSlots");
        _require(terms.minOverlap <= terms.overlapSlots, "minOverlap");
        _require(terms.minRoster <= LabelLeaf.MAX_ROSTER, "minRoster");
        _require((terms.goldSlots == 0) == (terms.goldBlocks == 0) && terms.goldBlocks <= MAX_BLOCKS, "goldBlocks");
        _require((terms.goldSlots == 0) == (terms.goldRoot == bytes32(0)), "goldRoot");
        _require(terms.secretHash != bytes32(0), "secretHash");
        _require(terms.campaignHash != bytes32(0), "campaignHash");
        _checkFloors(terms);
    }

    function _checkFloors(Terms calldata terms) private view {
        Floors memory least = floors();
        _require(terms.overlapSlots >= least.overlapSlots, "overlapSlots");
        _require(terms.minOverlap >= least.minOverlap, "minOverlap");
        _require(terms.goldSlots >= least.goldSlots, "goldSlots");
        _require(terms.minRoster >= least.minRoster, "minRoster");
        _require(terms.alphaPay * BPS >= uint256(terms.basePay) * least.alphaBps, "alphaPay");
    }

    function _checkReachable(Floors memory least) private pure {
        bool fits = least.overlapSlots % 2 == 0 && uint256(least.overlapSlots) + least.goldSlots <= MAX_BLOCK_SLOTS;
        _require(fits && least.minOverlap <= least.overlapSlots && least.minRoster <= LabelLeaf.MAX_ROSTER, "floors");
    }

    function _require(bool condition, string memory field) private pure {
        if (!condition) revert LabelEpochsTermsOutOfBounds(field);
    }
}
