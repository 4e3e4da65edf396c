// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {vm} from "./Vm.sol";

/// @notice Compares code on chain with this build's.
library BuiltCode {
    struct Range {
        uint256 length;
        uint256 start;
    }

    error BuiltCodeDiffers(string name, address target);

    /// @notice Hash of the code at `target`, which must be what this checkout compiles for `name`. Left out of both: the
    /// immutables, which the constructor fills in (Verify asks the getters for those), and the compiler's metadata at the
    /// end, which changes with a comment or a path.
    function check(string memory name, address target) internal view returns (bytes32) {
        bytes memory actual = target.code;
        bytes memory built = vm.getDeployedCode(string.concat(name, ".sol:", name));
        if (actual.length != built.length) revert BuiltCodeDiffers(name, target);
        _clearImmutables(name, actual);
        _cutMetadata(actual);
        _cutMetadata(built);
        if (keccak256(actual) != keccak256(built)) revert BuiltCodeDiffers(name, target);
        return target.codehash;
    }

    function _clearImmutables(string memory name, bytes memory code) private view {
        string memory json = vm.readFile(string.concat("target/forge/out/", name, ".sol/", name, ".json"));
        string memory key = ".deployedBytecode.immutableReferences";
        string[] memory ids = vm.parseJsonKeys(json, key);
        for (uint256 i = 0; i < ids.length; ++i) {
            bytes memory found = vm.parseJson(json, string.concat(key, "['", ids[i], "']"));
            Range[] memory ranges = abi.decode(found, (Range[]));
            for (uint256 j = 0; j < ranges.length; ++j) {
                for (uint256 k = 0; k < ranges[j].length; ++k) {
                    code[ranges[j].start + k] = 0;
                }
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
