// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {ILabelEpochs} from "../interfaces/ILabelEpochs.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";

/// @title Lifecycle of a payout period
/// @dev Epochs may overlap while labels are gathered, but are settled (accepted or voided) in order, so that exactly
/// one payouts root at a time builds on the approved one. This contract alone may install a root in the distributor.
contract LabelEpochs is ILabelEpochs, AccessManaged {
    struct Config {
        address authority;
        IRewardDistributor distributor;
        uint48 challengeWindow; // seconds, > 0; live: longer than forced inclusion on the chain
        uint48 revealWindow; // seconds, > 0
    }

    uint256 private constant MAX_BLOCK_SLOTS = 256; // one answer word
    uint256 private constant MAX_ROSTER = 32;
    uint256 private constant BPS = 10_000;

    IRewardDistributor public immutable distributor;
    /// @inheritdoc ILabelEpochs
    uint48 public immutable challengeWindow;
    /// @inheritdoc ILabelEpochs
    uint48 public immutable revealWindow;

    /// @inheritdoc ILabelEpochs
    uint64 public lastEpoch;
    /// @inheritdoc ILabelEpochs
    uint64 public lastSettledEpoch;

    mapping(uint64 epoch => Terms) private _terms;
    mapping(uint64 epoch => Epoch) private _epochs;

    constructor(Config memory config) AccessManaged(config.authority) {
        if (config.challengeWindow == 0) revert LabelEpochsTermsOutOfBounds("challengeWindow");
        if (config.revealWindow == 0) revert LabelEpochsTermsOutOfBounds("revealWindow");
        distributor = config.distributor;
        challengeWindow = config.challengeWindow;
        revealWindow = config.revealWindow;
    }

    /// @inheritdoc ILabelEpochs
    function open(Terms calldata terms) external restricted returns (uint64 epoch) {
        // Check:
        _checkTerms(terms);
        uint256 epochBudget = distributor.epochBudget();
        if (terms.budget > epochBudget) revert LabelEpochsBudgetTooHigh(terms.budget, epochBudget);
        // Effect:
        epoch = ++lastEpoch;
        _terms[epoch] = terms;
        _epochs[epoch].status = Status.Open;
        _epochs[epoch].openedAt = Time.timestamp();
        emit EpochOpened(epoch, terms);
    }

    /// @inheritdoc ILabelEpochs
    function commitLabels(uint64 epoch, bytes32 labelsRoot, uint32 leafCount, bytes32 bundleHash) external restricted {
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Open);
        if (labelsRoot == bytes32(0) || leafCount == 0) revert LabelEpochsEmptyRoot(epoch);
        // Effect:
        self.status = Status.Committed;
        self.committedAt = Time.timestamp();
        self.commitBlock = uint64(block.number);
        self.labelsRoot = labelsRoot;
        self.leafCount = leafCount;
        self.bundleHash = bundleHash;
        emit LabelsCommitted(epoch, labelsRoot, leafCount, bundleHash);
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
        emit RevealMissed(epoch);
    }

    /// @inheritdoc ILabelEpochs
    function proposePayouts(uint64 epoch, bytes32 payoutsRoot, uint32 accountCount, uint256 totalCumulative)
        external
        restricted
    {
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Revealed);
        if (epoch != lastSettledEpoch + 1) revert LabelEpochsOutOfOrder(epoch, lastSettledEpoch + 1);
        if (payoutsRoot == bytes32(0) || accountCount == 0) revert LabelEpochsEmptyRoot(epoch);
        _checkSpend(epoch, totalCumulative);
        // Effect:
        self.status = Status.Proposed;
        self.proposedAt = Time.timestamp();
        self.payoutsRoot = payoutsRoot;
        self.accountCount = accountCount;
        self.totalCumulative = totalCumulative;
        emit PayoutsProposed(
            epoch, _msgSender(), payoutsRoot, accountCount, totalCumulative, self.proposedAt + challengeWindow
        );
    }

    /// @inheritdoc ILabelEpochs
    function rejectPayouts(uint64 epoch) external restricted {
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Proposed);
        // Effect:
        bytes32 rejected = self.payoutsRoot;
        self.status = Status.Revealed;
        self.proposedAt = 0;
        self.payoutsRoot = bytes32(0);
        self.accountCount = 0;
        self.totalCumulative = 0;
        emit PayoutsRejected(epoch, rejected);
    }

    /// @inheritdoc ILabelEpochs
    function acceptPayouts(uint64 epoch, bytes32 payoutsRoot) external restricted {
        // Check:
        Epoch storage self = _inStatus(epoch, Status.Proposed);
        if (payoutsRoot != self.payoutsRoot) revert LabelEpochsRootMismatch(epoch, self.payoutsRoot, payoutsRoot);
        _checkNotBefore(epoch, self.proposedAt + challengeWindow);
        // Again: the approved total is the distributor's, and may have moved since the proposal.
        _checkSpend(epoch, self.totalCumulative);
        // Effect:
        self.status = Status.Accepted;
        _advanceSettled();
        emit PayoutsApproved(epoch, payoutsRoot, self.accountCount, self.totalCumulative);
        // Interaction:
        distributor.setPayoutsRoot(epoch, payoutsRoot, self.accountCount, self.totalCumulative);
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
        self.status = Status.Voided;
        _advanceSettled();
        emit EpochVoided(epoch);
    }

    /// @inheritdoc ILabelEpochs
    function termsOf(uint64 epoch) external view returns (Terms memory) {
        return _terms[epoch];
    }

    /// @inheritdoc ILabelEpochs
    function epochOf(uint64 epoch) external view returns (Epoch memory) {
        return _epochs[epoch];
    }

    /// @dev A hash that was recorded before stays; the chain serves only the last 256.
    function _recordBlockHash(uint64 epoch, Epoch storage self) private returns (bytes32 recorded) {
        recorded = self.blockHash;
        if (recorded != bytes32(0)) return recorded;
        uint64 blockNumber = self.commitBlock + 1;
        recorded = blockhash(blockNumber);
        if (recorded == bytes32(0)) revert LabelEpochsBlockHashUnavailable(epoch, blockNumber);
        self.blockHash = recorded;
        emit BlockHashRecorded(epoch, recorded);
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

    function _checkNotBefore(uint64 epoch, uint48 notBefore) private view {
        if (Time.timestamp() < notBefore) revert LabelEpochsTooEarly(epoch, notBefore);
    }

    function _checkSpend(uint64 epoch, uint256 totalCumulative) private view {
        uint256 approved = distributor.totalApproved();
        if (totalCumulative < approved) {
            revert IRewardDistributor.RewardDistributorLowerTotal(totalCumulative, approved);
        }
        uint256 spend = totalCumulative - approved;
        uint256 budget = _terms[epoch].budget;
        if (spend > budget) revert LabelEpochsOverBudget(epoch, spend, budget);
    }

    function _checkTerms(Terms calldata terms) private pure {
        _require(terms.budget > 0, "budget");
        _require(terms.blockSlots > 0 && terms.blockSlots <= MAX_BLOCK_SLOTS, "blockSlots");
        // Even, because the seed splits the overlap into halves.
        _require(terms.overlapSlots <= terms.blockSlots && terms.overlapSlots % 2 == 0, "overlapSlots");
        _require(terms.goldSlots <= terms.blockSlots - terms.overlapSlots, "goldSlots");
        _require(terms.minOverlap <= terms.overlapSlots, "minOverlap");
        _require(terms.minRoster <= MAX_ROSTER, "minRoster");
        _require(terms.goldPassBps <= BPS, "goldPassBps");
        _require((terms.goldSlots == 0) == (terms.goldRoot == bytes32(0)), "goldRoot");
        _require(terms.secretHash != bytes32(0), "secretHash");
        _require(terms.campaignHash != bytes32(0), "campaignHash");
    }

    function _require(bool condition, string memory field) private pure {
        if (!condition) revert LabelEpochsTermsOutOfBounds(field);
    }
}
