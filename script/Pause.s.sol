// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DatasetRegistry} from "../contracts/src/data/DatasetRegistry.sol";
import {EntryPause} from "../contracts/src/governance/EntryPause.sol";
import {ModelRegistry} from "../contracts/src/models/ModelRegistry.sol";
import {LabelEpochs} from "../contracts/src/rewards/LabelEpochs.sol";
import {StakingPool} from "../contracts/src/staking/StakingPool.sol";
import {Deployment, DeploymentFile, Roles} from "./Deployment.sol";
import {Print} from "./Print.sol";
import {vm} from "./Vm.sol";

/// @notice What the guardian can do in an emergency: stop one entry for at most seven days (it works again by itself, and
/// cannot be stopped again for 30 days after), or take a model version out of service until a vote brings it back. To
/// cancel a proposal: ACTION=cancel of Propose.s.sol.
///
///     ENTRY=acceptPayouts [HOURS=72] forge script script/Pause.s.sol --rpc-url URL --sender 0x… (…) [--broadcast]
///     VERSION=0x… REASON="leaks prompts" forge script script/Pause.s.sol --rpc-url URL --sender 0x… (…) [--broadcast]
///
/// Environment:
///   ENTRY     stake | openEpoch | commitLabels | proposePayouts | acceptPayouts | registerVersion | activateVersion |
///             registerDataset
///   HOURS     how long, at most and by default 168
///   VERSION   instead of ENTRY: the id of the model version to suspend
///   REASON    recorded on chain with the suspension
///   DEPLOYMENT_FILE
contract Pause {
    // solhint-disable-next-line func-name-mixedcase
    bool public constant IS_SCRIPT = true;

    error PauseNotGuardian(address sender);
    error PauseUnknownEntry(string entry);

    function run() external {
        Deployment memory d = DeploymentFile.read();
        (bool isGuardian,) = d.accessManager.hasRole(Roles.GUARDIAN, msg.sender);
        if (!isGuardian) revert PauseNotGuardian(msg.sender);
        string memory version = vm.envOr("VERSION", "");
        if (bytes(version).length > 0) return _suspend(d, vm.parseBytes32(version), vm.envOr("REASON", ""));

        string memory entry = vm.envOr("ENTRY", "");
        (EntryPause target, bytes4 selector) = entryOf(d, entry);
        vm.startBroadcast();
        target.pause(selector, uint48(vm.envOr("HOURS", uint256(168)) * 1 hours));
        vm.stopBroadcast();
        Print.pair(string.concat(entry, " works again from"), Print.date(target.pausedUntil(selector)));
    }

    /// @notice The contract and function behind a name of ENTRY.
    function entryOf(Deployment memory d, string memory entry) public pure returns (EntryPause, bytes4) {
        bytes32 name = keccak256(bytes(entry));
        if (name == keccak256("stake")) return (d.stakingPool, StakingPool.onLocked.selector);
        if (name == keccak256("openEpoch")) return (d.labelEpochs, LabelEpochs.open.selector);
        if (name == keccak256("commitLabels")) return (d.labelEpochs, LabelEpochs.commitLabels.selector);
        if (name == keccak256("proposePayouts")) return (d.labelEpochs, LabelEpochs.proposePayouts.selector);
        if (name == keccak256("acceptPayouts")) return (d.labelEpochs, LabelEpochs.acceptPayouts.selector);
        if (name == keccak256("registerVersion")) return (d.modelRegistry, ModelRegistry.register.selector);
        if (name == keccak256("activateVersion")) return (d.modelRegistry, ModelRegistry.activate.selector);
        if (name == keccak256("registerDataset")) return (d.datasetRegistry, DatasetRegistry.register.selector);
        revert PauseUnknownEntry(entry);
    }

    function _suspend(Deployment memory d, bytes32 versionId, string memory reason) private {
        vm.startBroadcast();
        d.modelRegistry.suspend(versionId, reason);
        vm.stopBroadcast();
        Print.pair("suspended", vm.toString(versionId));
    }
}
