// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILabelEpochs} from "../interfaces/ILabelEpochs.sol";
import {LabelWord} from "../types/LabelLeaf.sol";
import {Bits} from "./Bits.sol";
import {Dmi} from "./Dmi.sol";
import {LabelMasks} from "./LabelMasks.sol";

/// @title The reward rule: what the labels of a block give one of its members, before the budget
library PayRule {
    /// @notice Why a score was paid or not; the first that applies.
    enum Reason {
        NoSeed, // the secret was never revealed: base pay only
        SmallRoster, // too few labelers in the block: base pay only
        ShortOverlap, // too few common valid slots: base pay only
        Scored // base pay and score
    }

    /// @notice The member that is judged.
    struct Member {
        uint256 blockIndex;
        uint256 seat;
        uint256 index; // in the block's words
        bool hasGold;
        uint256 gold; // known answers, where there is gold
    }

    struct Result {
        Reason reason;
        uint256 goldRight;
        uint256 goldAnswered;
        uint256 goldSlots; // 0: no gold, which changes nothing
        Dmi.Counts first;
        Dmi.Counts second;
        int256 score; // that is paid, 1e-18
        uint256 raw; // wei
    }

    int256 private constant WAD = 1e18;

    /// @param seed 0 when the secret was never revealed; then nothing is known about the slots
    /// @param words of the block's taken seats, at most 32
    function judge(
        ILabelEpochs.Terms memory terms,
        bytes32 secret,
        bytes32 seed,
        LabelWord[] calldata words,
        Member memory member
    ) internal pure returns (Result memory result) {
        LabelWord calldata word = words[member.index];
        result.reason = Reason.NoSeed;
        if (seed != 0) {
            _count(result, terms, secret, seed, words, member);
            (result.reason, result.score) = _score(terms, result, words.length);
        }
        // Far from overflow: rates are below 2^72, a word has 2^8 slots, a score is below 2^62.
        unchecked {
            int256 nValid = int256(Bits.count(word.valid));
            int256 raw = int256(uint256(terms.basePay)) * nValid
                + Dmi.floorDiv(int256(uint256(terms.alphaPay)) * nValid * result.score, WAD);
            result.raw = raw > 0 ? _afterGold(uint256(raw), result) : 0;
        }
    }

    /// @param slots of {LabelMasks-overlap}
    function goldMask(
        ILabelEpochs.Terms memory terms,
        bytes memory slots,
        bytes32 secret,
        uint256 blockIndex,
        uint256 seat
    ) internal pure returns (uint256) {
        return LabelMasks.gold(slots, secret, blockIndex, seat, terms.blockSlots, terms.overlapSlots, terms.goldSlots);
    }

    /// @return right gold slots answered as known
    /// @return answered gold slots with a valid answer
    function goldCounts(LabelWord calldata word, uint256 known, uint256 mask)
        internal
        pure
        returns (uint256 right, uint256 answered)
    {
        mask &= word.valid;
        return (Bits.count(mask & ~(word.answers ^ known)), Bits.count(mask));
    }

    /// @dev Right answers less wrong ones, of all gold slots: a blind guess is worth nothing on average, and a slot left
    /// out or tied no more than that.
    function _afterGold(uint256 raw, Result memory result) private pure returns (uint256) {
        if (result.goldSlots == 0) return raw;
        (uint256 right, uint256 wrong) = (result.goldRight, result.goldAnswered - result.goldRight);
        return right > wrong ? raw * (right - wrong) / result.goldSlots : 0;
    }

    function _count(
        Result memory result,
        ILabelEpochs.Terms memory terms,
        bytes32 secret,
        bytes32 seed,
        LabelWord[] calldata words,
        Member memory member
    ) private pure {
        LabelWord calldata word = words[member.index];
        (bytes memory slots, uint256 second) =
            LabelMasks.overlap(secret, member.blockIndex, terms.blockSlots, terms.overlapSlots);
        if (member.hasGold) {
            result.goldSlots = terms.goldSlots;
            (result.goldRight, result.goldAnswered) =
                goldCounts(word, member.gold, goldMask(terms, slots, secret, member.blockIndex, member.seat));
        }
        uint256 first = LabelMasks.firstHalf(slots, seed, member.blockIndex, terms.overlapSlots);
        second &= ~first;
        (uint256 ones, uint256 defined) = Dmi.majorityOfOthers(words, member.index);
        result.first = Dmi.counts(word, ones, defined, first);
        result.second = Dmi.counts(word, ones, defined, second);
    }

    function _score(ILabelEpochs.Terms memory terms, Result memory result, uint256 nRoster)
        private
        pure
        returns (Reason, int256)
    {
        if (nRoster < terms.minRoster) return (Reason.SmallRoster, 0);
        (bool exists, int256 score) = Dmi.score(result.first, result.second);
        uint256 nCommon = Dmi.total(result.first) + Dmi.total(result.second);
        return exists && nCommon >= terms.minOverlap ? (Reason.Scored, score) : (Reason.ShortOverlap, int256(0));
    }
}
