// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Config, ConfigReader} from "./Config.sol";
import {Deployment, DeploymentFile} from "./Deployment.sol";
import {vm} from "./Vm.sol";

/// @notice Local chain only: every holder of at least a proposal's worth of tokens delegates its votes to itself, so
/// that proposals can be made and carried. Needs the node's unlocked accounts (`--unlocked`).
contract SeedLocal {
    // solhint-disable-next-line func-name-mixedcase
    bool public constant IS_SCRIPT = true;

    error SeedLocalOnlyOnAnvil(uint256 chainId);

    function run() external {
        if (block.chainid != ConfigReader.ANVIL) revert SeedLocalOnlyOnAnvil(block.chainid);
        Config memory config = ConfigReader.load();
        Deployment memory d = DeploymentFile.read();
        uint256 threshold = d.governanceToken.totalSupply() * config.thresholdBps / d.governor.BPS();
        for (uint256 i = 0; i < config.holders.length; ++i) {
            address holder = config.holders[i];
            if (config.holdings[i] < threshold || d.governanceToken.delegates(holder) != address(0)) continue;
            vm.startBroadcast(holder);
            d.governanceToken.delegate(holder);
            vm.stopBroadcast();
        }
    }
}
