// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {vm} from "./Vm.sol";

error CalldataMalformedSignature(string signature);
error CalldataWrongArgumentCount(string signature, uint256 expected);

/// @notice Calldata from a signature and arguments that stand in a TOML file.
library Calldata {
    /// @param signature such as `grantRole(uint64,address,uint32)`
    /// @param key of the arguments' array, such as `.actions[0].args`
    function encode(string memory signature, string memory toml, string memory key)
        internal
        view
        returns (bytes memory)
    {
        string[] memory types = parameterTypes(signature);
        if (vm.keyExistsToml(toml, _at(key, types.length))) {
            revert CalldataWrongArgumentCount(signature, types.length);
        }
        bytes[] memory encoded = new bytes[](types.length);
        uint256 headLength = 0;
        for (uint256 i = 0; i < types.length; ++i) {
            if (!vm.keyExistsToml(toml, _at(key, i))) revert CalldataWrongArgumentCount(signature, types.length);
            encoded[i] = vm.parseTomlType(toml, _at(key, i), types[i]);
            headLength += isDynamic(types[i]) ? 32 : encoded[i].length;
        }
        bytes memory head;
        bytes memory tail;
        for (uint256 i = 0; i < types.length; ++i) {
            if (isDynamic(types[i])) {
                head = bytes.concat(head, bytes32(headLength + tail.length));
                tail = bytes.concat(tail, _afterFirstWord(encoded[i]));
            } else {
                head = bytes.concat(head, encoded[i]);
            }
        }
        return bytes.concat(bytes4(keccak256(bytes(signature))), head, tail);
    }

    /// @return the call as a person reads it: `setCooldown(uint48 60)`
    function summary(string memory signature, string memory toml, string memory key)
        internal
        pure
        returns (string memory)
    {
        string[] memory types = parameterTypes(signature);
        string memory text = string.concat(_slice(bytes(signature), 0, _open(bytes(signature))), "(");
        for (uint256 i = 0; i < types.length; ++i) {
            string memory shown = _isPlain(types[i])
                ? vm.parseTomlString(toml, _at(key, i))
                : vm.toString(vm.parseTomlType(toml, _at(key, i), types[i]));
            text = string.concat(text, i == 0 ? "" : ", ", types[i], " ", shown);
        }
        return string.concat(text, ")");
    }

    /// @return types the parameters between the outer parentheses; a tuple counts as one
    function parameterTypes(string memory signature) internal pure returns (string[] memory types) {
        bytes memory text = bytes(signature);
        uint256 open = _open(text);
        if (open == 0 || text.length < open + 2 || text[text.length - 1] != ")") {
            revert CalldataMalformedSignature(signature);
        }
        types = new string[](text.length);
        uint256 n = 0;
        uint256 depth = 0;
        uint256 start = open + 1;
        for (uint256 i = start; i < text.length; ++i) {
            bool last = i == text.length - 1;
            if (last || (text[i] == "," && depth == 0)) {
                if (depth != 0) revert CalldataMalformedSignature(signature);
                if (i > start) types[n++] = _slice(text, start, i);
                else if (!last || n > 0) revert CalldataMalformedSignature(signature);
                start = i + 1;
            } else if (text[i] == "(") {
                ++depth;
            } else if (text[i] == ")") {
                if (depth == 0) revert CalldataMalformedSignature(signature);
                --depth;
            }
        }
        assembly ("memory-safe") {
            mstore(types, n)
        }
    }

    /// @notice Whether the ABI encodes a value of this type behind an offset: it is or holds a string, bytes, or an array of
    /// any length.
    function isDynamic(string memory typeName) internal pure returns (bool) {
        bytes memory text = bytes(typeName);
        for (uint256 i = 0; i < text.length; ++i) {
            if (text[i] == "[" && i + 1 < text.length && text[i + 1] == "]") return true;
            if (_startsWith(text, i, "string")) return true;
            if (_startsWith(text, i, "bytes")) {
                bytes1 next = i + 5 < text.length ? text[i + 5] : bytes1(0);
                if (next < "0" || next > "9") return true;
            }
        }
        return false;
    }

    function _open(bytes memory signature) private pure returns (uint256 index) {
        while (index < signature.length && signature[index] != "(") ++index;
    }

    /// @dev Neither an array nor a tuple, so that the file's own words can be shown.
    function _isPlain(string memory typeName) private pure returns (bool) {
        bytes1 last = bytes(typeName)[bytes(typeName).length - 1];
        return last != "]" && last != ")";
    }

    function _startsWith(bytes memory text, uint256 from, bytes memory word) private pure returns (bool) {
        if (from + word.length > text.length) return false;
        for (uint256 i = 0; i < word.length; ++i) {
            if (text[from + i] != word[i]) return false;
        }
        return true;
    }

    function _at(string memory key, uint256 index) private pure returns (string memory) {
        return string.concat(key, "[", vm.toString(index), "]");
    }

    function _slice(bytes memory text, uint256 from, uint256 to) private pure returns (string memory) {
        bytes memory part = new bytes(to - from);
        for (uint256 i = 0; i < part.length; ++i) {
            part[i] = text[from + i];
        }
        return string(part);
    }

    function _afterFirstWord(bytes memory data) private pure returns (bytes memory rest) {
        rest = new bytes(data.length - 32);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = data[i + 32];
        }
    }
}
