// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {ILabelEpochs} from "../contracts/src/interfaces/ILabelEpochs.sol";
import {Deployment, DeploymentFile, Contracts, Roles} from "./Deployment.sol";
import {Print} from "./Print.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice Print the state of a deployment: parameters that votes change, money, epochs, bonds, roles, the served version.
///
///     forge script script/Status.s.sol --rpc-url URL
///
/// Environment: DEPLOYMENT_FILE; ACCOUNT (optional: also print this account's balance, stake and bond).
/// Reads only; needs no key.
contract Status {
    // solhint-disable-next-line func-name-mixedcase
    bool public constant IS_SCRIPT = true;

    uint64 private constant SHOWN_EPOCHS = 5;

    function run() external view {
        Deployment memory d = DeploymentFile.read();
        Print.line(string.concat("Chain ", vm.toString(block.chainid), " at ", Print.date(block.timestamp)));
        _token(d);
        _governance(d);
        _staking(d);
        _rewards(d);
        _model(d);
        _roles(d);
        address account = vm.envOr("ACCOUNT", address(0));
        if (account != address(0)) _account(d, account);
    }

    function _token(Deployment memory d) private view {
        Print.line(d.governanceToken.name());
        Print.pair("supply", Print.amount(d.governanceToken.totalSupply()));
        Print.pair("mintable now", Print.amount(d.governanceToken.mintable()));
        Print.pair("treasury", Print.amount(d.governanceToken.balanceOf(address(d.timelock))));
    }

    function _governance(Deployment memory d) private view {
        Print.line("Governance");
        Print.pair("votes to propose", Print.amount(d.governor.proposalThreshold()));
        Print.pair("quorum", Print.amount(d.governor.quorum(block.timestamp - 1)));
        Print.pair("voting delay", Print.duration(d.governor.votingDelay()));
        Print.pair("voting period", Print.duration(d.governor.votingPeriod()));
        Print.pair("timelock", Print.duration(d.timelock.getMinDelay()));
        Print.pair("guardian", vm.toString(d.governor.proposalGuardian()));
        Print.pair("guardian until", Print.date(d.governor.guardianExpiresAt()));
        Print.pair("optimistic veto window", Print.duration(d.optimisticGovernor.votingPeriod()));
        (bool on,) = d.accessManager.hasRole(Roles.ROUTINE, address(d.optimisticGovernor));
        Print.pair("optimistic governor", on ? "on: it holds ROUTINE" : "off");
    }

    function _staking(Deployment memory d) private view {
        Print.line("Staking");
        Print.pair("active stake", Print.amount(d.stakingPool.totalActive()));
        Print.pair("cooldown", Print.duration(d.stakingPool.cooldown()));
        Print.pair("slashable now, of all together", Print.amount(d.stakingPool.slashAvailable()));
        Print.pair("one slash", Print.amount(d.epochReferee.slashAmount()));
    }

    function _rewards(Deployment memory d) private view {
        Print.line("Rewards");
        Print.pair("funded", Print.amount(d.rewardDistributor.totalFunded()));
        Print.pair("approved", Print.amount(d.rewardDistributor.totalApproved()));
        Print.pair("paid", Print.amount(d.rewardDistributor.totalPaid()));
        Print.pair("budget of an epoch", Print.amount(d.rewardDistributor.epochBudget()));
        uint64 last = d.labelEpochs.lastEpoch();
        ILabelEpochs.Floors memory least = d.labelEpochs.floors();
        Print.pair(
            "least overlap and gold slots",
            string.concat(vm.toString(least.overlapSlots), ", ", vm.toString(least.goldSlots))
        );
        Print.pair(
            "least common slots and roster for a score",
            string.concat(vm.toString(least.minOverlap), ", ", vm.toString(least.minRoster))
        );
        Print.pair("epochs", vm.toString(last));
        Print.pair("settled", vm.toString(d.labelEpochs.lastSettledEpoch()));
        uint64 first = last > SHOWN_EPOCHS ? last - SHOWN_EPOCHS + 1 : 1;
        for (uint64 epoch = first; epoch <= last; ++epoch) {
            _epoch(d, epoch);
        }
    }

    function _epoch(Deployment memory d, uint64 number) private view {
        ILabelEpochs.Epoch memory epoch = d.labelEpochs.epochOf(number);
        Print.line(string.concat("Epoch ", vm.toString(number), ": ", statusName(epoch.status)));
        Print.pair("budget", Print.amount(d.labelEpochs.termsOf(number).budget));
        Print.pair("opened", Print.date(epoch.openedAt));
        if (epoch.status == ILabelEpochs.Status.Open) {
            Print.pair("labels are due until", Print.date(d.labelEpochs.commitDeadlineOf(number)));
        }
        _bond("operator", epoch.operator, epoch.operatorBond);
        if (epoch.proposer != address(0)) {
            _bond("proposer", epoch.proposer, epoch.proposerBond);
            Print.pair("payouts root", vm.toString(epoch.payoutsRoot));
            Print.pair("accounts", vm.toString(epoch.accountCount));
            Print.pair("can be accepted from", Print.date(epoch.challengeEndsAt));
        }
        if (epoch.challenger != address(0)) Print.pair("frozen by", vm.toString(epoch.challenger));
    }

    function _model(Deployment memory d) private view {
        Print.line(string.concat("Model family ", d.family));
        bytes32 active = d.modelRegistry.activeVersion(d.familyId);
        Print.pair("registered versions", vm.toString(d.modelRegistry.versionCount(d.familyId)));
        Print.pair("active version", active == 0 ? "none" : vm.toString(active));
    }

    /// @dev The manager has no list of members: its events are one.
    function _roles(Deployment memory d) private view {
        Print.line("Roles");
        bytes32[] memory topic = new bytes32[](1);
        topic[0] = IAccessManager.RoleGranted.selector;
        Vm.EthGetLogs[] memory logs = vm.eth_getLogs(d.deployedAtBlock, block.number, address(d.accessManager), topic);
        for (uint256 i = 0; i < logs.length; ++i) {
            uint64 role = uint64(uint256(logs[i].topics[1]));
            address account = address(uint160(uint256(logs[i].topics[2])));
            (bool isMember,) = d.accessManager.hasRole(role, account);
            if (isMember) Print.pair(Roles.name(role), Contracts.nameOf(d, account));
        }
    }

    function _account(Deployment memory d, address account) private view {
        Print.line(vm.toString(account));
        Print.pair("balance", Print.amount(d.governanceToken.balanceOf(account)));
        Print.pair("not locked", Print.amount(d.governanceToken.unlockedBalanceOf(account)));
        Print.pair("votes", Print.amount(d.governanceToken.getVotes(account)));
        (uint256 active, uint256 thawing, uint48 availableAt) = d.stakingPool.stakeOf(account);
        Print.pair("stake", Print.amount(active));
        Print.pair("thawing", Print.amount(thawing));
        if (thawing > 0) Print.pair("withdrawable from", Print.date(availableAt));
        (uint256 free, uint256 reserved) = d.labelEpochs.bondOf(account);
        Print.pair("bond, free", Print.amount(free));
        Print.pair("bond, reserved", Print.amount(reserved));
    }

    function _bond(string memory who, address account, uint256 amount) private view {
        Print.pair(who, string.concat(vm.toString(account), ", bond ", Print.amount(amount)));
    }

    function statusName(ILabelEpochs.Status status) public pure returns (string memory) {
        if (status == ILabelEpochs.Status.None) return "none";
        if (status == ILabelEpochs.Status.Open) return "open";
        if (status == ILabelEpochs.Status.Committed) return "labels committed";
        if (status == ILabelEpochs.Status.Revealed) return "seed revealed";
        if (status == ILabelEpochs.Status.Proposed) return "payouts proposed";
        if (status == ILabelEpochs.Status.Accepted) return "accepted";
        return "voided";
    }
}
