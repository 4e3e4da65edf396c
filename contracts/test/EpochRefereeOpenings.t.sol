// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IEpochReferee} from "../src/interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {EpochReferee} from "../src/rewards/EpochReferee.sol";
import {LabelWord} from "../src/types/LabelLeaf.sol";
import {RawPay} from "../src/types/PayoutLeaf.sol";
import {vm} from "../../script/Vm.sol";
import {EpochRefereeTest} from "./EpochRefereeBase.sol";
import {Book, EpochRule, Payouts} from "./harnesses/EpochRule.sol";

/// @notice Answers every call with one word.
contract OneWord {
    fallback() external {
        assembly {
            mstore(0, 1)
            return(0, 0x20)
        }
    }
}

/// @notice Statements about an honest proposal, one function after the other: true ones are no fraud, and those with
/// anything in them that is not in the committed trees are refused for exactly that.
contract EpochReferee_HonestValues_Test is EpochRefereeTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_TrueStatementsAreNoFraud(uint256 seed) public {
        (Book memory book, Payouts memory right) = _honest(seed);
        for (uint256 i = 0; i < right.leaves.length; ++i) {
            _refuses(_callTotal(book, right, i), _noFraud(book));
            _refuses(_callCarryOver(book, right, i), _noFraud(book));
            _refuses(_callLabelPosition(book, right, i, seed % book.labels.length), _noFraud(book));
            if (i + 1 < right.leaves.length) {
                _refuses(_callOrder(book, right, i), _noFraud(book));
                _refuses(_callRunningTotal(book, right, i), _noFraud(book));
            }
            uint256 position = right.leaves[i].pay.position;
            if (position == 0) continue;
            _refuses(_callScore(book, right, i), _noFraud(book));
            _refuses(_callLabelPosition(book, right, i, position - 1), _noFraud(book));
            _refuses(
                abi.encodeCall(IEpochReferee.disproveStrayBits, (book.epoch, _label(book, position - 1))),
                _noFraud(book)
            );
        }
    }

    /// @dev The commitment of a leaf whose account, amounts or raw pay are another's does not verify.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_APayoutsLeafIsMadeUp(uint256 seed, uint256 field, uint256 value) public {
        (Book memory book, Payouts memory right) = _honest(seed);
        uint256 i = seed % right.leaves.length;
        IEpochReferee.PayoutOpening memory leaf = _forged(_opening(right, i), field % 4, value);
        RawPay memory pay = right.leaves[i].pay;
        bytes memory reason = _invalidOpening(book, i);
        _refuses(abi.encodeCall(IEpochReferee.disproveTotal, (book.epoch, leaf, pay)), reason);
        IEpochReferee.PayoutOpening[] memory around = _around(book.previous, leaf.account);
        _refuses(abi.encodeCall(IEpochReferee.disproveCarryOver, (book.epoch, leaf, pay, around)), reason);
        IEpochReferee.LabelOpening memory label = _label(book, 0);
        _refuses(abi.encodeCall(IEpochReferee.disproveLabelPosition, (book.epoch, leaf, pay, label)), reason);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheLeafAroundIsMadeUp(uint256 seed, uint256 field, uint256 value) public {
        (Book memory book, Payouts memory right) = _honest(seed);
        uint256 i = _someLabeler(right.leaves, seed);
        IEpochReferee.PayoutOpening[] memory around = new IEpochReferee.PayoutOpening[](1);
        around[0] = _forged(_opening(right, i), field % 4, value);
        IEpochReferee.LabelOpening memory label = _label(book, right.leaves[i].pay.position - 1);
        _refuses(
            abi.encodeCall(IEpochReferee.disproveMissingLabeler, (book.epoch, label, around)), _invalidOpening(book, i)
        );
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_ANeighbourIsMadeUp(uint256 seed, uint256 field, uint256 value, bool second) public {
        (Book memory book, Payouts memory right) = _honest(seed);
        vm.assume(right.leaves.length > 1);
        uint256 i = seed % (right.leaves.length - 1);
        IEpochReferee.PayoutOpening memory a = _opening(right, i);
        IEpochReferee.PayoutOpening memory b = _opening(right, i + 1);
        _forged(second ? b : a, field % 4, value);
        bytes memory reason = _invalidOpening(book, second ? i + 1 : i);
        _refuses(abi.encodeCall(IEpochReferee.disproveOrder, (book.epoch, a, b)), reason);
        _refuses(
            abi.encodeCall(
                IEpochReferee.disproveRunningTotal, (book.epoch, a, right.leaves[i].pay, b, right.leaves[i + 1].pay)
            ),
            reason
        );
    }

    /// @dev The raw pay is behind a hash of its own.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheRawPayIsMadeUp(uint256 seed, uint256 field) public {
        (Book memory book, Payouts memory right) = _honest(seed);
        uint256 i = _someLabeler(right.leaves, seed);
        RawPay memory honestPay = right.leaves[i].pay;
        RawPay memory pay = RawPay(honestPay.position, honestPay.raw, honestPay.runningRaw);
        if (field % 3 == 0) pay.position += 1;
        if (field % 3 == 1) pay.raw += 1;
        if (field % 3 == 2) pay.runningRaw += 1;
        IEpochReferee.PayoutOpening memory leaf = _opening(right, i);
        bytes memory reason = _invalidOpening(book, i);
        uint256 position = honestPay.position - 1;
        _refuses(abi.encodeCall(IEpochReferee.disproveTotal, (book.epoch, leaf, pay)), reason);
        _refuses(
            abi.encodeCall(IEpochReferee.disproveLabelPosition, (book.epoch, leaf, pay, _label(book, position))), reason
        );
        _refuses(
            abi.encodeCall(
                IEpochReferee.disproveScore,
                (book.epoch, leaf, pay, _block(book, position / ROSTER), _goldOpening(book, position))
            ),
            reason
        );
        if (i + 1 < right.leaves.length) {
            IEpochReferee.PayoutOpening memory next = _opening(right, i + 1);
            bytes memory call = abi.encodeCall(
                IEpochReferee.disproveRunningTotal, (book.epoch, leaf, pay, next, right.leaves[i + 1].pay)
            );
            _refuses(call, reason);
        }
    }

    /// @dev The approved tree's leaf decides what is carried over: no other amount may pass for it.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_ThePreviousLeafIsMadeUp(uint256 seed, uint256 value) public {
        (Book memory book, Payouts memory right) = _honest(seed);
        vm.assume(book.previous.length > 0);
        uint256 j = seed % book.previous.length;
        vm.assume(book.previous[j].cumulative > 0);
        uint256 i = _indexOf(right.leaves, book.previous[j].account);
        IEpochReferee.PayoutOpening[] memory previous = new IEpochReferee.PayoutOpening[](1);
        previous[0] = _forged(_previousOpening(book, j), 1, value);
        bytes memory reason = _invalidOpening(book, j);
        _refuses(
            abi.encodeCall(
                IEpochReferee.disproveCarryOver, (book.epoch, _opening(right, i), right.leaves[i].pay, previous)
            ),
            reason
        );
        IEpochReferee.PayoutOpening[] memory around = _around(right.leaves, address(uint160(seed)));
        _refuses(abi.encodeCall(IEpochReferee.disproveMissingEarner, (book.epoch, previous[0], around)), reason);
    }

    /// @dev Answers that nobody gave cannot be used against the operator, nor against whoever proposed.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_ALabelIsMadeUp(uint256 seed, uint256 field) public {
        (Book memory book, Payouts memory right) = _honest(seed);
        uint256 i = _someLabeler(right.leaves, seed);
        uint256 position = right.leaves[i].pay.position - 1;
        IEpochReferee.LabelOpening memory real = _label(book, position);
        IEpochReferee.LabelOpening memory label = _label(book, position);
        label.word = LabelWord(real.word.labeler, real.word.answers, real.word.valid);
        if (field % 3 == 0) label.word.labeler = address(uint160(label.word.labeler) ^ 2);
        if (field % 3 == 1) label.word.answers ^= 1 << 255;
        if (field % 3 == 2) label.word.valid ^= 1 << 255;
        bytes memory reason = _invalidOpening(book, position);
        _refuses(abi.encodeCall(IEpochReferee.disproveStrayBits, (book.epoch, label)), reason);
        _refuses(abi.encodeCall(IEpochReferee.disproveDuplicateLabeler, (book.epoch, label, real)), reason);
        _refuses(abi.encodeCall(IEpochReferee.disproveDuplicateLabeler, (book.epoch, real, label)), reason);
        IEpochReferee.PayoutOpening[] memory around = _around(right.leaves, label.word.labeler);
        _refuses(abi.encodeCall(IEpochReferee.disproveMissingLabeler, (book.epoch, label, around)), reason);
        _refuses(
            abi.encodeCall(
                IEpochReferee.disproveLabelPosition, (book.epoch, _opening(right, i), right.leaves[i].pay, label)
            ),
            reason
        );
    }

    /// @dev A member's answers decide the others' scores.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_ABlockIsMadeUp(uint256 seed, uint256 member, uint256 field) public {
        (Book memory book, Payouts memory right) = _honest(seed);
        uint256 i = _someLabeler(right.leaves, seed);
        uint256 position = right.leaves[i].pay.position - 1;
        IEpochReferee.BlockOpening memory roster = _block(book, position / ROSTER);
        LabelWord memory word = roster.words[member % roster.words.length];
        word = LabelWord(word.labeler, word.answers, word.valid);
        if (field % 3 == 0) word.labeler = address(uint160(word.labeler) ^ 2);
        if (field % 3 == 1) word.answers ^= 1;
        if (field % 3 == 2) word.valid ^= 1;
        roster.words[member % roster.words.length] = word;
        bytes memory call = abi.encodeCall(
            IEpochReferee.disproveScore,
            (book.epoch, _opening(right, i), right.leaves[i].pay, roster, _goldOpening(book, position))
        );
        _refuses(call, _invalidOpening(book, roster.blockIndex));
    }

    /// @dev Every number of the proposal, and every amount in it, is the sum that its leaves make.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_sum_of_leaves_eq_cumulativeTotal(uint256 seed) public {
        (Book memory book, Payouts memory right) = _honest(seed);
        uint256 cumulative = 0;
        uint256 raw = 0;
        for (uint256 i = 0; i < right.leaves.length; ++i) {
            vm.assertEq(right.leaves[i].runningTotal, cumulative, "total of the leaves before");
            vm.assertEq(right.leaves[i].pay.runningRaw, raw, "raw pay of the leaves before");
            cumulative += right.leaves[i].cumulative;
            raw += right.leaves[i].pay.raw;
        }
        ILabelEpochs.Epoch memory self = epochs.epochOf(book.epoch);
        vm.assertEq(self.totalCumulative, cumulative);
        vm.assertEq(self.totalRaw, raw);
        uint256 before = distributor.totalApproved();
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(book.epoch, right.root);
        vm.assertEq(distributor.totalApproved(), cumulative);
        vm.assertLe(cumulative - before, book.terms.budget);
    }

    /// @dev What is not the epochs contract that this referee was made for has nothing to say.
    function test_RevertIf_TheEpochsContractIsAnother() public {
        address[2] memory others = [address(new OneWord()), address(token)];
        for (uint256 i = 0; i < others.length; ++i) {
            EpochReferee other = new EpochReferee(
                EpochReferee.Config(address(manager), ILabelEpochs(others[i]), distributor, pool, SLASH_AMOUNT)
            );
            vm.expectRevert(abi.encodeWithSelector(IEpochReferee.EpochRefereeWrongStatus.selector, 1));
            other.demandOpening(1, IEpochReferee.Tree.Labels, 0);
        }
    }

    function _honest(uint256 seed) private returns (Book memory book, Payouts memory right) {
        book = _randomBook(seed);
        right = EpochRule.propose(EpochRule.payouts(book));
        vm.assume(right.leaves.length <= 24);
        _reveal(book);
        _propose(book, right, honest);
    }

    function _forged(IEpochReferee.PayoutOpening memory leaf, uint256 field, uint256 value)
        private
        pure
        returns (IEpochReferee.PayoutOpening memory)
    {
        value = value == 0 ? 1 : value;
        // The only leaf of a tree has no proof.
        if (field == 3 && leaf.proof.length == 0) field = 1;
        unchecked {
            if (field == 0) leaf.account = address(uint160(leaf.account) + 1);
            if (field == 1) leaf.cumulative += value;
            if (field == 2) leaf.runningTotal += value;
            if (field == 3) leaf.proof[leaf.proof.length - 1] ^= bytes32(value);
        }
        return leaf;
    }
}
