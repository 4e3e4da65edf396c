// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {ProtocolGovernor} from "../src/governance/ProtocolGovernor.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {vm} from "../../script/Vm.sol";
import {SystemBase} from "./SystemBase.sol";

abstract contract ProtocolGovernorTest is SystemBase {
    /// @dev Something harmless that only governance may do.
    function _budgetProposal() internal view returns (Proposal memory) {
        return _proposal(address(d.rewardDistributor), abi.encodeCall(RewardDistributor.setEpochBudget, (7e18)));
    }

    function _selfProposal(bytes memory data) internal view returns (Proposal memory) {
        return _proposal(address(d.governor), data);
    }

    function _assertState(uint256 proposalId, IGovernor.ProposalState expected) internal view {
        vm.assertEq(uint256(d.governor.state(proposalId)), uint256(expected), "state");
    }

    function _expectOutOfBounds(string memory field, uint256 value) internal {
        vm.expectRevert(abi.encodeWithSelector(ProtocolGovernor.ProtocolGovernorOutOfBounds.selector, field, value));
    }
}

contract ProtocolGovernor_Propose_Test is ProtocolGovernorTest {
    function test_TheThresholdIsAShareOfTheSupply() public view {
        vm.assertEq(d.governor.proposalThreshold(), 25_000e18);
        vm.assertEq(d.governor.proposalThresholdBps(), 25);
    }

    function testFuzz_TheThresholdFollowsTheSupply(uint256 minted) public {
        _skip(365 days);
        minted = _bound(minted, 1, config.mintPerYear);
        _carry(
            _proposal(address(d.governanceToken), abi.encodeCall(d.governanceToken.mint, (address(d.timelock), minted)))
        );
        _skip(1);
        uint256 exact = (10_000_000e18 + minted) * 25;
        vm.assertEq(d.governor.proposalThreshold(), exact / 10_000 + (exact % 10_000 == 0 ? 0 : 1));
    }

    function testFuzz_RevertIf_TheProposerHasTooFewVotes(uint256 votes) public {
        votes = _bound(votes, 0, 25_000e18 - 1);
        address poor = _account("poor");
        vm.prank(poor);
        d.governanceToken.delegate(poor);
        vm.prank(voters[0]);
        d.governanceToken.transfer(poor, votes);
        _skip(1);
        Proposal memory p = _budgetProposal();
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, poor, votes, 25_000e18)
        );
        vm.prank(poor);
        d.governor.propose(p.targets, p.values, p.calldatas, p.description);
    }

    function test_RevertIf_TheDescriptionNamesAnotherProposer() public {
        Proposal memory p = _budgetProposal();
        p.description = "#proposer=0x90F79bf6EB2c4f870365E785982E1f101E93b906";
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, operator));
        _propose(p);
    }
}

contract ProtocolGovernor_CastVote_Test is ProtocolGovernorTest {
    bytes32 private constant BALLOT_TYPEHASH =
        keccak256("Ballot(uint256 proposalId,uint8 support,address voter,uint256 nonce)");

    function test_AProposalPassesWithQuorumAndMajority() public {
        uint256 proposalId = _proposeActive(_budgetProposal());
        _vote(proposalId, voters[0], FOR);
        _skip(config.votingPeriod);
        _assertState(proposalId, IGovernor.ProposalState.Succeeded);
    }

    function test_AbstainVotesCarryNothing() public {
        uint256 proposalId = _proposeActive(_budgetProposal());
        _vote(proposalId, voters[0], ABSTAIN);
        _vote(proposalId, voters[1], ABSTAIN);
        // 100,000 For, no Against; the quorum is 400,000.
        _vote(proposalId, operator, FOR);
        _skip(config.votingPeriod);
        _assertState(proposalId, IGovernor.ProposalState.Defeated);
        vm.assertEq(d.governor.COUNTING_MODE(), "support=bravo,fractional&quorum=bravo&params=fractional");
    }

    function test_ATieIsADefeat() public {
        uint256 proposalId = _proposeActive(_budgetProposal());
        _vote(proposalId, voters[0], FOR);
        _vote(proposalId, voters[1], AGAINST);
        _skip(config.votingPeriod);
        _assertState(proposalId, IGovernor.ProposalState.Defeated);
    }

    function test_StakedTokensVote() public {
        vm.prank(voters[0]);
        d.governanceToken.lockAndCall(address(d.stakingPool), 1_000_000e18, "");
        _skip(1);
        uint256 proposalId = _proposeActive(_budgetProposal());
        _vote(proposalId, voters[0], FOR);
        (, uint256 forVotes,) = d.governor.proposalVotes(proposalId);
        vm.assertEq(forVotes, 1_000_000e18);
    }

    function test_TokensBoughtAfterTheSnapshotDoNotVote() public {
        uint256 proposalId = _proposeActive(_budgetProposal());
        vm.prank(voters[0]);
        d.governanceToken.transfer(operator, 1_000_000e18);
        _vote(proposalId, operator, FOR);
        _vote(proposalId, voters[0], AGAINST);
        (uint256 againstVotes, uint256 forVotes,) = d.governor.proposalVotes(proposalId);
        vm.assertEq(forVotes, 100_000e18);
        vm.assertEq(againstVotes, 1_000_000e18);
    }

    function testFuzz_AVoteMayBeSplit(uint128 against, uint128 for_, uint128 abstain) public {
        against = uint128(_bound(against, 0, 400_000e18));
        for_ = uint128(_bound(for_, 0, 400_000e18));
        abstain = uint128(_bound(abstain, 0, 200_000e18));
        vm.assume(against > 0 || for_ > 0 || abstain > 0);
        uint256 proposalId = _proposeActive(_budgetProposal());
        vm.prank(voters[0]);
        d.governor.castVoteWithReasonAndParams(proposalId, 255, "", abi.encodePacked(against, for_, abstain));
        (uint256 a, uint256 f, uint256 n) = d.governor.proposalVotes(proposalId);
        vm.assertEq(a, against);
        vm.assertEq(f, for_);
        vm.assertEq(n, abstain);
    }

    function test_ALateQuorumLeavesTimeToAnswer() public {
        uint256 proposalId = _proposeActive(_budgetProposal());
        uint256 deadline = d.governor.proposalDeadline(proposalId);
        vm.warp(deadline);
        _vote(proposalId, voters[0], FOR);
        vm.assertEq(d.governor.proposalDeadline(proposalId), deadline + config.lateQuorumExtension);
        _skip(config.lateQuorumExtension);
        _vote(proposalId, voters[1], AGAINST);
        _skip(1);
        _assertState(proposalId, IGovernor.ProposalState.Defeated);
    }

    /// @dev An early Abstain quorum must not use up the extension.
    function test_AbstainVotesDoNotUseUpTheLateExtension() public {
        uint256 proposalId = _proposeActive(_budgetProposal());
        _vote(proposalId, voters[2], ABSTAIN);
        uint256 deadline = d.governor.proposalDeadline(proposalId);
        vm.warp(deadline);
        _vote(proposalId, voters[0], FOR);
        vm.assertEq(d.governor.proposalDeadline(proposalId), deadline + config.lateQuorumExtension);
    }

    function testFuzz_BallotsMayBeSignedForSeveralProposalsInAnyOrder(bool firstFirst, uint8 support) public {
        support = uint8(_bound(support, 0, 2));
        (address signer, uint256 key) = _signer("signer");
        vm.prank(voters[0]);
        d.governanceToken.delegate(signer);
        _skip(1);
        Proposal memory other = _budgetProposal();
        other.description = "Another";
        uint256[2] memory ids = [_propose(_budgetProposal()), _propose(other)];
        _skip(config.votingDelay + 1);
        bytes[2] memory ballots = [_ballot(key, ids[0], support, signer), _ballot(key, ids[1], support, signer)];
        uint256 first = firstFirst ? 0 : 1;
        d.governor.castVoteBySig(ids[first], support, signer, ballots[first]);
        d.governor.castVoteBySig(ids[1 - first], support, signer, ballots[1 - first]);
        vm.assertTrue(d.governor.hasVoted(ids[0], signer));
        vm.assertTrue(d.governor.hasVoted(ids[1], signer));
    }

    function test_RevertIf_TheBallotIsForgedOrReplayed() public {
        (address signer, uint256 key) = _signer("signer");
        vm.prank(voters[0]);
        d.governanceToken.delegate(signer);
        _skip(1);
        uint256 proposalId = _proposeActive(_budgetProposal());
        bytes memory ballot = _ballot(key, proposalId, FOR, signer);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, signer));
        d.governor.castVoteBySig(proposalId, AGAINST, signer, ballot);
        d.governor.castVoteBySig(proposalId, FOR, signer, ballot);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, signer));
        d.governor.castVoteBySig(proposalId, FOR, signer, ballot);
    }

    /// @dev The keyed nonce of a first ballot: the key is the proposal, the sequence starts at 0.
    function _ballot(uint256 key, uint256 proposalId, uint8 support, address voter)
        private
        view
        returns (bytes memory)
    {
        uint256 nonce = uint256(uint192(proposalId)) << 64;
        bytes32 structHash = keccak256(abi.encode(BALLOT_TYPEHASH, proposalId, support, voter, nonce));
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Polity Governor"),
                keccak256("1"),
                block.chainid,
                address(d.governor)
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
        return abi.encodePacked(r, s, v);
    }
}

contract ProtocolGovernor_Expiry_Test is ProtocolGovernorTest {
    function testFuzz_ASucceededProposalExpires(uint256 wait) public {
        wait = _bound(wait, 0, 10 * config.proposalExpiry);
        Proposal memory p = _budgetProposal();
        uint256 proposalId = _succeed(p);
        vm.warp(d.governor.proposalDeadline(proposalId) + 1 + wait);
        if (wait < config.proposalExpiry) {
            _assertState(proposalId, IGovernor.ProposalState.Succeeded);
            _queue(p);
        } else {
            _assertState(proposalId, IGovernor.ProposalState.Expired);
            vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
            _queue(p);
        }
    }

    function testFuzz_AQueuedProposalExpires(uint256 wait) public {
        wait = _bound(wait, 0, 10 * config.proposalExpiry);
        Proposal memory p = _budgetProposal();
        uint256 proposalId = _succeedAndQueue(p);
        vm.warp(d.governor.proposalEta(proposalId) + wait);
        if (wait <= config.proposalExpiry) {
            _execute(p);
            _assertState(proposalId, IGovernor.ProposalState.Executed);
            vm.assertEq(d.rewardDistributor.epochBudget(), 7e18);
        } else {
            _assertState(proposalId, IGovernor.ProposalState.Expired);
            vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
            _execute(p);
        }
    }

    /// @dev Else anyone could execute in the timelock what the governor calls expired.
    function testFuzz_RevertIf_TheTimelockIsAskedDirectly(address caller) public {
        vm.assume(caller != address(d.governor));
        Proposal memory p = _budgetProposal();
        _succeedAndQueue(p);
        bytes32 salt = bytes20(address(d.governor)) ^ keccak256(bytes(p.description));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, caller, keccak256("EXECUTOR_ROLE")
            )
        );
        vm.prank(caller);
        d.timelock.executeBatch(p.targets, p.values, p.calldatas, 0, salt);
    }

    function test_AnExecutedProposalStaysExecuted() public {
        uint256 proposalId = _carry(_budgetProposal());
        _skip(10 * config.proposalExpiry);
        _assertState(proposalId, IGovernor.ProposalState.Executed);
    }

    function test_ADefeatedProposalStaysDefeatedWhenTheQuorumFalls() public {
        uint256 defeated = _proposeActive(_budgetProposal());
        _vote(defeated, operator, FOR);
        _skip(config.votingPeriod);
        _carry(_selfProposal(abi.encodeCall(d.governor.updateQuorumNumerator, (1))));
        vm.assertEq(d.governor.quorumNumerator(), 1);
        _assertState(defeated, IGovernor.ProposalState.Defeated);
    }
}

contract ProtocolGovernor_Cancel_Test is ProtocolGovernorTest {
    function test_TheGuardianCancelsAQueuedProposal() public {
        Proposal memory p = _budgetProposal();
        uint256 proposalId = _succeedAndQueue(p);
        _cancel(p, guardian);
        _assertState(proposalId, IGovernor.ProposalState.Canceled);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(p);
    }

    function testFuzz_TheGuardianIsPowerlessAfterItsTerm(uint256 wait) public {
        vm.warp(_bound(wait, d.governor.guardianExpiresAt(), d.governor.guardianExpiresAt() + 3650 days));
        vm.assertEq(d.governor.proposalGuardian(), address(0));
        Proposal memory p = _budgetProposal();
        uint256 proposalId = _succeedAndQueue(p);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposalId, guardian));
        _cancel(p, guardian);
    }

    function test_AVoteStartsANewTerm() public {
        address next = _account("next guardian");
        _skip(300 days);
        _carry(_selfProposal(abi.encodeCall(d.governor.setProposalGuardian, (next))));
        vm.assertEq(d.governor.proposalGuardian(), next);
        vm.assertEq(d.governor.guardianExpiresAt(), _now() + config.guardianTerm);
    }

    function test_TheProposerCancelsOnlyBeforeTheVoteWhileAGuardianServes() public {
        Proposal memory p = _budgetProposal();
        uint256 proposalId = _proposeActive(p);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposalId, operator));
        _cancel(p, operator);
        p.description = "Another";
        proposalId = _propose(p);
        _cancel(p, operator);
        _assertState(proposalId, IGovernor.ProposalState.Canceled);
    }

    function testFuzz_RevertIf_CallerIsNobody(address caller) public {
        vm.assume(caller != guardian && caller != operator);
        Proposal memory p = _budgetProposal();
        uint256 proposalId = _propose(p);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposalId, caller));
        _cancel(p, caller);
    }
}

contract ProtocolGovernor_Settings_Test is ProtocolGovernorTest {
    function test_AVoteChangesThem() public {
        Proposal memory p = _selfProposal(abi.encodeCall(d.governor.setVotingDelay, (9)));
        p = _and(p, address(d.governor), abi.encodeCall(d.governor.setVotingPeriod, (90)));
        p = _and(p, address(d.governor), abi.encodeCall(d.governor.setProposalThreshold, (100)));
        p = _and(p, address(d.governor), abi.encodeCall(d.governor.setLateQuorumVoteExtension, (30)));
        p = _and(p, address(d.timelock), abi.encodeCall(d.timelock.updateDelay, (8)));
        _carry(p);
        vm.assertEq(d.governor.votingDelay(), 9);
        vm.assertEq(d.governor.votingPeriod(), 90);
        vm.assertEq(d.governor.proposalThreshold(), 100_000e18);
        vm.assertEq(d.governor.lateQuorumVoteExtension(), 30);
        vm.assertEq(d.timelock.getMinDelay(), 8);
    }

    function test_RevertIf_AVoteWouldBreakGovernance() public {
        _expectRefused(abi.encodeCall(d.governor.setVotingDelay, (0)), "votingDelay", 0);
        _expectRefused(abi.encodeCall(d.governor.setProposalThreshold, (0)), "thresholdBps", 0);
        _expectRefused(abi.encodeCall(d.governor.setProposalThreshold, (1_001)), "thresholdBps", 1_001);
        _expectRefused(abi.encodeCall(d.governor.updateQuorumNumerator, (0)), "quorumBps", 0);
    }

    function testFuzz_RevertIf_CallerIsNotTheTimelock(address caller) public {
        vm.assume(caller != address(d.timelock));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, caller));
        vm.prank(caller);
        d.governor.setVotingDelay(1);
    }

    function test_RevertIf_ADeployedTermIsZero() public {
        ProtocolGovernor.Config memory c = ProtocolGovernor.Config({
            name: "x",
            token: d.governanceToken,
            timelock: d.timelock,
            votingDelay: 1,
            votingPeriod: 1,
            lateQuorumExtension: 1,
            proposalExpiry: 0,
            thresholdBps: 1,
            quorumBps: 1,
            guardian: guardian,
            guardianTerm: 1
        });
        _expectOutOfBounds("proposalExpiry", 0);
        new ProtocolGovernor(c);
        (c.proposalExpiry, c.guardianTerm) = (1, 0);
        _expectOutOfBounds("guardianTerm", 0);
        new ProtocolGovernor(c);
    }

    function _expectRefused(bytes memory data, string memory field, uint256 value) private {
        Proposal memory p = _selfProposal(data);
        _succeedAndQueue(p);
        _expectOutOfBounds(field, value);
        _execute(p);
    }
}
