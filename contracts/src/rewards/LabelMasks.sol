// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Which slots of a block are overlap, gold and first half
/// @notice Draws that anybody can repeat once the secret is known. A stream's key is
/// `keccak256(abi.encode(secretOrSeed, tag, block, seat))`; its word k is `keccak256(abi.encode(key, k))`, eight
/// big-endian `uint32` draws each, most significant first. Each choice is a partial Fisher-Yates shuffle of one array of
/// slots: the overlap comes first, then a seat's gold right behind it; the halves reorder the overlap only. (The bias of
/// the remainder is below 2^-23.) Masks have bit s set for slot s.
/// @dev The numbers of slots are those of `ILabelEpochs.Terms`: overlap + gold <= block <= 256.
library LabelMasks {
    bytes32 private constant OVERLAP = "overlap";
    bytes32 private constant GOLD = "gold";
    bytes32 private constant HALF = "half";

    /// @return slots one byte each, the overlap first: what {gold} and {firstHalf} go on with
    /// @return mask of the overlap
    function overlap(bytes32 secret, uint256 blockIndex, uint256 blockSlots, uint256 overlapSlots)
        internal
        pure
        returns (bytes memory slots, uint256 mask)
    {
        slots = _ascending();
        mask = _shuffle(slots, 0, overlapSlots, blockSlots, _key(secret, OVERLAP, blockIndex, 0));
    }

    /// @param slots of {overlap}; changed behind the overlap, so that only one seat can be drawn from it
    function gold(
        bytes memory slots,
        bytes32 secret,
        uint256 blockIndex,
        uint256 seat,
        uint256 blockSlots,
        uint256 overlapSlots,
        uint256 goldSlots
    ) internal pure returns (uint256 mask) {
        return _shuffle(slots, overlapSlots, goldSlots, blockSlots, _key(secret, GOLD, blockIndex, seat));
    }

    /// @param slots of {overlap}; changed within the overlap
    /// @return mask of the first half; the second is the rest of the overlap
    function firstHalf(bytes memory slots, bytes32 seed, uint256 blockIndex, uint256 overlapSlots)
        internal
        pure
        returns (uint256 mask)
    {
        return _shuffle(slots, 0, overlapSlots / 2, overlapSlots, _key(seed, HALF, blockIndex, 0));
    }

    function _key(bytes32 secretOrSeed, bytes32 tag, uint256 blockIndex, uint256 seat)
        private
        pure
        returns (bytes32 key)
    {
        // keccak256(abi.encode(…)) without a copy that would stay in memory.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, secretOrSeed)
            mstore(add(free, 0x20), tag)
            mstore(add(free, 0x40), blockIndex)
            mstore(add(free, 0x60), seat)
            key := keccak256(free, 0x80)
        }
    }

    /// @dev The bytes 0, 1, … 255.
    function _ascending() private pure returns (bytes memory slots) {
        assembly ("memory-safe") {
            slots := mload(0x40)
            mstore(slots, 0x100)
            let end := add(slots, 0x120)
            mstore(0x40, end)
            let word := 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
            let step := 0x2020202020202020202020202020202020202020202020202020202020202020
            for { let at := add(slots, 0x20) } lt(at, end) { at := add(at, 0x20) } {
                mstore(at, word)
                word := add(word, step)
            }
        }
    }

    /// @dev For i in 0 … count: swaps `slots[from + i]` with a drawn one of `slots[from + i … end]`. Assembly because a
    /// proof draws more than a hundred times and checked array accesses would be most of its cost.
    /// @return mask of the slots that now stand at `from … from + count`
    function _shuffle(bytes memory slots, uint256 from, uint256 count, uint256 end, bytes32 key)
        private
        pure
        returns (uint256 mask)
    {
        assembly ("memory-safe") {
            mstore(0x00, key)
            let at := add(add(slots, 0x20), from)
            let limit := add(at, count)
            let last := add(add(slots, 0x20), end)
            for { let k := 0 } lt(at, limit) { k := add(k, 1) } {
                mstore(0x20, k)
                let word := keccak256(0x00, 0x40)
                let next := add(at, 8)
                if gt(next, limit) { next := limit }
                for {} lt(at, next) { at := add(at, 1) } {
                    // One of the element itself and all behind it.
                    let other := add(at, mod(shr(224, word), sub(last, at)))
                    let slot := byte(0, mload(other))
                    mstore8(other, byte(0, mload(at)))
                    mstore8(at, slot)
                    // 1 << slot is what is meant.
                    // slither-disable-next-line incorrect-shift
                    mask := or(mask, shl(slot, 1))
                    word := shl(32, word)
                }
            }
        }
    }
}
