// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {vm} from "./Vm.sol";

/// @notice Compares code on chain with this build's.
library BuiltCode {
    error BuiltCodeDiffers(string name, address target);

    /// @dev In built code an immutable is PUSH32 of zero, until the constructor fills it in. The compiler writes any other
    /// zero as PUSH0.
    bytes1 private constant PUSH32 = 0x7f;

    /// @notice Hash of the code at `target`, which must be what this checkout compiles for `name`. Left out of both: the
    /// immutables, which the constructor fills in (Verify asks the getters for those), and the compiler's metadata at the
    /// end, which changes with a comment or a path.
    function check(string memory name, address target) internal view returns (bytes32) {
        bytes memory actual = target.code;
        bytes memory built = vm.getDeployedCode(string.concat(name, ".sol:", name));
        if (actual.length != built.length) revert BuiltCodeDiffers(name, target);
        _copyImmutables(actual, built);
        _cutMetadata(actual);
        _cutMetadata(built);
        if (keccak256(actual) != keccak256(built)) revert BuiltCodeDiffers(name, target);
        return target.codehash;
    }

    function _copyImmutables(bytes memory actual, bytes memory built) private pure {
        for (uint256 i = 0; i + 33 <= built.length; ++i) {
            if (built[i] != PUSH32) continue;
            assembly ("memory-safe") {
                // Word i + 1 of the code, behind the length of the array.
                let from := add(actual, add(33, i))
                let to := add(built, add(33, i))
                if iszero(mload(to)) { mstore(to, mload(from)) }
            }
        }
    }

    /// @dev The last two bytes say how long the metadata before them is.
    function _cutMetadata(bytes memory code) private pure {
        uint256 length = code.length;
        uint256 metadata = uint256(uint8(code[length - 2])) * 256 + uint8(code[length - 1]);
        if (metadata + 2 > length) return;
        assembly ("memory-safe") {
            mstore(code, sub(length, add(metadata, 2)))
        }
    }
}
