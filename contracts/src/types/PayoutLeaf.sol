// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What an epoch adds to one account, before the budget is applied. Part of the account's payout leaf.
struct RawPay {
    uint32 position; // 1 + position of the account's leaf in the labels tree; 0 when it did not label in this epoch
    uint256 raw; // wei; what the rule gives before scaling to the budget, 0 without a label leaf
    uint256 runningRaw; // sum of the raw pays of all payout leaves before this one
}

/// @title Leaf of the payouts tree
/// @notice Leaves are sorted by account, one per account that labeled in the epoch or ever earned. `runningTotal` is the
/// sum of the cumulative amounts of all leaves before this one, so that two neighbours prove a wrong sum, order,
/// duplicate or gap. A claim needs only the hash of the raw pay; a fraud proof opens it.
library PayoutLeaf {
    bytes32 internal constant TYPEHASH =
        keccak256("PayoutLeaf(address account,uint256 cumulative,uint256 runningTotal,bytes32 rawPayHash)");
    bytes32 internal constant RAW_PAY_TYPEHASH = keccak256("RawPay(uint32 position,uint256 raw,uint256 runningRaw)");

    function hash(address account, uint256 cumulative, uint256 runningTotal, bytes32 rawPayHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(TYPEHASH, account, cumulative, runningTotal, rawPayHash));
    }

    function hash(RawPay memory pay) internal pure returns (bytes32) {
        return keccak256(abi.encode(RAW_PAY_TYPEHASH, pay.position, pay.raw, pay.runningRaw));
    }
}
