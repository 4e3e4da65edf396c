// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title When gold answers are too bad to be an honest worker's
/// @notice An honest worker is right at least three times of five. Slashable when such a one would be right so rarely
/// with a probability below one in a million.
library GoldBound {
    /// @dev 5^96 · 10^6 is below 2^243.
    uint256 internal constant MAX_ANSWERED = 96;

    /// @param right at most `answered`
    /// @return 10^6 · Σ_{k <= right} C(n, k) · 3^k · 2^(n − k) < 5^n, exactly; false when more than {MAX_ANSWERED} were
    /// answered
    function isSlashable(uint256 right, uint256 answered) internal pure returns (bool) {
        if (answered > MAX_ANSWERED) return false;
        uint256 term = 2 ** answered;
        uint256 sum = term;
        for (uint256 k = 0; k < right; ++k) {
            // Exact: the next term is an integer.
            term = term * 3 * (answered - k) / (2 * (k + 1));
            sum += term;
        }
        return sum * 1e6 < 5 ** answered;
    }
}
