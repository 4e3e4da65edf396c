// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LabelWord} from "../types/LabelLeaf.sol";
import {Bits} from "./Bits.sol";

/// @title Score of one member of a block: how much its answers say about the majority of the others
/// @notice The DMI mechanism of arXiv 1911.00272 for two answers, in exact integers.
library Dmi {
    /// @dev 16 · 1e18: makes perfect agreement on balanced answers about 1e18.
    int256 private constant SCALE = 16e18;

    /// @notice Slots of one half by own answer and majority, where both exist.
    struct Counts {
        uint256 aa;
        uint256 ab; // own answer A, majority B
        uint256 ba;
        uint256 bb;
    }

    /// @notice Majority of all words but the one at `member`, slot by slot.
    /// @dev All 256 slots are counted at once: bit s of `p0` … `p5` is slot s's sum. Each word adds 2 for B, 1 for nothing
    /// and 0 for A, so that the sum exceeds the number of words exactly where B leads. 31 others make 62 at most.
    /// @param words at most 32
    /// @return ones where more said B than A
    /// @return defined where the counts differ
    function majorityOfOthers(LabelWord[] calldata words, uint256 member)
        internal
        pure
        returns (uint256 ones, uint256 defined)
    {
        uint256[6] memory planes = _sums(words, member);
        uint256 others = words.length - 1;
        // Compare with `others`, from the highest bit down; `equal` are the slots still undecided.
        uint256 equal = type(uint256).max;
        for (uint256 i = 6; i > 0; --i) {
            uint256 plane = planes[i - 1];
            if ((others >> (i - 1)) & 1 == 0) {
                ones |= equal & plane;
                equal &= ~plane;
            } else {
                equal &= plane;
            }
        }
        defined = ~equal;
    }

    /// @notice Count the slots of `half` where both the member's answer and the majority exist.
    function counts(LabelWord calldata word, uint256 ones, uint256 defined, uint256 half)
        internal
        pure
        returns (Counts memory result)
    {
        uint256 common = half & word.valid & defined;
        uint256 own = common & word.answers;
        result.bb = Bits.count(own & ones);
        result.ba = Bits.count(own & ~ones);
        result.ab = Bits.count(common & ~own & ones);
        result.aa = Bits.count(common & ~own & ~ones);
    }

    function total(Counts memory half) internal pure returns (uint256) {
        return half.aa + half.ab + half.ba + half.bb;
    }

    /// @return whether there is a score: not when a half has fewer than two slots
    /// @return result floor(SCALE · det1 · det2 / (T1 (T1 − 1) T2 (T2 − 1))), towards minus infinity; within ±4e18
    function score(Counts memory first, Counts memory second) internal pure returns (bool, int256 result) {
        uint256 t1 = total(first);
        uint256 t2 = total(second);
        if (t1 < 2 || t2 < 2) return (false, 0);
        // No overflow: at most 256 slots, so that a determinant is below 2^15 and the denominator below 2^32.
        result = floorDiv(SCALE * _det(first) * _det(second), int256(t1 * (t1 - 1) * t2 * (t2 - 1)));
        return (true, result);
    }

    /// @param denominator positive
    /// @return quotient towards minus infinity
    function floorDiv(int256 numerator, int256 denominator) internal pure returns (int256 quotient) {
        quotient = numerator / denominator;
        if (numerator % denominator < 0) --quotient;
    }

    function _det(Counts memory half) private pure returns (int256) {
        return int256(half.aa * half.bb) - int256(half.ab * half.ba);
    }

    function _sums(LabelWord[] calldata words, uint256 member) private pure returns (uint256[6] memory) {
        uint256 p0;
        uint256 p1;
        uint256 p2;
        uint256 p3;
        uint256 p4;
        uint256 p5;
        for (uint256 i = 0; i < words.length; ++i) {
            if (i == member) continue;
            uint256 none = ~words[i].valid;
            // B and the carry of `none` never meet in one slot: one bit goes into the second plane.
            uint256 carry = (words[i].answers & ~none) | (p0 & none);
            p0 ^= none;
            (p1, carry) = (p1 ^ carry, p1 & carry);
            (p2, carry) = (p2 ^ carry, p2 & carry);
            (p3, carry) = (p3 ^ carry, p3 & carry);
            (p4, carry) = (p4 ^ carry, p4 & carry);
            p5 ^= carry;
        }
        return [p0, p1, p2, p3, p4, p5];
    }
}
