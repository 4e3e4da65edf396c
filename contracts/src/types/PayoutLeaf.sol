// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Leaf of the payouts tree
/// @notice Leaves are sorted by account, one per account. `runningTotal` is the sum of the cumulative amounts of all
/// leaves before this one, so that two neighbours prove a wrong sum, order, duplicate or gap.
library PayoutLeaf {
    bytes32 internal constant TYPEHASH =
        keccak256("PayoutLeaf(address account,uint256 cumulative,uint256 runningTotal)");

    function hash(address account, uint256 cumulative, uint256 runningTotal) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPEHASH, account, cumulative, runningTotal));
    }
}
