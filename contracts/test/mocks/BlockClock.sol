// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A token that counts blocks, which no governor here accepts.
contract BlockClock {
    function clock() external view returns (uint48) {
        return uint48(block.number);
    }
}
