// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {ProtocolGovernor} from "../../src/governance/ProtocolGovernor.sol";
import {RewardDistributor} from "../../src/rewards/RewardDistributor.sol";
import {vm} from "../../../script/Vm.sol";
import {Base} from "../Base.sol";
import {SystemBase} from "../SystemBase.sol";

/// @dev Actions: propose, vote, queue, execute, cancel, passTime. After each, every proposal's state is compared with the
/// one before.
contract ProtocolGovernorHandler is Base {
    ProtocolGovernor public immutable governor;
    address public immutable distributor;
    address[5] public actors; // operator, three voters, guardian
    uint256[] public proposalIds;
    mapping(uint256 proposalId => IGovernor.ProposalState) public lastState;
    bool public illegalStep;
    bool public executedWithoutLeave;
    bool public deadlineShrank;
    mapping(uint256 proposalId => uint256) private _lastDeadline;

    constructor(ProtocolGovernor governor_, address distributor_, address[5] memory actors_) {
        (governor, distributor, actors) = (governor_, distributor_, actors_);
    }

    modifier watched() {
        _;
        for (uint256 i = 0; i < proposalIds.length; ++i) {
            _watch(proposalIds[i]);
        }
    }

    function propose() external watched {
        (address[] memory targets, uint256[] memory values, bytes[] memory calldatas,) = _arguments(proposalIds.length);
        string memory description = vm.toString(proposalIds.length);
        vm.prank(actors[0]);
        proposalIds.push(governor.propose(targets, values, calldatas, description));
    }

    function vote(uint256 index, uint256 actor, uint8 support) external watched {
        uint256 proposalId = proposalIds[_pick(index, IGovernor.ProposalState.Active)];
        vm.prank(actors[actor % 4]);
        governor.castVote(proposalId, support % 3);
    }

    function queue(uint256 index) external watched {
        index = _pick(index, IGovernor.ProposalState.Succeeded);
        (address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 h) = _arguments(index);
        governor.queue(t, v, c, h);
    }

    function execute(uint256 index) external watched {
        index = _pick(index, IGovernor.ProposalState.Queued);
        uint256 proposalId = proposalIds[index];
        (uint256 against, uint256 for_,) = governor.proposalVotes(proposalId);
        uint256 eta = governor.proposalEta(proposalId);
        bool allowed = for_ > against && for_ >= governor.quorum(governor.proposalSnapshot(proposalId)) && eta != 0
            && _now() >= eta && _now() <= eta + governor.proposalExpiry();
        (address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 h) = _arguments(index);
        governor.execute(t, v, c, h);
        if (!allowed) executedWithoutLeave = true;
    }

    function cancel(uint256 index, uint256 actor) external watched {
        (address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 h) = _arguments(index % proposalIds.length);
        vm.prank(actors[actor % 5]);
        governor.cancel(t, v, c, h);
    }

    function passTime(uint256 secs) external watched {
        _skip(_bound(secs, 1, secs % 8 == 0 ? 2 days : 30));
    }

    function _arguments(uint256 index)
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calldatas, bytes32 descriptionHash)
    {
        (targets, values, calldatas) = (new address[](1), new uint256[](1), new bytes[](1));
        targets[0] = distributor;
        calldatas[0] = abi.encodeCall(RewardDistributor.setEpochBudget, (index));
        descriptionHash = keccak256(bytes(vm.toString(index)));
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

    function _watch(uint256 proposalId) private {
        IGovernor.ProposalState state = governor.state(proposalId);
        if (!_legal(lastState[proposalId], state)) illegalStep = true;
        lastState[proposalId] = state;
        uint256 deadline = governor.proposalDeadline(proposalId);
        if (deadline < _lastDeadline[proposalId]) deadlineShrank = true;
        _lastDeadline[proposalId] = deadline;
    }

    /// @dev Time only moves on, so a state never comes back; canceled, expired and executed are final.
    function _legal(IGovernor.ProposalState from, IGovernor.ProposalState to) private pure returns (bool) {
        if (from == to || to == IGovernor.ProposalState.Canceled) return from == to || _rank(from) < 4;
        return _rank(from) < _rank(to) && from != IGovernor.ProposalState.Defeated;
    }

    function _rank(IGovernor.ProposalState state) private pure returns (uint256) {
        if (state == IGovernor.ProposalState.Pending) return 0;
        if (state == IGovernor.ProposalState.Active) return 1;
        if (state == IGovernor.ProposalState.Succeeded || state == IGovernor.ProposalState.Defeated) return 2;
        return state == IGovernor.ProposalState.Queued ? 3 : 4;
    }
}

contract ProtocolGovernor_Invariants is SystemBase {
    ProtocolGovernorHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new ProtocolGovernorHandler(
            d.governor, address(d.rewardDistributor), [operator, voters[0], voters[1], voters[2], guardian]
        );
        handler.propose();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_states_only_move_on_and_nothing_executes_without_leave() public view {
        vm.assertFalse(handler.illegalStep());
        vm.assertFalse(handler.executedWithoutLeave());
        vm.assertFalse(handler.deadlineShrank());
    }
}
