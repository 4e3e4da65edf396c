// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {OptimisticGovernor} from "../../src/governance/OptimisticGovernor.sol";
import {vm} from "../../../script/Vm.sol";
import {Base} from "../Base.sol";
import {GovernanceBase} from "../GovernanceBase.sol";
import {MockRoutine} from "../mocks/MockRoutine.sol";

/// @dev Actions: propose, vote, execute, cancel, setAllowed, setProposer, passTime. Two functions of one target, one of
/// them never allowed; two proposers; calls with few different arguments, so that copies happen.
contract OptimisticGovernorHandler is Base {
    OptimisticGovernor private immutable governor;
    MockRoutine private immutable routine;
    address private immutable timelock;
    address[4] private voters; // 10 %, 10 %, 2 %, 1 %
    address[2] private proposers;
    uint256[] public proposalIds;
    bytes[] private calls;
    mapping(bytes32 callHash => bool) private vetoedCalls;

    uint256 public executions;
    bool public executedUnpermitted;
    bool public executedVetoed;
    bool public executedInWindow;
    bool public proposedVetoed;
    bool public proposedTwice;
    bool public proposedUnpermitted;

    constructor(
        OptimisticGovernor governor_,
        MockRoutine routine_,
        address timelock_,
        address[4] memory voters_,
        address[2] memory proposers_
    ) {
        (governor, routine, timelock, voters, proposers) = (governor_, routine_, timelock_, voters_, proposers_);
    }

    function propose(uint256 who, uint64 id, bool other) external {
        bytes memory data = other && id % 4 == 0
            ? abi.encodeCall(MockRoutine.other, (id % 8, bytes32(0)))
            : abi.encodeCall(MockRoutine.accept, (id % 8, bytes32(0)));
        bool vetoed = vetoedCalls[keccak256(data)];
        bool running = _running(data);
        bool permitted = _permitted(proposers[who % 2], data);
        (address[] memory t, uint256[] memory v, bytes[] memory c) = _arguments(data);
        vm.prank(proposers[who % 2]);
        uint256 proposalId = governor.propose(t, v, c, vm.toString(proposalIds.length));
        proposalIds.push(proposalId);
        calls.push(data);
        if (vetoed) proposedVetoed = true;
        if (running) proposedTwice = true;
        if (!permitted) proposedUnpermitted = true;
    }

    function vote(uint256 index, uint256 who, uint8 support) external {
        uint256 proposalId = proposalIds[_pick(index, IGovernor.ProposalState.Active)];
        vm.prank(voters[who % 4]);
        governor.castVote(proposalId, support % 3);
    }

    function execute(uint256 index) external {
        index = _pick(index, IGovernor.ProposalState.Succeeded);
        uint256 proposalId = proposalIds[index];
        (uint256 against,,) = governor.proposalVotes(proposalId);
        bool vetoed = against * 10_000 >= 10_000_000e18 * 300;
        bool inWindow = _now() <= governor.proposalDeadline(proposalId);
        bool permitted = _permitted(governor.proposalProposer(proposalId), calls[index]);
        (address[] memory t, uint256[] memory v, bytes[] memory c) = _arguments(calls[index]);
        governor.execute(t, v, c, keccak256(bytes(vm.toString(index))));
        ++executions;
        if (vetoed) executedVetoed = true;
        if (inWindow) executedInWindow = true;
        if (!permitted) executedUnpermitted = true;
    }

    function cancel(uint256 index) external {
        index = _pick(index, IGovernor.ProposalState.Pending);
        (address[] memory t, uint256[] memory v, bytes[] memory c) = _arguments(calls[index]);
        vm.prank(governor.proposalProposer(proposalIds[index]));
        governor.cancel(t, v, c, keccak256(bytes(vm.toString(index))));
    }

    function setAllowed(bool allowed, uint256 seldom) external {
        vm.prank(timelock);
        governor.setAllowed(address(routine), MockRoutine.accept.selector, 2, allowed || seldom % 4 != 0);
    }

    function setProposer(uint256 who, bool allowed) external {
        vm.prank(timelock);
        governor.setProposer(proposers[who % 2], allowed);
    }

    function passTime(uint256 secs) external {
        _skip(_bound(secs, 1, secs % 16 == 0 ? 10 days : 20));
        for (uint256 i = 0; i < proposalIds.length; ++i) {
            if (governor.state(proposalIds[i]) == IGovernor.ProposalState.Defeated) {
                vetoedCalls[keccak256(calls[i])] = true;
            }
        }
    }

    function proposals() external view returns (uint256) {
        return proposalIds.length;
    }

    function _permitted(address proposer, bytes memory data) private view returns (bool) {
        (uint48 since,) = governor.allowanceOf(address(routine), bytes4(data));
        return since != 0 && governor.isProposer(proposer);
    }

    function _running(bytes memory data) private view returns (bool) {
        for (uint256 i = 0; i < proposalIds.length; ++i) {
            IGovernor.ProposalState state = governor.state(proposalIds[i]);
            bool over = state == IGovernor.ProposalState.Canceled || state == IGovernor.ProposalState.Defeated
                || state == IGovernor.ProposalState.Expired || state == IGovernor.ProposalState.Executed;
            if (!over && keccak256(calls[i]) == keccak256(data)) return true;
        }
        return false;
    }

    /// @dev A proposal in `state`, so that random calls get somewhere; any proposal when there is none.
    function _pick(uint256 index, IGovernor.ProposalState state) private view returns (uint256) {
        uint256 n = proposalIds.length;
        for (uint256 i = 0; i < n; ++i) {
            uint256 candidate = (index % n + i) % n;
            if (governor.state(proposalIds[candidate]) == state) return candidate;
        }
        return index % n;
    }

    function _arguments(bytes memory data)
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calldatas)
    {
        (targets, values, calldatas) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calldatas[0]) = (address(routine), data);
    }
}

contract OptimisticGovernor_Invariants is GovernanceBase {
    OptimisticGovernorHandler private handler;

    function setUp() public override {
        super.setUp();
        _enableOptimistic();
        address[4] memory all = [voters[0], voters[1], _voterWith("2 %", SUPPLY / 50), _voterWith("1 %", SUPPLY / 100)];
        handler = new OptimisticGovernorHandler(
            optimistic, routine, address(timelock), all, [proposer, _account("second proposer")]
        );
        handler.propose(0, 1, false);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_veto_kills() public view {
        vm.assertFalse(handler.executedVetoed());
        vm.assertFalse(handler.proposedVetoed());
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_targets_whitelisted() public view {
        vm.assertFalse(handler.executedUnpermitted());
        vm.assertEq(routine.calls(), handler.executions());
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_only_proposer_role_proposes() public view {
        vm.assertFalse(handler.proposedUnpermitted());
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_window_ge_min() public view {
        vm.assertFalse(handler.executedInWindow());
        for (uint256 i = 0; i < handler.proposals(); ++i) {
            uint256 proposalId = handler.proposalIds(i);
            vm.assertEq(
                optimistic.proposalDeadline(proposalId) - optimistic.proposalSnapshot(proposalId), uint256(VETO_PERIOD)
            );
        }
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_one_proposal_of_an_action_at_a_time() public view {
        vm.assertFalse(handler.proposedTwice());
    }

    /// @dev Each runs shortly by its own name, so that a failure names it, and all of them together at full length.
    function invariant_all_at_length() external view {
        invariant_veto_kills();
        invariant_targets_whitelisted();
        invariant_only_proposer_role_proposes();
        invariant_window_ge_min();
        invariant_one_proposal_of_an_action_at_a_time();
    }
}
