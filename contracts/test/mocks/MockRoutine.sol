// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

/// @notice A contract with routine work: restricted functions that remember what they were called with.
contract MockRoutine is AccessManaged {
    uint64 public id;
    bytes32 public root;
    uint256 public calls;

    constructor(address authority) AccessManaged(authority) {}

    function accept(uint64 id_, bytes32 root_) external restricted {
        (id, root, calls) = (id_, root_, calls + 1);
    }

    function other(uint64 id_, bytes32 root_) external restricted {
        (id, root, calls) = (id_, root_, calls + 1);
    }
}
