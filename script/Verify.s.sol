// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IGovernanceToken} from "../contracts/src/interfaces/IGovernanceToken.sol";
import {ILabelEpochs} from "../contracts/src/interfaces/ILabelEpochs.sol";
import {OptimisticGovernor} from "../contracts/src/governance/OptimisticGovernor.sol";
import {BuiltCode} from "./BuiltCode.sol";
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
import {Vm, vm} from "./Vm.sol";

/// @notice Asserts that a deployment is what its config says, and that nobody may do more than the permission table says.
abstract contract Verifier {
    bytes32 private constant TIMELOCK_ROLE_GRANTED = keccak256("RoleGranted(bytes32,address,address)");

    error VerifyMismatch(string what, string actual, string expected);
    error VerifyFailed(string what);

    function _verify(Config memory config, Deployment memory d) internal view {
        ConfigReader.check(config);
        _verifyToken(config, d);
        _verifyGovernor(config, d);
        _verifyOptimisticGovernor(config, d);
        _verifyTimelock(config, d);
        _verifyStaking(config, d);
        _verifyEpochs(config, d);
        _verifyModules(config, d);
        _verifyPermissions(config, d);
    }

    /// @dev Apart from {_verify}: only the build's own artifacts can answer it, and a coverage run has others.
    function _verifyCode(Deployment memory d) internal view {
        Print.line("code: what this checkout compiles (metadata and immutables aside)");
        Named[] memory all = Contracts.all(d);
        for (uint256 i = 0; i < all.length; ++i) {
            _true(all[i].target.code.length > 0, string.concat(all[i].key, " has code"));
            Print.pair(all[i].key, vm.toString(BuiltCode.check(all[i].source, all[i].target)));
        }
    }

    function _verifyToken(Config memory config, Deployment memory d) private view {
        Print.line("governanceToken");
        _equal("name", d.governanceToken.name(), config.tokenName);
        _equal("symbol", d.governanceToken.symbol(), config.tokenSymbol);
        _equal("cap", d.governanceToken.cap(), config.cap);
        _equal("clock", d.governanceToken.CLOCK_MODE(), "mode=timestamp");
        _true(d.governanceToken.totalSupply() <= config.cap, "supply within the cap");
        _true(d.governanceToken.mintable() <= config.mintPerYear, "mintable within the yearly allowance");
        _true(d.governanceToken.isLocker(address(d.stakingPool)), "stakingPool is a locker");
        _true(d.governanceToken.isLocker(address(d.labelEpochs)), "labelEpochs is a locker");
        _domain(address(d.governanceToken), config.tokenName);
    }

    function _verifyGovernor(Config memory config, Deployment memory d) private view {
        Print.line("governor");
        _equal("token", address(d.governor.token()), address(d.governanceToken));
        _equal("timelock", d.governor.timelock(), address(d.timelock));
        _equal("votingDelay", d.governor.votingDelay(), config.votingDelay);
        _equal("votingPeriod", d.governor.votingPeriod(), config.votingPeriod);
        _equal("lateQuorumExtension", d.governor.lateQuorumVoteExtension(), config.lateQuorumExtension);
        _equal("proposalExpiry", d.governor.proposalExpiry(), config.proposalExpiry);
        _equal("thresholdBps", d.governor.proposalThresholdBps(), config.thresholdBps);
        _equal("quorumBps", d.governor.quorumNumerator(), config.quorumBps);
        _equal("quorum denominator", d.governor.quorumDenominator(), d.governor.BPS());
        _equal("guardian", d.governor.proposalGuardian(), config.guardian);
        _equal("guardianTerm", d.governor.guardianTerm(), config.guardianTerm);
        _true(d.governor.guardianExpiresAt() <= block.timestamp + config.guardianTerm, "the guardian's term will end");
        _domain(address(d.governor), string.concat(config.tokenName, " Governor"));
    }

    function _verifyOptimisticGovernor(Config memory config, Deployment memory d) private view {
        Print.line("optimisticGovernor");
        _equal("token", address(d.optimisticGovernor.token()), address(d.governanceToken));
        _equal("timelock", d.optimisticGovernor.timelock(), address(d.timelock));
        _equal("votingDelay", d.optimisticGovernor.votingDelay(), config.votingDelay);
        _equal("vetoPeriod", d.optimisticGovernor.votingPeriod(), config.vetoPeriod);
        _equal("vetoBps", d.optimisticGovernor.vetoBps(), config.vetoBps);
        _domain(address(d.optimisticGovernor), string.concat(config.tokenName, " Optimistic Governor"));
    }

    function _verifyTimelock(Config memory config, Deployment memory d) private view {
        Print.line("timelock");
        _equal("delay", d.timelock.getMinDelay(), config.timelockDelay);
        _true(d.timelock.hasRole(d.timelock.PROPOSER_ROLE(), address(d.governor)), "governor schedules");
        _true(d.timelock.hasRole(d.timelock.CANCELLER_ROLE(), address(d.governor)), "governor cancels");
        _true(d.timelock.hasRole(d.timelock.EXECUTOR_ROLE(), address(d.governor)), "governor executes");
        // Open execution would let anyone execute what the governor calls expired.
        _true(!d.timelock.hasRole(d.timelock.EXECUTOR_ROLE(), address(0)), "execution is not open");
        _true(d.timelock.hasRole(bytes32(0), address(d.timelock)), "the timelock governs itself");
    }

    function _verifyStaking(Config memory config, Deployment memory d) private view {
        Print.line("stakingPool");
        _equal("token", address(d.stakingPool.token()), address(d.governanceToken));
        _equal("cooldown", d.stakingPool.cooldown(), config.cooldown);
        _equal("minCooldown", d.stakingPool.minCooldown(), config.minCooldown);
        _equal("maxCooldown", d.stakingPool.maxCooldown(), config.maxCooldown);
        _equal("maxSlashBps", d.stakingPool.maxSlashBps(), config.maxSlashBps);
        _equal("slashWindow", d.stakingPool.slashWindow(), config.slashWindow);
        _equal("slashPerWindow", d.stakingPool.slashPerWindow(), config.slashPerWindow);
        _equal("challengerShareBps", d.stakingPool.challengerShareBps(), config.challengerShareBps);
        _equal("minReward", d.stakingPool.minReward(), config.minReward);
        _equal("maxStreamDuration", d.stakingPool.maxStreamDuration(), config.maxStreamDuration);
    }

    function _verifyEpochs(Config memory config, Deployment memory d) private view {
        Print.line("labelEpochs");
        _equal("token", address(d.labelEpochs.token()), address(d.governanceToken));
        _equal("distributor", address(d.labelEpochs.distributor()), address(d.rewardDistributor));
        _equal("reserve", d.labelEpochs.reserve(), address(d.timelock));
        _equal("commitWindow", d.labelEpochs.commitWindow(), config.commitWindow);
        _equal("challengeWindow", d.labelEpochs.challengeWindow(), config.challengeWindow);
        _equal("revealWindow", d.labelEpochs.revealWindow(), config.revealWindow);
        _equal("responseWindow", d.labelEpochs.responseWindow(), config.responseWindow);
        _equal("operatorBond", d.labelEpochs.operatorBond(), config.operatorBond);
        _equal("minProposerBond", d.labelEpochs.minProposerBond(), config.minProposerBond);
        _equal("bondBps", d.labelEpochs.bondBps(), config.bondBps);
        _equal("challengerBond", d.labelEpochs.challengerBond(), config.challengerBond);
        _verifyFloors(d.labelEpochs.floors(), config.floors);
        _domain(address(d.labelEpochs), "Polity");
        Print.line("epochReferee");
        _equal("labelEpochs", address(d.epochReferee.labelEpochs()), address(d.labelEpochs));
        _equal("distributor", address(d.epochReferee.distributor()), address(d.rewardDistributor));
        _equal("stakingPool", address(d.epochReferee.stakingPool()), address(d.stakingPool));
        _equal("slashAmount", d.epochReferee.slashAmount(), config.slashAmount);
    }

    function _verifyFloors(ILabelEpochs.Floors memory actual, ILabelEpochs.Floors memory expected) private view {
        _equal("floors: overlapSlots", actual.overlapSlots, expected.overlapSlots);
        _equal("floors: minOverlap", actual.minOverlap, expected.minOverlap);
        _equal("floors: goldSlots", actual.goldSlots, expected.goldSlots);
        _equal("floors: minRoster", actual.minRoster, expected.minRoster);
        _equal("floors: alphaBps", actual.alphaBps, expected.alphaBps);
    }

    function _verifyModules(Config memory config, Deployment memory d) private view {
        Print.line("rewardDistributor, modelRegistry");
        _equal("token", address(d.rewardDistributor.token()), address(d.governanceToken));
        _equal("datasets", address(d.modelRegistry.datasets()), address(d.datasetRegistry));
        _true(d.familyId == keccak256(bytes(config.family)), "family id");
        _equal("family", d.modelRegistry.familyName(d.familyId), config.family);
    }

    function _verifyPermissions(Config memory config, Deployment memory d) private view {
        Print.line("accessManager");
        Named[] memory all = Contracts.all(d);
        for (uint256 i = 0; i < all.length; ++i) {
            if (!_isManaged(d, all[i].target)) continue;
            _equal(
                string.concat("authority of ", all[i].key),
                IAccessManaged(all[i].target).authority(),
                address(d.accessManager)
            );
            _true(!d.accessManager.isTargetClosed(all[i].target), string.concat(all[i].key, " is open"));
            _true(
                d.accessManager.getTargetAdminDelay(all[i].target) == 0, string.concat(all[i].key, ": no admin delay")
            );
        }
        _verifyTable(d, Permissions.delegated(d));
        _verifyTable(d, Permissions.governed(d));
        Member[] memory expected = Members.expected(config, d);
        for (uint256 i = 0; i < expected.length; ++i) {
            (bool isMember, uint32 delay) = d.accessManager.hasRole(expected[i].role, expected[i].account);
            _true(isMember && delay == 0, _membership(d, expected[i]));
        }
        for (uint64 role = Roles.ADMIN; role <= Roles.LAST; ++role) {
            _true(
                d.accessManager.getRoleAdmin(role) == Roles.ADMIN, string.concat(Roles.name(role), ": given by ADMIN")
            );
            _true(
                d.accessManager.getRoleGuardian(role) == Roles.ADMIN, string.concat(Roles.name(role), ": kept by ADMIN")
            );
        }
    }

    function _verifyTable(Deployment memory d, Permission[] memory table) private view {
        for (uint256 i = 0; i < table.length; ++i) {
            for (uint256 j = 0; j < table[i].selectors.length; ++j) {
                bytes4 selector = table[i].selectors[j];
                uint64 role = d.accessManager.getTargetFunctionRole(table[i].target, selector);
                _equal(_functionOf(d, table[i].target, selector), Roles.name(role), Roles.name(table[i].role));
            }
        }
    }

    /// @notice Replays events: nobody else is a member of anything, no other function has been opened, the dangerous roles
    /// have their grant delay, there is no other locker, and the optimistic governor is off.
    /// @param logs of the deployment's contracts since it began, those of each contract in order
    function _verifyNobodyElse(Config memory config, Deployment memory d, Vm.Log[] memory logs) internal view {
        Print.line(string.concat("history: ", vm.toString(logs.length), " events replayed"));
        for (uint256 i = 0; i < logs.length; ++i) {
            address emitter = logs[i].emitter;
            if (emitter == address(d.timelock)) {
                _verifyTimelockEvent(d, logs[i]);
            } else if (emitter == address(d.accessManager) && _isLast(logs, i)) {
                _verifyManagerEvent(config, d, logs[i]);
            } else if (emitter == address(d.governanceToken) && _isLast(logs, i)) {
                _verifyTokenEvent(d, logs[i]);
            } else if (emitter == address(d.optimisticGovernor) && _isLast(logs, i)) {
                _verifyOptimisticEvent(logs[i]);
            }
        }
        uint64[4] memory dangerous = Roles.dangerous();
        for (uint256 i = 0; i < dangerous.length; ++i) {
            _verifyGrantDelay(config, d, logs, dangerous[i]);
        }
        Print.pair("members of roles", "those above and nobody else");
        Print.pair("functions with a role", "those above and no others");
        Print.pair("lockers", "stakingPool, labelEpochs");
        Print.pair("optimisticGovernor", "off: no proposer, nothing allowed, no role");
    }

    /// @dev The timelock's only roles are the governor's and its own.
    function _verifyTimelockEvent(Deployment memory d, Vm.Log memory log) private pure {
        if (log.topics[0] != TIMELOCK_ROLE_GRANTED) return;
        address allowed = log.topics[1] == bytes32(0) ? address(d.timelock) : address(d.governor);
        if (_address(log.topics[2]) != allowed) revert VerifyFailed("somebody else holds a role of the timelock");
    }

    function _verifyManagerEvent(Config memory config, Deployment memory d, Vm.Log memory log) private pure {
        bytes32 name = log.topics[0];
        if (name == IAccessManager.RoleGranted.selector) {
            Member memory member = Member(uint64(uint256(log.topics[1])), _address(log.topics[2]));
            if (!_contains(Members.expected(config, d), member)) {
                revert VerifyFailed(string.concat("not in the table: ", _membership(d, member)));
            }
        } else if (name == IAccessManager.TargetFunctionRoleUpdated.selector) {
            address target = _address(log.topics[1]);
            uint64 role = uint64(uint256(log.topics[2]));
            bytes4 selector = abi.decode(log.data, (bytes4));
            if (role != Roles.ADMIN && !_hasFunction(Permissions.delegated(d), target, selector)) {
                revert VerifyFailed(string.concat("not in the table: ", _functionOf(d, target, selector)));
            }
        } else if (name == IAccessManager.TargetClosed.selector) {
            if (abi.decode(log.data, (bool))) revert VerifyFailed("a target is closed");
        } else if (
            name == IAccessManager.RoleAdminChanged.selector || name == IAccessManager.RoleGuardianChanged.selector
        ) {
            if (uint64(uint256(log.topics[2])) != Roles.ADMIN) {
                revert VerifyFailed("a role is given by another than ADMIN");
            }
        }
    }

    function _verifyTokenEvent(Deployment memory d, Vm.Log memory log) private pure {
        if (log.topics[0] != IGovernanceToken.LockerSet.selector || !abi.decode(log.data, (bool))) return;
        address locker = _address(log.topics[1]);
        if (locker != address(d.stakingPool) && locker != address(d.labelEpochs)) {
            revert VerifyFailed(string.concat("another locker: ", vm.toString(locker)));
        }
    }

    function _verifyOptimisticEvent(Vm.Log memory log) private pure {
        if (log.topics[0] == OptimisticGovernor.ProposerSet.selector) {
            if (abi.decode(log.data, (bool))) revert VerifyFailed("the optimistic governor has a proposer");
        } else if (log.topics[0] == OptimisticGovernor.AllowedSet.selector) {
            (, bool allowed) = abi.decode(log.data, (uint8, bool));
            if (allowed) revert VerifyFailed("the optimistic governor is allowed something");
        }
    }

    /// @dev A new grant delay is visible on chain only five days after it was set; its event at once.
    function _verifyGrantDelay(Config memory config, Deployment memory d, Vm.Log[] memory logs, uint64 role)
        private
        view
    {
        for (uint256 i = logs.length; i > 0; --i) {
            Vm.Log memory log = logs[i - 1];
            if (log.emitter != address(d.accessManager)) continue;
            if (log.topics[0] != IAccessManager.RoleGrantDelayChanged.selector) continue;
            if (uint64(uint256(log.topics[1])) != role) continue;
            (uint32 delay, uint48 since) = abi.decode(log.data, (uint32, uint48));
            _equal(string.concat("grant delay of ", Roles.name(role)), delay, config.grantDelay);
            if (block.timestamp < since) Print.pair("  in force from", Print.date(since));
            else _equal("  in force", d.accessManager.getRoleGrantDelay(role), config.grantDelay);
            return;
        }
        revert VerifyFailed(string.concat("no grant delay was set for ", Roles.name(role)));
    }

    /// @dev Whether no later event of the same contract is about the same thing.
    function _isLast(Vm.Log[] memory logs, uint256 i) private pure returns (bool) {
        bytes32 subject = _subject(logs[i]);
        for (uint256 j = i + 1; j < logs.length; ++j) {
            if (logs[j].emitter == logs[i].emitter && _subject(logs[j]) == subject) return false;
        }
        return true;
    }

    /// @dev What an event sets, without the value that it sets it to.
    function _subject(Vm.Log memory log) private pure returns (bytes32) {
        bytes32 name = log.topics[0];
        if (name == IAccessManager.RoleGranted.selector || name == IAccessManager.RoleRevoked.selector) {
            return keccak256(abi.encode("member", log.topics[1], log.topics[2]));
        }
        if (name == IAccessManager.TargetFunctionRoleUpdated.selector) {
            return keccak256(abi.encode("function", log.topics[1], abi.decode(log.data, (bytes4))));
        }
        if (name == OptimisticGovernor.AllowedSet.selector) {
            return keccak256(abi.encode(name, log.topics[1], log.topics[2]));
        }
        return keccak256(abi.encode(name, log.topics.length > 1 ? log.topics[1] : bytes32(0)));
    }

    function _contains(Member[] memory members, Member memory one) private pure returns (bool) {
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i].role == one.role && members[i].account == one.account) return true;
        }
        return false;
    }

    function _hasFunction(Permission[] memory table, address target, bytes4 selector) private pure returns (bool) {
        for (uint256 i = 0; i < table.length; ++i) {
            for (uint256 j = 0; j < table[i].selectors.length; ++j) {
                if (table[i].target == target && table[i].selectors[j] == selector) return true;
            }
        }
        return false;
    }

    /// @dev The governors and the timelock have other masters, and the manager is its own.
    function _isManaged(Deployment memory d, address target) private pure returns (bool) {
        return target != address(d.timelock) && target != address(d.accessManager) && target != address(d.governor)
            && target != address(d.optimisticGovernor);
    }

    /// @dev The cached domain separator is an immutable that no other getter shows.
    function _domain(address target, string memory name) private view {
        (, string memory actual, string memory version, uint256 chainId, address verifying,,) =
            IERC5267(target).eip712Domain();
        _equal("EIP-712 name", actual, name);
        _equal("EIP-712 version", version, "1");
        _true(chainId == block.chainid && verifying == target, "EIP-712 domain is this chain and contract");
    }

    function _membership(Deployment memory d, Member memory member) private pure returns (string memory) {
        return string.concat(Roles.name(member.role), " is held by ", Contracts.nameOf(d, member.account));
    }

    function _functionOf(Deployment memory d, address target, bytes4 selector) private pure returns (string memory) {
        return string.concat("role of ", Contracts.nameOf(d, target), ".", vm.toString(abi.encodePacked(selector)));
    }

    function _address(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }

    function _equal(string memory what, uint256 actual, uint256 expected) private view {
        _equal(what, vm.toString(actual), vm.toString(expected));
    }

    function _equal(string memory what, address actual, address expected) private view {
        _equal(what, vm.toString(actual), vm.toString(expected));
    }

    function _equal(string memory what, string memory actual, string memory expected) private view {
        if (keccak256(bytes(actual)) != keccak256(bytes(expected))) revert VerifyMismatch(what, actual, expected);
        Print.pair(what, actual);
    }

    function _true(bool condition, string memory what) private view {
        if (!condition) revert VerifyFailed(what);
        Print.pair("holds", what);
    }
}

/// @notice Assert that the contracts on chain are this checkout's code, wired as the config says, and that nobody else may
/// do anything. Prints every check; sends nothing; needs no key. Anybody can run it.
///
///     forge script script/Verify.s.sol --rpc-url URL
///
/// Environment: DEPLOYMENT_FILE, DEPLOY_CONFIG (as for Deploy.s.sol), LOG_RANGE (blocks per query of events, for nodes that
/// limit it; default: all in one).
/// After a vote changed a parameter or a role holder, change the config too: Verify compares with the file.
contract Verify is Verifier {
    // solhint-disable-next-line func-name-mixedcase
    bool public constant IS_SCRIPT = true;

    Vm.EthGetLogs[] private found;

    function run() external {
        Config memory config = ConfigReader.load();
        Deployment memory d = DeploymentFile.read();
        _verify(config, d);
        _find(address(d.accessManager), d.deployedAtBlock, new bytes32[](0));
        _find(address(d.optimisticGovernor), d.deployedAtBlock, _topic(OptimisticGovernor.AllowedSet.selector));
        _find(address(d.optimisticGovernor), d.deployedAtBlock, _topic(OptimisticGovernor.ProposerSet.selector));
        _find(address(d.governanceToken), d.deployedAtBlock, _topic(IGovernanceToken.LockerSet.selector));
        _find(address(d.timelock), d.deployedAtBlock, _topic(keccak256("RoleGranted(bytes32,address,address)")));
        Vm.Log[] memory logs = new Vm.Log[](found.length);
        for (uint256 i = 0; i < logs.length; ++i) {
            logs[i] = Vm.Log(found[i].topics, found[i].data, found[i].emitter);
        }
        _verifyNobodyElse(config, d, logs);
        _verifyCode(d);
        Print.line("The deployment is what its config says.");
    }

    function _find(address target, uint256 fromBlock, bytes32[] memory topics) private {
        uint256 range = vm.envOr("LOG_RANGE", block.number + 1);
        for (uint256 first = fromBlock; first <= block.number; first += range) {
            uint256 last = first + range - 1 < block.number ? first + range - 1 : block.number;
            Vm.EthGetLogs[] memory logs = vm.eth_getLogs(first, last, target, topics);
            for (uint256 i = 0; i < logs.length; ++i) {
                found.push(logs[i]);
            }
        }
    }

    function _topic(bytes32 name) private pure returns (bytes32[] memory topics) {
        topics = new bytes32[](1);
        topics[0] = name;
    }
}
