// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {DatasetRegistry} from "../contracts/src/data/DatasetRegistry.sol";
import {EntryPause} from "../contracts/src/governance/EntryPause.sol";
import {GovernanceToken} from "../contracts/src/governance/GovernanceToken.sol";
import {OptimisticGovernor} from "../contracts/src/governance/OptimisticGovernor.sol";
import {ProtocolGovernor} from "../contracts/src/governance/ProtocolGovernor.sol";
import {ModelRegistry} from "../contracts/src/models/ModelRegistry.sol";
import {EpochReferee} from "../contracts/src/rewards/EpochReferee.sol";
import {LabelEpochs} from "../contracts/src/rewards/LabelEpochs.sol";
import {RewardDistributor} from "../contracts/src/rewards/RewardDistributor.sol";
import {StakingPool} from "../contracts/src/staking/StakingPool.sol";
import {Config} from "./Config.sol";
import {vm} from "./Vm.sol";

/// @notice The contracts of one deployment.
struct Deployment {
    uint256 deployedAtBlock; // no later than the block of the first contract
    GovernanceToken governanceToken;
    TimelockController timelock;
    AccessManager accessManager;
    ProtocolGovernor governor;
    OptimisticGovernor optimisticGovernor;
    StakingPool stakingPool;
    LabelEpochs labelEpochs;
    EpochReferee epochReferee;
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
    uint64 internal constant REFEREE = 5;
    uint64 internal constant SLASHER = 6;
    /// @notice What a vote delegates to the OptimisticGovernor; nobody's at deployment. See script/proposals.
    uint64 internal constant ROUTINE = 7;

    uint64 internal constant LAST = ROUTINE;

    function name(uint64 role) internal pure returns (string memory) {
        if (role == ADMIN) return "ADMIN";
        if (role == OPERATOR) return "OPERATOR";
        if (role == TRAINER) return "TRAINER";
        if (role == GUARDIAN) return "GUARDIAN";
        if (role == LABEL_EPOCHS) return "LABEL_EPOCHS";
        if (role == REFEREE) return "REFEREE";
        if (role == SLASHER) return "SLASHER";
        if (role == ROUTINE) return "ROUTINE";
        return string.concat("role ", vm.toString(role));
    }

    /// @notice Roles with which tokens or rules can be taken away. A new member of one waits for the grant delay, in which
    /// everybody can see it coming and governance can take it back. The AccessManager itself makes every change of a
    /// grant delay wait for five days: that is why the members at deployment have their roles at once, and why the
    /// delay protects from the sixth day on.
    function dangerous() internal pure returns (uint64[4] memory) {
        return [ADMIN, LABEL_EPOCHS, REFEREE, SLASHER];
    }
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
        table = new Permission[](10);
        bytes4 pause = EntryPause.pause.selector;
        table[0] =
            _two(address(d.labelEpochs), Roles.OPERATOR, LabelEpochs.open.selector, LabelEpochs.commitLabels.selector);
        table[1] = _one(address(d.datasetRegistry), Roles.OPERATOR, DatasetRegistry.register.selector);
        table[2] = _one(address(d.modelRegistry), Roles.TRAINER, ModelRegistry.register.selector);
        table[3] = _two(address(d.modelRegistry), Roles.GUARDIAN, ModelRegistry.suspend.selector, pause);
        table[4] = _one(address(d.stakingPool), Roles.GUARDIAN, pause);
        table[5] = _one(address(d.labelEpochs), Roles.GUARDIAN, pause);
        table[6] = _one(address(d.datasetRegistry), Roles.GUARDIAN, pause);
        table[7] = _one(address(d.rewardDistributor), Roles.LABEL_EPOCHS, RewardDistributor.setPayoutsRoot.selector);
        table[8] = Permission(address(d.labelEpochs), Roles.REFEREE, new bytes4[](4));
        table[8].selectors[0] = LabelEpochs.freeze.selector;
        table[8].selectors[1] = LabelEpochs.unfreeze.selector;
        table[8].selectors[2] = LabelEpochs.disprovePayouts.selector;
        table[8].selectors[3] = LabelEpochs.disproveLabels.selector;
        table[9] = _one(address(d.stakingPool), Roles.SLASHER, StakingPool.slash.selector);
    }

    /// @notice Functions that only governance may call: the AccessManager's default, so nothing needs wiring.
    function governed(Deployment memory d) internal pure returns (Permission[] memory table) {
        table = new Permission[](7);
        table[0] = _two(
            address(d.governanceToken), Roles.ADMIN, GovernanceToken.setLocker.selector, GovernanceToken.mint.selector
        );
        table[1] = _two(
            address(d.stakingPool), Roles.ADMIN, StakingPool.setCooldown.selector, StakingPool.notifyReward.selector
        );
        table[2] = _one(address(d.stakingPool), Roles.ADMIN, StakingPool.notifyReserve.selector);
        table[3] = _one(address(d.rewardDistributor), Roles.ADMIN, RewardDistributor.setEpochBudget.selector);
        table[4] = Permission(address(d.labelEpochs), Roles.ADMIN, new bytes4[](3));
        table[4].selectors[0] = LabelEpochs.rejectPayouts.selector;
        table[4].selectors[1] = LabelEpochs.acceptPayouts.selector;
        table[4].selectors[2] = LabelEpochs.voidEpoch.selector;
        table[5] = _one(address(d.epochReferee), Roles.ADMIN, EpochReferee.setSlashAmount.selector);
        table[6] = Permission(address(d.modelRegistry), Roles.ADMIN, new bytes4[](3));
        table[6].selectors[0] = ModelRegistry.createFamily.selector;
        table[6].selectors[1] = ModelRegistry.activate.selector;
        table[6].selectors[2] = ModelRegistry.revoke.selector;
    }

    function _one(address target, uint64 role, bytes4 selector) private pure returns (Permission memory permission) {
        permission = Permission(target, role, new bytes4[](1));
        permission.selectors[0] = selector;
    }

    function _two(address target, uint64 role, bytes4 a, bytes4 b) private pure returns (Permission memory permission) {
        permission = Permission(target, role, new bytes4[](2));
        (permission.selectors[0], permission.selectors[1]) = (a, b);
    }
}

/// @notice Who holds a role.
struct Member {
    uint64 role;
    address account;
}

library Members {
    /// @notice Every member of every role at deployment. Deploy grants these, Verify asserts that there are no others.
    function expected(Config memory config, Deployment memory d) internal pure returns (Member[] memory table) {
        table = new Member[](9);
        table[0] = Member(Roles.OPERATOR, config.operator);
        table[1] = Member(Roles.TRAINER, config.trainer);
        table[2] = Member(Roles.GUARDIAN, config.guardian);
        // Governance may suspend and pause too, and overrule the referee's slashes.
        table[3] = Member(Roles.GUARDIAN, address(d.timelock));
        table[4] = Member(Roles.LABEL_EPOCHS, address(d.labelEpochs));
        table[5] = Member(Roles.REFEREE, address(d.epochReferee));
        table[6] = Member(Roles.SLASHER, address(d.epochReferee));
        table[7] = Member(Roles.SLASHER, address(d.timelock));
        table[8] = Member(Roles.ADMIN, address(d.timelock));
    }
}

/// @notice A contract of the deployment by the name it has in the deployment file.
struct Named {
    string key; // in the deployment file
    string source; // the Solidity contract
    address target;
}

library Contracts {
    function all(Deployment memory d) internal pure returns (Named[] memory table) {
        table = new Named[](11);
        table[0] = Named("governanceToken", "GovernanceToken", address(d.governanceToken));
        table[1] = Named("timelock", "TimelockController", address(d.timelock));
        table[2] = Named("accessManager", "AccessManager", address(d.accessManager));
        table[3] = Named("governor", "ProtocolGovernor", address(d.governor));
        table[4] = Named("optimisticGovernor", "OptimisticGovernor", address(d.optimisticGovernor));
        table[5] = Named("stakingPool", "StakingPool", address(d.stakingPool));
        table[6] = Named("labelEpochs", "LabelEpochs", address(d.labelEpochs));
        table[7] = Named("epochReferee", "EpochReferee", address(d.epochReferee));
        table[8] = Named("rewardDistributor", "RewardDistributor", address(d.rewardDistributor));
        table[9] = Named("modelRegistry", "ModelRegistry", address(d.modelRegistry));
        table[10] = Named("datasetRegistry", "DatasetRegistry", address(d.datasetRegistry));
    }

    /// @notice The name of one of the deployment's contracts, or the address as text.
    function nameOf(Deployment memory d, address target) internal pure returns (string memory) {
        Named[] memory table = all(d);
        for (uint256 i = 0; i < table.length; ++i) {
            if (table[i].target == target) return table[i].key;
        }
        return vm.toString(target);
    }
}

/// @notice The deployment as a file: what the backend and the web page read.
library DeploymentFile {
    function path() internal view returns (string memory) {
        return vm.envOr("DEPLOYMENT_FILE", string.concat("contracts/deployments/", vm.toString(block.chainid), ".json"));
    }

    function write(Deployment memory d) internal {
        Named[] memory table = Contracts.all(d);
        string memory contracts;
        for (uint256 i = 0; i < table.length; ++i) {
            contracts = vm.serializeAddress("contracts", table[i].key, table[i].target);
        }
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

    /// @notice One of the contracts that the file names and that have code on this chain; 0 for none, or without a file.
    function living() internal view returns (address) {
        if (!vm.exists(path())) return address(0);
        string memory json = vm.readFile(path());
        string[] memory keys = vm.parseJsonKeys(json, ".contracts");
        for (uint256 i = 0; i < keys.length; ++i) {
            address target = _contract(json, keys[i]);
            if (target.code.length > 0) return target;
        }
        return address(0);
    }

    function read() internal view returns (Deployment memory d) {
        string memory json = vm.readFile(path());
        d.deployedAtBlock = vm.parseJsonUint(json, ".deployedAtBlock");
        d.governanceToken = GovernanceToken(_contract(json, "governanceToken"));
        d.timelock = TimelockController(payable(_contract(json, "timelock")));
        d.accessManager = AccessManager(_contract(json, "accessManager"));
        d.governor = ProtocolGovernor(payable(_contract(json, "governor")));
        d.optimisticGovernor = OptimisticGovernor(payable(_contract(json, "optimisticGovernor")));
        d.stakingPool = StakingPool(_contract(json, "stakingPool"));
        d.labelEpochs = LabelEpochs(_contract(json, "labelEpochs"));
        d.epochReferee = EpochReferee(_contract(json, "epochReferee"));
        d.rewardDistributor = RewardDistributor(_contract(json, "rewardDistributor"));
        d.modelRegistry = ModelRegistry(_contract(json, "modelRegistry"));
        d.datasetRegistry = DatasetRegistry(_contract(json, "datasetRegistry"));
        d.family = vm.parseJsonString(json, ".family.name");
        d.familyId = vm.parseJsonBytes32(json, ".family.familyId");
    }

    function _contract(string memory json, string memory key) private pure returns (address) {
        return vm.parseJsonAddress(json, string.concat(".contracts.", key));
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
