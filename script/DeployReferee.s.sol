// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EpochReferee} from "../contracts/src/rewards/EpochReferee.sol";
import {Config, ConfigReader} from "./Config.sol";
import {Deployer} from "./Deploy.s.sol";
import {Deployment, DeploymentFile} from "./Deployment.sol";
import {Print} from "./Print.sol";
import {vm} from "./Vm.sol";

/// @notice Deploy another EpochReferee beside the one in office. It can do nothing until a vote gives it REFEREE and
/// SLASHER: script/proposals/replace-referee.toml. Then put its address into the deployment file.
///
///     forge script script/DeployReferee.s.sol --rpc-url URL --sender 0x… (--account NAME | --ledger | …) [--broadcast]
///
/// Environment: DEPLOYMENT_FILE, DEPLOY_CONFIG.
contract DeployReferee is Deployer {
    // solhint-disable-next-line func-name-mixedcase
    bool public constant IS_SCRIPT = true;

    function run() external returns (EpochReferee referee) {
        Config memory config = ConfigReader.load();
        Deployment memory d = DeploymentFile.read();
        vm.startBroadcast();
        referee = _deployReferee(config, d);
        vm.stopBroadcast();
        Print.pair("epochReferee", vm.toString(address(referee)));
    }
}
