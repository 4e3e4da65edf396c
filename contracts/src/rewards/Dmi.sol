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
    /// Assembly because the words are read where they lie: Solidity checks bounds and addresses at every access, which is
    /// four times the work of the sums themselves.
    /// @param words at most 32
    /// @return ones where more said B than A
    /// @return defined where the counts differ
    function majorityOfOthers(LabelWord[] calldata words, uint256 member)
        internal
        pure
        returns (uint256 ones, uint256 defined)
    {
        uint256[6] memory planes;
        assembly ("memory-safe") {
            let own := add(words.offset, mul(member, 0x60))
            let end := add(words.offset, mul(words.length, 0x60))
            let p0 := 0
            let p1 := 0
            let p2 := 0
            let p3 := 0
            let p4 := 0
            let p5 := 0
            for { let word := words.offset } lt(word, end) { word := add(word, 0x60) } {
                if eq(word, own) { continue }
                let valid := calldataload(add(word, 0x40))
                let none := not(valid)
                // B and the carry of `none` never meet in one slot: one bit goes into the second plane.
                let carry := or(and(calldataload(add(word, 0x20)), valid), and(p0, none))
                p0 := xor(p0, none)
                let sum := xor(p1, carry)
                carry := and(p1, carry)
                p1 := sum
                sum := xor(p2, carry)
                carry := and(p2, carry)
                p2 := sum
                sum := xor(p3, carry)
                carry := and(p3, carry)
                p3 := sum
                sum := xor(p4, carry)
                carry := and(p4, carry)
                p4 := sum
                p5 := xor(p5, carry)
            }
            mstore(planes, p5)
            mstore(add(planes, 0x20), p4)
            mstore(add(planes, 0x40), p3)
            mstore(add(planes, 0x60), p2)
            mstore(add(planes, 0x80), p1)
            mstore(add(planes, 0xa0), p0)
        }
        uint256 others = words.length - 1;
        assembly ("memory-safe") {
            // Compare with `others`, from the highest bit down. `defined` is where the comparison is over.
            for { let i := 0 } lt(i, 6) { i := add(i, 1) } {
                let plane := mload(add(planes, shl(5, i)))
                // That bit of `others`, in all slots.
                let all := sub(0, and(shr(sub(5, i), others), 1))
                ones := or(ones, and(not(defined), and(plane, not(all))))
                defined := or(defined, xor(plane, all))
            }
        }
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
        unchecked {
            return half.aa + half.ab + half.ba + half.bb;
        }
    }

    /// @return whether there is a score: not when a half has fewer than two slots
    /// @return result floor(SCALE · det1 · det2 / (T1 (T1 − 1) T2 (T2 − 1))), towards minus infinity; within ±4e18
    function score(Counts memory first, Counts memory second) internal pure returns (bool, int256 result) {
        uint256 t1 = total(first);
        uint256 t2 = total(second);
        if (t1 < 2 || t2 < 2) return (false, 0);
        // At most 256 slots: a determinant is below 2^15, the denominator below 2^32.
        unchecked {
            result = floorDiv(SCALE * _det(first) * _det(second), int256(t1 * (t1 - 1) * t2 * (t2 - 1)));
        }
        return (true, result);
    }

    /// @param denominator positive
    /// @return quotient towards minus infinity
    function floorDiv(int256 numerator, int256 denominator) internal pure returns (int256 quotient) {
        unchecked {
            quotient = numerator / denominator;
            if (numerator % denominator < 0) --quotient;
        }
    }

    function _det(Counts memory half) private pure returns (int256) {
        unchecked {
            return int256(half.aa * half.bb) - int256(half.ab * half.ba);
        }
    }
}
