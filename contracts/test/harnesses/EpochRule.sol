// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILabelEpochs} from "../../src/interfaces/ILabelEpochs.sol";
import {LabelWord} from "../../src/types/LabelLeaf.sol";
import {RawPay} from "../../src/types/PayoutLeaf.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// @notice Gold of one seat; `tasksHash` 0 for none.
struct GoldSeat {
    uint256 answers;
    bytes32 tasksHash;
}

/// @notice A leaf of a payouts tree with everything in it.
struct Leaf {
    address account;
    uint256 cumulative;
    uint256 runningTotal;
    RawPay pay;
}

/// @notice What is proposed.
struct Payouts {
    Leaf[] leaves;
    bytes32[] hashes;
    bytes32 root;
    uint112 totalCumulative;
    uint112 totalRaw;
}

/// @notice All data of an epoch, as a bundle publishes them.
struct Book {
    uint64 epoch;
    uint32 blockCount;
    ILabelEpochs.Terms terms;
    bytes32 secret;
    bytes32 seed; // 0 when never revealed
    LabelWord[] labels; // by position
    GoldSeat[] gold; // by position
    Leaf[] previous; // the approved tree
}

/// @notice The reward rule again, slot by slot and with no thought of gas: written from the rule's text, not from the
/// contracts', to find where they differ.
library EpochRule {
    uint256 private constant ROSTER = 32;

    struct Judged {
        uint256 nValid;
        uint256 nRoster;
        uint256 goldRight;
        uint256 goldAnswered;
        uint256 goldSlots; // 0 without gold
        uint256[4] first; // own A & majority A, A & B, B & A, B & B
        uint256[4] second;
        uint8 reason; // 0 no seed, 1 small roster, 2 short overlap, 3 scored
        int256 score;
        uint256 raw;
    }

    // --- draws ------------------------------------------------------------------------------------------------------

    function draw(bytes32 secret, bytes32 tag, uint256 blockIndex, uint256 seat, uint256 i)
        internal
        pure
        returns (uint256)
    {
        bytes32 key = keccak256(abi.encode(secret, tag, blockIndex, seat));
        // Eight draws a word, the most significant first.
        return uint32(uint256(keccak256(abi.encode(key, i / 8))) >> (224 - 32 * (i % 8)));
    }

    /// @return slots the overlap first
    function overlapFirst(Book memory book, uint256 blockIndex) internal pure returns (uint256[] memory slots) {
        uint256 n = book.terms.blockSlots;
        slots = new uint256[](n);
        for (uint256 s = 0; s < n; ++s) {
            slots[s] = s;
        }
        for (uint256 i = 0; i < book.terms.overlapSlots; ++i) {
            swap(slots, i, i + draw(book.secret, "overlap", blockIndex, 0, i) % (n - i));
        }
    }

    function overlapSlots(Book memory book, uint256 blockIndex) internal pure returns (uint256[] memory) {
        return part(overlapFirst(book, blockIndex), 0, book.terms.overlapSlots);
    }

    function goldSlots(Book memory book, uint256 blockIndex, uint256 seat) internal pure returns (uint256[] memory) {
        uint256[] memory slots = overlapFirst(book, blockIndex);
        (uint256 m, uint256 n) = (book.terms.overlapSlots, book.terms.blockSlots);
        for (uint256 i = 0; i < book.terms.goldSlots; ++i) {
            swap(slots, m + i, m + i + draw(book.secret, "gold", blockIndex, seat, i) % (n - m - i));
        }
        return part(slots, m, book.terms.goldSlots);
    }

    function halves(Book memory book, uint256 blockIndex)
        internal
        pure
        returns (uint256[] memory first, uint256[] memory second)
    {
        uint256[] memory slots = overlapSlots(book, blockIndex);
        uint256 m = slots.length;
        for (uint256 i = 0; i < m / 2; ++i) {
            swap(slots, i, i + draw(book.seed, "half", blockIndex, 0, i) % (m - i));
        }
        return (part(slots, 0, m / 2), part(slots, m / 2, m - m / 2));
    }

    function maskOf(uint256[] memory slots) internal pure returns (uint256 mask) {
        for (uint256 i = 0; i < slots.length; ++i) {
            mask |= 1 << slots[i];
        }
    }

    function part(uint256[] memory slots, uint256 from, uint256 count) internal pure returns (uint256[] memory result) {
        result = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            result[i] = slots[from + i];
        }
    }

    function swap(uint256[] memory slots, uint256 i, uint256 j) internal pure {
        (slots[i], slots[j]) = (slots[j], slots[i]);
    }

    // --- one labeler ------------------------------------------------------------------------------------------------

    function judge(Book memory book, uint256 position) internal pure returns (Judged memory judged) {
        LabelWord memory word = book.labels[position];
        uint256 blockIndex = position / ROSTER;
        for (uint256 s = 0; s < 256; ++s) {
            if (bit(word.valid, s)) ++judged.nValid;
        }
        for (uint256 seat = 0; seat < ROSTER; ++seat) {
            if (book.labels[blockIndex * ROSTER + seat].labeler != address(0)) ++judged.nRoster;
        }
        if (book.seed != 0) {
            _gold(book, position, judged);
            (uint256[] memory first, uint256[] memory second) = halves(book, blockIndex);
            judged.first = _counts(book, position, first);
            judged.second = _counts(book, position, second);
        }
        _pay(book.terms, book.seed != 0, judged);
    }

    function _gold(Book memory book, uint256 position, Judged memory judged) private pure {
        if (position / ROSTER >= book.terms.goldBlocks || book.gold[position].tasksHash == 0) return;
        uint256[] memory slots = goldSlots(book, position / ROSTER, position % ROSTER);
        judged.goldSlots = slots.length;
        LabelWord memory word = book.labels[position];
        for (uint256 i = 0; i < slots.length; ++i) {
            if (!bit(word.valid, slots[i])) continue;
            ++judged.goldAnswered;
            if (bit(word.answers, slots[i]) == bit(book.gold[position].answers, slots[i])) ++judged.goldRight;
        }
    }

    function _counts(Book memory book, uint256 position, uint256[] memory half)
        private
        pure
        returns (uint256[4] memory counts)
    {
        LabelWord memory own = book.labels[position];
        uint256 base = position / ROSTER * ROSTER;
        for (uint256 i = 0; i < half.length; ++i) {
            uint256 s = half[i];
            if (!bit(own.valid, s)) continue;
            int256 lead = 0;
            for (uint256 p = base; p < base + ROSTER; ++p) {
                LabelWord memory other = book.labels[p];
                if (p == position || other.labeler == address(0) || !bit(other.valid, s)) continue;
                lead += bit(other.answers, s) ? int256(1) : -1;
            }
            if (lead == 0) continue;
            ++counts[(bit(own.answers, s) ? 2 : 0) + (lead > 0 ? 1 : 0)];
        }
    }

    function _pay(ILabelEpochs.Terms memory terms, bool seeded, Judged memory judged) private pure {
        uint256 t1 = judged.first[0] + judged.first[1] + judged.first[2] + judged.first[3];
        uint256 t2 = judged.second[0] + judged.second[1] + judged.second[2] + judged.second[3];
        if (!seeded) {
            judged.reason = 0;
        } else if (judged.nRoster < terms.minRoster) {
            judged.reason = 1;
        } else if (t1 < 2 || t2 < 2 || t1 + t2 < terms.minOverlap) {
            judged.reason = 2;
        } else {
            judged.reason = 3;
            judged.score = floorDiv(
                16e18 * det(judged.first) * det(judged.second), int256(t1) * int256(t1 - 1) * int256(t2 * (t2 - 1))
            );
        }
        int256 n = int256(judged.nValid);
        int256 raw =
            int256(uint256(terms.basePay)) * n + floorDiv(int256(uint256(terms.alphaPay)) * n * judged.score, 1e18);
        judged.raw = raw < 0 ? 0 : uint256(raw);
        if (judged.goldSlots == 0) return;
        int256 net = 2 * int256(judged.goldRight) - int256(judged.goldAnswered);
        judged.raw = net < 0 ? 0 : judged.raw * uint256(net) / judged.goldSlots;
    }

    function det(uint256[4] memory c) internal pure returns (int256) {
        return int256(c[0]) * int256(c[3]) - int256(c[1]) * int256(c[2]);
    }

    function floorDiv(int256 a, int256 b) internal pure returns (int256) {
        return a >= 0 ? a / b : -((b - 1 - a) / b);
    }

    function bit(uint256 word, uint256 slot) internal pure returns (bool) {
        return (word >> slot) & 1 == 1;
    }

    // --- everybody --------------------------------------------------------------------------------------------------

    /// @return leaves sorted, with sums
    function payouts(Book memory book) internal pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](book.labels.length + book.previous.length);
        uint256 count = 0;
        for (uint256 p = 0; p < book.labels.length; ++p) {
            if (book.labels[p].labeler == address(0)) continue;
            leaves[count].account = book.labels[p].labeler;
            leaves[count++].pay = RawPay(uint32(p + 1), judge(book, p).raw, 0);
        }
        uint256 nLabelers = count;
        uint256 totalRaw = 0;
        for (uint256 i = 0; i < count; ++i) {
            totalRaw += leaves[i].pay.raw;
        }
        for (uint256 i = 0; i < count; ++i) {
            uint256 raw = leaves[i].pay.raw;
            leaves[i].cumulative = totalRaw <= book.terms.budget ? raw : raw * book.terms.budget / totalRaw;
        }
        for (uint256 i = 0; i < book.previous.length; ++i) {
            Leaf memory earner = book.previous[i];
            if (earner.cumulative == 0) continue;
            uint256 place = 0;
            while (place < nLabelers && leaves[place].account != earner.account) ++place;
            if (place == nLabelers) leaves[place = count++].account = earner.account;
            leaves[place].cumulative += earner.cumulative;
        }
        assembly ("memory-safe") {
            mstore(leaves, count)
        }
        sort(leaves);
        sum(leaves);
    }

    function sort(Leaf[] memory leaves) internal pure {
        for (uint256 i = 1; i < leaves.length; ++i) {
            for (uint256 j = i; j > 0 && leaves[j - 1].account > leaves[j].account; --j) {
                (leaves[j - 1], leaves[j]) = (leaves[j], leaves[j - 1]);
            }
        }
    }

    /// @dev Running sums that fit the leaves as they stand; they wrap.
    function sum(Leaf[] memory leaves) internal pure {
        unchecked {
            (uint256 total, uint256 raw) = (0, 0);
            for (uint256 i = 0; i < leaves.length; ++i) {
                (leaves[i].runningTotal, leaves[i].pay.runningRaw) = (total, raw);
                total += leaves[i].cumulative;
                raw += leaves[i].pay.raw;
            }
        }
    }

    // --- trees, written out again -----------------------------------------------------------------------------------

    function hash(Leaf memory leaf) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("PayoutLeaf(address account,uint256 cumulative,uint256 runningTotal,bytes32 rawPayHash)"),
                leaf.account,
                leaf.cumulative,
                leaf.runningTotal,
                hash(leaf.pay)
            )
        );
    }

    function hash(RawPay memory pay) internal pure returns (bytes32) {
        bytes32 typehash = keccak256("RawPay(uint32 position,uint256 raw,uint256 runningRaw)");
        return keccak256(abi.encode(typehash, pay.position, pay.raw, pay.runningRaw));
    }

    function hashes(Leaf[] memory leaves) internal pure returns (bytes32[] memory result) {
        result = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            result[i] = hash(leaves[i]);
        }
    }

    function labelHashes(Book memory book) internal pure returns (bytes32[] memory result) {
        bytes32 typehash =
            keccak256("LabelLeaf(uint64 epoch,uint32 block,uint32 seat,address labeler,uint256 answers,uint256 valid)");
        result = new bytes32[](book.labels.length);
        for (uint256 p = 0; p < result.length; ++p) {
            LabelWord memory word = book.labels[p];
            if (word.labeler == address(0)) continue;
            result[p] = keccak256(
                abi.encode(typehash, book.epoch, p / ROSTER, p % ROSTER, word.labeler, word.answers, word.valid)
            );
        }
    }

    function goldHashes(Book memory book) internal pure returns (bytes32[] memory result) {
        bytes32 typehash = keccak256("GoldLeaf(uint256 answers,bytes32 tasksHash)");
        result = new bytes32[](book.gold.length);
        for (uint256 p = 0; p < result.length; ++p) {
            if (book.gold[p].tasksHash == 0) continue;
            result[p] = keccak256(abi.encode(typehash, book.gold[p].answers, book.gold[p].tasksHash));
        }
    }

    /// @dev What would be committed for these leaves.
    function propose(Leaf[] memory leaves) internal pure returns (Payouts memory result) {
        result.leaves = leaves;
        result.hashes = hashes(leaves);
        result.root = MerkleTree.root(result.hashes);
        unchecked {
            Leaf memory last = leaves[leaves.length - 1];
            result.totalCumulative = uint112(last.runningTotal + last.cumulative);
            result.totalRaw = uint112(last.pay.runningRaw + last.pay.raw);
        }
    }
}
