// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {GovernorCountingFractional} from "@openzeppelin/contracts/governance/extensions/GovernorCountingFractional.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {ProtocolGovernor} from "../src/governance/ProtocolGovernor.sol";
import {vm} from "../../script/Vm.sol";
import {GovernanceBase} from "./GovernanceBase.sol";
import {BlockClock} from "./mocks/BlockClock.sol";

/// @notice The properties of ProtocolGovernor and TimelockController, one test each; those of call sequences are in
/// invariants/.
contract GovernorProperties_Test is GovernanceBase {
    /// @dev Each of quorum, majority, delay and expiry alone stops an execution.
    function testFuzz_no_execute_without_quorum_and_majority_and_delay(uint256 against, uint256 for_, uint256 waited)
        public
    {
        against = _bound(against, 0, SUPPLY / 20);
        for_ = _bound(for_, 0, SUPPLY / 10);
        waited = _bound(waited, 0, waited % 4 == 0 ? 2 * PROPOSAL_EXPIRY : 2 * TIMELOCK_DELAY);
        vm.assume(against + for_ > 0);
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeActive(governor, p);
        vm.prank(voters[0]);
        governor.castVoteWithReasonAndParams(
            proposalId, 255, "", abi.encodePacked(uint128(0), uint128(for_), uint128(0))
        );
        vm.prank(voters[1]);
        governor.castVoteWithReasonAndParams(
            proposalId, 255, "", abi.encodePacked(uint128(against), uint128(0), uint128(0))
        );
        _skip(VOTING_PERIOD);
        bool carried = for_ > against && for_ >= SUPPLY / 25;
        if (!carried) vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue(p);
        _skip(waited);
        bool inTime = waited >= TIMELOCK_DELAY && waited <= TIMELOCK_DELAY + PROPOSAL_EXPIRY;
        if (!carried || !inTime) vm.expectRevert();
        _execute(governor, p);
        vm.assertEq(routine.calls(), carried && inTime ? 1 : 0);
    }

    function testFuzz_one_vote_per_account_per_proposal(uint128 against, uint128 for_, uint128 abstain) public {
        uint256 proposalId = _proposeActive(governor, _acceptCall(1));
        uint256 weight = token.getVotes(voters[0]);
        (against, for_, abstain) =
        (uint128(_bound(against, 0, weight)), uint128(_bound(for_, 0, weight)), uint128(_bound(abstain, 0, weight)));
        uint256 sum = uint256(against) + for_ + abstain;
        if (sum > weight) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    GovernorCountingFractional.GovernorExceedRemainingWeight.selector, voters[0], sum, weight
                )
            );
        }
        vm.prank(voters[0]);
        governor.castVoteWithReasonAndParams(proposalId, 255, "", abi.encodePacked(against, for_, abstain));
        // Whatever is left may be used once, then nothing.
        if (sum < weight || sum > weight) _vote(governor, proposalId, voters[0], FOR);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, voters[0]));
        _vote(governor, proposalId, voters[0], FOR);
        vm.assertEq(governor.usedVotes(proposalId, voters[0]), weight);
    }

    function testFuzz_weight_le_pastVotes_at_snapshot(uint256 before, uint256 afterwards) public {
        before = _bound(before, 1, SUPPLY / 10);
        address voter = _voterWith("voter", before);
        uint256 proposalId = _proposeActive(governor, _acceptCall(1));
        uint256 amount = _bound(afterwards, 0, SUPPLY / 10);
        vm.prank(rest);
        token.transfer(voter, amount);
        _skip(1);
        _vote(governor, proposalId, voter, FOR);
        vm.assertEq(governor.usedVotes(proposalId, voter), before);
        vm.assertLe(before, token.getPastVotes(voter, governor.proposalSnapshot(proposalId)));
    }

    function test_votes_cast_le_pastSupply() public {
        vm.prank(rest);
        token.delegate(rest);
        _skip(1);
        uint256 proposalId = _proposeActive(governor, _acceptCall(1));
        for (uint256 i = 0; i < 3; ++i) {
            _vote(governor, proposalId, voters[i], uint8(i));
        }
        _vote(governor, proposalId, rest, FOR);
        (uint256 against, uint256 for_, uint256 abstain) = governor.proposalVotes(proposalId);
        vm.assertEq(against + for_ + abstain, token.getPastTotalSupply(governor.proposalSnapshot(proposalId)));
    }

    /// @dev CVE-2022-31198: the quorum that counts is the one of the snapshot.
    function testFuzz_quorum_change_never_revives_defeated(uint256 for_, uint16 newQuorum) public {
        newQuorum = uint16(_bound(newQuorum, 1, 10_000));
        address voter = _voterWith("voter", _bound(for_, 1, SUPPLY / 25 - 1));
        uint256 proposalId = _proposeActive(governor, _acceptCall(1));
        _vote(governor, proposalId, voter, FOR);
        _skip(VOTING_PERIOD);
        _assertState(governor, proposalId, IGovernor.ProposalState.Defeated);
        Proposal memory p =
            _proposal(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (uint256(newQuorum))));
        p.description = "Another quorum";
        _carry(p);
        _assertState(governor, proposalId, IGovernor.ProposalState.Defeated);
        vm.assertEq(governor.quorumNumerator(), newQuorum);
    }

    /// @dev Whenever the quorum comes, the deadline moves back at most by one extension, and never forward.
    function testFuzz_deadline_never_shrinks(uint256 voted, uint48 extension) public {
        extension = uint48(_bound(extension, 0, VOTING_PERIOD));
        _carry(
            _proposal(
                address(governor), abi.encodeCall(GovernorPreventLateQuorum.setLateQuorumVoteExtension, (extension))
            )
        );
        uint256 proposalId = _proposeActive(governor, _acceptCall(1));
        uint256 deadline = governor.proposalDeadline(proposalId);
        uint256 start = governor.proposalSnapshot(proposalId);
        vm.warp(_bound(voted, start + 1, deadline));
        _vote(governor, proposalId, voters[0], FOR);
        uint256 late = governor.proposalDeadline(proposalId);
        vm.assertGe(late, deadline);
        vm.assertEq(late, _now() + extension > deadline ? _now() + extension : deadline);
        vm.assertLe(late, start + 2 * uint256(VOTING_PERIOD));
        vm.warp(late);
        _vote(governor, proposalId, voters[1], AGAINST);
        vm.assertEq(governor.proposalDeadline(proposalId), late);
    }

    function testFuzz_deadline_le_start_plus_two_periods(uint48 extension) public {
        extension = uint48(_bound(extension, VOTING_PERIOD + 1, type(uint48).max));
        Proposal memory p = _proposal(
            address(governor), abi.encodeCall(GovernorPreventLateQuorum.setLateQuorumVoteExtension, (extension))
        );
        _queued(p);
        vm.expectPartialRevert(GovernorPreventLateQuorum.GovernorPreventLateQuorumVoteExtensionTooLarge.selector);
        _execute(governor, p);
    }

    /// @dev Every state but the last of an operation can be left only in the ways that the timelock knows.
    function test_batch_op_states() public {
        Proposal memory p = _acceptCall(1);
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(p.description));
        bytes32 id = timelock.hashOperationBatch(p.targets, p.values, p.calldatas, 0, salt);
        _assertOperation(id, TimelockController.OperationState.Unset);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        vm.prank(address(governor));
        timelock.executeBatch(p.targets, p.values, p.calldatas, 0, salt);
        vm.startPrank(address(governor));
        timelock.scheduleBatch(p.targets, p.values, p.calldatas, 0, salt, TIMELOCK_DELAY);
        _assertOperation(id, TimelockController.OperationState.Waiting);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.scheduleBatch(p.targets, p.values, p.calldatas, 0, salt, TIMELOCK_DELAY);
        timelock.cancel(id);
        _assertOperation(id, TimelockController.OperationState.Unset);
        timelock.scheduleBatch(p.targets, p.values, p.calldatas, 0, salt, TIMELOCK_DELAY);
        _skip(TIMELOCK_DELAY);
        vm.stopPrank();
        _assertOperation(id, TimelockController.OperationState.Ready);
        vm.startPrank(address(governor));
        timelock.executeBatch(p.targets, p.values, p.calldatas, 0, salt);
        _assertOperation(id, TimelockController.OperationState.Done);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.executeBatch(p.targets, p.values, p.calldatas, 0, salt);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.scheduleBatch(p.targets, p.values, p.calldatas, 0, salt, TIMELOCK_DELAY);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.cancel(id);
        vm.stopPrank();
    }

    function testFuzz_minDelay_only_by_timelock(address caller, uint256 delay) public {
        vm.assume(caller != address(timelock));
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, caller));
        vm.prank(caller);
        timelock.updateDelay(delay);
        vm.prank(address(timelock));
        timelock.updateDelay(delay);
        vm.assertEq(timelock.getMinDelay(), delay);
    }

    function testFuzz_only_timelock_is_admin(address account) public view {
        vm.assume(account != address(timelock));
        (bool isMember,) = manager.hasRole(0, account);
        vm.assertFalse(isMember);
        vm.assertFalse(timelock.hasRole(bytes32(0), account));
        (isMember,) = manager.hasRole(0, address(timelock));
        vm.assertTrue(isMember);
    }

    /// @dev Of all that the governor and the timelock offer to some role, the guardian may only cancel.
    function test_guardian_can_only_cancel_or_pause() public {
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _queued(p);
        bytes32 hash = keccak256(bytes(p.description));
        bytes32 salt = bytes20(address(governor)) ^ hash;
        bytes[12] memory ofGovernor = [
            abi.encodeCall(governor.propose, (p.targets, p.values, p.calldatas, "The guardian's own")),
            abi.encodeCall(governor.setVotingDelay, (1)),
            abi.encodeCall(governor.setVotingPeriod, (1)),
            abi.encodeCall(governor.setProposalThreshold, (1)),
            abi.encodeCall(governor.updateQuorumNumerator, (1)),
            abi.encodeCall(governor.setLateQuorumVoteExtension, (1)),
            abi.encodeCall(governor.setProposalGuardian, (guardian)),
            abi.encodeCall(governor.updateTimelock, (timelock)),
            abi.encodeCall(governor.relay, (address(token), 0, "")),
            abi.encodeCall(governor.castVote, (proposalId, FOR)),
            abi.encodeCall(optimistic.setProposer, (guardian, true)),
            abi.encodeCall(optimistic.setAllowed, (address(routine), bytes4(0), 0, true))
        ];
        bytes[5] memory ofTimelock = [
            abi.encodeCall(timelock.scheduleBatch, (p.targets, p.values, p.calldatas, 0, salt, TIMELOCK_DELAY)),
            abi.encodeCall(timelock.executeBatch, (p.targets, p.values, p.calldatas, 0, salt)),
            abi.encodeCall(timelock.cancel, (timelock.hashOperationBatch(p.targets, p.values, p.calldatas, 0, salt))),
            abi.encodeCall(timelock.updateDelay, (0)),
            abi.encodeCall(IAccessControl.grantRole, (bytes32(0), guardian))
        ];
        vm.startPrank(guardian);
        for (uint256 i = 0; i < ofGovernor.length; ++i) {
            (bool success,) = (i < 10 ? address(governor) : address(optimistic)).call(ofGovernor[i]);
            vm.assertTrue(!success, vm.toString(i));
        }
        for (uint256 i = 0; i < ofTimelock.length; ++i) {
            (bool success,) = address(timelock).call(ofTimelock[i]);
            vm.assertTrue(!success, vm.toString(100 + i));
        }
        vm.stopPrank();
        _cancel(governor, p, guardian);
        _assertState(governor, proposalId, IGovernor.ProposalState.Canceled);
    }

    function testFuzz_guardian_powerless_after_expiry(uint256 later) public {
        Proposal memory p = _acceptCall(1);
        vm.warp(governor.guardianExpiresAt() - VOTING_DELAY - 2);
        uint256 proposalId = _proposeAs(governor, voters[0], p);
        vm.warp(governor.guardianExpiresAt() - 1);
        vm.assertEq(governor.proposalGuardian(), guardian);
        vm.warp(governor.guardianExpiresAt() + _bound(later, 0, 10 * 365 days));
        vm.assertEq(governor.proposalGuardian(), address(0));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposalId, guardian));
        _cancel(governor, p, guardian);
    }

    function test_RevertIf_TheTokenCountsBlocks() public {
        ProtocolGovernor.Config memory c = _protocolConfig();
        c.token = IVotes(address(new BlockClock()));
        vm.roll(7);
        vm.expectRevert(abi.encodeWithSelector(ProtocolGovernor.ProtocolGovernorOutOfBounds.selector, "clock", 7));
        new ProtocolGovernor(c);
        vm.assertEq(governor.clock(), token.clock());
        vm.assertEq(governor.CLOCK_MODE(), token.CLOCK_MODE());
    }

    function _assertOperation(bytes32 id, TimelockController.OperationState expected) private view {
        vm.assertEq(uint256(timelock.getOperationState(id)), uint256(expected), "operation");
    }
}
