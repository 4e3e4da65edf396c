// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IEpochReferee} from "../../src/interfaces/IEpochReferee.sol";
import {IRewardDistributor} from "../../src/interfaces/IRewardDistributor.sol";
import {LabelLeaf, LabelWord} from "../../src/types/LabelLeaf.sol";
import {PayoutLeaf, RawPay} from "../../src/types/PayoutLeaf.sol";

/// @notice The builder's side of the positional tree, written apart from the verifier that it tests. A zero leaf is an empty
/// position.
library MerkleTree {
    function depthOf(uint256 count) internal pure returns (uint256 depth) {
        while ((uint256(1) << depth) < count) ++depth;
    }

    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        if (leaves.length == 0) return bytes32(0);
        bytes32[] memory row = _padded(leaves);
        while (row.length > 1) row = _above(row);
        return row[0];
    }

    function proof(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory siblings) {
        siblings = new bytes32[](depthOf(leaves.length));
        bytes32[] memory row = _padded(leaves);
        for (uint256 level = 0; level < siblings.length; ++level) {
            siblings[level] = row[index ^ 1];
            row = _above(row);
            index /= 2;
        }
    }

    function _padded(bytes32[] memory leaves) private pure returns (bytes32[] memory row) {
        row = new bytes32[](uint256(1) << depthOf(leaves.length));
        for (uint256 i = 0; i < leaves.length; ++i) {
            row[i] = leaves[i];
        }
    }

    function _above(bytes32[] memory row) private pure returns (bytes32[] memory next) {
        next = new bytes32[](row.length / 2);
        for (uint256 i = 0; i < next.length; ++i) {
            next[i] = keccak256(bytes.concat(row[2 * i], row[2 * i + 1]));
        }
    }
}

/// @notice A payouts tree: accounts, their cumulative amounts, and the claims that follow. Every account labeled, in the
/// order of the accounts, and its raw pay is its cumulative amount: what a first epoch within its budget looks like.
library PayoutsTree {
    function leaves(address[] memory accounts, uint256[] memory cumulative)
        internal
        pure
        returns (bytes32[] memory result)
    {
        result = new bytes32[](accounts.length);
        uint256 runningTotal = 0;
        for (uint256 i = 0; i < accounts.length; ++i) {
            bytes32 rawPayHash = PayoutLeaf.hash(_rawPay(i, cumulative[i], runningTotal));
            result[i] = PayoutLeaf.hash(accounts[i], cumulative[i], runningTotal, rawPayHash);
            runningTotal += cumulative[i];
        }
    }

    function root(address[] memory accounts, uint256[] memory cumulative) internal pure returns (bytes32) {
        return MerkleTree.root(leaves(accounts, cumulative));
    }

    function total(uint256[] memory cumulative) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < cumulative.length; ++i) {
            sum += cumulative[i];
        }
    }

    function claimOf(address[] memory accounts, uint256[] memory cumulative, uint256 index)
        internal
        pure
        returns (IRewardDistributor.ClaimData memory data)
    {
        data.account = accounts[index];
        data.index = uint32(index);
        data.cumulative = cumulative[index];
        data.runningTotal = _sumBefore(cumulative, index);
        data.rawPayHash = PayoutLeaf.hash(_rawPay(index, data.cumulative, data.runningTotal));
        data.proof = MerkleTree.proof(leaves(accounts, cumulative), index);
    }

    /// @dev What a fraud proof or an answer needs beyond a claim.
    function openingOf(address[] memory accounts, uint256[] memory cumulative, uint256 index)
        internal
        pure
        returns (IEpochReferee.PayoutOpening memory opening, RawPay memory pay)
    {
        IRewardDistributor.ClaimData memory data = claimOf(accounts, cumulative, index);
        opening = IEpochReferee.PayoutOpening({
            index: data.index,
            account: data.account,
            cumulative: data.cumulative,
            runningTotal: data.runningTotal,
            rawPayHash: data.rawPayHash,
            proof: data.proof
        });
        pay = _rawPay(index, data.cumulative, data.runningTotal);
    }

    function _rawPay(uint256 index, uint256 raw, uint256 runningRaw) private pure returns (RawPay memory) {
        return RawPay(uint32(index + 1), raw, runningRaw);
    }

    function _sumBefore(uint256[] memory cumulative, uint256 index) private pure returns (uint256 sum) {
        for (uint256 i = 0; i < index; ++i) {
            sum += cumulative[i];
        }
    }
}

/// @notice A labels tree of one block: the words of its first seats, the other seats empty.
library LabelsTree {
    function leaves(uint64 epoch, LabelWord[] memory words) internal pure returns (bytes32[] memory result) {
        result = new bytes32[](LabelLeaf.MAX_ROSTER);
        for (uint256 seat = 0; seat < words.length; ++seat) {
            result[seat] = LabelLeaf.hash(epoch, seat, words[seat]);
        }
    }

    function root(uint64 epoch, LabelWord[] memory words) internal pure returns (bytes32) {
        return MerkleTree.root(leaves(epoch, words));
    }

    function openingOf(uint64 epoch, LabelWord[] memory words, uint32 seat)
        internal
        pure
        returns (IEpochReferee.LabelOpening memory opening)
    {
        opening.position = seat;
        if (seat < words.length) opening.word = words[seat];
        opening.proof = MerkleTree.proof(leaves(epoch, words), seat);
    }
}
