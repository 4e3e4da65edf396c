// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {DatasetRegistry} from "../contracts/src/data/DatasetRegistry.sol";
import {GovernanceToken} from "../contracts/src/governance/GovernanceToken.sol";
import {ProtocolGovernor} from "../contracts/src/governance/ProtocolGovernor.sol";
import {ModelRegistry} from "../contracts/src/models/ModelRegistry.sol";
import {LabelEpochs} from "../contracts/src/rewards/LabelEpochs.sol";
import {RewardDistributor} from "../contracts/src/rewards/RewardDistributor.sol";
import {StakingPool} from "../contracts/src/staking/StakingPool.sol";
import {vm} from "./Vm.sol";

/// @notice The contracts of one deployment.
struct Deployment {
    uint256 deployedAtBlock; // no later than the block of the first contract
    GovernanceToken governanceToken;
    TimelockController timelock;
    AccessManager accessManager;
    ProtocolGovernor governor;
    StakingPool stakingPool;
    LabelEpochs labelEpochs;
    RewardDistributor rewardDistributor;
    ModelRegistry modelRegistry;
    DatasetRegistry datasetRegistry;
    string family;
    bytes32 familyId;
}

/// @notice Role ids of the AccessManager.
library Roles {
    uint64 internal constant ADMIN = 0;
    uint64 internal constant OPERATOR = 1;
    uint64 internal constant TRAINER = 2;
    uint64 internal constant GUARDIAN = 3;
    uint64 internal constant LABEL_EPOCHS = 4;
}

/// @notice Which role may call which functions of `target`. Deploy wires this table, Verify asserts it.
struct Permission {
    address target;
    uint64 role;
    bytes4[] selectors;
}

library Permissions {
    /// @notice Functions that a role other than ADMIN may call.
    function delegated(Deployment memory d) internal pure returns (Permission[] memory table) {
        table = new Permission[](5);
        table[0] = Permission(address(d.labelEpochs), Roles.OPERATOR, new bytes4[](2));
        table[0].selectors[0] = LabelEpochs.open.selector;
        table[0].selectors[1] = LabelEpochs.commitLabels.selector;
        table[1] = _one(address(d.datasetRegistry), Roles.OPERATOR, DatasetRegistry.register.selector);
        table[2] = _one(address(d.modelRegistry), Roles.TRAINER, ModelRegistry.register.selector);
        table[3] = _one(address(d.modelRegistry), Roles.GUARDIAN, ModelRegistry.suspend.selector);
        table[4] = _one(address(d.rewardDistributor), Roles.LABEL_EPOCHS, RewardDistributor.setPayoutsRoot.selector);
    }

    /// @notice Functions that only governance may call: the AccessManager's default, so nothing needs wiring.
    function governed(Deployment memory d) internal pure returns (Permission[] memory table) {
        table = new Permission[](5);
        table[0] = Permission(address(d.governanceToken), Roles.ADMIN, new bytes4[](2));
        table[0].selectors[0] = GovernanceToken.setLocker.selector;
        table[0].selectors[1] = GovernanceToken.mint.selector;
        table[1] = Permission(address(d.stakingPool), Roles.ADMIN, new bytes4[](4));
        table[1].selectors[0] = StakingPool.slash.selector;
        table[1].selectors[1] = StakingPool.setCooldown.selector;
        table[1].selectors[2] = StakingPool.notifyReward.selector;
        table[1].selectors[3] = StakingPool.notifyReserve.selector;
        table[2] = _one(address(d.rewardDistributor), Roles.ADMIN, RewardDistributor.setEpochBudget.selector);
        table[3] = Permission(address(d.labelEpochs), Roles.ADMIN, new bytes4[](3));
        table[3].selectors[0] = LabelEpochs.rejectPayouts.selector;
        table[3].selectors[1] = LabelEpochs.acceptPayouts.selector;
        table[3].selectors[2] = LabelEpochs.voidEpoch.selector;
        table[4] = Permission(address(d.modelRegistry), Roles.ADMIN, new bytes4[](3));
        table[4].selectors[0] = ModelRegistry.createFamily.selector;
        table[4].selectors[1] = ModelRegistry.activate.selector;
        table[4].selectors[2] = ModelRegistry.revoke.selector;
    }

    function _one(address target, uint64 role, bytes4 selector) private pure returns (Permission memory permission) {
        permission = Permission(target, role, new bytes4[](1));
        permission.selectors[0] = selector;
    }
}

/// @notice The deployment as a file: what the backend and the web page read.
library DeploymentFile {
    function path() internal view returns (string memory) {
        return vm.envOr("DEPLOYMENT_FILE", string.concat("contracts/deployments/", vm.toString(block.chainid), ".json"));
    }

    function write(Deployment memory d) internal {
        string memory contracts = "contracts";
        vm.serializeAddress(contracts, "governanceToken", address(d.governanceToken));
        vm.serializeAddress(contracts, "timelock", address(d.timelock));
        vm.serializeAddress(contracts, "accessManager", address(d.accessManager));
        vm.serializeAddress(contracts, "governor", address(d.governor));
        vm.serializeAddress(contracts, "stakingPool", address(d.stakingPool));
        vm.serializeAddress(contracts, "labelEpochs", address(d.labelEpochs));
        vm.serializeAddress(contracts, "rewardDistributor", address(d.rewardDistributor));
        vm.serializeAddress(contracts, "modelRegistry", address(d.modelRegistry));
        contracts = vm.serializeAddress(contracts, "datasetRegistry", address(d.datasetRegistry));
        vm.serializeString("family", "name", d.family);
        string memory family = vm.serializeBytes32("family", "familyId", d.familyId);
        vm.serializeUint("deployment", "chainId", block.chainid);
        vm.serializeUint("deployment", "deployedAtBlock", d.deployedAtBlock);
        vm.serializeString("deployment", "contracts", contracts);
        string memory json = vm.serializeString("deployment", "family", family);
        string memory file = path();
        vm.createDir(_parent(file), true);
        vm.writeJson(json, file);
    }

    function read() internal view returns (Deployment memory d) {
        string memory json = vm.readFile(path());
        d.deployedAtBlock = vm.parseJsonUint(json, ".deployedAtBlock");
        d.governanceToken = GovernanceToken(vm.parseJsonAddress(json, ".contracts.governanceToken"));
        d.timelock = TimelockController(payable(vm.parseJsonAddress(json, ".contracts.timelock")));
        d.accessManager = AccessManager(vm.parseJsonAddress(json, ".contracts.accessManager"));
        d.governor = ProtocolGovernor(payable(vm.parseJsonAddress(json, ".contracts.governor")));
        d.stakingPool = StakingPool(vm.parseJsonAddress(json, ".contracts.stakingPool"));
        d.labelEpochs = LabelEpochs(vm.parseJsonAddress(json, ".contracts.labelEpochs"));
        d.rewardDistributor = RewardDistributor(vm.parseJsonAddress(json, ".contracts.rewardDistributor"));
        d.modelRegistry = ModelRegistry(vm.parseJsonAddress(json, ".contracts.modelRegistry"));
        d.datasetRegistry = DatasetRegistry(vm.parseJsonAddress(json, ".contracts.datasetRegistry"));
        d.family = vm.parseJsonString(json, ".family.name");
        d.familyId = vm.parseJsonBytes32(json, ".family.familyId");
    }

    /// @dev Everything before the last slash; "." when there is none.
    function _parent(string memory file) private pure returns (string memory) {
        bytes memory name = bytes(file);
        uint256 length = name.length;
        while (length > 0 && name[length - 1] != "/") --length;
        if (length <= 1) return length == 0 ? "." : "/";
        bytes memory folder = new bytes(length - 1);
        for (uint256 i = 0; i < folder.length; ++i) {
            folder[i] = name[i];
        }
        return string(folder);
    }
}
