// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {DatasetRegistry} from "../contracts/src/data/DatasetRegistry.sol";
import {GovernanceToken} from "../contracts/src/governance/GovernanceToken.sol";
import {OptimisticGovernor} from "../contracts/src/governance/OptimisticGovernor.sol";
import {ProtocolGovernor} from "../contracts/src/governance/ProtocolGovernor.sol";
import {ModelRegistry} from "../contracts/src/models/ModelRegistry.sol";
import {EpochReferee} from "../contracts/src/rewards/EpochReferee.sol";
import {LabelEpochs} from "../contracts/src/rewards/LabelEpochs.sol";
import {RewardDistributor} from "../contracts/src/rewards/RewardDistributor.sol";
import {StakingPool} from "../contracts/src/staking/StakingPool.sol";
import {Config, ConfigReader} from "./Config.sol";
import {
    Contracts,
    Deployment,
    DeploymentFile,
    Member,
    Members,
    Named,
    Permission,
    Permissions,
    Roles
} from "./Deployment.sol";
import {Print} from "./Print.sol";
import {vm} from "./Vm.sol";

/// @notice Deploys and wires everything; also the fixture of the tests that need the whole system.
abstract contract Deployer {
    error DeployerAddressMismatch(string name, address expected, address actual);

    /// @param deployer the account that the calls come from: temporary admin of the AccessManager until the last call
    function _deploy(Config memory config, address deployer) internal returns (Deployment memory d) {
        ConfigReader.check(config);
        d.deployedAtBlock = block.number;
        d.accessManager = new AccessManager(deployer);
        _deployGovernance(config, d, deployer);
        _deployOptimisticGovernor(config, d);
        _deployRewards(config, d);
        d.datasetRegistry = new DatasetRegistry(address(d.accessManager));
        d.modelRegistry = new ModelRegistry(address(d.accessManager), d.datasetRegistry);

        d.governanceToken.setLocker(address(d.stakingPool), true);
        d.governanceToken.setLocker(address(d.labelEpochs), true);
        d.family = config.family;
        d.familyId = d.modelRegistry.createFamily(config.family);
        d.accessManager.multicall(_wiring(config, d, deployer));
    }

    /// @dev Timelock and governor name each other in their constructors, so that the timelock never has an admin: the
    /// governor's address follows from the deployer's nonce.
    function _deployGovernance(Config memory config, Deployment memory d, address deployer) private {
        uint256 nonce = vm.getNonce(deployer);
        address timelock = vm.computeCreateAddress(deployer, nonce + 1);
        address governor = vm.computeCreateAddress(deployer, nonce + 2);

        d.governanceToken = _deployToken(config, address(d.accessManager), timelock);
        address[] memory onlyGovernor = new address[](1);
        onlyGovernor[0] = governor;
        d.timelock = new TimelockController(config.timelockDelay, onlyGovernor, onlyGovernor, address(0));
        d.governor = new ProtocolGovernor(
            ProtocolGovernor.Config({
                name: string.concat(config.tokenName, " Governor"),
                token: d.governanceToken,
                timelock: d.timelock,
                votingDelay: config.votingDelay,
                votingPeriod: config.votingPeriod,
                lateQuorumExtension: config.lateQuorumExtension,
                proposalExpiry: config.proposalExpiry,
                thresholdBps: config.thresholdBps,
                quorumBps: config.quorumBps,
                guardian: config.guardian,
                guardianTerm: config.guardianTerm
            })
        );
        if (address(d.timelock) != timelock) {
            revert DeployerAddressMismatch("timelock", timelock, address(d.timelock));
        }
        if (address(d.governor) != governor) {
            revert DeployerAddressMismatch("governor", governor, address(d.governor));
        }
    }

    function _deployRewards(Config memory config, Deployment memory d) private {
        d.stakingPool = new StakingPool(
            StakingPool.Config({
                authority: address(d.accessManager),
                token: d.governanceToken,
                cooldown: config.cooldown,
                minCooldown: config.minCooldown,
                maxCooldown: config.maxCooldown,
                maxSlashBps: config.maxSlashBps,
                slashWindow: config.slashWindow,
                slashPerWindow: config.slashPerWindow,
                challengerShareBps: config.challengerShareBps,
                minReward: config.minReward,
                maxStreamDuration: config.maxStreamDuration
            })
        );
        d.rewardDistributor = new RewardDistributor(address(d.accessManager), d.governanceToken);
        d.labelEpochs = new LabelEpochs(
            LabelEpochs.Config({
                authority: address(d.accessManager),
                token: d.governanceToken,
                distributor: d.rewardDistributor,
                commitWindow: config.commitWindow,
                challengeWindow: config.challengeWindow,
                revealWindow: config.revealWindow,
                responseWindow: config.responseWindow,
                operatorBond: config.operatorBond,
                minProposerBond: config.minProposerBond,
                bondBps: config.bondBps,
                challengerBond: config.challengerBond,
                reserve: address(d.timelock),
                floors: config.floors
            })
        );
        d.epochReferee = _deployReferee(config, d);
    }

    /// @dev The first referee and, with DeployReferee.s.sol, each one after it.
    function _deployReferee(Config memory config, Deployment memory d) internal returns (EpochReferee) {
        return new EpochReferee(
            EpochReferee.Config({
                authority: address(d.accessManager),
                labelEpochs: d.labelEpochs,
                distributor: d.rewardDistributor,
                stakingPool: d.stakingPool,
                slashAmount: config.slashAmount
            })
        );
    }

    /// @dev Nothing is allowed in it and it holds no role: off, until a vote gives it both.
    function _deployOptimisticGovernor(Config memory config, Deployment memory d) private {
        d.optimisticGovernor = new OptimisticGovernor(
            OptimisticGovernor.Config({
                name: string.concat(config.tokenName, " Optimistic Governor"),
                token: d.governanceToken,
                timelock: d.timelock,
                votingDelay: config.votingDelay,
                vetoPeriod: config.vetoPeriod,
                vetoBps: config.vetoBps
            })
        );
    }

    function _deployToken(Config memory config, address authority, address timelock) private returns (GovernanceToken) {
        uint256 n = config.holders.length;
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](n + 1);
        for (uint256 i = 0; i < n; ++i) {
            allocations[i] = GovernanceToken.Allocation(config.holders[i], config.holdings[i]);
        }
        allocations[n] = GovernanceToken.Allocation(timelock, config.treasury);
        return new GovernanceToken(
            GovernanceToken.Config({
                name: config.tokenName,
                symbol: config.tokenSymbol,
                cap: config.cap,
                mintPerYear: uint208(config.mintPerYear),
                authority: authority
            }),
            allocations
        );
    }

    /// @dev All calls to the AccessManager in one transaction; the last ones hand it over to the timelock.
    function _wiring(Config memory config, Deployment memory d, address deployer)
        private
        pure
        returns (bytes[] memory calls)
    {
        Permission[] memory table = Permissions.delegated(d);
        Member[] memory members = Members.expected(config, d);
        uint64[4] memory dangerous = Roles.dangerous();
        calls = new bytes[](table.length + Roles.LAST + members.length + dangerous.length + 1);
        uint256 n = 0;
        for (uint256 i = 0; i < table.length; ++i) {
            calls[n++] = abi.encodeCall(
                AccessManager.setTargetFunctionRole, (table[i].target, table[i].selectors, table[i].role)
            );
        }
        for (uint64 role = Roles.ADMIN + 1; role <= Roles.LAST; ++role) {
            calls[n++] = abi.encodeCall(AccessManager.labelRole, (role, Roles.name(role)));
        }
        for (uint256 i = 0; i < members.length; ++i) {
            calls[n++] = abi.encodeCall(AccessManager.grantRole, (members[i].role, members[i].account, 0));
        }
        for (uint256 i = 0; i < dangerous.length; ++i) {
            calls[n++] = abi.encodeCall(AccessManager.setGrantDelay, (dangerous[i], config.grantDelay));
        }
        calls[n++] = abi.encodeCall(AccessManager.renounceRole, (Roles.ADMIN, deployer));
    }
}

/// @notice Deploy and wire everything, hand it to the timelock, write the deployment file.
///
///     forge script script/Deploy.s.sol --rpc-url URL --sender 0x… (--account NAME | --ledger | …) [--broadcast]
///
/// Environment: DEPLOY_CONFIG (a TOML file; default script/config/<chain>.toml), DEPLOYMENT_FILE (default
/// contracts/deployments/<chainId>.json).
/// Without --broadcast it only simulates: what would be sent and at which addresses; no file is written.
/// Refuses when the file names contracts that exist on this chain already.
contract Deploy is Deployer {
    // solhint-disable-next-line func-name-mixedcase
    bool public constant IS_SCRIPT = true;

    uint8 private constant BROADCAST = 6;

    error DeployExistsAlready(string file, address living, string hint);

    function run() external {
        Config memory config = ConfigReader.load();
        address living = DeploymentFile.living();
        if (living != address(0)) {
            revert DeployExistsAlready(
                DeploymentFile.path(), living, "verify it; or finish it with --resume; or move the file away"
            );
        }
        vm.startBroadcast();
        Deployment memory d = _deploy(config, msg.sender);
        vm.stopBroadcast();
        bool broadcast = vm.isContext(BROADCAST);
        Print.line(broadcast ? "Deploying:" : "Would deploy (a dry run, nothing was written or sent):");
        Named[] memory all = Contracts.all(d);
        for (uint256 i = 0; i < all.length; ++i) {
            Print.pair(all[i].key, vm.toString(all[i].target));
        }
        if (!broadcast) return;
        DeploymentFile.write(d);
        Print.pair("deployment file", DeploymentFile.path());
    }
}
