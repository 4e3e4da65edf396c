// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {OptimisticGovernor} from "../src/governance/OptimisticGovernor.sol";
import {vm} from "../../script/Vm.sol";
import {GovernanceBase} from "./GovernanceBase.sol";
import {NaiveOptimisticGovernor} from "./harnesses/NaiveOptimisticGovernor.sol";
import {BlockClock} from "./mocks/BlockClock.sol";
import {MockRoutine} from "./mocks/MockRoutine.sol";

abstract contract OptimisticGovernorTest is GovernanceBase {
    uint256 internal constant VETO = SUPPLY * 3 / 100;

    function _expectNotAllowed(address target, bytes4 selector) internal {
        vm.expectRevert(
            abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorNotAllowed.selector, target, selector)
        );
    }

    function _expectNotProposer(address account) internal {
        vm.expectRevert(abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorNotProposer.selector, account));
    }

    function _expectVetoed(uint256 proposalId) internal {
        vm.expectRevert(abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorVetoed.selector, proposalId));
    }

    function _expectOnlyTimelock(address caller) internal {
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, caller));
    }

    function _expectForbidden(address target) internal {
        vm.expectRevert(abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorForbiddenTarget.selector, target));
    }

    function _setAllowed(bool allowed) internal {
        vm.prank(address(timelock));
        optimistic.setAllowed(address(routine), MockRoutine.accept.selector, ACCEPT_WORDS, allowed);
    }

    function _setProposer(bool allowed) internal {
        vm.prank(address(timelock));
        optimistic.setProposer(proposer, allowed);
    }

    /// @dev Proposed, and its window over.
    function _waited(Proposal memory p) internal returns (uint256 proposalId) {
        proposalId = _proposeActive(optimistic, p);
        _skip(VETO_PERIOD);
    }

    function _vetoed(Proposal memory p) internal returns (uint256 proposalId) {
        proposalId = _proposeActive(optimistic, p);
        _vote(optimistic, proposalId, voters[0], AGAINST);
        _skip(VETO_PERIOD);
    }
}

contract OptimisticGovernor_Deployment_Test is OptimisticGovernorTest {
    function test_NothingIsPossibleBeforeAVote() public {
        Proposal memory p = _acceptCall(1);
        _expectNotProposer(proposer);
        _proposeAs(optimistic, proposer, p);
        _setProposer(true);
        _expectNotAllowed(address(routine), MockRoutine.accept.selector);
        _proposeAs(optimistic, proposer, p);
        vm.assertFalse(optimistic.isProposer(guardian));
        (uint48 since, uint8 words) = optimistic.allowanceOf(address(routine), MockRoutine.accept.selector);
        vm.assertEq(since, 0);
        vm.assertEq(words, 0);
        // And without a role an allowed call fails at its target.
        _setAllowed(true);
        _waited(p);
        _expectUnauthorized(address(optimistic));
        _execute(optimistic, p);
    }

    function test_ItsParametersAreWhatItWasDeployedWith() public view {
        vm.assertEq(optimistic.votingDelay(), VOTING_DELAY);
        vm.assertEq(optimistic.votingPeriod(), VETO_PERIOD);
        vm.assertEq(optimistic.vetoBps(), 300);
        vm.assertEq(optimistic.vetoThreshold(_now() - 1), VETO);
        vm.assertEq(optimistic.quorum(_now() - 1), 0);
        vm.assertEq(optimistic.proposalThreshold(), 0);
        vm.assertEq(optimistic.timelock(), address(timelock));
        vm.assertEq(optimistic.clock(), token.clock());
        vm.assertEq(optimistic.CLOCK_MODE(), token.CLOCK_MODE());
        vm.assertEq(optimistic.COUNTING_MODE(), "support=bravo,fractional&quorum=none&params=fractional");
        vm.assertFalse(optimistic.proposalNeedsQueuing(0));
    }

    function testFuzz_TheVetoThresholdIsRoundedUp(uint256 supply, uint16 bps) public {
        supply = _bound(supply, 1, SUPPLY);
        OptimisticGovernor.Config memory c = _optimisticConfig();
        (c.token, c.vetoBps) = (_token(supply), _bound(bps, 1, 1_000));
        OptimisticGovernor other = new OptimisticGovernor(c);
        _skip(1);
        uint256 least = other.vetoThreshold(_now() - 1);
        vm.assertGe(least * 10_000, supply * c.vetoBps);
        vm.assertTrue((least - 1) * 10_000 < supply * c.vetoBps);
    }

    function test_RevertIf_AParameterIsOutOfBounds() public {
        OptimisticGovernor.Config memory c = _optimisticConfig();
        c.votingDelay = 0;
        _expectOutOfBounds(c, "votingDelay", 0);
        c = _optimisticConfig();
        c.vetoPeriod = 0;
        _expectOutOfBounds(c, "vetoPeriod", 0);
        c = _optimisticConfig();
        c.vetoBps = 0;
        _expectOutOfBounds(c, "vetoBps", 0);
        c.vetoBps = 1_001;
        _expectOutOfBounds(c, "vetoBps", 1_001);
        c = _optimisticConfig();
        c.timelock = TimelockController(payable(address(5_000)));
        _expectOutOfBounds(c, "timelock", 5_000);
        c = _optimisticConfig();
        vm.roll(5);
        c.token = IVotes(address(new BlockClock()));
        _expectOutOfBounds(c, "clock", 5);
    }

    function _expectOutOfBounds(OptimisticGovernor.Config memory c, string memory field, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorOutOfBounds.selector, field, value));
        new OptimisticGovernor(c);
    }
}

contract OptimisticGovernor_Permissions_Test is OptimisticGovernorTest {
    function testFuzz_RevertIf_SomebodyElseThanTheTimelockGivesPermissions(address caller) public {
        vm.assume(caller != address(timelock));
        vm.startPrank(caller);
        _expectOnlyTimelock(caller);
        optimistic.setAllowed(address(routine), MockRoutine.accept.selector, ACCEPT_WORDS, true);
        _expectOnlyTimelock(caller);
        optimistic.setProposer(caller, true);
        vm.stopPrank();
    }

    function test_RevertIf_TheTargetIsOneOnWhichAllRests() public {
        address[6] memory forbidden = [
            address(optimistic),
            address(timelock),
            address(token),
            address(manager),
            address(0),
            _account("no contract")
        ];
        vm.startPrank(address(timelock));
        for (uint256 i = 0; i < forbidden.length; ++i) {
            _expectForbidden(forbidden[i]);
            optimistic.setAllowed(forbidden[i], MockRoutine.accept.selector, ACCEPT_WORDS, true);
            // Forbidding is always possible.
            optimistic.setAllowed(forbidden[i], MockRoutine.accept.selector, ACCEPT_WORDS, false);
        }
        vm.stopPrank();
    }

    function test_PermissionsAreAnnounced() public {
        vm.startPrank(address(timelock));
        vm.expectEmit(address(optimistic));
        emit OptimisticGovernor.AllowedSet(address(routine), MockRoutine.accept.selector, 2, true);
        optimistic.setAllowed(address(routine), MockRoutine.accept.selector, 2, true);
        vm.expectEmit(address(optimistic));
        emit OptimisticGovernor.ProposerSet(proposer, true);
        optimistic.setProposer(proposer, true);
        vm.stopPrank();
        vm.assertTrue(optimistic.isProposer(proposer));
        (uint48 since, uint8 words) = optimistic.allowanceOf(address(routine), MockRoutine.accept.selector);
        vm.assertEq(since, _now());
        vm.assertEq(words, 2);
    }

    function test_GivingAPermissionTwiceChangesNothing() public {
        _enableOptimistic();
        Proposal memory p = _acceptCall(1);
        _waited(p);
        _setAllowed(true);
        _setProposer(true);
        _execute(optimistic, p);
        vm.assertEq(routine.calls(), 1);
    }

    function test_AnotherLengthOfArgumentsIsAnotherPermission() public {
        _enableOptimistic();
        Proposal memory p = _acceptCall(1);
        _waited(p);
        vm.startPrank(address(timelock));
        optimistic.setAllowed(address(routine), MockRoutine.accept.selector, 3, true);
        optimistic.setAllowed(address(routine), MockRoutine.accept.selector, 2, true);
        vm.stopPrank();
        _expectNotAllowed(address(routine), MockRoutine.accept.selector);
        _execute(optimistic, p);
    }
}

contract OptimisticGovernor_Propose_Test is OptimisticGovernorTest {
    function setUp() public override {
        super.setUp();
        _enableOptimistic();
    }

    function test_AProposalIsPendingThenActiveThenSucceeded() public {
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeAs(optimistic, proposer, p);
        vm.assertEq(proposalId, optimistic.lastProposalOf(p.targets[0], p.calldatas[0]));
        _assertState(optimistic, proposalId, IGovernor.ProposalState.Pending);
        _skip(VOTING_DELAY + 1);
        _assertState(optimistic, proposalId, IGovernor.ProposalState.Active);
        _skip(VETO_PERIOD);
        _assertState(optimistic, proposalId, IGovernor.ProposalState.Succeeded);
    }

    /// @dev Whoever was not named cannot propose, with whatever votes.
    function testFuzz_only_proposer_role_proposes(address account) public {
        vm.assume(account != proposer && account != address(0));
        Proposal memory p = _acceptCall(1);
        _expectNotProposer(account);
        _proposeAs(optimistic, account, p);
        _expectNotProposer(voters[0]);
        _proposeAs(optimistic, voters[0], p);
    }

    /// @dev Any other target, selector or length of calldata.
    function testFuzz_targets_whitelisted(address target, bytes memory data) public {
        vm.assume(
            target != address(routine) || bytes4(data) != MockRoutine.accept.selector
                || data.length != 4 + 32 * uint256(ACCEPT_WORDS)
        );
        _expectNotAllowed(target, bytes4(data));
        _proposeAs(optimistic, proposer, _proposal(target, data));
    }

    function testFuzz_RevertIf_CalldataIsLongerOrShorter(uint256 length) public {
        length = _bound(length, 0, 200);
        vm.assume(length != 68);
        bytes memory data = new bytes(length);
        bytes memory right = _acceptCall(1).calldatas[0];
        for (uint256 i = 0; i < length && i < 68; ++i) {
            data[i] = right[i];
        }
        _expectNotAllowed(address(routine), bytes4(data));
        _proposeAs(optimistic, proposer, _proposal(address(routine), data));
    }

    /// @dev Nobody, and no vote, can make a window shorter than the deployed one.
    function testFuzz_window_ge_min(uint32 delay, uint32 period, uint64 id) public {
        OptimisticGovernor.Config memory c = _optimisticConfig();
        (c.votingDelay, c.vetoPeriod) = (uint48(_bound(delay, 1, 30 days)), uint32(_bound(period, 1, 90 days)));
        optimistic = new OptimisticGovernor(c);
        _enableOptimistic();
        Proposal memory p = _acceptCall(id);
        uint256 proposalId = _proposeAs(optimistic, proposer, p);
        vm.assertEq(optimistic.proposalSnapshot(proposalId), _now() + c.votingDelay);
        vm.assertEq(
            optimistic.proposalDeadline(proposalId) - optimistic.proposalSnapshot(proposalId), uint256(c.vetoPeriod)
        );
        vm.warp(optimistic.proposalDeadline(proposalId));
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(optimistic, p);
        _skip(1);
        _execute(optimistic, p);
    }

    function test_RevertIf_ItIsNotExactlyOneCall() public {
        Proposal memory p = Proposal(new address[](0), new uint256[](0), new bytes[](0), "");
        _expectNotOneAction(0);
        _proposeAs(optimistic, proposer, p);
        p = Proposal(new address[](2), new uint256[](2), new bytes[](2), "");
        _expectNotOneAction(2);
        _proposeAs(optimistic, proposer, p);
        p = _acceptCall(1);
        p.values = new uint256[](2);
        _expectNotOneAction(1);
        _proposeAs(optimistic, proposer, p);
        p = _acceptCall(1);
        p.calldatas = new bytes[](0);
        _expectNotOneAction(1);
        _proposeAs(optimistic, proposer, p);
    }

    function testFuzz_RevertIf_ItCarriesValue(uint256 value) public {
        value = _bound(value, 1, type(uint256).max);
        Proposal memory p = _acceptCall(1);
        p.values[0] = value;
        vm.expectRevert(abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorValue.selector, value));
        _proposeAs(optimistic, proposer, p);
    }

    function test_ACallThatWasExecutedExpiredOrCanceledMayComeBack() public {
        Proposal memory p = _acceptCall(1);
        _waited(p);
        _execute(optimistic, p);
        p.description = "Again";
        _proposeAs(optimistic, proposer, p);
        _cancel(optimistic, p, proposer);
        p.description = "Once more";
        uint256 proposalId = _waited(p);
        _skip(optimistic.EXPIRY());
        _assertState(optimistic, proposalId, IGovernor.ProposalState.Expired);
        p.description = "The last time";
        _waited(p);
        _execute(optimistic, p);
        vm.assertEq(routine.calls(), 2);
    }

    function test_RevertIf_AnExecutedProposalIsExecutedAgain() public {
        Proposal memory p = _acceptCall(1);
        _waited(p);
        _execute(optimistic, p);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(optimistic, p);
    }

    function _expectNotOneAction(uint256 actions) private {
        vm.expectRevert(abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorNotOneAction.selector, actions));
    }
}

contract OptimisticGovernor_Execute_Test is OptimisticGovernorTest {
    function setUp() public override {
        super.setUp();
        _enableOptimistic();
    }

    function testFuzz_WhatNobodyVetoesPasses(uint64 id, uint256 late, address anyone) public {
        Proposal memory p = _acceptCall(id);
        uint256 proposalId = _waited(p);
        _skip(_bound(late, 0, optimistic.EXPIRY() - 1));
        vm.prank(anyone);
        _execute(optimistic, p);
        _assertState(optimistic, proposalId, IGovernor.ProposalState.Executed);
        vm.assertEq(routine.id(), id);
        vm.assertEq(routine.root(), keccak256(abi.encode(id)));
    }

    /// @dev For votes do not outweigh a veto, and Abstain is no veto.
    function testFuzz_veto_kills(uint256 against, uint8 others) public {
        against = _bound(against, 1, SUPPLY / 10);
        address critic = _voterWith("critic", against);
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeActive(optimistic, p);
        _vote(optimistic, proposalId, critic, AGAINST);
        _vote(optimistic, proposalId, voters[0], others % 2 == 0 ? FOR : ABSTAIN);
        _vote(optimistic, proposalId, voters[1], FOR);
        _skip(VETO_PERIOD);
        bool vetoed = against >= VETO;
        _assertState(
            optimistic, proposalId, vetoed ? IGovernor.ProposalState.Defeated : IGovernor.ProposalState.Succeeded
        );
        if (vetoed) {
            vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
            _execute(optimistic, p);
            _skip(optimistic.EXPIRY() + 365 days);
            vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        }
        _execute(optimistic, p);
        vm.assertEq(routine.calls(), vetoed ? 0 : 1);
    }

    function test_ManySmallVotesAreAVetoToo() public {
        uint256 proposalId;
        address[3] memory critics;
        for (uint256 i = 0; i < 3; ++i) {
            critics[i] = _voterWith(vm.toString(i), VETO / 3);
        }
        Proposal memory p = _acceptCall(1);
        proposalId = _proposeActive(optimistic, p);
        for (uint256 i = 0; i < 3; ++i) {
            _vote(optimistic, proposalId, critics[i], AGAINST);
        }
        _skip(VETO_PERIOD);
        _assertState(optimistic, proposalId, IGovernor.ProposalState.Defeated);
    }

    function testFuzz_APartOfAVoteMayBeAVeto(uint128 against) public {
        against = uint128(_bound(against, 0, SUPPLY / 20));
        uint256 proposalId = _proposeActive(optimistic, _acceptCall(1));
        vm.prank(voters[0]);
        optimistic.castVoteWithReasonAndParams(
            proposalId, 255, "", abi.encodePacked(against, uint128(SUPPLY / 20), uint128(0))
        );
        _skip(VETO_PERIOD);
        _assertState(
            optimistic,
            proposalId,
            against >= VETO ? IGovernor.ProposalState.Defeated : IGovernor.ProposalState.Succeeded
        );
    }

    function test_AVetoMayBeSigned() public {
        (address signer, uint256 key) = _signer("signer");
        _voterWith("signer", VETO);
        uint256 proposalId = _proposeActive(optimistic, _acceptCall(1));
        optimistic.castVoteBySig(proposalId, AGAINST, signer, _ballot(optimistic, key, proposalId, AGAINST, signer));
        _skip(VETO_PERIOD);
        _assertState(optimistic, proposalId, IGovernor.ProposalState.Defeated);
    }

    function test_RevertIf_TheProposalExpired() public {
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _waited(p);
        _skip(optimistic.EXPIRY());
        _assertState(optimistic, proposalId, IGovernor.ProposalState.Expired);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(optimistic, p);
    }

    function test_RevertIf_ThePermissionWasTakenBack() public {
        Proposal memory p = _acceptCall(1);
        _waited(p);
        _setAllowed(false);
        _expectNotAllowed(address(routine), MockRoutine.accept.selector);
        _execute(optimistic, p);
        // Given again, it holds for new proposals only.
        _skip(1);
        _setAllowed(true);
        _expectNotAllowed(address(routine), MockRoutine.accept.selector);
        _execute(optimistic, p);
        vm.assertEq(routine.calls(), 0);
    }

    function test_RevertIf_TheProposerLostItsPermission() public {
        Proposal memory p = _acceptCall(1);
        _waited(p);
        _setProposer(false);
        _expectNotProposer(proposer);
        _execute(optimistic, p);
        _skip(1);
        _setProposer(true);
        _expectNotProposer(proposer);
        _execute(optimistic, p);
        vm.assertEq(routine.calls(), 0);
    }

    function test_RevertIf_TheTargetTookTheRoleBack() public {
        Proposal memory p = _acceptCall(1);
        _waited(p);
        vm.prank(address(timelock));
        manager.revokeRole(ROUTINE, address(optimistic));
        _expectUnauthorized(address(optimistic));
        _execute(optimistic, p);
    }

    function test_RevertIf_ExecutionCarriesValue() public {
        Proposal memory p = _acceptCall(1);
        _waited(p);
        vm.deal(address(this), 1);
        vm.expectRevert(abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorValue.selector, 1));
        optimistic.execute{value: 1}(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    function test_RevertIf_AnythingIsSentToIt() public {
        vm.deal(address(this), 1);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorDisabledDeposit.selector));
        payable(optimistic).transfer(1);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorDisabledDeposit.selector));
        optimistic.onERC721Received(address(0), address(0), 0, "");
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorDisabledDeposit.selector));
        optimistic.onERC1155Received(address(0), address(0), 0, 0, "");
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorDisabledDeposit.selector));
        optimistic.onERC1155BatchReceived(address(0), address(0), new uint256[](0), new uint256[](0), "");
    }

    function test_RevertIf_AProposalIsQueued() public {
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _waited(p);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorProposalQueueingNotRequired.selector, proposalId));
        optimistic.queue(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    function test_TheProposerMayCancelBeforeTheWindowOnly() public {
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeAs(optimistic, proposer, p);
        _cancel(optimistic, p, proposer);
        _assertState(optimistic, proposalId, IGovernor.ProposalState.Canceled);
        p.description = "Again";
        proposalId = _proposeActive(optimistic, p);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposalId, proposer));
        _cancel(optimistic, p, proposer);
    }
}

contract OptimisticGovernor_SelfCall_Test is OptimisticGovernorTest {
    /// @dev Not even a call that really comes from the governor itself, which no proposal can cause, changes anything.
    function testFuzz_self_call_cannot_reconfigure(address account, address target, bytes4 selector, bytes memory data)
        public
    {
        vm.startPrank(address(optimistic));
        _expectOnlyTimelock(address(optimistic));
        optimistic.setProposer(account, true);
        _expectOnlyTimelock(address(optimistic));
        optimistic.setAllowed(target, selector, 0, true);
        vm.expectRevert(abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorNoRelay.selector));
        optimistic.relay(target, 0, data);
        vm.stopPrank();
    }

    function test_RelayIsClosedToTheTimelockToo() public {
        vm.expectRevert(abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorNoRelay.selector));
        vm.prank(address(timelock));
        optimistic.relay(address(token), 0, "");
    }

    /// @dev The hole in OpenZeppelin's Governor without quorum, and that it is closed here on three levels: the function
    /// does not exist, the governor can never be an allowed target, and what is not allowed cannot be proposed.
    function test_Attack_an_unnoticed_proposal_rewrites_the_optimistic_governor() public {
        NaiveOptimisticGovernor naive = new NaiveOptimisticGovernor(token, VOTING_DELAY, VETO_PERIOD);
        Proposal memory p = _proposal(address(naive), abi.encodeCall(GovernorSettings.setVotingPeriod, (1)));
        _proposeAs(naive, _account("thief"), p);
        _skip(VOTING_DELAY + VETO_PERIOD + 1);
        _execute(naive, p);
        vm.assertEq(naive.votingPeriod(), 1, "the naive governor is taken over with no vote");

        _enableOptimistic();
        vm.prank(address(timelock));
        optimistic.setProposer(_account("thief"), true);
        p.targets[0] = address(optimistic);
        _expectNotAllowed(address(optimistic), GovernorSettings.setVotingPeriod.selector);
        _proposeAs(optimistic, _account("thief"), p);
        _expectForbidden(address(optimistic));
        vm.prank(address(timelock));
        optimistic.setAllowed(address(optimistic), GovernorSettings.setVotingPeriod.selector, 1, true);
        (bool success,) = address(optimistic).call(p.calldatas[0]);
        vm.assertFalse(success);
        vm.assertEq(optimistic.votingPeriod(), VETO_PERIOD);
    }
}

contract OptimisticGovernor_Attacks_Test is OptimisticGovernorTest {
    function setUp() public override {
        super.setUp();
        _enableOptimistic();
    }

    /// @dev 3 % block routine work, at most until a vote of all takes the same action.
    function test_Attack_a_minority_blocks_routine_work() public {
        address griefer = _voterWith("griefer", VETO);
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeActive(optimistic, p);
        _vote(optimistic, proposalId, griefer, AGAINST);
        _skip(VETO_PERIOD);
        _assertState(optimistic, proposalId, IGovernor.ProposalState.Defeated);
        uint256 byVote = _proposeActive(governor, p);
        _vote(governor, byVote, griefer, AGAINST);
        _vote(governor, byVote, voters[0], FOR);
        _skip(VOTING_PERIOD);
        _queue(p);
        _skip(TIMELOCK_DELAY);
        _execute(governor, p);
        vm.assertEq(routine.id(), 1);
    }

    /// @dev Copies of one action do not have to be vetoed one by one: not at the same time …
    function test_Attack_many_copies_tire_the_voters() public {
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeAs(optimistic, proposer, p);
        p.description = "A copy";
        IGovernor.ProposalState[3] memory states =
            [IGovernor.ProposalState.Pending, IGovernor.ProposalState.Active, IGovernor.ProposalState.Succeeded];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorInFlight.selector, proposalId, states[i])
            );
            _proposeAs(optimistic, proposer, p);
            _skip(VETO_PERIOD);
        }
    }

    /// @dev … not one after the other, years later or from another proposer …
    function testFuzz_Attack_a_vetoed_action_comes_back(uint256 description, uint32 later) public {
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _vetoed(p);
        _skip(later);
        p.description = vm.toString(description);
        _expectVetoed(proposalId);
        _proposeAs(optimistic, proposer, p);
        vm.prank(address(timelock));
        optimistic.setProposer(voters[2], true);
        _expectVetoed(proposalId);
        _proposeAs(optimistic, voters[2], p);
        // … and not after the permissions were given anew.
        _setAllowed(false);
        _setAllowed(true);
        _expectVetoed(proposalId);
        _proposeAs(optimistic, proposer, p);
    }

    /// @dev Bytes behind the arguments would change the call's hash, not its effect.
    function testFuzz_Attack_a_vetoed_action_comes_back_with_padding(bytes memory padding) public {
        vm.assume(padding.length > 0);
        Proposal memory p = _acceptCall(1);
        _vetoed(p);
        p.calldatas[0] = bytes.concat(p.calldatas[0], padding);
        _expectNotAllowed(address(routine), MockRoutine.accept.selector);
        _proposeAs(optimistic, proposer, p);
    }

    /// @dev A uint64 with dirt above it would change the hash too; the target's decoder refuses it.
    function testFuzz_Attack_a_vetoed_action_comes_back_with_dirty_bits(uint192 dirt) public {
        vm.assume(dirt != 0);
        Proposal memory p = _acceptCall(1);
        _vetoed(p);
        p.calldatas[0] = abi.encodeWithSelector(
            MockRoutine.accept.selector, (uint256(dirt) << 64) | 1, keccak256(abi.encode(uint64(1)))
        );
        _waited(p);
        vm.expectRevert();
        _execute(optimistic, p);
        vm.assertEq(routine.calls(), 0);
    }

    /// @dev Once voting began a proposer cannot take back what is about to be vetoed.
    function test_Attack_the_proposer_cancels_to_escape_the_veto() public {
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeActive(optimistic, p);
        _vote(optimistic, proposalId, voters[0], AGAINST);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposalId, proposer));
        _cancel(optimistic, p, proposer);
        _skip(VETO_PERIOD);
        p.description = "Again";
        _expectVetoed(proposalId);
        _proposeAs(optimistic, proposer, p);
    }

    /// @dev Whoever executes cannot be faster than a veto of the window's last second.
    function test_Attack_execution_runs_ahead_of_the_veto() public {
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeActive(optimistic, p);
        vm.warp(optimistic.proposalDeadline(proposalId));
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(optimistic, p);
        _vote(optimistic, proposalId, voters[0], AGAINST);
        _skip(1);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(optimistic, p);
    }

    /// @dev An allowed proposer copies another's proposal and cancels it, to burn its id.
    function test_Attack_a_proposal_is_run_ahead_of_and_canceled() public {
        address rival = _account("rival");
        vm.prank(address(timelock));
        optimistic.setProposer(rival, true);
        Proposal memory p = _acceptCall(1);
        p.description = string.concat("Accept #proposer=", vm.toString(proposer));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, rival));
        _proposeAs(optimistic, rival, p);
        // With another text the rival does get in first, and gains nothing: canceled, the action is free again.
        Proposal memory copied = _acceptCall(1);
        _proposeAs(optimistic, rival, copied);
        _cancel(optimistic, copied, rival);
        _waited(p);
        _execute(optimistic, p);
        vm.assertEq(routine.id(), 1);
    }

    /// @dev Tokens that arrive after the snapshot veto nothing, and those that voted cannot vote from a second wallet.
    function test_Attack_borrowed_votes_veto() public {
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeActive(optimistic, p);
        address borrower = _voterWith("borrower", SUPPLY / 2);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, borrower));
        _vote(optimistic, proposalId, borrower, AGAINST);
        address half = _voterWith("half", VETO - 1);
        p = _acceptCall(2);
        proposalId = _proposeActive(optimistic, p);
        _vote(optimistic, proposalId, half, AGAINST);
        vm.prank(half);
        token.transfer(_account("second wallet"), VETO - 1);
        vm.prank(_account("second wallet"));
        token.delegate(_account("second wallet"));
        _skip(1);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, _account("second wallet")));
        _vote(optimistic, proposalId, _account("second wallet"), AGAINST);
        _skip(VETO_PERIOD);
        _execute(optimistic, p);
    }

    /// @dev The same account, the same proposal id, the other governor: a ballot is bound to one contract.
    function test_Attack_a_ballot_is_replayed_at_the_other_governor() public {
        (address signer, uint256 key) = _signer("signer");
        _voterWith("signer", VETO);
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeAs(optimistic, proposer, p);
        vm.assertEq(_proposeAs(governor, voters[0], p), proposalId, "both count the same id");
        _skip(VOTING_DELAY + 1);
        bytes memory ballot = _ballot(governor, key, proposalId, AGAINST, signer);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, signer));
        optimistic.castVoteBySig(proposalId, AGAINST, signer, ballot);
        governor.castVoteBySig(proposalId, AGAINST, signer, ballot);
    }

    /// @dev The allowed target calls back into the governor while it is being called.
    function test_Attack_the_target_reenters() public {
        ReentrantTarget target = new ReentrantTarget(optimistic);
        vm.prank(address(timelock));
        optimistic.setAllowed(address(target), ReentrantTarget.run.selector, 0, true);
        Proposal memory p = _proposal(address(target), abi.encodeCall(ReentrantTarget.run, ()));
        _waited(p);
        target.arm(
            abi.encodeCall(optimistic.execute, (p.targets, p.values, p.calldatas, keccak256(bytes(p.description))))
        );
        _execute(optimistic, p);
        vm.assertEq(target.runs(), 1);
        vm.assertFalse(target.reentered());
    }
}

/// @notice Calls its governor once more while it is called.
contract ReentrantTarget {
    OptimisticGovernor private immutable governor;
    bytes private data;
    uint256 public runs;
    bool public reentered;

    constructor(OptimisticGovernor governor_) {
        governor = governor_;
    }

    function arm(bytes calldata data_) external {
        data = data_;
    }

    function run() external {
        ++runs;
        (reentered,) = address(governor).call(data);
    }
}
