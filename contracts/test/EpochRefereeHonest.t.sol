// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IEpochReferee} from "../src/interfaces/IEpochReferee.sol";
import {LabelWord} from "../src/types/LabelLeaf.sol";
import {RawPay} from "../src/types/PayoutLeaf.sol";
import {vm} from "../../script/Vm.sol";
import {EpochRefereeTest, Random} from "./EpochRefereeBase.sol";
import {Book, EpochRule, Leaf, Payouts} from "./harnesses/EpochRule.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

/// @notice Everything that can be said against a payouts tree with openings that are true: every function, every leaf,
/// every pair that fits.
abstract contract Accusations is EpochRefereeTest {
    bytes[] internal calls;

    /// @dev Fills `calls`. What is built for one accusation is not needed for the next: memory is given back.
    function _accuse(Book memory book, Payouts memory payouts) internal {
        delete calls;
        uint256 free = _free();
        for (uint256 i = 0; i < payouts.leaves.length; ++i) {
            _accuseLeaf(book, payouts, i);
            _resetTo(free);
        }
        for (uint256 j = 0; j < book.previous.length; ++j) {
            _accuseOfMissing(book, payouts, j, true);
            _resetTo(free);
        }
        for (uint256 p = 0; p < book.labels.length; ++p) {
            if (book.labels[p].labeler == address(0)) continue;
            _accuseOfMissing(book, payouts, p, false);
            _accuseLabel(book, payouts, p);
            _resetTo(free);
        }
    }

    function _accuseLabel(Book memory book, Payouts memory payouts, uint256 p) private {
        calls.push(abi.encodeCall(IEpochReferee.disproveStrayBits, (book.epoch, _label(book, p))));
        uint256 q = (p + 1) % book.labels.length;
        calls.push(
            abi.encodeCall(IEpochReferee.disproveDuplicateLabeler, (book.epoch, _label(book, p), _label(book, q)))
        );
        for (uint256 i = 0; i < payouts.leaves.length; ++i) {
            if (payouts.leaves[i].account == book.labels[p].labeler) {
                calls.push(_callLabelPosition(book, payouts, i, p));
            }
        }
    }

    function _free() internal pure returns (uint256 free) {
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }

    function _resetTo(uint256 free) internal pure {
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }

    function _accuseLeaf(Book memory book, Payouts memory payouts, uint256 i) private {
        Leaf memory leaf = payouts.leaves[i];
        calls.push(_callTotal(book, payouts, i));
        calls.push(_callCarryOver(book, payouts, i));
        if (i + 1 < payouts.leaves.length) {
            calls.push(_callOrder(book, payouts, i));
            calls.push(_callRunningTotal(book, payouts, i));
        }
        // The seat that it names and the next.
        uint256 named = leaf.pay.position == 0 ? 0 : leaf.pay.position - 1;
        calls.push(_callLabelPosition(book, payouts, i, named % book.labels.length));
        calls.push(_callLabelPosition(book, payouts, i, (named + 1) % book.labels.length));
        if (leaf.pay.position == 0 || named >= book.labels.length) return;
        if (book.labels[named].labeler != address(0)) calls.push(_callScore(book, payouts, i));
    }

    /// @param earner whether `which` is a leaf of the approved tree, or else a position of the labels
    function _accuseOfMissing(Book memory book, Payouts memory payouts, uint256 which, bool earner) private {
        address account = earner ? book.previous[which].account : book.labels[which].labeler;
        IEpochReferee.PayoutOpening[] memory around = _around(payouts.leaves, account);
        _pushMissing(book, which, earner, around);
        // And its neighbours, as if there were nothing between them.
        if (payouts.leaves.length < 3 || around.length != 1) return;
        uint256 i = around[0].index;
        if (i == 0 || i + 1 == payouts.leaves.length) return;
        around = new IEpochReferee.PayoutOpening[](2);
        (around[0], around[1]) = (_opening(payouts, i - 1), _opening(payouts, i + 1));
        _pushMissing(book, which, earner, around);
        (around[0], around[1]) = (_opening(payouts, i - 1), _opening(payouts, i));
        _pushMissing(book, which, earner, around);
        (around[0], around[1]) = (_opening(payouts, i), _opening(payouts, i + 1));
        _pushMissing(book, which, earner, around);
    }

    function _pushMissing(Book memory book, uint256 which, bool earner, IEpochReferee.PayoutOpening[] memory around)
        private
    {
        calls.push(
            earner
                ? abi.encodeCall(
                    IEpochReferee.disproveMissingEarner, (book.epoch, _previousOpening(book, which), around)
                )
                : abi.encodeCall(IEpochReferee.disproveMissingLabeler, (book.epoch, _label(book, which), around))
        );
    }
}

contract EpochReferee_Honest_Test is Accusations {
    using Random for Random.Source;

    /// @dev A full roster and some earners; the number of accusations grows with the leaves, and each builds the tree.
    uint256 private constant MOST_LEAVES = 36;

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_honest_proposer_never_loses(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        vm.assume(right.leaves.length <= MOST_LEAVES);
        _accuse(book, right);
        _reveal(book);
        _propose(book, right, honest);
        uint256 free = _free();
        for (uint256 i = 0; i < calls.length; ++i) {
            _refuses(calls[i]);
            _resetTo(free);
        }
        // Nor with bytes of a true statement changed.
        Random.Source memory random = Random.Source(seed);
        for (uint256 k = 0; k < 32; ++k) {
            bytes memory call = calls[random.next() % calls.length];
            call[random.within(4, call.length - 1)] = bytes1(uint8(random.next()));
            _refuses(call);
        }
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(book.epoch, right.root);
        _assertUnharmed(honest, 10_000e18);
        _assertUnharmed(cheat, 10_000e18);
    }

    /// @dev The other half of it: a tree that differs in anything can be disproved by one of the true statements.
    /// forge-config: default.fuzz.runs = 32
    function testFuzz_every_wrong_tree_can_be_disproved(uint256 seed, uint256 kind, uint256 value) public {
        Book memory book = _randomBook(seed);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        vm.assume(right.leaves.length <= MOST_LEAVES);
        Leaf[] memory leaves = _spoil(EpochRule.payouts(book), seed, kind % 9, value);
        Payouts memory wrong = EpochRule.propose(leaves);
        vm.assume(wrong.root != right.root);
        // Committed sums of the right tree, and sometimes the wrong tree's own, where the budget allows them.
        (wrong.totalCumulative, wrong.totalRaw) =
        (right.totalCumulative, kind % 2 == 0 ? right.totalRaw : wrong.totalRaw);
        _accuse(book, wrong);
        _reveal(book);
        _propose(book, wrong, cheat);
        uint256 free = _free();
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(challenger);
            (bool ok,) = address(referee).call(calls[i]);
            if (!ok) {
                _resetTo(free);
                continue;
            }
            (, uint256 reserved) = epochs.bondOf(cheat);
            vm.assertEq(reserved, 0, "slashed");
            return _accepts(book);
        }
        vm.assertTrue(false, "nobody could disprove it");
    }

    /// @dev Changes one thing, and now and then the sums so that they fit it.
    function _spoil(Leaf[] memory leaves, uint256 seed, uint256 kind, uint256 value)
        private
        pure
        returns (Leaf[] memory)
    {
        uint256 i = seed % leaves.length;
        if (kind == 0) leaves[i].cumulative = value;
        if (kind == 1) leaves[i].pay.raw = value;
        if (kind == 2) leaves[i].pay.position = uint32(value % 200);
        if (kind == 3) leaves[i].account = address(uint160(value));
        if (kind == 4) leaves[i].runningTotal = value;
        if (kind == 5) leaves[i].pay.runningRaw = value;
        if (kind == 6 && leaves.length > 1) leaves = _without(leaves, i);
        if (kind == 7) leaves = _with(leaves, Leaf(address(uint160(value)), 0, 0, RawPay(0, 0, 0)));
        if (kind == 8) leaves = _with(leaves, leaves[i]);
        if (kind < 4 && value % 3 == 0) EpochRule.sort(leaves);
        if (kind < 4 && value % 2 == 0) EpochRule.sum(leaves);
        return leaves;
    }
}
