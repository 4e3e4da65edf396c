// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IEpochReferee} from "../interfaces/IEpochReferee.sol";

/// @title EIP-712 struct hashes of what labelers, their wallets and the operator sign
/// @notice The digests that are signed come from `LabelEpochs.hashTypedData`.
library Messages {
    bytes32 internal constant PREFERENCE_TYPEHASH = keccak256(
        "Preference(uint64 epoch,uint32 block,uint32 seat,uint16 slot,bytes32 taskId,uint8 choice,address labeler)"
    );
    bytes32 internal constant RECEIPT_TYPEHASH = keccak256("Receipt(bytes32 preferenceHash,uint64 receivedAt)");
    bytes32 internal constant SESSION_TYPEHASH =
        keccak256("SessionKeyAuthorization(address labeler,address sessionKey,string scope,uint64 expiresAt)");
    /// @dev keccak256 of the only scope whose keys may sign preferences.
    bytes32 internal constant LABEL_SCOPE_HASH = keccak256("label");

    function hashPreference(IEpochReferee.Preference memory preference) internal pure returns (bytes32) {
        // A struct of static fields is encoded as its fields in a row.
        return keccak256(abi.encode(PREFERENCE_TYPEHASH, preference));
    }

    function hashReceipt(bytes32 preferenceHash, uint64 receivedAt) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT_TYPEHASH, preferenceHash, receivedAt));
    }

    function hashSession(address labeler, address sessionKey, string memory scope, uint64 expiresAt)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(SESSION_TYPEHASH, labeler, sessionKey, keccak256(bytes(scope)), expiresAt));
    }
}
