// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice An ERC-20 without votes and locks, to measure what those cost.
contract PlainToken is ERC20("Plain", "PLN") {
    constructor(uint256 supply) {
        _mint(msg.sender, supply);
    }
}
