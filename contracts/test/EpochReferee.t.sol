// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fraud, IEpochReferee} from "../src/interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {EpochReferee} from "../src/rewards/EpochReferee.sol";
import {LabelWord} from "../src/types/LabelLeaf.sol";
import {RawPay} from "../src/types/PayoutLeaf.sol";
import {vm} from "../../script/Vm.sol";
import {EpochRefereeTest, Random} from "./EpochRefereeBase.sol";
import {Book, EpochRule, GoldSeat, Leaf, Payouts} from "./harnesses/EpochRule.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

contract EpochReferee_Constructor_Test is EpochRefereeTest {
    function test_KeepsItsParameters() public view {
        vm.assertEq(address(referee.labelEpochs()), address(epochs));
        vm.assertEq(address(referee.distributor()), address(distributor));
        vm.assertEq(address(referee.stakingPool()), address(pool));
        vm.assertEq(referee.slashAmount(), SLASH_AMOUNT);
        vm.assertEq(referee.authority(), address(manager));
    }

    function test_RevertIf_TheSlashAmountIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IEpochReferee.EpochRefereeZeroAmount.selector));
        new EpochReferee(EpochReferee.Config(address(manager), epochs, distributor, pool, 0));
    }
}

contract EpochReferee_SetSlashAmount_Test is EpochRefereeTest {
    function testFuzz_SetsIt(uint256 amount) public {
        amount = _bound(amount, 1, type(uint256).max);
        vm.expectEmit(address(referee));
        emit IEpochReferee.SlashAmountSet(amount);
        referee.setSlashAmount(amount);
        vm.assertEq(referee.slashAmount(), amount);
    }

    function test_RevertIf_ItIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IEpochReferee.EpochRefereeZeroAmount.selector));
        referee.setSlashAmount(0);
    }

    function test_RevertIf_TheCallerIsNotGovernance() public {
        _expectUnauthorized(operator);
        vm.prank(operator);
        referee.setSlashAmount(1);
    }
}

/// @notice What every function checks before it looks for a fraud.
contract EpochReferee_Openings_Test is EpochRefereeTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_NothingIsProposed(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        bytes memory reason = abi.encodeWithSelector(IEpochReferee.EpochRefereeWrongStatus.selector, book.epoch);
        _refuses(_callTotal(book, right, 0), reason);
        _reveal(book);
        _refuses(_callTotal(book, right, 0), reason);
        _refuses(_callCarryOver(book, right, 0), reason);
        _accepts(book);
        _refuses(_callTotal(book, right, 0), reason);
        uint256 i = _someLabeler(right.leaves, seed);
        _refuses(_callScore(book, right, i), reason);
        _refuses(_callLabelPosition(book, right, i, 0), reason);
        _refuses(abi.encodeCall(IEpochReferee.disproveStrayBits, (book.epoch, _label(book, 0))), reason);
    }

    /// @dev One index must name one position: a proof of any other length is refused, and so is an index beyond the count.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_AProofHasAnotherDepth(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        _reveal(book);
        _propose(book, right, honest);
        uint256 i = seed % right.leaves.length;
        IEpochReferee.PayoutOpening memory opening = _opening(right, i);
        bytes32[] memory longer = new bytes32[](opening.proof.length + 1);
        for (uint256 j = 0; j < opening.proof.length; ++j) {
            longer[j] = opening.proof[j];
        }
        opening.proof = longer;
        _refusesTotal(book, opening, right.leaves[i].pay);
        opening = _opening(right, i);
        opening.index += uint32(1 << opening.proof.length);
        _refusesTotal(book, opening, right.leaves[i].pay);
        opening = _opening(right, i);
        opening.cumulative += 1;
        _refusesTotal(book, opening, right.leaves[i].pay);
        opening = _opening(right, i);
        RawPay memory pay = right.leaves[i].pay;
        pay.runningRaw += 1;
        _refusesTotal(book, opening, pay);
    }

    /// @dev A zero word of the padding is no leaf, and an inner node is none either.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheIndexIsInThePadding(uint256 seed) public {
        Book memory book = _randomBook(seed);
        _reveal(book);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        _propose(book, right, honest);
        IEpochReferee.LabelOpening memory label = _label(book, 0);
        label.position = uint32(book.labels.length);
        label.word = LabelWord(address(0), 1 << 255, 1 << 255);
        _refuses(
            abi.encodeCall(IEpochReferee.disproveStrayBits, (book.epoch, label)),
            _invalidOpening(book, book.labels.length)
        );
    }

    function _refusesTotal(Book memory book, IEpochReferee.PayoutOpening memory opening, RawPay memory pay) private {
        _refuses(
            abi.encodeCall(IEpochReferee.disproveTotal, (book.epoch, opening, pay)),
            _invalidOpening(book, opening.index)
        );
    }
}

contract EpochReferee_DisproveOrder_Test is EpochRefereeTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesUnsortedAccounts(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        vm.assume(leaves.length > 1);
        uint256 i = seed % (leaves.length - 1);
        (leaves[i], leaves[i + 1]) = (leaves[i + 1], leaves[i]);
        EpochRule.sum(leaves);
        Payouts memory wrong = _proposeWrong(book, leaves);
        _proves(book, Fraud.Order, _callOrder(book, wrong, i));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesADuplicateAccount(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        uint256 i = seed % leaves.length;
        Leaf memory again = Leaf(leaves[i].account, 0, 0, RawPay(0, 0, 0));
        Payouts memory wrong = _proposeWrong(book, _with(leaves, again));
        _proves(book, Fraud.Order, _callOrder(book, wrong, i));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheLeavesAreNoNeighbours(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        vm.assume(leaves.length > 2);
        _reveal(book);
        Payouts memory right = EpochRule.propose(leaves);
        _propose(book, right, honest);
        _refusesNeighbours(book, right, 1, 0);
        _refusesNeighbours(book, right, 0, 2);
        _refusesNeighbours(book, right, 1, 1);
    }

    function _refusesNeighbours(Book memory book, Payouts memory right, uint256 i, uint256 j) private {
        bytes memory reason = abi.encodeWithSelector(IEpochReferee.EpochRefereeNotNeighbours.selector, i, j);
        IEpochReferee.PayoutOpening memory a = _opening(right, i);
        IEpochReferee.PayoutOpening memory b = _opening(right, j);
        _refuses(abi.encodeCall(IEpochReferee.disproveOrder, (book.epoch, a, b)), reason);
        _refuses(
            abi.encodeCall(
                IEpochReferee.disproveRunningTotal, (book.epoch, a, right.leaves[i].pay, b, right.leaves[j].pay)
            ),
            reason
        );
    }
}

contract EpochReferee_DisproveRunningTotal_Test is EpochRefereeTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAWrongRunningTotal(uint256 seed, uint256 value) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        vm.assume(leaves.length > 1);
        uint256 i = seed % (leaves.length - 1);
        vm.assume(value != leaves[i + 1].runningTotal);
        leaves[i + 1].runningTotal = value;
        _proveAt(book, leaves, i);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAWrongRunningRaw(uint256 seed, uint256 value) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        vm.assume(leaves.length > 1);
        uint256 i = seed % (leaves.length - 1);
        vm.assume(value != leaves[i + 1].pay.runningRaw);
        leaves[i + 1].pay.runningRaw = value;
        _proveAt(book, leaves, i);
    }

    /// @dev Numbers that would overflow must not protect who wrote them.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesItBehindAnAmountThatOverflows(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        vm.assume(leaves.length > 1);
        uint256 i = seed % (leaves.length - 1);
        (leaves[i].cumulative, leaves[i].runningTotal) = (type(uint256).max, type(uint256).max);
        _proveAt(book, leaves, i);
    }

    function _proveAt(Book memory book, Leaf[] memory leaves, uint256 i) private {
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        Payouts memory wrong = EpochRule.propose(leaves);
        // The totals are those of the right tree, so that only the sums within are wrong.
        (wrong.totalCumulative, wrong.totalRaw) = (right.totalCumulative, right.totalRaw);
        _reveal(book);
        _propose(book, wrong, cheat);
        _proves(book, Fraud.RunningTotal, _callRunningTotal(book, wrong, i));
    }
}

contract EpochReferee_DisproveTotal_Test is EpochRefereeTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAStartAboveZero(uint256 seed, uint256 start, bool raw) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        Payouts memory right = EpochRule.propose(leaves);
        start = _bound(start, 1, type(uint256).max);
        unchecked {
            for (uint256 i = 0; i < leaves.length; ++i) {
                if (raw) leaves[i].pay.runningRaw += start;
                else leaves[i].runningTotal += start;
            }
        }
        Payouts memory wrong = EpochRule.propose(leaves);
        (wrong.totalCumulative, wrong.totalRaw) = (right.totalCumulative, right.totalRaw);
        _reveal(book);
        _propose(book, wrong, cheat);
        _proves(book, Fraud.Total, _callTotal(book, wrong, 0));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAnEndThatWasNotProposed(uint256 seed, uint112 total) public {
        Book memory book = _randomBook(seed);
        Payouts memory wrong = EpochRule.propose(EpochRule.payouts(book));
        vm.assume(total != wrong.totalRaw);
        wrong.totalRaw = total;
        _reveal(book);
        _propose(book, wrong, cheat);
        _proves(book, Fraud.Total, _callTotal(book, wrong, wrong.leaves.length - 1));
    }

    /// @dev Less is proposed than the leaves add up to: the pool would run dry before everybody has claimed.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesATotalBelowTheLeaves(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        leaves[seed % leaves.length].cumulative += 1e24;
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        EpochRule.sum(leaves);
        Payouts memory wrong = EpochRule.propose(leaves);
        wrong.totalCumulative = right.totalCumulative;
        _reveal(book);
        _propose(book, wrong, cheat);
        _proves(book, Fraud.Total, _callTotal(book, wrong, leaves.length - 1));
    }
}

contract EpochReferee_DisproveCarryOver_Test is EpochRefereeTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAWrongCumulative(uint256 seed, uint256 value) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        uint256 i = seed % leaves.length;
        vm.assume(value != leaves[i].cumulative);
        leaves[i].cumulative = value;
        _prove(book, leaves, leaves[i].account);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesPreviousEarningsThatWereDropped(uint256 seed) public {
        Book memory book = _withPrevious(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        Leaf memory earner = book.previous[_someEarner(book, seed)];
        leaves[_indexOf(leaves, earner.account)].cumulative -= earner.cumulative;
        _prove(book, leaves, earner.account);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesPayThatWasNotScaled(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        uint256 totalRaw = EpochRule.propose(leaves).totalRaw;
        uint256 i = _someLabeler(leaves, seed);
        vm.assume(totalRaw > 1 && leaves[i].pay.raw > 0);
        book.terms.budget = totalRaw - 1;
        leaves = EpochRule.payouts(book);
        uint256 scaled = leaves[i].pay.raw * (totalRaw - 1) / totalRaw;
        leaves[i].cumulative += leaves[i].pay.raw - scaled;
        _prove(book, leaves, leaves[i].account);
    }

    /// @dev Neither a labeler nor an earner: a leaf that costs nothing, but is not the rule's.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesALeafOfNobody(uint256 seed, address account) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        for (uint256 i = 0; i < leaves.length; ++i) {
            vm.assume(leaves[i].account != account);
        }
        _prove(book, _with(leaves, Leaf(account, 0, 0, RawPay(0, 0, 0))), account);
    }

    /// @dev The approved tree has a leaf of zero for it, which is not carried on.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesALeafForAZero(uint256 seed) public {
        Book memory book = _withPrevious(seed);
        address account = address(uint160(uint256(keccak256("zero"))));
        book.previous = _with(book.previous, Leaf(account, 0, 0, RawPay(0, 0, 0)));
        Leaf[] memory leaves = EpochRule.payouts(book);
        _prove(book, _with(leaves, Leaf(account, 0, 0, RawPay(0, 0, 0))), account);
    }

    /// @dev More raw pay than there is in all: scaling it must not overflow.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesARawPayAboveTheTotal(uint256 seed, uint256 raw) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        Payouts memory right = EpochRule.propose(leaves);
        vm.assume(right.totalRaw > book.terms.budget);
        uint256 i = _someLabeler(leaves, seed);
        leaves[i].pay.raw = _bound(raw, uint256(right.totalRaw) + 1, type(uint256).max);
        Payouts memory wrong = EpochRule.propose(leaves);
        (wrong.totalCumulative, wrong.totalRaw) = (right.totalCumulative, right.totalRaw);
        _reveal(book);
        _propose(book, wrong, cheat);
        _proves(book, Fraud.CarryOver, _callCarryOver(book, wrong, i));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_ThePreviousLeafIsNotShown(uint256 seed) public {
        Book memory book = _withPrevious(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        uint256 earner = _someEarner(book, seed);
        uint256 i = _indexOf(leaves, book.previous[earner].account);
        Payouts memory right = EpochRule.propose(leaves);
        _reveal(book);
        _propose(book, right, honest);
        bytes memory reason = abi.encodeWithSelector(IEpochReferee.EpochRefereeNotAbsent.selector, leaves[i].account);
        // Nothing, somebody else's leaf, or its own between others: none shows that it has no leaf.
        _refusesPrevious(book, right, i, new IEpochReferee.PayoutOpening[](0), reason);
        uint256 n = book.previous.length;
        for (uint256 j = 0; j + 1 < n; ++j) {
            IEpochReferee.PayoutOpening[] memory two = new IEpochReferee.PayoutOpening[](2);
            (two[0], two[1]) = (_previousOpening(book, j), _previousOpening(book, j + 1));
            _refusesPrevious(book, right, i, two, reason);
        }
        for (uint256 j = 0; j < n; ++j) {
            if (j == earner) continue;
            IEpochReferee.PayoutOpening[] memory one = new IEpochReferee.PayoutOpening[](1);
            one[0] = _previousOpening(book, j);
            _refusesPrevious(book, right, i, one, reason);
        }
    }

    function _refusesPrevious(
        Book memory book,
        Payouts memory right,
        uint256 i,
        IEpochReferee.PayoutOpening[] memory previous,
        bytes memory reason
    ) private {
        _refuses(
            abi.encodeCall(
                IEpochReferee.disproveCarryOver, (book.epoch, _opening(right, i), right.leaves[i].pay, previous)
            ),
            reason
        );
    }

    function _withPrevious(uint256 seed) private view returns (Book memory book) {
        book = _randomBook(seed);
        if (book.previous.length == 0) {
            book.previous = new Leaf[](1);
            book.previous[0].account = _earner(seed);
        }
        // At least one that earned.
        book.previous[seed % book.previous.length].cumulative += 1;
        EpochRule.sum(book.previous);
    }

    function _someEarner(Book memory book, uint256 seed) private pure returns (uint256 i) {
        i = seed % book.previous.length;
        while (book.previous[i].cumulative == 0) i = (i + 1) % book.previous.length;
    }

    function _prove(Book memory book, Leaf[] memory leaves, address account) private {
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        EpochRule.sum(leaves);
        Payouts memory wrong = EpochRule.propose(leaves);
        (wrong.totalCumulative, wrong.totalRaw) = (right.totalCumulative, right.totalRaw);
        _reveal(book);
        _propose(book, wrong, cheat);
        _proves(book, Fraud.CarryOver, _callCarryOver(book, wrong, _indexOf(leaves, account)));
    }
}

contract EpochReferee_DisproveMissing_Test is EpochRefereeTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAMissingEarner(uint256 seed) public {
        Book memory book = _randomBook(seed);
        vm.assume(book.previous.length > 0);
        Leaf[] memory leaves = EpochRule.payouts(book);
        uint256 earner = seed % book.previous.length;
        while (book.previous[earner].cumulative == 0) {
            vm.assume(earner + 1 < book.previous.length);
            ++earner;
        }
        vm.assume(leaves.length > 1);
        address account = book.previous[earner].account;
        leaves = _without(leaves, _indexOf(leaves, account));
        _proposeShort(book, leaves);
        _proves(
            book,
            Fraud.MissingAccount,
            abi.encodeCall(
                IEpochReferee.disproveMissingEarner,
                (book.epoch, _previousOpening(book, earner), _around(leaves, account))
            )
        );
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAMissingLabeler(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        vm.assume(leaves.length > 1);
        Leaf memory gone = leaves[_someLabeler(leaves, seed)];
        leaves = _without(leaves, _indexOf(leaves, gone.account));
        _proposeShort(book, leaves);
        _proves(
            book,
            Fraud.MissingAccount,
            abi.encodeCall(
                IEpochReferee.disproveMissingLabeler,
                (book.epoch, _label(book, gone.pay.position - 1), _around(leaves, gone.account))
            )
        );
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheEarnerHadNothing(uint256 seed) public {
        Book memory book = _randomBook(seed);
        address account = address(uint160(uint256(keccak256("zero"))));
        book.previous = _with(book.previous, Leaf(account, 0, 0, RawPay(0, 0, 0)));
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        _reveal(book);
        _propose(book, right, honest);
        IEpochReferee.PayoutOpening memory previous = _previousOpening(book, _indexOf(book.previous, account));
        _refuses(
            abi.encodeCall(IEpochReferee.disproveMissingEarner, (book.epoch, previous, _around(right.leaves, account))),
            _noFraud(book)
        );
    }

    /// @dev An empty seat has no labeler that could be missing.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheSeatIsEmpty(uint256 seed) public {
        Book memory book = _randomBook(seed);
        uint256 empty = seed % book.labels.length;
        while (book.labels[empty].labeler != address(0)) {
            vm.assume(empty + 1 < book.labels.length);
            ++empty;
        }
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        _reveal(book);
        _propose(book, right, honest);
        _refuses(
            abi.encodeCall(
                IEpochReferee.disproveMissingLabeler,
                (book.epoch, _label(book, empty), _around(right.leaves, address(0)))
            ),
            _noFraud(book)
        );
    }

    /// @dev Every pair, and every leaf alone, against every account that has a leaf.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheAccountIsThere(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        _reveal(book);
        _propose(book, right, honest);
        Leaf memory there = right.leaves[_someLabeler(right.leaves, seed)];
        bytes memory reason = abi.encodeWithSelector(IEpochReferee.EpochRefereeNotAbsent.selector, there.account);
        for (uint256 i = 0; i < right.leaves.length; ++i) {
            IEpochReferee.PayoutOpening[] memory one = new IEpochReferee.PayoutOpening[](1);
            one[0] = _opening(right, i);
            _refusesAbsent(book, there, one, reason);
            if (i + 1 == right.leaves.length) break;
            IEpochReferee.PayoutOpening[] memory two = new IEpochReferee.PayoutOpening[](2);
            (two[0], two[1]) = (_opening(right, i), _opening(right, i + 1));
            _refusesAbsent(book, there, two, reason);
        }
        _refusesAbsent(book, there, new IEpochReferee.PayoutOpening[](0), reason);
        _refusesAbsent(book, there, new IEpochReferee.PayoutOpening[](3), reason);
    }

    function _refusesAbsent(
        Book memory book,
        Leaf memory there,
        IEpochReferee.PayoutOpening[] memory around,
        bytes memory reason
    ) private {
        _refuses(
            abi.encodeCall(
                IEpochReferee.disproveMissingLabeler, (book.epoch, _label(book, there.pay.position - 1), around)
            ),
            reason
        );
    }

    /// @dev With a total that the distributor takes: never below what is approved already.
    function _proposeShort(Book memory book, Leaf[] memory leaves) private {
        Payouts memory wrong = EpochRule.propose(leaves);
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        (wrong.totalCumulative, wrong.totalRaw) = (right.totalCumulative, right.totalRaw);
        _reveal(book);
        _propose(book, wrong, cheat);
    }
}

contract EpochReferee_DisproveLabelPosition_Test is EpochRefereeTest {
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesThePositionOfAnother(uint256 seed, uint256 position) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        uint256 i = seed % leaves.length;
        position = _bound(position, 1, book.labels.length);
        vm.assume(position != leaves[i].pay.position);
        uint256 own = leaves[i].pay.position;
        leaves[i].pay.position = uint32(position);
        Payouts memory wrong = _proposeWrong(book, leaves);
        // The seat that it names shows it, and so does the account's own.
        uint256 shown = own > 0 && seed % 2 == 0 ? own - 1 : position - 1;
        _proves(book, Fraud.LabelPosition, _callLabelPosition(book, wrong, i, shown));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAPositionOutsideTheTree(uint256 seed, uint32 position) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        uint256 i = seed % leaves.length;
        leaves[i].pay.position = uint32(_bound(position, book.labels.length + 1, type(uint32).max));
        Payouts memory wrong = _proposeWrong(book, leaves);
        _proves(book, Fraud.LabelPosition, _callLabelPosition(book, wrong, i, 0));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAHiddenLabelLeaf(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        uint256 i = _someLabeler(leaves, seed);
        uint256 own = leaves[i].pay.position - 1;
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        leaves[i].pay = RawPay(0, 0, 0);
        EpochRule.sum(leaves);
        Payouts memory wrong = EpochRule.propose(leaves);
        wrong.totalCumulative = right.totalCumulative;
        _reveal(book);
        _propose(book, wrong, cheat);
        _proves(book, Fraud.LabelPosition, _callLabelPosition(book, wrong, i, own));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesRawPayFromNowhere(uint256 seed, uint256 raw) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        uint256 i = seed % leaves.length;
        leaves[i].pay.position = 0;
        leaves[i].pay.raw = _bound(raw, 1, type(uint256).max);
        Payouts memory wrong = _proposeWrong(book, leaves);
        _proves(book, Fraud.LabelPosition, _callLabelPosition(book, wrong, i, 0));
    }

    /// @dev The zero account is no labeler of an empty seat, though their addresses are equal: its raw pay could not be
    /// disproved by a score.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAnEmptySeatNamedByTheZeroAccount(uint256 seed) public {
        Book memory book = _randomBook(seed);
        uint256 empty = seed % book.labels.length;
        while (book.labels[empty].labeler != address(0)) {
            vm.assume(empty + 1 < book.labels.length);
            ++empty;
        }
        Leaf[] memory leaves = EpochRule.payouts(book);
        leaves = _with(leaves, Leaf(address(0), 0, 0, RawPay(uint32(empty + 1), 0, 0)));
        Payouts memory wrong = _proposeWrong(book, leaves);
        _proves(book, Fraud.LabelPosition, _callLabelPosition(book, wrong, 0, empty));
    }
}

contract EpochReferee_DisproveScore_Test is EpochRefereeTest {
    using Random for Random.Source;

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAnyOtherRawPay(uint256 seed, uint256 raw) public {
        Book memory book = _randomBook(seed);
        Leaf[] memory leaves = EpochRule.payouts(book);
        uint256 i = _someLabeler(leaves, seed);
        vm.assume(raw != leaves[i].pay.raw);
        leaves[i].pay.raw = raw;
        _prove(book, leaves, i);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAnotherOverlapMask(uint256 seed) public {
        Book memory book = _randomBook(seed);
        // The overlap alone makes the difference.
        (book.terms.goldSlots, book.terms.goldBlocks, book.terms.goldRoot) = (0, 0, 0);
        book.gold = new GoldSeat[](0);
        Book memory other = _copy(book);
        other.secret = keccak256("another");
        _proveRawOf(book, other);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAnotherSplit(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Book memory other = _copy(book);
        vm.assume(book.seed != 0);
        other.seed = keccak256("another");
        _proveRawOf(book, other);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAScoreWithoutASeed(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Book memory other = _copy(book);
        vm.assume(book.seed == 0);
        other.seed = keccak256("another");
        _proveRawOf(book, other);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAWrongGoldCount(uint256 seed) public {
        Book memory book = _randomBook(seed);
        Book memory other = _copy(book);
        vm.assume(book.gold.length > 0 && book.seed != 0);
        other.gold = new GoldSeat[](book.gold.length);
        for (uint256 p = 0; p < other.gold.length; ++p) {
            other.gold[p] = GoldSeat(~book.gold[p].answers, "tasks");
        }
        _proveRawOf(book, other);
    }

    /// @dev Gold beyond the committed blocks: taken for gold in the wrong tree.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesGoldWhereThereIsNone(uint256 seed) public {
        Book memory book = _randomBook(seed);
        vm.assume(book.terms.goldSlots > 0 && book.seed != 0);
        book.gold = new GoldSeat[](ROSTER);
        book.gold[0].tasksHash = "tasks";
        book.terms.goldBlocks = 1;
        Book memory other = _copy(book);
        other.terms.goldBlocks = book.blockCount;
        other.gold = new GoldSeat[](book.labels.length);
        for (uint256 p = 0; p < other.gold.length; ++p) {
            other.gold[p] = GoldSeat(~book.labels[p].answers, "tasks");
        }
        book.terms.goldRoot = MerkleTree.root(EpochRule.goldHashes(book));
        _proveRawOf(book, other);
    }

    /// @dev A majority that counts one member of the block too few.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_ProvesAnotherMajority(uint256 seed) public {
        Book memory book = _randomBook(seed);
        book.terms.minRoster = 0;
        Book memory other = _copy(book);
        delete other.labels[_someTakenSeat(book, seed)];
        _proveRawOf(book, other);
    }

    /// @dev A seat without a labeler hashes to zero whatever its answers: as a member it would change the majority.
    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_AnEmptySeatPassesForAMember(uint256 seed) public {
        (Book memory book, Payouts memory right, uint256 i) = _honest(seed);
        uint256 position = right.leaves[i].pay.position - 1;
        IEpochReferee.BlockOpening memory roster = _block(book, position / ROSTER);
        uint256 n = roster.seats.length;
        vm.assume(n < ROSTER);
        IEpochReferee.BlockOpening memory forged =
            IEpochReferee.BlockOpening(roster.blockIndex, new uint8[](n + 1), new LabelWord[](n + 1), roster.proof);
        bool inserted = false;
        uint8 seat = 0;
        for (uint256 k = 0; k <= n; ++k) {
            if (!inserted && (k == n || roster.seats[k] != seat)) {
                (forged.seats[k], forged.words[k]) = (seat, LabelWord(address(0), 0, type(uint256).max));
                inserted = true;
            } else {
                uint256 from = inserted ? k - 1 : k;
                (forged.seats[k], forged.words[k]) = (roster.seats[from], roster.words[from]);
                ++seat;
            }
        }
        _refusesRoster(book, right, i, forged, _invalidOpening(book, roster.blockIndex));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_AMemberIsLeftOutOrRepeated(uint256 seed) public {
        (Book memory book, Payouts memory right, uint256 i) = _honest(seed);
        uint256 position = right.leaves[i].pay.position - 1;
        bytes memory reason = _invalidOpening(book, position / ROSTER);
        IEpochReferee.BlockOpening memory roster = _block(book, position / ROSTER);
        uint256 n = roster.seats.length;
        IEpochReferee.BlockOpening memory fewer =
            IEpochReferee.BlockOpening(roster.blockIndex, new uint8[](n - 1), new LabelWord[](n - 1), roster.proof);
        for (uint256 k = 0; k + 1 < n; ++k) {
            (fewer.seats[k], fewer.words[k]) = (roster.seats[k], roster.words[k]);
        }
        _refusesRoster(book, right, i, fewer, reason);
        IEpochReferee.BlockOpening memory more =
            IEpochReferee.BlockOpening(roster.blockIndex, new uint8[](n + 1), new LabelWord[](n + 1), roster.proof);
        for (uint256 k = 0; k <= n; ++k) {
            uint256 from = k == n ? n - 1 : k;
            (more.seats[k], more.words[k]) = (roster.seats[from], roster.words[from]);
        }
        _refusesRoster(book, right, i, more, reason);
        more.seats[n] = 32;
        _refusesRoster(book, right, i, more, reason);
        fewer.words = roster.words;
        _refusesRoster(book, right, i, fewer, reason);
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheGoldIsNotTheSeats(uint256 seed) public {
        (Book memory book, Payouts memory right, uint256 i) = _honest(seed);
        uint256 position = right.leaves[i].pay.position - 1;
        vm.assume(book.seed != 0 && position < book.gold.length);
        IEpochReferee.GoldOpening memory gold = _goldOpening(book, position);
        gold.tasksHash = keccak256(abi.encode(gold.tasksHash));
        bytes memory call = abi.encodeCall(
            IEpochReferee.disproveScore,
            (book.epoch, _opening(right, i), right.leaves[i].pay, _block(book, position / ROSTER), gold)
        );
        _refuses(call, _invalidOpening(book, position));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_RevertIf_TheBlockIsAnother(uint256 seed) public {
        (Book memory book, Payouts memory right, uint256 i) = _honest(seed);
        vm.assume(book.blockCount > 1);
        uint256 position = right.leaves[i].pay.position - 1;
        uint256 other = (position / ROSTER + 1) % book.blockCount;
        _refusesRoster(book, right, i, _block(book, other), _invalidOpening(book, other));
    }

    function _honest(uint256 seed) private returns (Book memory book, Payouts memory right, uint256 i) {
        book = _randomBook(seed);
        right = EpochRule.propose(EpochRule.payouts(book));
        _reveal(book);
        _propose(book, right, honest);
        i = _someLabeler(right.leaves, seed);
    }

    function _refusesRoster(
        Book memory book,
        Payouts memory right,
        uint256 i,
        IEpochReferee.BlockOpening memory roster,
        bytes memory reason
    ) private {
        uint256 position = right.leaves[i].pay.position - 1;
        _refuses(
            abi.encodeCall(
                IEpochReferee.disproveScore,
                (book.epoch, _opening(right, i), right.leaves[i].pay, roster, _goldOpening(book, position))
            ),
            reason
        );
    }

    function _copy(Book memory book) private pure returns (Book memory) {
        return abi.decode(abi.encode(book), (Book));
    }

    function _someTakenSeat(Book memory book, uint256 seed) private pure returns (uint256 p) {
        p = seed % book.labels.length;
        while (book.labels[p].labeler == address(0)) p = (p + 1) % book.labels.length;
    }

    /// @dev The raw pays of another book, in one leaf where they differ.
    function _proveRawOf(Book memory book, Book memory other) private {
        Leaf[] memory leaves = EpochRule.payouts(book);
        for (uint256 i = 0; i < leaves.length; ++i) {
            if (leaves[i].pay.position == 0) continue;
            uint256 position = leaves[i].pay.position - 1;
            if (other.labels[position].labeler == address(0)) continue;
            uint256 raw = EpochRule.judge(other, position).raw;
            if (raw == leaves[i].pay.raw) continue;
            leaves[i].pay.raw = raw;
            return _prove(book, leaves, i);
        }
        vm.assume(false);
    }

    function _prove(Book memory book, Leaf[] memory leaves, uint256 i) private {
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        EpochRule.sum(leaves);
        Payouts memory wrong = EpochRule.propose(leaves);
        wrong.totalCumulative = right.totalCumulative;
        _reveal(book);
        _propose(book, wrong, cheat);
        _proves(book, Fraud.Score, _callScore(book, wrong, i));
    }
}
