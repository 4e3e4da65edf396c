// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Words as sets of up to 256 slots
library Bits {
    /// @return the number of one bits
    function count(uint256 word) internal pure returns (uint256) {
        // All 256 bits set would overflow the byte that the sums end up in.
        if (word == type(uint256).max) return 256;
        unchecked {
            // Sums of neighbouring 1, 2 and 4 bits; the product then adds the 32 bytes up in the highest one.
            word -= (word >> 1) & (type(uint256).max / 3);
            word = (word & (type(uint256).max / 5)) + ((word >> 2) & (type(uint256).max / 5));
            word = (word + (word >> 4)) & (type(uint256).max / 17);
            // The quotient is the exact pattern 0x0101…01.
            // slither-disable-next-line divide-before-multiply
            return (word * (type(uint256).max / 255)) >> 248;
        }
    }
}
