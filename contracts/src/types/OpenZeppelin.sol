// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Deployed exactly as OpenZeppelin ships them; imported here so that their artifacts and ABIs exist in this build.
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
