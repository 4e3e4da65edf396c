// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ProtocolGovernor} from "../src/governance/ProtocolGovernor.sol";
import {vm} from "../../script/Vm.sol";
import {GovernanceBase} from "./GovernanceBase.sol";
import {MockLocker} from "./mocks/MockLocker.sol";

/// @notice Known attacks on votes: performed, and none of them pays.
contract GovernorAttacks_Votes_Test is GovernanceBase {
    /// @dev Borrow everything, propose, vote, give back: in one second nothing of it counts.
    function test_Attack_flash_loan_vote() public {
        uint256 running = _proposeActive(governor, _acceptCall(1));
        address thief = _account("thief");
        vm.prank(thief);
        token.delegate(thief);
        uint256 loan = SUPPLY / 2;
        vm.prank(rest);
        token.transfer(thief, loan);
        // Proposing needs votes of the second before.
        Proposal memory p = _proposal(address(token), abi.encodeCall(token.transfer, (thief, 1)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, thief, 0, governor.proposalThreshold()
            )
        );
        _proposeAs(governor, thief, p);
        // Voting on what runs needs votes of its snapshot.
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, thief));
        _vote(governor, running, thief, FOR);
        vm.prank(thief);
        token.transfer(rest, loan);
        _skip(1);
        vm.assertEq(governor.getVotes(thief, _now() - 1), 0);
    }

    /// @dev Blocks of one second, or of less: votes of the snapshot's own second cannot be read before it is over, and the
    /// delay is never zero, so no proposal has its snapshot in its own second.
    function test_Attack_votes_of_the_same_timestamp() public {
        uint256 proposalId = _proposeAs(governor, voters[0], _acceptCall(1));
        vm.warp(governor.proposalSnapshot(proposalId));
        address thief = _account("thief");
        vm.prank(thief);
        token.delegate(thief);
        vm.prank(rest);
        token.transfer(thief, SUPPLY / 2);
        vm.roll(vm.getBlockNumber() + 1);
        _assertState(governor, proposalId, IGovernor.ProposalState.Pending);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _vote(governor, proposalId, thief, FOR);
        // Given back in the same second, they were never there.
        vm.prank(thief);
        token.transfer(rest, SUPPLY / 2);
        _skip(1);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, thief));
        _vote(governor, proposalId, thief, FOR);
        vm.prank(address(timelock));
        vm.expectRevert();
        governor.setVotingDelay(0);
    }

    /// @dev Locking and unlocking, or locking in two places, never makes two votes of one token.
    function testFuzz_Attack_staked_tokens_are_counted_twice(uint256 amount) public {
        amount = _bound(amount, 1, SUPPLY / 20);
        MockLocker[2] memory lockers = [new MockLocker(token), new MockLocker(token)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(address(timelock));
            token.setLocker(address(lockers[i]), true);
            vm.prank(voters[0]);
            token.lockAndCall(address(lockers[i]), amount, "");
        }
        _skip(1);
        uint256 proposalId = _proposeActive(governor, _acceptCall(1));
        _vote(governor, proposalId, voters[0], FOR);
        vm.assertEq(governor.usedVotes(proposalId, voters[0]), SUPPLY / 10);
        vm.prank(address(lockers[0]));
        token.unlock(voters[0], amount);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, voters[0]));
        _vote(governor, proposalId, voters[0], FOR);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, address(lockers[1])));
        _vote(governor, proposalId, address(lockers[1]), FOR);
    }

    /// @dev Supply that nobody delegated makes a quorum unreachable; a first stake delegates to oneself.
    function test_Attack_undelegated_supply_blocks_the_quorum() public {
        MockLocker locker = new MockLocker(token);
        vm.prank(address(timelock));
        token.setLocker(address(locker), true);
        vm.assertEq(token.getVotes(rest), 0);
        vm.prank(rest);
        token.lockAndCall(address(locker), 1, "");
        vm.assertEq(token.getVotes(rest), token.balanceOf(rest));
    }
}

contract GovernorAttacks_Governor_Test is GovernanceBase {
    /// @dev CVE-2023-34234: a copy with the same text, proposed first and canceled, would burn the proposal's id.
    function test_Attack_a_proposal_is_run_ahead_of_and_canceled() public {
        Proposal memory p = _acceptCall(1);
        p.description = string.concat("Accept #proposer=", vm.toString(voters[0]));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, voters[1]));
        _proposeAs(governor, voters[1], p);
        uint256 proposalId = _proposeAs(governor, voters[0], p);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposalId, voters[1]));
        _cancel(governor, p, voters[1]);
    }

    /// @dev CVE-2022-31198.
    function test_Attack_a_lower_quorum_revives_old_proposals() public {
        address small = _voterWith("small", SUPPLY / 100);
        Proposal memory evil = _proposal(address(token), abi.encodeCall(token.transfer, (small, 1)));
        evil.description = "Nobody came";
        uint256 proposalId = _proposeActive(governor, evil);
        _vote(governor, proposalId, small, FOR);
        _skip(VOTING_PERIOD);
        _carry(_proposal(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (1))));
        _assertState(governor, proposalId, IGovernor.ProposalState.Defeated);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue(evil);
    }

    function test_Attack_last_minute_quorum() public {
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeActive(governor, p);
        vm.warp(governor.proposalDeadline(proposalId));
        _vote(governor, proposalId, voters[0], FOR);
        _skip(1);
        // The ambush would have ended here; the others still have their extension.
        _assertState(governor, proposalId, IGovernor.ProposalState.Active);
        _vote(governor, proposalId, voters[1], AGAINST);
        _skip(LATE_EXTENSION);
        _assertState(governor, proposalId, IGovernor.ProposalState.Defeated);
    }

    /// @dev A small holder in a quiet week: too few votes to propose; with enough of them, too few for the quorum, even if
    /// nobody comes; and with a quorum the guardian cancels up to the execution.
    function test_Attack_cheap_proposal_in_a_quiet_week() public {
        uint256 threshold = governor.proposalThreshold();
        address cheap = _voterWith("cheap", threshold - 1);
        Proposal memory p = _proposal(address(token), abi.encodeCall(token.mint, (cheap, 1)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, cheap, threshold - 1, threshold
            )
        );
        _proposeAs(governor, cheap, p);
        _voterWith("cheap", 1);
        uint256 proposalId = _proposeAs(governor, cheap, p);
        _skip(VOTING_DELAY + 1);
        _vote(governor, proposalId, cheap, FOR);
        _skip(VOTING_PERIOD);
        _assertState(governor, proposalId, IGovernor.ProposalState.Defeated);
        p.description = "With a quorum";
        proposalId = _queued(p);
        _cancel(governor, p, guardian);
        _assertState(governor, proposalId, IGovernor.ProposalState.Canceled);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(governor, p);
    }

    /// @dev Abstain votes of a pool that wants no trouble must not carry what one holder wants.
    function test_Attack_abstain_votes_make_the_quorum() public {
        address one = _voterWith("one", SUPPLY / 25 - 1);
        uint256 proposalId = _proposeActive(governor, _acceptCall(1));
        _vote(governor, proposalId, one, FOR);
        for (uint256 i = 0; i < 3; ++i) {
            _vote(governor, proposalId, voters[i], ABSTAIN);
        }
        _skip(VOTING_PERIOD);
        _assertState(governor, proposalId, IGovernor.ProposalState.Defeated);
    }

    /// @dev A proposal that was won and left alone, until its voters have forgotten it.
    function test_Attack_an_old_won_proposal_is_executed_years_later() public {
        Proposal memory p = _acceptCall(1);
        _queued(p);
        _skip(PROPOSAL_EXPIRY + 1);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(governor, p);
    }

    /// @dev A proposal's calls run within the timelock, whose governor they must not be able to trick into one more.
    function test_Attack_an_action_smuggles_a_governance_call() public {
        Proposal memory p = _proposal(address(governor), abi.encodeCall(governor.setVotingPeriod, (90)));
        _carry(p);
        vm.assertEq(governor.votingPeriod(), 90);
        // The timelock alone, outside of an execution by the governor, changes nothing.
        vm.expectRevert();
        vm.prank(address(timelock));
        governor.setVotingPeriod(1);
        vm.assertEq(governor.votingPeriod(), 90);
    }
}

contract GovernorAttacks_Timelock_Test is GovernanceBase {
    /// @dev GHSA-vrw4-w73r-6mm8: an executor runs a batch that makes it proposer and schedules itself afterwards.
    function test_Attack_executor_escalation() public {
        address[] memory executors = new address[](1);
        executors[0] = address(new Escalator());
        address[] memory proposers = new address[](1);
        proposers[0] = address(governor);
        TimelockController victim = new TimelockController(1 days, proposers, executors, address(0));
        Escalator(executors[0]).prepare(victim);
        vm.expectRevert();
        Escalator(executors[0]).run();
        vm.assertFalse(victim.hasRole(victim.PROPOSER_ROLE(), executors[0]));
        // And here the only executor is the governor.
        vm.assertFalse(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)));
        vm.assertFalse(timelock.hasRole(timelock.EXECUTOR_ROLE(), executors[0]));
    }

    /// @dev Whoever could schedule past the governor would need no vote.
    function testFuzz_Attack_extra_proposer(address account) public {
        vm.assume(account != address(governor));
        Proposal memory p = _acceptCall(1);
        vm.startPrank(account);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, account, timelock.PROPOSER_ROLE()
            )
        );
        timelock.scheduleBatch(p.targets, p.values, p.calldatas, 0, bytes32(0), TIMELOCK_DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, account, timelock.PROPOSER_ROLE()
            )
        );
        timelock.schedule(p.targets[0], 0, p.calldatas[0], 0, bytes32(0), TIMELOCK_DELAY);
        vm.stopPrank();
    }

    /// @dev Executed at the timelock, the governor would emit nothing and could not say "expired".
    function testFuzz_Attack_execution_past_the_governor(address account) public {
        vm.assume(account != address(governor));
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _queued(p);
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(p.description));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, account, timelock.EXECUTOR_ROLE()
            )
        );
        vm.prank(account);
        timelock.executeBatch(p.targets, p.values, p.calldatas, 0, salt);
        _assertState(governor, proposalId, IGovernor.ProposalState.Queued);
    }
}

contract GovernorAttacks_Signatures_Test is GovernanceBase {
    address private signer;
    uint256 private key;
    uint256 private proposalId;

    function setUp() public override {
        super.setUp();
        (signer, key) = _signer("signer");
        _voterWith("signer", SUPPLY / 20);
        proposalId = _proposeActive(governor, _acceptCall(1));
    }

    /// @dev After a fork with another chain id, ballots signed before it count on neither side twice.
    function testFuzz_Attack_a_ballot_is_replayed_on_another_chain(uint64 chainId) public {
        chainId = uint64(_bound(chainId, 1, type(uint64).max));
        vm.assume(chainId != block.chainid);
        bytes memory ballot = _ballot(governor, key, proposalId, FOR, signer);
        uint256 here = block.chainid;
        vm.chainId(chainId);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, signer));
        governor.castVoteBySig(proposalId, FOR, signer, ballot);
        vm.chainId(here);
        governor.castVoteBySig(proposalId, FOR, signer, ballot);
    }

    function test_Attack_a_ballot_is_replayed_at_another_governor() public {
        ProtocolGovernor other = new ProtocolGovernor(_protocolConfig());
        Proposal memory p = _acceptCall(1);
        vm.assertEq(_proposeAs(other, voters[0], p), proposalId);
        _skip(VOTING_DELAY + 1);
        bytes memory ballot = _ballot(governor, key, proposalId, FOR, signer);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, signer));
        other.castVoteBySig(proposalId, FOR, signer, ballot);
    }

    function testFuzz_Attack_a_ballot_is_turned_around(uint8 support, address voter) public {
        bytes memory ballot = _ballot(governor, key, proposalId, FOR, signer);
        vm.assume(support != FOR || voter != signer);
        vm.assume(voter.code.length == 0);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, voter));
        governor.castVoteBySig(proposalId, support, voter, ballot);
    }

    /// @dev The other root of the same signature is no second ballot.
    function test_Attack_a_malleable_signature() public {
        bytes memory ballot = _ballot(governor, key, proposalId, FOR, signer);
        (bytes32 r, bytes32 s, uint8 v) = _parts(ballot);
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory other = abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, signer));
        governor.castVoteBySig(proposalId, FOR, signer, other);
        governor.castVoteBySig(proposalId, FOR, signer, ballot);
    }

    /// @dev A ballot cast a second time, and one of another proposal, are refused by their keyed nonces.
    function test_Attack_a_ballot_is_cast_twice() public {
        bytes memory ballot = _ballot(governor, key, proposalId, FOR, signer);
        governor.castVoteBySig(proposalId, FOR, signer, ballot);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, signer));
        governor.castVoteBySig(proposalId, FOR, signer, ballot);
        vm.assertEq(governor.nonces(signer, uint192(proposalId)) & type(uint64).max, 1);
    }

    /// @dev A wallet contract's vote is what the wallet says, not what its owner's key signed.
    function test_Attack_a_wallet_contract_is_voted_for() public {
        Wallet wallet = new Wallet();
        _fund(address(wallet));
        uint256 id = proposalId;
        bytes memory ballot = _ballot(governor, key, id, FOR, address(wallet));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, address(wallet)));
        governor.castVoteBySig(id, FOR, address(wallet), ballot);
    }

    /// @dev A page talks somebody into calling a contract, which then votes "for" them: only `msg.sender` ever counts.
    function test_Attack_tx_origin_phishing() public {
        Phisher phisher = new Phisher();
        vm.prank(voters[0], voters[0]);
        (bool success,) = address(phisher).call(abi.encodeCall(Phisher.vote, (governor, proposalId)));
        vm.assertFalse(success);
        vm.assertFalse(governor.hasVoted(proposalId, voters[0]));
    }

    /// @dev ERC-2771: a forwarder's appended sender means nothing here, also within the AccessManager's multicall.
    function test_Attack_meta_transaction_sender_spoof() public {
        bytes memory data = abi.encodePacked(abi.encodeCall(governor.castVote, (proposalId, FOR)), voters[0]);
        vm.prank(signer);
        (bool success,) = address(governor).call(data);
        vm.assertTrue(success);
        vm.assertTrue(governor.hasVoted(proposalId, signer));
        vm.assertFalse(governor.hasVoted(proposalId, voters[0]));
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodePacked(abi.encodeCall(AccessManager.grantRole, (0, signer, 0)), address(timelock));
        vm.expectRevert();
        vm.prank(signer);
        manager.multicall(calls);
    }

    function _fund(address account) private {
        vm.prank(rest);
        token.transfer(account, 1e18);
        vm.prank(account);
        token.delegate(account);
        _skip(1);
    }

    function _parts(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
            v := byte(0, mload(add(signature, 96)))
        }
    }
}

contract GovernorAttacks_L2_Test is GovernanceBase {
    /// @dev While a sequencer stands still nobody can vote. What did not have its quorum before is lost, never carried.
    function testFuzz_Attack_a_sequencer_outage_swallows_the_vote(uint256 outage) public {
        outage = _bound(outage, VOTING_PERIOD, 30 days);
        Proposal memory p = _acceptCall(1);
        uint256 proposalId = _proposeActive(governor, p);
        _skip(outage);
        _assertState(governor, proposalId, IGovernor.ProposalState.Defeated);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue(p);
    }

    /// @dev Block numbers mean something else on each rollup, and nothing here.
    function testFuzz_Attack_block_numbers_jump(uint256 number) public {
        number = _bound(number, 1, type(uint64).max);
        uint256 proposalId = _proposeActive(governor, _acceptCall(1));
        vm.roll(number);
        _assertState(governor, proposalId, IGovernor.ProposalState.Active);
        _vote(governor, proposalId, voters[0], FOR);
        _skip(VOTING_PERIOD);
        vm.roll(1);
        _assertState(governor, proposalId, IGovernor.ProposalState.Succeeded);
    }

    /// @dev A contract of L1 arrives under another address: the timelock's own alias is a stranger.
    function test_Attack_an_aliased_l1_contract_is_no_timelock() public {
        address aliased;
        unchecked {
            aliased = address(uint160(address(timelock)) + uint160(0x1111000000000000000000000000000000001111));
        }
        _expectUnauthorized(aliased);
        vm.prank(aliased);
        routine.accept(1, bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, aliased));
        vm.prank(aliased);
        optimistic.setProposer(aliased, true);
    }
}

/// @notice Executor of a timelock that tries to schedule, within a batch, that very batch.
contract Escalator {
    TimelockController private timelock;

    function prepare(TimelockController timelock_) external {
        timelock = timelock_;
    }

    function run() external {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = _batch();
        timelock.executeBatch(t, v, c, 0, bytes32(0));
    }

    function scheduleAfterwards() external {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = _batch();
        timelock.scheduleBatch(t, v, c, 0, bytes32(0), 0);
    }

    function _batch() private view returns (address[] memory t, uint256[] memory v, bytes[] memory c) {
        (t, v, c) = (new address[](3), new uint256[](3), new bytes[](3));
        (t[0], t[1], t[2]) = (address(timelock), address(timelock), address(this));
        c[0] = abi.encodeCall(TimelockController.updateDelay, (0));
        c[1] = abi.encodeCall(IAccessControl.grantRole, (timelock.PROPOSER_ROLE(), address(this)));
        c[2] = abi.encodeCall(this.scheduleAfterwards, ());
    }
}

/// @notice A wallet that never agrees.
contract Wallet is IERC1271 {
    function isValidSignature(bytes32, bytes memory) external pure returns (bytes4) {
        return 0xffffffff;
    }
}

contract Phisher {
    function vote(Governor governor, uint256 proposalId) external {
        governor.castVote(proposalId, 1);
    }
}
