// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Deployment, DeploymentFile} from "./Deployment.sol";
import {Print} from "./Print.sol";
import {Proposal, Proposals} from "./Proposal.sol";
import {vm} from "./Vm.sol";

/// @notice Takes one step of a proposal; for the scripts that make proposals.
abstract contract Proposer {
    using Proposals for Proposal;

    error ProposerUnknownAction(string action, string known);
    error ProposerTooFewVotes(address proposer, uint256 votes, uint256 needed);
    error ProposerNoSuchProposal(uint256 proposalId, string hint);

    /// @param action propose, vote, queue, execute, cancel or show
    /// @param proposer who made or makes the proposal: part of its description, and so of its id
    function _step(Deployment memory d, IGovernor governor, Proposal memory p, string memory action, address proposer)
        internal
        returns (uint256 proposalId)
    {
        p.show(d, governor);
        proposalId = p.idOf(governor, proposer);
        bytes32 step = keccak256(bytes(action));
        if (step == keccak256("propose")) {
            _checkVotes(governor, proposer);
            vm.startBroadcast();
            governor.propose(p.targets, p.values, p.calldatas, p.described(proposer));
            vm.stopBroadcast();
        } else {
            if (governor.proposalSnapshot(proposalId) == 0) {
                revert ProposerNoSuchProposal(proposalId, "set PROPOSER to the account that made it");
            }
            _later(governor, p, step, action, proposer, proposalId);
        }
        Proposals.showDates(governor, proposalId);
    }

    function _later(
        IGovernor governor,
        Proposal memory p,
        bytes32 step,
        string memory action,
        address proposer,
        uint256 proposalId
    ) private {
        bytes32 descriptionHash = keccak256(bytes(p.described(proposer)));
        if (step == keccak256("show")) return;
        vm.startBroadcast();
        if (step == keccak256("vote")) governor.castVote(proposalId, uint8(vm.envOr("SUPPORT", uint256(1))));
        else if (step == keccak256("queue")) governor.queue(p.targets, p.values, p.calldatas, descriptionHash);
        else if (step == keccak256("execute")) governor.execute(p.targets, p.values, p.calldatas, descriptionHash);
        else if (step == keccak256("cancel")) governor.cancel(p.targets, p.values, p.calldatas, descriptionHash);
        else revert ProposerUnknownAction(action, "propose, vote, queue, execute, cancel, show");
        vm.stopBroadcast();
    }

    function _checkVotes(IGovernor governor, address proposer) private view {
        uint256 votes = governor.getVotes(proposer, governor.clock() - 1);
        uint256 needed = governor.proposalThreshold();
        if (votes < needed) revert ProposerTooFewVotes(proposer, votes, needed);
    }
}

/// @notice Propose what a file says, and take it through: propose, vote, queue, execute, cancel.
///
///     PROPOSAL=script/proposals/set-budget.toml [ACTION=propose] \
///     forge script script/Propose.s.sol --rpc-url URL --sender 0x… (--account NAME | --ledger | …) [--broadcast]
///
/// Environment:
///   PROPOSAL   a TOML file, see script/proposals/
///   ACTION     propose (default) | vote | queue | execute | cancel | show
///   SUPPORT    for vote: 0 against, 1 for (default), 2 abstain
///   PROPOSER   who made the proposal, for every action after propose; default: the sender
///   GOVERNOR   governor (default) | optimisticGovernor: routine actions that a vote allowed there. Not queued
///   DEPLOYMENT_FILE
/// Without --broadcast it shows every call and what would happen, and sends nothing.
/// `#proposer=0x…` is added to the description, so that nobody can make the proposal first and cancel it.
contract Propose is Proposer {
    // solhint-disable-next-line func-name-mixedcase
    bool public constant IS_SCRIPT = true;

    error ProposeUnknownGovernor(string name);

    function run() external returns (uint256 proposalId) {
        Deployment memory d = DeploymentFile.read();
        Proposal memory p = Proposals.read(vm.envOr("PROPOSAL", "proposal.toml"), d);
        string memory action = vm.envOr("ACTION", "propose");
        return _step(d, _governor(d), p, action, vm.envOr("PROPOSER", msg.sender));
    }

    function _governor(Deployment memory d) private view returns (IGovernor) {
        string memory name = vm.envOr("GOVERNOR", "governor");
        if (keccak256(bytes(name)) == keccak256("governor")) return d.governor;
        if (keccak256(bytes(name)) == keccak256("optimisticGovernor")) return d.optimisticGovernor;
        revert ProposeUnknownGovernor(name);
    }
}
