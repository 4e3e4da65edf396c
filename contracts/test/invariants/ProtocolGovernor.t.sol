// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {ProtocolGovernor} from "../../src/governance/ProtocolGovernor.sol";
import {vm} from "../../../script/Vm.sol";
import {Base} from "../Base.sol";
import {GovernanceBase} from "../GovernanceBase.sol";
import {MockRoutine} from "../mocks/MockRoutine.sol";

/// @dev Actions: propose (a routine call, or another quorum), vote, voteInParts, queue, execute, cancel, transfer,
/// delegate, passTime. After each, every proposal and its operation in the timelock are compared with what they were.
contract ProtocolGovernorHandler is Base {
    /// @dev Enough to interfere with each other; more would only make the comparisons slow.
    uint256 private constant MAX_PROPOSALS = 6;

    ProtocolGovernor private immutable governor;
    TimelockController private immutable timelock;
    GovernanceToken private immutable token;
    address private immutable routine;
    address[5] public actors; // four voters, the guardian

    uint256[] public proposalIds;
    mapping(uint256 proposalId => mapping(address actor => uint256)) public castWeight;
    mapping(uint256 proposalId => IGovernor.ProposalState) private _lastState;
    mapping(uint256 proposalId => TimelockController.OperationState) private _lastOperation;
    mapping(uint256 proposalId => uint256) private _lastDeadline;
    bool public illegalState;
    bool public illegalOperation;
    bool public defeatedRevived;
    bool public executedWithoutLeave;
    bool public deadlineShrank;

    constructor(
        ProtocolGovernor governor_,
        TimelockController timelock_,
        GovernanceToken token_,
        address routine_,
        address[5] memory actors_
    ) {
        (governor, timelock, token, routine, actors) = (governor_, timelock_, token_, routine_, actors_);
    }

    modifier watched() {
        _;
        for (uint256 i = 0; i < proposalIds.length; ++i) {
            _watchState(proposalIds[i]);
            _watchOperation(i);
        }
    }

    function propose() external watched {
        vm.assume(proposalIds.length < MAX_PROPOSALS);
        (address[] memory targets, uint256[] memory values, bytes[] memory calldatas,) = _arguments(proposalIds.length);
        vm.prank(actors[0]);
        proposalIds.push(governor.propose(targets, values, calldatas, vm.toString(proposalIds.length)));
    }

    function vote(uint256 index, uint256 who, uint8 support) external watched {
        uint256 proposalId = proposalIds[_pick(index, IGovernor.ProposalState.Active)];
        address actor = actors[who % 4];
        vm.prank(actor);
        // Mostly For, so that things get executed.
        castWeight[proposalId][actor] += governor.castVote(proposalId, support % 4 == 0 ? support % 3 : 1);
    }

    function voteInParts(uint256 index, uint256 who, uint128 against, uint128 for_, uint128 abstain) external watched {
        uint256 proposalId = proposalIds[_pick(index, IGovernor.ProposalState.Active)];
        address actor = actors[who % 4];
        uint256 most = token.getVotes(actor);
        bytes memory parts = abi.encodePacked(
            uint128(_bound(against, 0, most / 4)), uint128(_bound(for_, 0, most)), uint128(_bound(abstain, 0, most / 8))
        );
        vm.prank(actor);
        castWeight[proposalId][actor] += governor.castVoteWithReasonAndParams(proposalId, 255, "", parts);
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
            && _now() >= eta && _now() <= eta + governor.proposalExpiry()
            && eta >= governor.proposalDeadline(proposalId) + timelock.getMinDelay();
        (address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 h) = _arguments(index);
        governor.execute(t, v, c, h);
        if (!allowed) executedWithoutLeave = true;
    }

    function cancel(uint256 index, uint256 who) external watched {
        (address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 h) = _arguments(index % proposalIds.length);
        vm.prank(actors[who % 5]);
        governor.cancel(t, v, c, h);
    }

    /// @dev Votes wander while they are cast.
    function transfer(uint256 from, uint256 to, uint256 amount) external watched {
        address sender = actors[from % 4];
        amount = _bound(amount, 0, token.balanceOf(sender) / 2);
        vm.prank(sender);
        token.transfer(actors[to % 4], amount);
    }

    function delegate(uint256 from, uint256 to) external watched {
        vm.prank(actors[from % 4]);
        token.delegate(actors[to % 4]);
    }

    function passTime(uint256 secs) external watched {
        _skip(_bound(secs, 1, secs % 8 == 0 ? 2 days : 30));
    }

    function proposals() external view returns (uint256) {
        return proposalIds.length;
    }

    /// @dev Every third proposal changes the quorum, somewhere between 1 % and 20 %.
    function _arguments(uint256 index)
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calldatas, bytes32 descriptionHash)
    {
        (targets, values, calldatas) = (new address[](1), new uint256[](1), new bytes[](1));
        if (index % 3 == 2) {
            targets[0] = address(governor);
            calldatas[0] = abi.encodeCall(
                GovernorVotesQuorumFraction.updateQuorumNumerator, (100 + uint256(keccak256(abi.encode(index))) % 1_900)
            );
        } else {
            targets[0] = routine;
            calldatas[0] = abi.encodeCall(MockRoutine.other, (uint64(index), bytes32(0)));
        }
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

    function _watchState(uint256 proposalId) private {
        IGovernor.ProposalState last = _lastState[proposalId];
        IGovernor.ProposalState state = governor.state(proposalId);
        if (!_legal(last, state)) illegalState = true;
        bool over = state == IGovernor.ProposalState.Defeated || state == IGovernor.ProposalState.Canceled;
        if (last == IGovernor.ProposalState.Defeated && !over) defeatedRevived = true;
        _lastState[proposalId] = state;
        uint256 deadline = governor.proposalDeadline(proposalId);
        if (deadline < _lastDeadline[proposalId]) deadlineShrank = true;
        _lastDeadline[proposalId] = deadline;
    }

    /// @dev Unset -> Waiting -> Ready -> Done, or back to Unset by a cancellation; Done is final.
    function _watchOperation(uint256 index) private {
        (address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 h) = _arguments(index);
        bytes32 id = timelock.hashOperationBatch(t, v, c, 0, bytes20(address(governor)) ^ h);
        TimelockController.OperationState last = _lastOperation[proposalIds[index]];
        TimelockController.OperationState state = timelock.getOperationState(id);
        bool pending =
            last == TimelockController.OperationState.Waiting || last == TimelockController.OperationState.Ready;
        if (state == TimelockController.OperationState.Done && last != state && !pending) illegalOperation = true;
        if (last == TimelockController.OperationState.Done && state != last) illegalOperation = true;
        if (last == TimelockController.OperationState.Ready && state == TimelockController.OperationState.Waiting) {
            illegalOperation = true;
        }
        _lastOperation[proposalIds[index]] = state;
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

contract ProtocolGovernor_Invariants is GovernanceBase {
    ProtocolGovernorHandler private handler;

    function setUp() public override {
        super.setUp();
        address fourth = _voterWith("voter 3", SUPPLY / 20);
        handler = new ProtocolGovernorHandler(
            governor, timelock, token, address(routine), [voters[0], voters[1], voters[2], fourth, guardian]
        );
        handler.propose();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_no_execute_without_quorum_and_majority_and_delay() public view {
        vm.assertFalse(handler.executedWithoutLeave());
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_state_monotone() public view {
        vm.assertFalse(handler.illegalState());
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_quorum_change_never_revives_defeated() public view {
        vm.assertFalse(handler.defeatedRevived());
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_batch_op_states() public view {
        vm.assertFalse(handler.illegalOperation());
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_deadline_never_shrinks() public view {
        vm.assertFalse(handler.deadlineShrank());
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_deadline_le_start_plus_two_periods() public view {
        for (uint256 i = 0; i < handler.proposals(); ++i) {
            uint256 id = handler.proposalIds(i);
            vm.assertLe(governor.proposalDeadline(id), governor.proposalSnapshot(id) + 2 * uint256(VOTING_PERIOD));
        }
    }

    /// @dev Whatever it cast, whole or in parts, adds up to what is booked.
    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_one_vote_per_account_per_proposal() public view {
        for (uint256 i = 0; i < handler.proposals(); ++i) {
            uint256 id = handler.proposalIds(i);
            uint256 sum = 0;
            for (uint256 j = 0; j < 4; ++j) {
                address actor = handler.actors(j);
                vm.assertEq(governor.usedVotes(id, actor), handler.castWeight(id, actor));
                sum += governor.usedVotes(id, actor);
            }
            (uint256 against, uint256 for_, uint256 abstain) = governor.proposalVotes(id);
            vm.assertEq(against + for_ + abstain, sum);
        }
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_weight_le_pastVotes_at_snapshot() public view {
        for (uint256 i = 0; i < handler.proposals(); ++i) {
            uint256 id = handler.proposalIds(i);
            uint256 snapshot = governor.proposalSnapshot(id);
            for (uint256 j = 0; snapshot < _now() && j < 4; ++j) {
                address actor = handler.actors(j);
                vm.assertLe(governor.usedVotes(id, actor), token.getPastVotes(actor, snapshot));
            }
        }
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_votes_cast_le_pastSupply() public view {
        for (uint256 i = 0; i < handler.proposals(); ++i) {
            uint256 id = handler.proposalIds(i);
            uint256 snapshot = governor.proposalSnapshot(id);
            (uint256 against, uint256 for_, uint256 abstain) = governor.proposalVotes(id);
            if (snapshot < _now()) vm.assertLe(against + for_ + abstain, token.getPastTotalSupply(snapshot));
        }
    }

    /// @dev Each runs shortly by its own name, so that a failure names it, and all of them together at full length.
    function invariant_all_at_length() external view {
        invariant_no_execute_without_quorum_and_majority_and_delay();
        invariant_state_monotone();
        invariant_quorum_change_never_revives_defeated();
        invariant_batch_op_states();
        invariant_deadline_never_shrinks();
        invariant_deadline_le_start_plus_two_periods();
        invariant_one_vote_per_account_per_proposal();
        invariant_weight_le_pastVotes_at_snapshot();
        invariant_votes_cast_le_pastSupply();
    }
}
