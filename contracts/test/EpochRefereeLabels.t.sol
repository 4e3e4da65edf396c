// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fraud, IEpochReferee} from "../src/interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {LabelWord} from "../src/types/LabelLeaf.sol";
import {RawPay} from "../src/types/PayoutLeaf.sol";
import {vm} from "../../script/Vm.sol";
import {EpochRefereeTest} from "./EpochRefereeBase.sol";
import {Book, EpochRule, Leaf, Payouts} from "./harnesses/EpochRule.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

/// @notice What is proved against the operator: its bond is slashed, half of it goes to the challenger, the epoch is void.
abstract contract EpochRefereeLabelsTest is EpochRefereeTest {
    bytes32 internal constant TASK = keccak256("task");

    function _voids(Book memory book, Fraud fraud, bytes memory call) internal {
        uint256 reserveBefore = token.balanceOf(RESERVE);
        // None is left when the operator already lost it because it did not reveal.
        bool missed = epochs.epochOf(book.epoch).operatorBond == 0;
        vm.assertTrue(missed == (book.seed == 0 && reserveBefore == OPERATOR_BOND));
        uint256 half = missed ? 0 : OPERATOR_BOND / 2;
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.LabelsDisproved(book.epoch, challenger, fraud);
        vm.prank(challenger);
        (bool ok,) = address(referee).call(call);
        vm.assertTrue(ok, "the proof was refused");
        vm.assertEq(token.balanceOf(challenger), half, "challenger's half");
        vm.assertEq(token.balanceOf(RESERVE), reserveBefore + half, "the rest");
        (uint256 free, uint256 reserved) = epochs.bondOf(operator);
        vm.assertEq(free + reserved, 0, "operator's bond");
        vm.assertTrue(epochs.epochOf(book.epoch).status == ILabelEpochs.Status.Voided, "void");
        _assertUnharmed(cheat, 10_000e18);
    }

    function _someSeat(Book memory book, uint256 seed) internal pure returns (uint256 p) {
        p = seed % book.labels.length;
        while (book.labels[p].labeler == address(0)) p = (p + 1) % book.labels.length;
    }

    /// @dev In one of the three statuses in which labels can be disproved.
    function _advance(Book memory book, uint256 seed) internal {
        if (seed % 3 == 0) return _commit(book);
        _reveal(book);
        if (seed % 3 == 1) return;
        _propose(book, EpochRule.propose(EpochRule.payouts(book)), cheat);
    }

    function _preference(Book memory book, uint256 position, uint256 slot)
        internal
        pure
        returns (IEpochReferee.Preference memory)
    {
        LabelWord memory word = book.labels[position];
        bool valid = EpochRule.bit(word.valid, slot);
        uint8 choice = valid ? (EpochRule.bit(word.answers, slot) ? 1 : 0) : 2;
        return IEpochReferee.Preference({
            epoch: book.epoch,
            blockIndex: uint32(position / ROSTER),
            seat: uint32(position % ROSTER),
            slot: uint16(slot),
            taskId: TASK,
            choice: choice,
            labeler: word.labeler
        });
    }

    function _hash(IEpochReferee.Preference memory p) internal pure returns (bytes32) {
        bytes32 typehash = keccak256(
            "Preference(uint64 epoch,uint32 block,uint32 seat,uint16 slot,bytes32 taskId,uint8 choice,address labeler)"
        );
        return keccak256(abi.encode(typehash, p.epoch, p.blockIndex, p.seat, p.slot, p.taskId, p.choice, p.labeler));
    }

    function _receipt(IEpochReferee.Preference memory p) internal view returns (bytes memory) {
        bytes32 typehash = keccak256("Receipt(bytes32 preferenceHash,uint64 receivedAt)");
        return _sign(operatorKey, keccak256(abi.encode(typehash, _hash(p), uint64(99))));
    }

    /// @dev The domain is written out: `Polity`, version 1, this chain, LabelEpochs.
    function _sign(uint256 privateKey, bytes32 structHash) internal view returns (bytes memory) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Polity"),
                keccak256("1"),
                block.chainid,
                address(epochs)
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(privateKey, keccak256(abi.encodePacked(hex"1901", separator, structHash)));
        return abi.encodePacked(r, s, v);
    }

    function _callReceipt(
        IEpochReferee.Preference memory p,
        bytes memory signature,
        IEpochReferee.LabelOpening memory label
    ) internal pure returns (bytes memory) {
        return abi.encodeCall(IEpochReferee.disproveReceipt, (p, 99, signature, label));
    }

    function _invalidSignature(address signer) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IEpochReferee.EpochRefereeInvalidSignature.selector, signer);
    }
}

contract EpochReferee_DisproveDuplicateLabeler_Test is EpochRefereeLabelsTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesALabelerInTwoSeats(uint256 seed, uint256 second) public {
        Book memory book = _randomBook(seed);
        uint256 first = _someSeat(book, seed);
        second = second % book.labels.length;
        vm.assume(first != second);
        book.labels[second].labeler = book.labels[first].labeler;
        _advance(book, seed / 3);
        _voids(book, Fraud.DuplicateLabeler, _call(book, first, second));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheSeatsAreOneOrEmptyOrOthers(uint256 seed) public {
        Book memory book = _randomBook(seed);
        uint256 first = _someSeat(book, seed);
        _advance(book, seed / 3);
        _refuses(_call(book, first, first), _noFraud(book));
        for (uint256 p = 0; p + 1 < book.labels.length; p += 5) {
            _refuses(_call(book, p, p + 1), _noFraud(book));
        }
    }

    function _call(Book memory book, uint256 a, uint256 b) private pure returns (bytes memory) {
        return abi.encodeCall(IEpochReferee.disproveDuplicateLabeler, (book.epoch, _label(book, a), _label(book, b)));
    }
}

contract EpochReferee_DisproveStrayBits_Test is EpochRefereeLabelsTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesABitBeyondTheBlock(uint256 seed, uint256 slot) public {
        Book memory book = _randomBook(seed);
        uint256 p = _someSeat(book, seed);
        book.labels[p].valid |= 1 << _bound(slot, book.terms.blockSlots, 255);
        _advance(book, seed / 3);
        _voids(book, Fraud.StrayBits, _call(book, p));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAnAnswerThatIsNotValid(uint256 seed, uint256 slot) public {
        Book memory book = _randomBook(seed);
        uint256 p = _someSeat(book, seed);
        slot %= 256;
        book.labels[p].valid &= ~(1 << slot);
        book.labels[p].answers |= 1 << slot;
        _advance(book, seed / 3);
        _voids(book, Fraud.StrayBits, _call(book, p));
    }

    /// @dev All 256 slots used: none is beyond.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_EveryBitIsInItsPlace(uint256 seed) public {
        Book memory book = _randomBook(seed);
        uint256 p = _someSeat(book, seed);
        book.terms.blockSlots = 256;
        (book.labels[p].valid, book.labels[p].answers) = (type(uint256).max, seed);
        _advance(book, seed / 3);
        for (uint256 q = 0; q < book.labels.length; q += 3) {
            _refuses(_call(book, q), _noFraud(book));
        }
        _refuses(_call(book, p), _noFraud(book));
    }

    /// @dev The leaf of an empty seat is zero whatever its words are.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheSeatIsEmpty(uint256 seed, uint256 answers, uint256 valid) public {
        Book memory book = _randomBook(seed);
        uint256 p = seed % book.labels.length;
        vm.assume(book.labels[p].labeler == address(0));
        _advance(book, seed / 3);
        book.labels[p] = LabelWord(address(0), answers, valid);
        _refuses(_call(book, p), _noFraud(book));
    }

    function _call(Book memory book, uint256 p) private pure returns (bytes memory) {
        return abi.encodeCall(IEpochReferee.disproveStrayBits, (book.epoch, _label(book, p)));
    }
}

contract EpochReferee_DisproveReceipt_Test is EpochRefereeLabelsTest {
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_ProvesAnAlteredLabel(uint256 seed, uint8 choice) public {
        Book memory book = _randomBook(seed);
        uint256 p = _someSeat(book, seed);
        IEpochReferee.Preference memory preference = _preference(book, p, seed % book.terms.blockSlots);
        choice %= 4;
        // Tie and skip look the same in the tree.
        vm.assume(choice != preference.choice && (choice < 2 || preference.choice < 2));
        preference.choice = choice;
        _advance(book, seed / 3);
        _voids(book, Fraud.Receipt, _callReceipt(preference, _receipt(preference), _label(book, p)));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesALabelerThatWasLeftOut(uint256 seed, uint8 choice) public {
        Book memory book = _randomBook(seed);
        uint256 p = seed % book.labels.length;
        IEpochReferee.Preference memory preference = _preference(book, p, 0);
        (preference.labeler, preference.choice) = (address(0xa1), choice % 4);
        _advance(book, seed / 3);
        _voids(book, Fraud.Receipt, _callReceipt(preference, _receipt(preference), _label(book, p)));
    }

    /// @dev No opening can be right then; none is looked at.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesASeatOutsideTheTree(uint256 seed, uint32 beyond, bool inBlock) public {
        Book memory book = _randomBook(seed);
        uint256 p = _someSeat(book, seed);
        IEpochReferee.Preference memory preference = _preference(book, p, 0);
        if (inBlock) preference.seat = uint32(_bound(beyond, ROSTER, type(uint32).max));
        else preference.blockIndex = uint32(_bound(beyond, book.blockCount, type(uint32).max));
        _advance(book, seed / 3);
        _voids(book, Fraud.Receipt, _callReceipt(preference, _receipt(preference), _label(book, 0)));
    }

    /// @dev Whatever the operator really receipted, for any labeler and slot, is no fraud if the tree says the same.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheTreeSaysTheSame(uint256 seed) public {
        Book memory book = _randomBook(seed);
        uint256 p = _someSeat(book, seed);
        _advance(book, seed / 3);
        for (uint256 slot = 0; slot < book.terms.blockSlots; slot += 3) {
            IEpochReferee.Preference memory preference = _preference(book, p, slot);
            _refuses(_callReceipt(preference, _receipt(preference), _label(book, p)), _noFraud(book));
            if (preference.choice < 2) continue;
            preference.choice = 3;
            _refuses(_callReceipt(preference, _receipt(preference), _label(book, p)), _noFraud(book));
        }
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_AnotherSeatIsShown(uint256 seed, uint256 other) public {
        Book memory book = _randomBook(seed);
        uint256 p = _someSeat(book, seed);
        other = other % book.labels.length;
        vm.assume(other != p);
        _advance(book, seed / 3);
        IEpochReferee.Preference memory preference = _preference(book, p, 0);
        _refuses(_callReceipt(preference, _receipt(preference), _label(book, other)), _invalidOpening(book, other));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheOperatorDidNotSign(uint256 seed) public {
        Book memory book = _randomBook(seed);
        uint256 p = _someSeat(book, seed);
        _advance(book, seed / 3);
        IEpochReferee.Preference memory preference = _preference(book, p, 0);
        bytes memory signature = _receipt(preference);
        preference.labeler = address(0xa1);
        _refuses(_callReceipt(preference, signature, _label(book, p)), _invalidSignature(operator));
        (, uint256 otherKey) = _signer("other");
        bytes32 typehash = keccak256("Receipt(bytes32 preferenceHash,uint64 receivedAt)");
        signature = _sign(otherKey, keccak256(abi.encode(typehash, _hash(preference), uint64(99))));
        _refuses(_callReceipt(preference, signature, _label(book, p)), _invalidSignature(operator));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_NothingIsCommittedOrAllIsOver(uint256 seed) public {
        Book memory book = _randomBook(seed);
        uint256 p = _someSeat(book, seed);
        IEpochReferee.Preference memory preference = _preference(book, p, 0);
        preference.labeler = address(0xa1);
        bytes memory reason = abi.encodeWithSelector(IEpochReferee.EpochRefereeWrongStatus.selector, book.epoch);
        bytes memory call = _callReceipt(preference, _receipt(preference), _label(book, p));
        _refuses(call, reason);
        _commit(book);
        epochs.voidEpoch(book.epoch);
        _refuses(call, reason);
    }
}

/// @notice Demands for data that was not published.
abstract contract EpochRefereeDemandTest is EpochRefereeLabelsTest {
    address internal demander;

    function setUp() public override {
        super.setUp();
        demander = _account("demander");
        _bond(demander, CHALLENGER_BOND);
    }

    function _demand(Book memory book, IEpochReferee.Tree tree, uint256 index) internal {
        vm.prank(demander);
        referee.demandOpening(book.epoch, tree, uint32(index));
    }

    function _noDemand(Book memory book) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IEpochReferee.EpochRefereeNoDemand.selector, book.epoch);
    }

    function _unopened(Book memory book) internal pure returns (bytes memory) {
        return abi.encodeCall(IEpochReferee.disproveUnopened, (book.epoch));
    }

    function _callAnswerPayout(Book memory book, Payouts memory payouts, uint256 i)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(IEpochReferee.answerPayout, (book.epoch, _opening(payouts, i), payouts.leaves[i].pay));
    }
}

contract EpochReferee_DemandOpening_Test is EpochRefereeDemandTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_FreezesTheEpoch(uint256 seed, uint256 index) public {
        (Book memory book, Payouts memory right) = _proposedBook(seed);
        index = index % right.leaves.length;
        uint48 answerBy = _now() + RESPONSE_WINDOW;
        vm.expectEmit(address(referee));
        emit IEpochReferee.OpeningDemanded(book.epoch, demander, IEpochReferee.Tree.Payouts, uint32(index), answerBy);
        _demand(book, IEpochReferee.Tree.Payouts, index);
        IEpochReferee.Demand memory demand = referee.demandOf(book.epoch);
        vm.assertEq(demand.challenger, demander);
        vm.assertEq(demand.index, index);
        vm.assertEq(demand.answerBy, answerBy);
        vm.assertEq(epochs.epochOf(book.epoch).challenger, demander);
        (uint256 free, uint256 reserved) = epochs.bondOf(demander);
        vm.assertEq(free, 0);
        vm.assertEq(reserved, CHALLENGER_BOND);
        _skip(CHALLENGE_WINDOW);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsFrozen.selector, book.epoch, demander));
        epochs.acceptPayouts(book.epoch, right.root);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheIndexIsOutOfBounds(uint256 seed, uint32 index) public {
        (Book memory book, Payouts memory right) = _proposedBook(seed);
        _refusesIndex(book, IEpochReferee.Tree.Payouts, index, right.leaves.length);
        _refusesIndex(book, IEpochReferee.Tree.Labels, index, book.labels.length);
        _refusesIndex(book, IEpochReferee.Tree.Gold, index, book.seed == 0 ? 0 : book.gold.length);
    }

    /// @dev Not after the window: a vote that passed must be able to take effect.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheWindowIsOver(uint256 seed) public {
        (Book memory book,) = _proposedBook(seed);
        uint48 end = epochs.epochOf(book.epoch).challengeEndsAt;
        _skip(CHALLENGE_WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IEpochReferee.EpochRefereeTooLate.selector, book.epoch, end));
        _demand(book, IEpochReferee.Tree.Payouts, 0);
        vm.expectRevert(abi.encodeWithSelector(IEpochReferee.EpochRefereeTooLate.selector, book.epoch, end));
        _demand(book, IEpochReferee.Tree.Labels, 0);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_OneIsOpen(uint256 seed) public {
        (Book memory book,) = _proposedBook(seed);
        _bond(demander, CHALLENGER_BOND);
        _demand(book, IEpochReferee.Tree.Payouts, 0);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsFrozen.selector, book.epoch, demander));
        _demand(book, IEpochReferee.Tree.Labels, 0);
        vm.assertTrue(referee.demandOf(book.epoch).tree == IEpochReferee.Tree.Payouts);
    }

    function test_RevertIf_TheStatusIsWrong() public {
        Book memory book = _randomBook(1);
        bytes memory reason = abi.encodeWithSelector(IEpochReferee.EpochRefereeWrongStatus.selector, book.epoch);
        vm.expectRevert(reason);
        _demand(book, IEpochReferee.Tree.Labels, 0);
        _commit(book);
        vm.expectRevert(abi.encodeWithSelector(IEpochReferee.EpochRefereeIndexOutOfBounds.selector, 0, 0));
        _demand(book, IEpochReferee.Tree.Payouts, 0);
    }

    function test_RevertIf_TheBondIsTooSmall() public {
        (Book memory book,) = _proposedBook(1);
        vm.prank(challenger);
        vm.expectRevert(
            abi.encodeWithSelector(
                ILabelEpochs.LabelEpochsBondTooSmall.selector, challenger, uint256(0), uint256(CHALLENGER_BOND)
            )
        );
        referee.demandOpening(book.epoch, IEpochReferee.Tree.Payouts, 0);
    }

    function _proposedBook(uint256 seed) private returns (Book memory book, Payouts memory right) {
        book = _randomBook(seed);
        right = EpochRule.propose(EpochRule.payouts(book));
        _reveal(book);
        _propose(book, right, honest);
    }

    function _refusesIndex(Book memory book, IEpochReferee.Tree tree, uint32 index, uint256 bound) private {
        index = uint32(_bound(index, bound, type(uint32).max));
        vm.expectRevert(
            abi.encodeWithSelector(IEpochReferee.EpochRefereeIndexOutOfBounds.selector, uint256(index), bound)
        );
        _demand(book, tree, index);
    }
}

contract EpochReferee_Answer_Test is EpochRefereeDemandTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_EveryLeafOfAnHonestTreeCanBeOpened(uint256 seed, uint256 index) public {
        Book memory book = _randomBook(seed);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        _reveal(book);
        _propose(book, right, honest);
        index = index % right.leaves.length;
        _demand(book, IEpochReferee.Tree.Payouts, index);
        _answers(book, IEpochReferee.Tree.Payouts, index, right.hashes[index], _callAnswerPayout(book, right, index));
        _accepted(book, right);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_EveryPositionOfTheLabelsCanBeOpened(uint256 seed, uint256 position) public {
        Book memory book = _randomBook(seed);
        _advance(book, seed / 3);
        position = position % book.labels.length;
        _demand(book, IEpochReferee.Tree.Labels, position);
        bytes memory call = abi.encodeCall(IEpochReferee.answerLabel, (book.epoch, _label(book, position)));
        _answers(book, IEpochReferee.Tree.Labels, position, EpochRule.labelHashes(book)[position], call);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_EveryPositionOfTheGoldCanBeOpened(uint256 seed, uint256 position) public {
        Book memory book = _randomBook(seed);
        vm.assume(book.seed != 0 && book.gold.length > 0);
        _reveal(book);
        position = position % book.gold.length;
        _demand(book, IEpochReferee.Tree.Gold, position);
        bytes memory call = abi.encodeCall(IEpochReferee.answerGold, (book.epoch, _goldOpening(book, position)));
        _answers(book, IEpochReferee.Tree.Gold, position, EpochRule.goldHashes(book)[position], call);
    }

    /// @dev An answer counts until somebody used its absence.
    function test_ALateAnswerStillCounts() public {
        Book memory book = _randomBook(1);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        _reveal(book);
        _propose(book, right, honest);
        _demand(book, IEpochReferee.Tree.Payouts, 0);
        _skip(RESPONSE_WINDOW + 1);
        _answers(book, IEpochReferee.Tree.Payouts, 0, right.hashes[0], _callAnswerPayout(book, right, 0));
        _accepted(book, right);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_AnotherLeafIsOpened(uint256 seed, uint256 index) public {
        Book memory book = _randomBook(seed);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        vm.assume(right.leaves.length > 1);
        _reveal(book);
        _propose(book, right, honest);
        index = index % right.leaves.length;
        _demand(book, IEpochReferee.Tree.Payouts, index);
        uint256 other = (index + 1) % right.leaves.length;
        _refuses(_callAnswerPayout(book, right, other), _noDemand(book));
        // The right place with the wrong leaf, and the right leaf without its raw pay.
        IEpochReferee.PayoutOpening memory opening = _opening(right, other);
        opening.index = uint32(index);
        _refuses(
            abi.encodeCall(IEpochReferee.answerPayout, (book.epoch, opening, right.leaves[other].pay)),
            _invalidOpening(book, index)
        );
        RawPay memory pay = right.leaves[index].pay;
        pay.raw += 1;
        _refuses(
            abi.encodeCall(IEpochReferee.answerPayout, (book.epoch, _opening(right, index), pay)),
            _invalidOpening(book, index)
        );
        // And other trees.
        _refuses(
            abi.encodeCall(IEpochReferee.answerLabel, (book.epoch, _label(book, index % book.labels.length))),
            _noDemand(book)
        );
        _refuses(abi.encodeCall(IEpochReferee.answerGold, (book.epoch, _goldOpening(book, 0))), _noDemand(book));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_AnotherPositionIsOpened(uint256 seed, uint256 position) public {
        Book memory book = _randomBook(seed);
        vm.assume(book.seed != 0 && book.gold.length > 0);
        _reveal(book);
        position = position % book.labels.length;
        uint256 other = (position + 1) % book.labels.length;
        _demand(book, IEpochReferee.Tree.Labels, position);
        _refuses(abi.encodeCall(IEpochReferee.answerLabel, (book.epoch, _label(book, other))), _noDemand(book));
        IEpochReferee.LabelOpening memory label = _label(book, position);
        label.word = LabelWord(address(1), 0, 1);
        _refuses(abi.encodeCall(IEpochReferee.answerLabel, (book.epoch, label)), _invalidOpening(book, position));
        _answers(
            book,
            IEpochReferee.Tree.Labels,
            position,
            EpochRule.labelHashes(book)[position],
            abi.encodeCall(IEpochReferee.answerLabel, (book.epoch, _label(book, position)))
        );
        // Gold has no position of its own in the answer: it must be the demanded seat's.
        _bond(demander, CHALLENGER_BOND);
        position = position % book.gold.length;
        _demand(book, IEpochReferee.Tree.Gold, position);
        IEpochReferee.GoldOpening memory gold = _goldOpening(book, position);
        gold.answers ^= 1;
        gold.tasksHash = keccak256("others");
        _refuses(abi.encodeCall(IEpochReferee.answerGold, (book.epoch, gold)), _invalidOpening(book, position));
    }

    function test_RevertIf_NothingIsDemanded() public {
        Book memory book = _randomBook(1);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        _reveal(book);
        _propose(book, right, honest);
        _refuses(_callAnswerPayout(book, right, 0), _noDemand(book));
        _demand(book, IEpochReferee.Tree.Payouts, 0);
        (bool ok,) = address(referee).call(_callAnswerPayout(book, right, 0));
        vm.assertTrue(ok);
        _refuses(_callAnswerPayout(book, right, 0), _noDemand(book));
    }

    function _answers(Book memory book, IEpochReferee.Tree tree, uint256 index, bytes32 leaf, bytes memory call)
        private
    {
        address responder = _account("responder");
        uint256 before = token.balanceOf(RESERVE);
        vm.expectEmit(address(referee));
        emit IEpochReferee.OpeningAnswered(book.epoch, responder, tree, uint32(index), leaf);
        vm.prank(responder);
        (bool ok,) = address(referee).call(call);
        vm.assertTrue(ok, "the answer was refused");
        vm.assertEq(token.balanceOf(responder), CHALLENGER_BOND / 2, "responder's half");
        vm.assertEq(token.balanceOf(RESERVE), before + CHALLENGER_BOND / 2, "the rest");
        vm.assertEq(referee.demandOf(book.epoch).challenger, address(0));
        vm.assertEq(epochs.epochOf(book.epoch).challenger, address(0));
        vm.assertGe(epochs.epochOf(book.epoch).challengeEndsAt, _now() + RESPONSE_WINDOW);
    }

    function _accepted(Book memory book, Payouts memory right) private {
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(book.epoch, right.root);
        _assertUnharmed(honest, 10_000e18);
    }
}

contract EpochReferee_DisproveUnopened_Test is EpochRefereeDemandTest {
    function test_SlashesTheProposerOfHiddenPayouts() public {
        Book memory book = _randomBook(1);
        _reveal(book);
        uint112 total = uint112(distributor.totalApproved());
        vm.prank(cheat);
        epochs.proposePayouts(book.epoch, keccak256("nobody knows"), 7, total, 0);
        _demand(book, IEpochReferee.Tree.Payouts, 6);
        uint48 answerBy = _now() + RESPONSE_WINDOW;
        vm.warp(answerBy - 1);
        _refuses(
            _unopened(book), abi.encodeWithSelector(IEpochReferee.EpochRefereeTooEarly.selector, book.epoch, answerBy)
        );
        vm.warp(answerBy);
        uint96 bond = epochs.epochOf(book.epoch).proposerBond;
        // Whoever calls: the one who demanded is the challenger.
        referee.disproveUnopened(book.epoch);
        vm.assertEq(token.balanceOf(demander), CHALLENGER_BOND + bond / 2);
        (uint256 free, uint256 reserved) = epochs.bondOf(demander);
        vm.assertEq(free, CHALLENGER_BOND, "its own bond is back");
        vm.assertEq(reserved, 0);
        _refuses(_unopened(book), _noDemand(book));
        _accepts(book);
    }

    function test_SlashesTheOperatorForHiddenLabels() public {
        Book memory book = _randomBook(1);
        _advance(book, 2);
        _demand(book, IEpochReferee.Tree.Labels, 3);
        _unopenedVoids(book, Fraud.LabelsUnopened);
    }

    function test_SlashesTheOperatorForHiddenGold() public {
        uint256 seed = 1;
        Book memory book = _randomBook(seed);
        while (book.seed == 0 || book.gold.length == 0) book = _randomBook(++seed);
        _advance(book, 1);
        _demand(book, IEpochReferee.Tree.Gold, 3);
        _unopenedVoids(book, Fraud.GoldUnopened);
    }

    function test_RevertIf_NothingIsDemanded() public {
        Book memory book = _randomBook(1);
        _reveal(book);
        _propose(book, EpochRule.propose(EpochRule.payouts(book)), honest);
        _skip(2 * RESPONSE_WINDOW);
        _refuses(_unopened(book), _noDemand(book));
    }

    /// @dev A demand made against one proposer must not cost the next one its bond.
    function test_Attack_AnOldDemandAgainstTheNextProposer() public {
        Book memory book = _randomBook(1);
        Leaf[] memory leaves = EpochRule.payouts(book);
        Payouts memory right = EpochRule.propose(leaves);
        leaves = EpochRule.payouts(book);
        leaves[0].pay.runningRaw = 1;
        Payouts memory wrong = EpochRule.propose(leaves);
        (wrong.totalCumulative, wrong.totalRaw) = (right.totalCumulative, right.totalRaw);
        _reveal(book);
        _propose(book, wrong, cheat);
        _demand(book, IEpochReferee.Tree.Payouts, 0);
        vm.prank(challenger);
        (bool ok,) = address(referee).call(_callTotal(book, wrong, 0));
        vm.assertTrue(ok);
        _propose(book, right, honest);
        _skip(2 * RESPONSE_WINDOW);
        _refuses(_unopened(book), _noDemand(book));
        _refuses(_callAnswerPayout(book, right, 0), _noDemand(book));
        // Rejected by a vote, it is the same.
        _demand(book, IEpochReferee.Tree.Payouts, 0);
        epochs.rejectPayouts(book.epoch);
        _propose(book, right, honest);
        _skip(2 * RESPONSE_WINDOW);
        _refuses(_unopened(book), _noDemand(book));
        _skip(RESPONSE_WINDOW);
        epochs.acceptPayouts(book.epoch, right.root);
        _assertUnharmed(honest, 10_000e18);
    }

    /// @dev Demanding and answering oneself delays the epoch, but half of the bond is gone each time.
    function test_Attack_DelayingAnEpochByAnsweringOneself() public {
        Book memory book = _randomBook(1);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        _reveal(book);
        _propose(book, right, honest);
        uint256 before = token.balanceOf(demander);
        _demand(book, IEpochReferee.Tree.Payouts, 0);
        vm.prank(demander);
        (bool ok,) = address(referee).call(_callAnswerPayout(book, right, 0));
        vm.assertTrue(ok);
        vm.assertEq(token.balanceOf(demander), before - CHALLENGER_BOND / 2);
        vm.expectRevert();
        _demand(book, IEpochReferee.Tree.Payouts, 0);
    }

    /// @dev Whoever was asked and whatever for: an answer ends the demand, and so does, by anybody, its absence.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_every_case_terminates(uint256 seed, uint256 index, bool answered) public {
        (Book memory book, Payouts memory right, IEpochReferee.Tree tree) = _demanded(seed, index);
        bytes memory call = answered ? _answer(book, right, tree) : _unopened(book);
        if (!answered) vm.warp(referee.demandOf(book.epoch).answerBy);
        (bool ok,) = address(referee).call(call);
        vm.assertTrue(ok, "it did not end");
        vm.assertEq(epochs.epochOf(book.epoch).challenger, address(0), "frozen");
        vm.assertEq(referee.demandOf(book.epoch).challenger, address(0), "demand");
        (, uint256 reserved) = epochs.bondOf(demander);
        vm.assertEq(reserved, 0, "the bond of whoever asked is settled");
        ILabelEpochs.Status status = epochs.epochOf(book.epoch).status;
        if (answered) {
            _skip(CHALLENGE_WINDOW);
            epochs.acceptPayouts(book.epoch, right.root);
        } else if (tree == IEpochReferee.Tree.Payouts) {
            vm.assertTrue(status == ILabelEpochs.Status.Revealed, "reopened");
            _accepts(book);
        } else {
            vm.assertTrue(status == ILabelEpochs.Status.Voided, "void");
            vm.assertEq(epochs.lastSettledEpoch(), book.epoch, "the next epoch may go on");
        }
    }

    /// @dev Neither what silence says nor what the vote says takes effect before those concerned had their time.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ruling_not_executable_before_delay(uint256 seed, uint256 index, uint256 delay) public {
        (Book memory book, Payouts memory right, IEpochReferee.Tree tree) = _demanded(seed, index);
        uint48 answerBy = referee.demandOf(book.epoch).answerBy;
        vm.assertEq(answerBy, _now() + RESPONSE_WINDOW);
        uint256 start = _now();
        vm.warp(start + _bound(delay, 0, RESPONSE_WINDOW - 1));
        bytes memory early = abi.encodeWithSelector(IEpochReferee.EpochRefereeTooEarly.selector, book.epoch, answerBy);
        _refuses(_unopened(book), early);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsFrozen.selector, book.epoch, demander));
        epochs.acceptPayouts(book.epoch, right.root);
        (bool ok,) = address(referee).call(_answer(book, right, tree));
        vm.assertTrue(ok);
        uint48 end = epochs.epochOf(book.epoch).challengeEndsAt;
        vm.assertGe(end, start + CHALLENGE_WINDOW);
        vm.assertGe(end, _now() + RESPONSE_WINDOW);
        vm.warp(_bound(delay, _now(), end - 1));
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsTooEarly.selector, book.epoch, end));
        epochs.acceptPayouts(book.epoch, right.root);
        vm.warp(end);
        epochs.acceptPayouts(book.epoch, right.root);
    }

    /// @dev A right proposal with a demand for a leaf of any of the trees.
    function _demanded(uint256 seed, uint256 index)
        private
        returns (Book memory book, Payouts memory right, IEpochReferee.Tree tree)
    {
        book = _randomBook(seed);
        right = EpochRule.propose(EpochRule.payouts(book));
        _reveal(book);
        _propose(book, right, cheat);
        tree = IEpochReferee.Tree(seed % 3);
        if (tree == IEpochReferee.Tree.Gold && (book.seed == 0 || book.gold.length == 0)) {
            tree = IEpochReferee.Tree.Labels;
        }
        uint256 n = right.leaves.length;
        if (tree == IEpochReferee.Tree.Labels) n = book.labels.length;
        if (tree == IEpochReferee.Tree.Gold) n = book.gold.length;
        _demand(book, tree, index % n);
    }

    function _answer(Book memory book, Payouts memory right, IEpochReferee.Tree tree)
        private
        view
        returns (bytes memory)
    {
        uint32 index = referee.demandOf(book.epoch).index;
        if (tree == IEpochReferee.Tree.Payouts) return _callAnswerPayout(book, right, index);
        if (tree == IEpochReferee.Tree.Gold) {
            return abi.encodeCall(IEpochReferee.answerGold, (book.epoch, _goldOpening(book, index)));
        }
        return abi.encodeCall(IEpochReferee.answerLabel, (book.epoch, _label(book, index)));
    }

    function _unopenedVoids(Book memory book, Fraud fraud) private {
        _skip(RESPONSE_WINDOW);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.LabelsDisproved(book.epoch, demander, fraud);
        referee.disproveUnopened(book.epoch);
        vm.assertEq(token.balanceOf(demander), CHALLENGER_BOND + OPERATOR_BOND / 2);
        (uint256 free,) = epochs.bondOf(demander);
        vm.assertEq(free, CHALLENGER_BOND, "its own bond is back");
        vm.assertTrue(epochs.epochOf(book.epoch).status == ILabelEpochs.Status.Voided);
        _assertUnharmed(cheat, 10_000e18);
    }
}
