// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {Bits} from "../src/rewards/Bits.sol";
import {Dmi} from "../src/rewards/Dmi.sol";
import {GoldBound} from "../src/rewards/GoldBound.sol";
import {LabelMasks} from "../src/rewards/LabelMasks.sol";
import {PayRule} from "../src/rewards/PayRule.sol";
import {LabelLeaf, LabelWord} from "../src/types/LabelLeaf.sol";
import {vm} from "../../script/Vm.sol";
import {Random} from "./EpochRefereeBase.sol";
import {Book, EpochRule, GoldSeat} from "./harnesses/EpochRule.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

/// @notice The libraries of the rule against the rule written out slot by slot, at all sizes.
contract PayRule_Test {
    using Random for Random.Source;

    uint256 private constant ROSTER = 32;

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_MasksAreTheDrawsOfTheRule(uint256 seed) public pure {
        Book memory book = _book(seed);
        ILabelEpochs.Terms memory terms = book.terms;
        uint256 blockIndex = seed % 2 ** 32;
        (bytes memory slots, uint256 overlap) =
            LabelMasks.overlap(book.secret, blockIndex, terms.blockSlots, terms.overlapSlots);
        vm.assertEq(overlap, EpochRule.maskOf(EpochRule.overlapSlots(book, blockIndex)), "overlap");
        uint256 gold = PayRule.goldMask(terms, slots, book.secret, blockIndex, 3);
        vm.assertEq(gold, EpochRule.maskOf(EpochRule.goldSlots(book, blockIndex, 3)), "gold");
        uint256 first = LabelMasks.firstHalf(slots, book.seed, blockIndex, terms.overlapSlots);
        (uint256[] memory a, uint256[] memory b) = EpochRule.halves(book, blockIndex);
        vm.assertEq(first, EpochRule.maskOf(a), "first half");
        vm.assertEq(overlap & ~first, EpochRule.maskOf(b), "second half");
        vm.assertEq(overlap & gold, 0);
        vm.assertEq(Bits.count(overlap), terms.overlapSlots);
        vm.assertEq(Bits.count(gold), terms.goldSlots);
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_EveryTermOfAPayIsTheRules(uint256 seed) public view {
        Book memory book = _book(seed);
        uint256 position = _taken(book, seed);
        (LabelWord[] memory words, uint256 index) = _roster(book, position);
        GoldSeat memory gold = position < book.gold.length ? book.gold[position] : GoldSeat(0, 0);
        PayRule.Member memory member =
            PayRule.Member(position / ROSTER, position % ROSTER, index, gold.tasksHash != 0, gold.answers);
        PayRule.Result memory actual = this.judge(book.terms, book.secret, book.seed, words, member);
        EpochRule.Judged memory expected = EpochRule.judge(book, position);
        vm.assertEq(uint256(actual.reason), expected.reason, "reason");
        vm.assertEq(actual.goldRight, expected.goldRight, "right");
        vm.assertEq(actual.goldAnswered, expected.goldAnswered, "answered");
        vm.assertEq(actual.goldSlots, expected.goldSlots, "slots");
        _assertCounts(actual.first, expected.first);
        _assertCounts(actual.second, expected.second);
        vm.assertTrue(actual.score == expected.score, "score");
        vm.assertEq(actual.raw, expected.raw, "raw");
        // The sums of 2^26 raw pays fit 112 bits.
        vm.assertLe(actual.raw, 2 ** 83);
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_TheRootOfABlockIsThatOfItsLeaves(uint256 seed) public view {
        Book memory book = _book(seed);
        uint256 blockIndex = _taken(book, seed) / ROSTER;
        bytes32[] memory all = EpochRule.labelHashes(book);
        bytes32[] memory own = new bytes32[](ROSTER);
        uint8[] memory seats = new uint8[](ROSTER);
        LabelWord[] memory words = new LabelWord[](ROSTER);
        uint256 n = 0;
        for (uint256 s = 0; s < ROSTER; ++s) {
            own[s] = all[blockIndex * ROSTER + s];
            vm.assertEq(
                LabelLeaf.hash(book.epoch, blockIndex * ROSTER + s, book.labels[blockIndex * ROSTER + s]), own[s]
            );
            if (own[s] == 0) continue;
            (seats[n], words[n]) = (uint8(s), book.labels[blockIndex * ROSTER + s]);
            ++n;
        }
        assembly ("memory-safe") {
            mstore(seats, n)
            mstore(words, n)
        }
        (bytes32 root, bool wellFormed) = this.hashBlock(book.epoch, uint32(blockIndex), seats, words);
        vm.assertTrue(wellFormed);
        vm.assertEq(root, MerkleTree.root(own));
    }

    function testFuzz_CountsOneBits(uint256 word) public pure {
        uint256 expected = 0;
        for (uint256 s = 0; s < 256; ++s) {
            expected += (word >> s) & 1;
        }
        vm.assertEq(Bits.count(word), expected);
        vm.assertEq(Bits.count(type(uint256).max), 256);
        vm.assertEq(Bits.count(type(uint256).max - 1), 255);
        vm.assertEq(Bits.count(0), 0);
    }

    function testFuzz_DividesTowardsMinusInfinity(int128 numerator, uint64 denominator) public pure {
        int256 d = int256(uint256(denominator)) + 1;
        int256 q = Dmi.floorDiv(numerator, d);
        vm.assertTrue(q * d <= numerator && (q + 1) * d > numerator);
    }

    /// @dev The sum again with binomials from Pascal's triangle.
    function test_TheGoldBoundIsExact() public pure {
        uint256[] memory row = new uint256[](98);
        row[0] = 1;
        for (uint256 n = 0; n <= 96; ++n) {
            uint256 sum = 0;
            bool before = true;
            for (uint256 r = 0; r <= n; ++r) {
                sum += row[r] * 3 ** r * 2 ** (n - r);
                bool slashable = GoldBound.isSlashable(r, n);
                vm.assertTrue(slashable == (sum * 1e6 < 5 ** n));
                vm.assertTrue(before || !slashable, "more right, yet slashable");
                before = slashable;
            }
            vm.assertEq(sum, 5 ** n);
            for (uint256 k = n + 1; k > 0; --k) {
                row[k] += row[k - 1];
            }
        }
        vm.assertTrue(GoldBound.isSlashable(0, 16) && !GoldBound.isSlashable(0, 15), "16 wrong ones in a row");
        vm.assertFalse(GoldBound.isSlashable(0, 97));
    }

    function judge(
        ILabelEpochs.Terms memory terms,
        bytes32 secret,
        bytes32 seed,
        LabelWord[] calldata words,
        PayRule.Member memory member
    ) external pure returns (PayRule.Result memory) {
        return PayRule.judge(terms, secret, seed, words, member);
    }

    function hashBlock(uint64 epoch, uint32 blockIndex, uint8[] calldata seats, LabelWord[] calldata words)
        external
        pure
        returns (bytes32, bool)
    {
        return LabelLeaf.hashBlock(epoch, blockIndex, seats, words);
    }

    /// @dev The largest terms too: 256 slots, rates just below 2^72.
    function _book(uint256 seed) private pure returns (Book memory book) {
        Random.Source memory random = Random.Source(seed);
        book.epoch = uint64(random.next());
        book.secret = bytes32(random.next());
        book.seed = random.oneIn(10) ? bytes32(0) : bytes32(random.next());
        ILabelEpochs.Terms memory terms = book.terms;
        uint256 most = random.oneIn(4) ? 2 ** 72 - 1 : 1e18;
        (terms.basePay, terms.alphaPay) = (uint128(random.within(0, most)), uint128(random.within(0, most)));
        if (random.oneIn(4)) terms.alphaPay = uint128(2 ** 72 - 1);
        terms.blockSlots = uint16(random.oneIn(3) ? 256 : random.within(1, 256));
        terms.overlapSlots = uint16(random.within(0, terms.blockSlots / 2) * 2);
        terms.goldSlots = uint16(random.within(0, terms.blockSlots - terms.overlapSlots));
        terms.minOverlap = uint16(random.within(0, terms.overlapSlots / 2));
        terms.minRoster = uint16(random.within(0, 8));
        if (terms.goldSlots > 0) terms.goldBlocks = uint32(random.within(1, 2));
        _fill(book, random);
    }

    function _fill(Book memory book, Random.Source memory random) private pure {
        book.labels = new LabelWord[](2 * ROSTER);
        book.gold = new GoldSeat[](book.terms.goldBlocks * ROSTER);
        uint256 all = type(uint256).max >> (256 - book.terms.blockSlots);
        uint256 b = random.within(0, 1);
        uint256 truth = random.next();
        uint256 size = random.oneIn(3) ? ROSTER : random.within(1, ROSTER);
        for (uint256 i = 0; i < size; ++i) {
            uint256 p = b * ROSTER + (size == ROSTER ? i : random.within(0, ROSTER - 1));
            uint256 valid = random.oneIn(3) ? all : all & (random.next() | random.next());
            uint256 answers = (truth ^ (random.next() & random.next() & random.next())) & valid;
            book.labels[p] = LabelWord(address(uint160(random.next() | 1)), answers, valid);
            if (p < book.gold.length && !random.oneIn(4)) {
                book.gold[p] = GoldSeat(answers ^ (random.next() & random.next()), bytes32(random.next()));
            }
        }
    }

    function _taken(Book memory book, uint256 seed) private pure returns (uint256 p) {
        p = seed % book.labels.length;
        while (book.labels[p].labeler == address(0)) p = (p + 1) % book.labels.length;
    }

    function _roster(Book memory book, uint256 position)
        private
        pure
        returns (LabelWord[] memory words, uint256 index)
    {
        words = new LabelWord[](ROSTER);
        uint256 base = position / ROSTER * ROSTER;
        uint256 n = 0;
        for (uint256 p = base; p < base + ROSTER; ++p) {
            if (book.labels[p].labeler == address(0)) continue;
            if (p == position) index = n;
            words[n++] = book.labels[p];
        }
        assembly ("memory-safe") {
            mstore(words, n)
        }
    }

    function _assertCounts(Dmi.Counts memory actual, uint256[4] memory expected) private pure {
        vm.assertEq(actual.aa, expected[0], "A, majority A");
        vm.assertEq(actual.ab, expected[1], "A, majority B");
        vm.assertEq(actual.ba, expected[2], "B, majority A");
        vm.assertEq(actual.bb, expected[3], "B, majority B");
    }
}
