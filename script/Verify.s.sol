// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Config, ConfigReader} from "./Config.sol";
import {Deployment, DeploymentFile, Permission, Permissions, Roles} from "./Deployment.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice Asserts that a deployment is what its config says, and that nobody holds more than the permission table.
abstract contract Verifier {
    /// @dev Members found while replaying the AccessManager's events.
    struct Member {
        uint64 role;
        address account;
        bool active;
    }

    function _verify(Config memory config, Deployment memory d) internal view {
        ConfigReader.check(config);
        _verifyCode(d);
        _verifyToken(config, d);
        _verifyGovernor(config, d);
        _verifyTimelock(config, d);
        _verifyModules(config, d);
        _verifyPermissions(config, d);
    }

    function _verifyCode(Deployment memory d) private view {
        address[9] memory all = _contracts(d);
        for (uint256 i = 0; i < all.length; ++i) {
            vm.assertTrue(all[i].code.length > 0, "a contract has no code");
        }
        address[6] memory managed = [all[0], all[4], all[5], all[6], all[7], all[8]];
        for (uint256 i = 0; i < managed.length; ++i) {
            vm.assertEq(IAccessManaged(managed[i]).authority(), address(d.accessManager), "authority");
            vm.assertFalse(d.accessManager.isTargetClosed(managed[i]));
            vm.assertEq(d.accessManager.getTargetAdminDelay(managed[i]), 0, "target admin delay");
        }
    }

    function _verifyToken(Config memory config, Deployment memory d) private view {
        vm.assertEq(d.governanceToken.name(), config.tokenName, "token name");
        vm.assertEq(d.governanceToken.symbol(), config.tokenSymbol, "token symbol");
        vm.assertEq(d.governanceToken.cap(), config.cap, "cap");
        vm.assertEq(d.governanceToken.CLOCK_MODE(), "mode=timestamp", "clock");
        vm.assertLe(d.governanceToken.totalSupply(), config.cap, "supply above cap");
        vm.assertLe(d.governanceToken.mintable(), config.mintPerYear, "mint allowance");
        vm.assertTrue(d.governanceToken.isLocker(address(d.stakingPool)), "the pool is no locker");
    }

    function _verifyGovernor(Config memory config, Deployment memory d) private view {
        vm.assertEq(address(d.governor.token()), address(d.governanceToken), "governor token");
        vm.assertEq(d.governor.timelock(), address(d.timelock), "governor timelock");
        vm.assertEq(d.governor.votingDelay(), config.votingDelay, "voting delay");
        vm.assertEq(d.governor.votingPeriod(), config.votingPeriod, "voting period");
        vm.assertEq(d.governor.lateQuorumVoteExtension(), config.lateQuorumExtension, "late quorum extension");
        vm.assertEq(d.governor.proposalExpiry(), config.proposalExpiry, "proposal expiry");
        vm.assertEq(d.governor.proposalThresholdBps(), config.thresholdBps, "threshold");
        vm.assertEq(d.governor.quorumNumerator(), config.quorumBps, "quorum");
        vm.assertEq(d.governor.quorumDenominator(), d.governor.BPS(), "quorum denominator");
        vm.assertEq(d.governor.proposalGuardian(), config.guardian, "guardian");
        vm.assertEq(d.governor.guardianTerm(), config.guardianTerm, "guardian term");
        vm.assertLe(d.governor.guardianExpiresAt(), block.timestamp + config.guardianTerm, "guardian expiry");
    }

    function _verifyTimelock(Config memory config, Deployment memory d) private view {
        vm.assertEq(d.timelock.getMinDelay(), config.timelockDelay, "timelock delay");
        vm.assertTrue(d.timelock.hasRole(d.timelock.PROPOSER_ROLE(), address(d.governor)), "governor cannot schedule");
        vm.assertTrue(d.timelock.hasRole(d.timelock.CANCELLER_ROLE(), address(d.governor)), "governor cannot cancel");
        vm.assertTrue(d.timelock.hasRole(d.timelock.EXECUTOR_ROLE(), address(d.governor)), "governor cannot execute");
        // Open execution would let anyone execute what the governor calls expired.
        vm.assertFalse(d.timelock.hasRole(d.timelock.EXECUTOR_ROLE(), address(0)));
        vm.assertTrue(d.timelock.hasRole(bytes32(0), address(d.timelock)), "the timelock does not govern itself");
    }

    function _verifyModules(Config memory config, Deployment memory d) private view {
        vm.assertEq(address(d.stakingPool.token()), address(d.governanceToken), "pool token");
        vm.assertEq(d.stakingPool.cooldown(), config.cooldown, "cooldown");
        vm.assertEq(d.stakingPool.minCooldown(), config.minCooldown, "least cooldown");
        vm.assertEq(d.stakingPool.maxCooldown(), config.maxCooldown, "longest cooldown");
        vm.assertEq(address(d.rewardDistributor.token()), address(d.governanceToken), "distributor token");
        vm.assertEq(address(d.labelEpochs.distributor()), address(d.rewardDistributor), "epochs' distributor");
        vm.assertEq(d.labelEpochs.challengeWindow(), config.challengeWindow, "challenge window");
        vm.assertEq(d.labelEpochs.revealWindow(), config.revealWindow, "reveal window");
        vm.assertEq(address(d.modelRegistry.datasets()), address(d.datasetRegistry), "model registry's datasets");
        vm.assertEq(d.familyId, keccak256(bytes(config.family)), "family id");
        vm.assertEq(d.modelRegistry.familyName(d.familyId), config.family, "family");
    }

    function _verifyPermissions(Config memory config, Deployment memory d) private view {
        _verifyTable(d, Permissions.delegated(d));
        _verifyTable(d, Permissions.governed(d));
        Member[] memory expected = _expectedMembers(config, d);
        for (uint256 i = 0; i < expected.length; ++i) {
            (bool isMember, uint32 delay) = d.accessManager.hasRole(expected[i].role, expected[i].account);
            vm.assertTrue(isMember, "a role member is missing");
            vm.assertEq(delay, 0, "execution delay");
        }
        for (uint64 role = Roles.ADMIN; role <= Roles.LABEL_EPOCHS; ++role) {
            vm.assertEq(d.accessManager.getRoleAdmin(role), Roles.ADMIN, "role admin");
            vm.assertEq(d.accessManager.getRoleGuardian(role), Roles.ADMIN, "role guardian");
        }
    }

    function _verifyTable(Deployment memory d, Permission[] memory table) private view {
        for (uint256 i = 0; i < table.length; ++i) {
            for (uint256 j = 0; j < table[i].selectors.length; ++j) {
                uint64 role = d.accessManager.getTargetFunctionRole(table[i].target, table[i].selectors[j]);
                vm.assertEq(role, table[i].role, "a function has another role than the table says");
            }
        }
    }

    /// @notice Replays the events of the AccessManager and the timelock: nobody else is a member of anything.
    /// @param logs every log of both contracts since their deployment, in order
    function _verifyNobodyElse(Config memory config, Deployment memory d, Vm.Log[] memory logs) internal pure {
        Member[] memory expected = _expectedMembers(config, d);
        Member[] memory members = new Member[](logs.length);
        uint256 n = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(d.timelock)) {
                _verifyTimelockGrant(d, logs[i]);
            } else if (logs[i].emitter == address(d.accessManager)) {
                bool granted = logs[i].topics[0] == IAccessManager.RoleGranted.selector;
                if (!granted && logs[i].topics[0] != IAccessManager.RoleRevoked.selector) continue;
                members[n++] =
                    Member(uint64(uint256(logs[i].topics[1])), address(uint160(uint256(logs[i].topics[2]))), granted);
            }
        }
        for (uint256 i = 0; i < n; ++i) {
            if (_lastWord(members, n, i) && members[i].active) {
                vm.assertTrue(_contains(expected, members[i]), "somebody holds a role that the table does not give");
            }
        }
    }

    /// @dev The timelock's only roles are the governor's and its own.
    function _verifyTimelockGrant(Deployment memory d, Vm.Log memory log) private pure {
        if (log.topics[0] != keccak256("RoleGranted(bytes32,address,address)")) return;
        address account = address(uint160(uint256(log.topics[2])));
        address allowed = log.topics[1] == bytes32(0) ? address(d.timelock) : address(d.governor);
        vm.assertEq(account, allowed, "somebody holds a timelock role");
    }

    /// @dev Whether no later entry is about the same role and account.
    function _lastWord(Member[] memory members, uint256 n, uint256 i) private pure returns (bool) {
        for (uint256 j = i + 1; j < n; ++j) {
            if (members[j].role == members[i].role && members[j].account == members[i].account) return false;
        }
        return true;
    }

    function _contains(Member[] memory members, Member memory one) private pure returns (bool) {
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i].role == one.role && members[i].account == one.account) return true;
        }
        return false;
    }

    function _expectedMembers(Config memory config, Deployment memory d) private pure returns (Member[] memory table) {
        table = new Member[](6);
        table[0] = Member(Roles.ADMIN, address(d.timelock), true);
        table[1] = Member(Roles.OPERATOR, config.operator, true);
        table[2] = Member(Roles.TRAINER, config.trainer, true);
        table[3] = Member(Roles.GUARDIAN, config.guardian, true);
        table[4] = Member(Roles.GUARDIAN, address(d.timelock), true);
        table[5] = Member(Roles.LABEL_EPOCHS, address(d.labelEpochs), true);
    }

    function _contracts(Deployment memory d) internal pure returns (address[9] memory) {
        return [
            address(d.governanceToken),
            address(d.timelock),
            address(d.accessManager),
            address(d.governor),
            address(d.stakingPool),
            address(d.labelEpochs),
            address(d.rewardDistributor),
            address(d.modelRegistry),
            address(d.datasetRegistry)
        ];
    }
}

/// @notice `forge script script/Verify.s.sol --rpc-url …`: reads DEPLOYMENT_FILE and the chain's config, sends nothing.
contract Verify is Verifier {
    // solhint-disable-next-line func-name-mixedcase
    bool public constant IS_SCRIPT = true;

    function run() external view {
        Config memory config = ConfigReader.load();
        Deployment memory d = DeploymentFile.read();
        _verify(config, d);
        _verifyNobodyElse(config, d, _logs(d));
    }

    function _logs(Deployment memory d) private view returns (Vm.Log[] memory logs) {
        Vm.EthGetLogs[] memory manager = _logsOf(address(d.accessManager), d.deployedAtBlock);
        Vm.EthGetLogs[] memory timelock = _logsOf(address(d.timelock), d.deployedAtBlock);
        logs = new Vm.Log[](manager.length + timelock.length);
        for (uint256 i = 0; i < manager.length; ++i) {
            logs[i] = Vm.Log(manager[i].topics, manager[i].data, manager[i].emitter);
        }
        for (uint256 i = 0; i < timelock.length; ++i) {
            logs[manager.length + i] = Vm.Log(timelock[i].topics, timelock[i].data, timelock[i].emitter);
        }
    }

    function _logsOf(address target, uint256 fromBlock) private view returns (Vm.EthGetLogs[] memory) {
        return vm.eth_getLogs(fromBlock, block.number, target, new bytes32[](0));
    }
}
