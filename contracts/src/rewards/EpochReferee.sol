// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {Fraud, IEpochReferee} from "../interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../interfaces/ILabelEpochs.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {IStakingPool} from "../interfaces/IStakingPool.sol";
import {LabelLeaf, LabelWord} from "../types/LabelLeaf.sol";
import {Messages} from "../types/Messages.sol";
import {PayoutLeaf, RawPay} from "../types/PayoutLeaf.sol";
import {PositionalMerkle} from "../types/PositionalMerkle.sol";
import {GoldBound} from "./GoldBound.sol";
import {LabelMasks} from "./LabelMasks.sol";
import {PayRule} from "./PayRule.sol";

/// @title Judge of label epochs
/// @dev Why no honest proposer can lose: each function compares leaves that are fixed by a root with what the rule gives
/// for them, and the honest tree is that rule's. It rests on the approved tree being well formed, as its own window and
/// vote made sure, and on well-formed labels: for others nobody can compute payouts, and nobody honest proposes.
/// Sums wrap (`unchecked`) where a leaf may hold any number: a revert would be a way out for whoever wrote it, and a sum
/// that wraps needs a leaf that is wrong by itself.
contract EpochReferee is IEpochReferee, AccessManaged {
    struct Config {
        address authority;
        ILabelEpochs labelEpochs;
        IRewardDistributor distributor;
        IStakingPool stakingPool;
        uint256 slashAmount; // wei, > 0
    }

    uint8 private constant CHOICE_A = 0;
    uint8 private constant CHOICE_B = 1;
    /// @dev Bytes of the two structs in memory and in return data: one word a field.
    uint256 private constant EPOCH_SIZE = 22 * 32;
    uint256 private constant TERMS_SIZE = 12 * 32;

    ILabelEpochs public immutable labelEpochs;
    IRewardDistributor public immutable distributor;
    IStakingPool public immutable stakingPool;

    /// @inheritdoc IEpochReferee
    uint256 public slashAmount;
    /// @inheritdoc IEpochReferee
    mapping(uint64 epoch => mapping(address labeler => bool)) public isSlashed;

    mapping(uint64 epoch => Demand) private _demands;

    constructor(Config memory config) AccessManaged(config.authority) {
        labelEpochs = config.labelEpochs;
        distributor = config.distributor;
        stakingPool = config.stakingPool;
        _setSlashAmount(config.slashAmount);
    }

    // --- payouts against themselves ---------------------------------------------------------------------------------

    /// @inheritdoc IEpochReferee
    function disproveOrder(uint64 epoch, PayoutOpening calldata a, PayoutOpening calldata b) external {
        // Check:
        ILabelEpochs.Epoch memory self = _proposed(epoch);
        _checkNeighbours(epoch, self.payoutsRoot, self.accountCount, a, b);
        _require(epoch, a.account >= b.account);
        // Interaction:
        _disprove(epoch, _msgSender(), Fraud.Order);
    }

    /// @inheritdoc IEpochReferee
    function disproveRunningTotal(
        uint64 epoch,
        PayoutOpening calldata a,
        RawPay calldata payA,
        PayoutOpening calldata b,
        RawPay calldata payB
    ) external {
        // Check:
        ILabelEpochs.Epoch memory self = _proposed(epoch);
        _checkNeighbours(epoch, self.payoutsRoot, self.accountCount, a, b);
        _checkPay(epoch, a, payA);
        _checkPay(epoch, b, payB);
        unchecked {
            bool wrongTotal = b.runningTotal != a.runningTotal + a.cumulative;
            _require(epoch, wrongTotal || payB.runningRaw != payA.runningRaw + payA.raw);
        }
        // Interaction:
        _disprove(epoch, _msgSender(), Fraud.RunningTotal);
    }

    /// @inheritdoc IEpochReferee
    function disproveTotal(uint64 epoch, PayoutOpening calldata leaf, RawPay calldata pay) external {
        // Check:
        ILabelEpochs.Epoch memory self = _proposed(epoch);
        _checkPayout(epoch, self, leaf, pay);
        bool wrongStart = leaf.index == 0 && (leaf.runningTotal != 0 || pay.runningRaw != 0);
        bool wrongEnd;
        unchecked {
            wrongEnd = leaf.index == self.accountCount - 1
                && (leaf.runningTotal + leaf.cumulative != self.totalCumulative
                    || pay.runningRaw + pay.raw != self.totalRaw);
        }
        _require(epoch, wrongStart || wrongEnd);
        // Interaction:
        _disprove(epoch, _msgSender(), Fraud.Total);
    }

    // --- payouts against the approved tree --------------------------------------------------------------------------

    /// @inheritdoc IEpochReferee
    function disproveCarryOver(
        uint64 epoch,
        PayoutOpening calldata leaf,
        RawPay calldata pay,
        PayoutOpening[] calldata previous
    ) external {
        // Check:
        ILabelEpochs.Epoch memory self = _proposed(epoch);
        _checkPayout(epoch, self, leaf, pay);
        uint256 carried = _approvedOf(epoch, leaf.account, previous);
        // Who neither labeled nor ever earned has no leaf at all.
        bool due = carried > 0 || pay.position > 0;
        uint256 budget = _termsOf(epoch).budget;
        _require(epoch, !due || !_isCarriedOver(leaf.cumulative, carried, pay.raw, self.totalRaw, budget));
        // Interaction:
        _disprove(epoch, _msgSender(), Fraud.CarryOver);
    }

    /// @inheritdoc IEpochReferee
    function disproveMissingEarner(uint64 epoch, PayoutOpening calldata previous, PayoutOpening[] calldata around)
        external
    {
        // Check:
        ILabelEpochs.Epoch memory self = _proposed(epoch);
        (bytes32 root, uint256 count) = _approved();
        _checkPayout(epoch, root, count, previous);
        _require(epoch, previous.cumulative > 0);
        _checkAbsent(epoch, self.payoutsRoot, self.accountCount, previous.account, around);
        // Interaction:
        _disprove(epoch, _msgSender(), Fraud.MissingAccount);
    }

    // --- payouts against the labels ---------------------------------------------------------------------------------

    /// @inheritdoc IEpochReferee
    function disproveMissingLabeler(uint64 epoch, LabelOpening calldata label, PayoutOpening[] calldata around)
        external
    {
        // Check:
        ILabelEpochs.Epoch memory self = _proposed(epoch);
        _checkLabel(epoch, self, label);
        _require(epoch, label.word.labeler != address(0));
        _checkAbsent(epoch, self.payoutsRoot, self.accountCount, label.word.labeler, around);
        // Interaction:
        _disprove(epoch, _msgSender(), Fraud.MissingAccount);
    }

    /// @inheritdoc IEpochReferee
    function disproveLabelPosition(
        uint64 epoch,
        PayoutOpening calldata leaf,
        RawPay calldata pay,
        LabelOpening calldata label
    ) external {
        // Check:
        ILabelEpochs.Epoch memory self = _proposed(epoch);
        _checkPayout(epoch, self, leaf, pay);
        bool rawFromNowhere = pay.position == 0 && pay.raw > 0;
        bool outside = pay.position > _positions(self.blockCount);
        if (!rawFromNowhere && !outside) {
            _checkLabel(epoch, self, label);
            bool named = uint256(label.position) + 1 == pay.position;
            bool belongs = label.word.labeler == leaf.account && leaf.account != address(0);
            // Named and somebody else's (or an empty seat), or its own and not named.
            _require(epoch, named != belongs);
        }
        // Interaction:
        _disprove(epoch, _msgSender(), Fraud.LabelPosition);
    }

    /// @inheritdoc IEpochReferee
    function disproveScore(
        uint64 epoch,
        PayoutOpening calldata leaf,
        RawPay calldata pay,
        BlockOpening calldata roster,
        GoldOpening calldata gold
    ) external {
        // Check:
        ILabelEpochs.Epoch memory self = _proposed(epoch);
        _checkPayout(epoch, self, leaf, pay);
        _checkBlock(epoch, self, roster);
        _require(epoch, pay.raw != _rawOf(epoch, self, leaf.account, pay.position, roster, gold));
        // Interaction:
        _disprove(epoch, _msgSender(), Fraud.Score);
    }

    // --- labels -----------------------------------------------------------------------------------------------------

    /// @inheritdoc IEpochReferee
    function disproveDuplicateLabeler(uint64 epoch, LabelOpening calldata a, LabelOpening calldata b) external {
        // Check:
        ILabelEpochs.Epoch memory self = _judged(epoch);
        _checkLabel(epoch, self, a);
        _checkLabel(epoch, self, b);
        _require(epoch, a.position != b.position && a.word.labeler == b.word.labeler && a.word.labeler != address(0));
        // Interaction:
        _disprove(epoch, _msgSender(), Fraud.DuplicateLabeler);
    }

    /// @inheritdoc IEpochReferee
    function disproveStrayBits(uint64 epoch, LabelOpening calldata label) external {
        // Check:
        ILabelEpochs.Epoch memory self = _judged(epoch);
        _checkLabel(epoch, self, label);
        LabelWord calldata word = label.word;
        bool stray = word.valid >> _termsOf(epoch).blockSlots != 0 || word.answers & ~word.valid != 0;
        // The words of an empty seat are not committed: anybody could make some up.
        _require(epoch, stray && word.labeler != address(0));
        // Interaction:
        _disprove(epoch, _msgSender(), Fraud.StrayBits);
    }

    /// @inheritdoc IEpochReferee
    function disproveReceipt(
        Preference calldata preference,
        uint64 receivedAt,
        bytes calldata receiptSignature,
        LabelOpening calldata label
    ) external {
        uint64 epoch = preference.epoch;
        // Check:
        ILabelEpochs.Epoch memory self = _judged(epoch);
        bytes32 receipt = Messages.hashReceipt(Messages.hashPreference(preference), receivedAt);
        _checkSignature(self.operator, receipt, receiptSignature);
        // A seat of 32 or more would be the position of a seat in another block.
        if (preference.blockIndex < self.blockCount && preference.seat < LabelLeaf.MAX_ROSTER) {
            uint256 named = preference.blockIndex * LabelLeaf.MAX_ROSTER + preference.seat;
            _requireOpening(epoch, label.position, label.position == named);
            _checkLabel(epoch, self, label);
            _require(epoch, !_contains(label.word, preference));
        }
        // Interaction:
        _disprove(epoch, _msgSender(), Fraud.Receipt);
    }

    // --- data that was not published --------------------------------------------------------------------------------

    /// @inheritdoc IEpochReferee
    function demandOpening(uint64 epoch, Tree tree, uint32 index) external {
        address challenger = _msgSender();
        // Check:
        ILabelEpochs.Epoch memory self = _judged(epoch);
        if (self.status == ILabelEpochs.Status.Proposed && Time.timestamp() >= self.challengeEndsAt) {
            revert EpochRefereeTooLate(epoch, self.challengeEndsAt);
        }
        // No accounts while nothing is proposed; and nothing is paid by the gold of an epoch whose secret is not known.
        uint256 bound = self.accountCount;
        if (tree == Tree.Labels) bound = _positions(self.blockCount);
        if (tree == Tree.Gold) bound = self.seed == 0 ? 0 : _positions(_termsOf(epoch).goldBlocks);
        if (index >= bound) revert EpochRefereeIndexOutOfBounds(index, bound);
        // Effect: no demand is open, or the freeze reverts
        uint48 answerBy = Time.timestamp() + labelEpochs.responseWindow();
        _demands[epoch] = Demand({challenger: challenger, tree: tree, index: index, answerBy: answerBy});
        emit OpeningDemanded(epoch, challenger, tree, index, answerBy);
        // Interaction:
        labelEpochs.freeze(epoch, challenger);
    }

    /// @inheritdoc IEpochReferee
    function answerPayout(uint64 epoch, PayoutOpening calldata leaf, RawPay calldata pay) external {
        // Check:
        ILabelEpochs.Epoch memory self = _proposed(epoch);
        if (leaf.index != _demanded(epoch, self, Tree.Payouts)) revert EpochRefereeNoDemand(epoch);
        bytes32 hash = _checkPayout(epoch, self, leaf, pay);
        // Effect, interaction:
        _answered(epoch, Tree.Payouts, leaf.index, hash);
    }

    /// @inheritdoc IEpochReferee
    function answerLabel(uint64 epoch, LabelOpening calldata label) external {
        // Check:
        ILabelEpochs.Epoch memory self = _judged(epoch);
        if (label.position != _demanded(epoch, self, Tree.Labels)) revert EpochRefereeNoDemand(epoch);
        bytes32 hash = _checkLabel(epoch, self, label);
        // Effect, interaction:
        _answered(epoch, Tree.Labels, label.position, hash);
    }

    /// @inheritdoc IEpochReferee
    function answerGold(uint64 epoch, GoldOpening calldata gold) external {
        // Check:
        uint32 position = _demanded(epoch, _judged(epoch), Tree.Gold);
        bytes32 hash = _checkGold(epoch, _termsOf(epoch), position, gold);
        // Effect, interaction:
        _answered(epoch, Tree.Gold, position, hash);
    }

    /// @inheritdoc IEpochReferee
    function disproveUnopened(uint64 epoch) external {
        // Check:
        Demand memory demand = _openDemand(epoch, _judged(epoch));
        if (Time.timestamp() < demand.answerBy) revert EpochRefereeTooEarly(epoch, demand.answerBy);
        // Effect:
        delete _demands[epoch];
        // Interaction:
        Fraud fraud = Fraud.PayoutsUnopened;
        if (demand.tree == Tree.Labels) fraud = Fraud.LabelsUnopened;
        else if (demand.tree == Tree.Gold) fraud = Fraud.GoldUnopened;
        _disprove(epoch, demand.challenger, fraud);
    }

    // --- labelers ---------------------------------------------------------------------------------------------------

    /// @inheritdoc IEpochReferee
    function slashEquivocation(
        Preference calldata a,
        bytes calldata signatureA,
        Preference calldata b,
        bytes calldata signatureB,
        Session calldata session
    ) external returns (uint256 slashed) {
        uint64 epoch = a.epoch;
        // Check:
        (bytes32 hashA, bytes32 hashB) = (Messages.hashPreference(a), Messages.hashPreference(b));
        // The same slot: with the other's task and choice, the two would be one.
        Preference memory same = b;
        (same.taskId, same.choice) = (a.taskId, a.choice);
        _require(epoch, hashA != hashB && hashA == Messages.hashPreference(same));
        ILabelEpochs.Epoch memory self = _epochOf(epoch);
        if (self.status == ILabelEpochs.Status.None) revert EpochRefereeWrongStatus(epoch);
        _checkSession(self, a.labeler, session);
        _checkSignature(session.sessionKey, hashA, signatureA);
        _checkSignature(session.sessionKey, hashB, signatureB);
        // Effect, interaction:
        return _slash(epoch, a.labeler);
    }

    /// @inheritdoc IEpochReferee
    function slashGold(
        uint64 epoch,
        LabelOpening calldata label,
        GoldOpening calldata gold,
        bytes32[] calldata taskIds,
        bytes[] calldata signatures,
        Session calldata session
    ) external returns (uint256 slashed) {
        address labeler = label.word.labeler;
        // Check:
        ILabelEpochs.Epoch memory self = _epochOf(epoch);
        if (self.seed == 0 || self.status == ILabelEpochs.Status.Voided) revert EpochRefereeWrongStatus(epoch);
        _checkLabel(epoch, self, label);
        _require(epoch, labeler != address(0));
        _checkSession(self, labeler, session);
        uint256 mask = _checkedGoldMask(epoch, self, label.position, gold, taskIds);
        (uint256 right, uint256 answered) = PayRule.goldCounts(label.word, gold.answers, mask);
        _require(epoch, GoldBound.isSlashable(right, answered));
        _checkWrongAnswers(epoch, label, mask, gold.answers, taskIds, signatures, session.sessionKey);
        // Effect, interaction:
        return _slash(epoch, labeler);
    }

    /// @inheritdoc IEpochReferee
    function setSlashAmount(uint256 amount) external restricted {
        _setSlashAmount(amount);
    }

    /// @inheritdoc IEpochReferee
    function demandOf(uint64 epoch) external view returns (Demand memory) {
        return _demands[epoch];
    }

    /// @dev A function of its own, as {_requireOpening}: each revert in place costs 50 bytes of code.
    function _require(uint64 epoch, bool fraud) private pure {
        if (!fraud) revert EpochRefereeNoFraud(epoch);
    }

    // --- effects ----------------------------------------------------------------------------------------------------

    /// @dev Frauds are in the order of whom they are proved against.
    function _disprove(uint64 epoch, address challenger, Fraud fraud) private {
        if (fraud < Fraud.DuplicateLabeler) labelEpochs.disprovePayouts(epoch, challenger, fraud);
        else labelEpochs.disproveLabels(epoch, challenger, fraud);
    }

    function _answered(uint64 epoch, Tree tree, uint32 index, bytes32 leaf) private {
        // Effect:
        delete _demands[epoch];
        emit OpeningAnswered(epoch, _msgSender(), tree, index, leaf);
        // Interaction:
        labelEpochs.unfreeze(epoch, _msgSender());
    }

    /// @dev The event comes last because only the pool knows how much its caps left.
    // slither-disable-next-line reentrancy-events
    function _slash(uint64 epoch, address labeler) private returns (uint256 slashed) {
        // Check:
        if (isSlashed[epoch][labeler]) revert EpochRefereeAlreadySlashed(epoch, labeler);
        // Effect:
        isSlashed[epoch][labeler] = true;
        bytes32 caseId = keccak256(abi.encode(labelEpochs, epoch, labeler));
        // Interaction:
        slashed = stakingPool.slash(labeler, slashAmount, _msgSender(), caseId);
        // Without this a labeler could use its one slash up while it has no stake, or the pool's window no room.
        if (slashed == 0) revert EpochRefereeNothingToSlash(labeler);
        emit LabelerSlashed(epoch, labeler, caseId, slashed);
    }

    function _setSlashAmount(uint256 amount) private {
        if (amount == 0) revert EpochRefereeZeroAmount();
        slashAmount = amount;
        emit SlashAmountSet(amount);
    }

    // --- the rule ---------------------------------------------------------------------------------------------------

    /// @return the raw pay of the account at `position − 1`; the block is checked
    function _rawOf(
        uint64 epoch,
        ILabelEpochs.Epoch memory self,
        address account,
        uint256 position,
        BlockOpening calldata roster,
        GoldOpening calldata gold
    ) private view returns (uint256) {
        bool inBlock = position > 0 && (position - 1) / LabelLeaf.MAX_ROSTER == roster.blockIndex;
        _requireOpening(epoch, roster.blockIndex, inBlock);
        ILabelEpochs.Terms memory terms = _termsOf(epoch);
        PayRule.Member memory member;
        member.blockIndex = roster.blockIndex;
        member.seat = (position - 1) % LabelLeaf.MAX_ROSTER;
        member.index = _indexOf(roster.seats, member.seat);
        // The position is somebody else's: that is another fraud.
        _require(epoch, member.index < roster.seats.length && roster.words[member.index].labeler == account);
        if (self.seed != 0 && roster.blockIndex < terms.goldBlocks) {
            _checkGold(epoch, terms, position - 1, gold);
            (member.hasGold, member.gold) = (gold.tasksHash != 0, gold.answers);
        }
        return PayRule.judge(terms, self.secret, self.seed, roster.words, member).raw;
    }

    /// @dev Assembly because the block is checked: bounds and types need not be, again, at each of up to 32 seats.
    /// @return index of `seat`, or the number of seats
    function _indexOf(uint8[] calldata seats, uint256 seat) private pure returns (uint256 index) {
        assembly ("memory-safe") {
            for {} lt(index, seats.length) { index := add(index, 1) } {
                if eq(calldataload(add(seats.offset, shl(5, index))), seat) { break }
            }
        }
    }

    /// @return whether `cumulative` is `carried` plus the raw pay scaled to the budget
    function _isCarriedOver(uint256 cumulative, uint256 carried, uint256 raw, uint256 totalRaw, uint256 budget)
        private
        pure
        returns (bool)
    {
        uint256 pay = raw;
        if (totalRaw > budget) {
            // No part exceeds the whole; from here on the product is below 2^224.
            if (raw > totalRaw) return false;
            pay = raw * budget / totalRaw;
        }
        unchecked {
            return cumulative == carried + pay;
        }
    }

    /// @dev An empty seat's word is not committed, so the labeler is compared first.
    /// @return whether the word is what the labeler answered
    function _contains(LabelWord calldata word, Preference calldata preference) private pure returns (bool) {
        if (word.labeler != preference.labeler) return false;
        bool valid = (word.valid >> preference.slot) & 1 == 1;
        if (preference.choice > CHOICE_B) return !valid; // tie or skip
        bool isB = (word.answers >> preference.slot) & 1 == 1;
        return valid && isB == (preference.choice == CHOICE_B);
    }

    // --- openings ---------------------------------------------------------------------------------------------------

    function _proposed(uint64 epoch) private view returns (ILabelEpochs.Epoch memory self) {
        self = _epochOf(epoch);
        if (self.status != ILabelEpochs.Status.Proposed) revert EpochRefereeWrongStatus(epoch);
    }

    function _judged(uint64 epoch) private view returns (ILabelEpochs.Epoch memory self) {
        self = _epochOf(epoch);
        if (self.status < ILabelEpochs.Status.Committed || self.status > ILabelEpochs.Status.Proposed) {
            revert EpochRefereeWrongStatus(epoch);
        }
    }

    function _epochOf(uint64 epoch) private view returns (ILabelEpochs.Epoch memory self) {
        uint256 pointer;
        assembly ("memory-safe") {
            pointer := self
        }
        _read(ILabelEpochs.epochOf.selector, epoch, pointer, EPOCH_SIZE);
    }

    function _termsOf(uint64 epoch) private view returns (ILabelEpochs.Terms memory terms) {
        uint256 pointer;
        assembly ("memory-safe") {
            pointer := terms
        }
        _read(ILabelEpochs.termsOf.selector, epoch, pointer, TERMS_SIZE);
    }

    /// @dev Calls a view of {labelEpochs} and puts what it returns at `pointer`: a struct in memory. A struct of static
    /// fields is encoded as it lies in memory, so there is nothing to decode: 1 kB less code and 3,600 gas less a proof.
    function _read(bytes4 selector, uint64 epoch, uint256 pointer, uint256 size) private view {
        address target = address(labelEpochs);
        bool ok;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, epoch)
            ok := staticcall(gas(), target, 0x00, 0x24, pointer, size)
            ok := and(ok, eq(returndatasize(), size))
        }
        if (!ok) revert EpochRefereeWrongStatus(epoch);
    }

    function _checkNeighbours(
        uint64 epoch,
        bytes32 root,
        uint256 count,
        PayoutOpening calldata a,
        PayoutOpening calldata b
    ) private pure {
        if (uint256(a.index) + 1 != b.index) {
            revert EpochRefereeNotNeighbours(a.index, b.index);
        }
        _checkPayout(epoch, root, count, a);
        _checkPayout(epoch, root, count, b);
    }

    function _checkPay(uint64 epoch, PayoutOpening calldata leaf, RawPay calldata pay) private pure {
        _requireOpening(epoch, leaf.index, PayoutLeaf.hash(pay) == leaf.rawPayHash);
    }

    function _checkPayout(
        uint64 epoch,
        ILabelEpochs.Epoch memory self,
        PayoutOpening calldata leaf,
        RawPay calldata pay
    ) private pure returns (bytes32) {
        _checkPay(epoch, leaf, pay);
        return _checkPayout(epoch, self.payoutsRoot, self.accountCount, leaf);
    }

    function _checkPayout(uint64 epoch, bytes32 root, uint256 count, PayoutOpening calldata leaf)
        private
        pure
        returns (bytes32 hash)
    {
        hash = PayoutLeaf.hash(leaf.account, leaf.cumulative, leaf.runningTotal, leaf.rawPayHash);
        _checkOpening(epoch, leaf.proof, root, count, leaf.index, hash);
    }

    function _checkLabel(uint64 epoch, ILabelEpochs.Epoch memory self, LabelOpening calldata label)
        private
        pure
        returns (bytes32 hash)
    {
        hash = LabelLeaf.hash(epoch, label.position, label.word);
        _checkOpening(epoch, label.proof, self.labelsRoot, _positions(self.blockCount), label.position, hash);
    }

    function _checkBlock(uint64 epoch, ILabelEpochs.Epoch memory self, BlockOpening calldata roster) private pure {
        (bytes32 root, bool wellFormed) = LabelLeaf.hashBlock(epoch, roster.blockIndex, roster.seats, roster.words);
        _requireOpening(epoch, roster.blockIndex, wellFormed);
        // A block's root is a leaf of the tree of blocks.
        _checkOpening(epoch, roster.proof, self.labelsRoot, self.blockCount, roster.blockIndex, root);
    }

    function _checkGold(uint64 epoch, ILabelEpochs.Terms memory terms, uint256 position, GoldOpening calldata gold)
        private
        pure
        returns (bytes32 hash)
    {
        hash = LabelLeaf.hashGold(gold.answers, gold.tasksHash);
        _checkOpening(epoch, gold.proof, terms.goldRoot, _positions(terms.goldBlocks), position, hash);
    }

    function _checkOpening(
        uint64 epoch,
        bytes32[] calldata proof,
        bytes32 root,
        uint256 count,
        uint256 index,
        bytes32 leaf
    ) private pure {
        _requireOpening(epoch, index, PositionalMerkle.verify(proof, root, count, index, leaf));
    }

    function _requireOpening(uint64 epoch, uint256 index, bool valid) private pure {
        if (!valid) revert EpochRefereeInvalidOpening(epoch, index);
    }

    /// @dev Sorted leaves leave no room for `account`: two neighbours around it, or the first or the last beyond it.
    function _checkAbsent(uint64 epoch, bytes32 root, uint256 count, address account, PayoutOpening[] calldata around)
        private
        pure
    {
        bool absent = false;
        if (around.length == 1) {
            PayoutOpening calldata end = around[0];
            _checkPayout(epoch, root, count, end);
            absent = account < end.account ? end.index == 0 : account > end.account && uint256(end.index) + 1 == count;
        } else if (around.length == 2) {
            (PayoutOpening calldata a, PayoutOpening calldata b) = (around[0], around[1]);
            _checkNeighbours(epoch, root, count, a, b);
            absent = a.account < account && account < b.account;
        }
        if (!absent) revert EpochRefereeNotAbsent(account);
    }

    function _approved() private view returns (bytes32 root, uint256 count) {
        return (distributor.payoutsRoot(), distributor.accountCount());
    }

    /// @return the account's cumulative amount in the approved tree; 0 when `openings` show that it has no leaf there
    function _approvedOf(uint64 epoch, address account, PayoutOpening[] calldata openings)
        private
        view
        returns (uint256)
    {
        (bytes32 root, uint256 count) = _approved();
        if (count == 0) return 0;
        if (openings.length == 1 && openings[0].account == account) {
            _checkPayout(epoch, root, count, openings[0]);
            return openings[0].cumulative;
        }
        _checkAbsent(epoch, root, count, account, openings);
        return 0;
    }

    // --- signatures -------------------------------------------------------------------------------------------------

    function _checkSignature(address signer, bytes32 structHash, bytes calldata signature) private view {
        bytes32 digest = labelEpochs.hashTypedData(structHash);
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature)) {
            revert EpochRefereeInvalidSignature(signer);
        }
    }

    /// @dev A key that expired before the epoch, such as one left behind in an old browser, can slash nobody.
    function _checkSession(ILabelEpochs.Epoch memory self, address labeler, Session calldata session) private view {
        bool forLabels = keccak256(bytes(session.scope)) == Messages.LABEL_SCOPE_HASH;
        if (!forLabels || session.expiresAt < self.openedAt) revert EpochRefereeInvalidSignature(session.sessionKey);
        bytes32 structHash = Messages.hashSession(labeler, session.sessionKey, session.scope, session.expiresAt);
        _checkSignature(labeler, structHash, session.signature);
    }

    /// @return mask of the seat's gold slots, whose tasks were committed as `taskIds` before anybody answered
    function _checkedGoldMask(
        uint64 epoch,
        ILabelEpochs.Epoch memory self,
        uint256 position,
        GoldOpening calldata gold,
        bytes32[] calldata taskIds
    ) private view returns (uint256) {
        ILabelEpochs.Terms memory terms = _termsOf(epoch);
        _checkGold(epoch, terms, position, gold);
        // Also where the seat has no gold: no list of tasks hashes to zero.
        bool committed = taskIds.length == terms.goldSlots && keccak256(abi.encodePacked(taskIds)) == gold.tasksHash;
        _requireOpening(epoch, position, committed);
        uint256 blockIndex = position / LabelLeaf.MAX_ROSTER;
        // slither-disable-next-line unused-return
        (bytes memory slots,) = LabelMasks.overlap(self.secret, blockIndex, terms.blockSlots, terms.overlapSlots);
        return PayRule.goldMask(terms, slots, self.secret, blockIndex, position % LabelLeaf.MAX_ROSTER);
    }

    /// @dev Right answers need no signature: made-up ones could only help the labeler.
    function _checkWrongAnswers(
        uint64 epoch,
        LabelOpening calldata label,
        uint256 mask,
        uint256 known,
        bytes32[] calldata taskIds,
        bytes[] calldata signatures,
        address sessionKey
    ) private view {
        Preference memory preference;
        preference.epoch = epoch;
        preference.blockIndex = uint32(label.position / LabelLeaf.MAX_ROSTER);
        preference.seat = uint32(label.position % LabelLeaf.MAX_ROSTER);
        preference.labeler = label.word.labeler;
        uint256 wrong = mask & label.word.valid & (label.word.answers ^ known);
        uint256 nTasks = 0;
        uint256 nSignatures = 0;
        for (uint256 slot = 0; slot < 256; ++slot) {
            if ((mask >> slot) & 1 == 0) continue;
            if ((wrong >> slot) & 1 == 1) {
                preference.slot = uint16(slot);
                preference.taskId = taskIds[nTasks];
                preference.choice = (label.word.answers >> slot) & 1 == 1 ? CHOICE_B : CHOICE_A;
                _checkSignature(sessionKey, Messages.hashPreference(preference), signatures[nSignatures++]);
            }
            ++nTasks;
        }
    }

    function _positions(uint256 blocks) private pure returns (uint256) {
        return blocks * LabelLeaf.MAX_ROSTER;
    }

    // --- demands ----------------------------------------------------------------------------------------------------

    /// @dev A stored demand outlives the proposal that it was about; only a freeze keeps it open. Without this an old
    /// demand would disprove the next proposer.
    function _openDemand(uint64 epoch, ILabelEpochs.Epoch memory self) private view returns (Demand memory demand) {
        demand = _demands[epoch];
        if (demand.challenger == address(0) || demand.challenger != self.challenger) {
            revert EpochRefereeNoDemand(epoch);
        }
    }

    /// @return index that must be opened
    function _demanded(uint64 epoch, ILabelEpochs.Epoch memory self, Tree tree) private view returns (uint32) {
        Demand memory demand = _openDemand(epoch, self);
        if (demand.tree != tree) revert EpochRefereeNoDemand(epoch);
        return demand.index;
    }
}
