// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {vm} from "../../script/Vm.sol";
import {SystemBase} from "./SystemBase.sol";

/// @notice Known attacks on votes, each carried out in full against the deployed system.
contract Votes_Attacks is SystemBase {
    address private attacker = _account("attacker");

    /// @dev Ten percent of the supply for one transaction: too late for the snapshot, and gone before the next.
    function test_Attack_FlashLoanVote() public {
        uint256 proposalId = _proposeActive(_someProposal());
        _borrow(1_000_000e18);
        _expectNoWeight();
        _vote(proposalId, attacker, FOR);
        _repay(1_000_000e18);
        (uint256 against, uint256 for_, uint256 abstain) = d.governor.proposalVotes(proposalId);
        vm.assertEq(against + for_ + abstain, 0);
        _skip(config.votingPeriod);
        vm.assertEq(uint256(d.governor.state(proposalId)), uint256(IGovernor.ProposalState.Defeated));
    }

    /// @dev A loan in the very second of the snapshot is seen neither by a vote then nor by one later: the snapshot is
    /// taken at the end of that second, when the loan is back.
    function test_Attack_FlashLoanInTheSecondOfTheSnapshot() public {
        uint256 proposalId = _propose(_someProposal());
        vm.warp(d.governor.proposalSnapshot(proposalId));
        _borrow(1_000_000e18);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _vote(proposalId, attacker, FOR);
        _repay(1_000_000e18);
        _skip(1);
        _expectNoWeight();
        _vote(proposalId, attacker, FOR);
        (, uint256 for_,) = d.governor.proposalVotes(proposalId);
        vm.assertEq(for_, 0);
    }

    /// @dev Nor does borrowed weight reach the threshold for a proposal.
    function test_Attack_FlashLoanProposal() public {
        Proposal memory p = _someProposal();
        _borrow(1_000_000e18);
        vm.expectPartialRevert(IGovernor.GovernorInsufficientProposerVotes.selector);
        vm.prank(attacker);
        d.governor.propose(p.targets, p.values, p.calldatas, p.description);
    }

    /// @dev Blocks that share a timestamp: no vote can be counted at a moment that is not over.
    function test_Attack_VotesOfTheSameTimestamp() public {
        _borrow(1e18);
        vm.expectRevert(abi.encodeWithSelector(Votes.ERC5805FutureLookup.selector, _now(), _now()));
        d.governanceToken.getPastVotes(attacker, _now());
    }

    /// @dev Staked tokens stay in the wallet and vote there, once.
    function testFuzz_Attack_WalletAndStakeCountTwice(uint256 staked) public {
        staked = _bound(staked, 1, 1_000_000e18);
        vm.prank(voters[0]);
        d.governanceToken.lockAndCall(address(d.stakingPool), staked, "");
        uint256 proposalId = _proposeActive(_someProposal());
        _vote(proposalId, voters[0], FOR);
        (, uint256 for_,) = d.governor.proposalVotes(proposalId);
        vm.assertEq(for_, 1_000_000e18);
        vm.assertEq(d.governanceToken.getVotes(address(d.stakingPool)), 0);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, voters[0]));
        _vote(proposalId, voters[0], FOR);
    }

    /// @dev Vote, hand the tokens on, vote again.
    function test_Attack_SameTokensVoteFromTwoWallets() public {
        uint256 proposalId = _proposeActive(_someProposal());
        _vote(proposalId, voters[0], FOR);
        vm.prank(voters[0]);
        d.governanceToken.transfer(attacker, 1_000_000e18);
        vm.prank(attacker);
        d.governanceToken.delegate(attacker);
        _skip(1);
        _expectNoWeight();
        _vote(proposalId, attacker, FOR);
        (, uint256 for_,) = d.governor.proposalVotes(proposalId);
        vm.assertEq(for_, 1_000_000e18);
    }

    /// @dev Stake, unstake, and withdraw around the snapshot: a lock neither adds nor hides a vote.
    function test_Attack_LockGapDoublesTheWeight() public {
        vm.prank(voters[0]);
        d.governanceToken.lockAndCall(address(d.stakingPool), 1_000_000e18, "");
        vm.prank(voters[0]);
        d.stakingPool.requestUnstake(1_000_000e18);
        uint256 proposalId = _propose(_someProposal());
        _skip(config.cooldown);
        vm.prank(voters[0]);
        d.stakingPool.withdraw();
        _vote(proposalId, voters[0], FOR);
        vm.prank(voters[0]);
        d.governanceToken.transfer(attacker, 1_000_000e18);
        vm.prank(attacker);
        d.governanceToken.lockAndCall(address(d.stakingPool), 1_000_000e18, "");
        _skip(1);
        _expectNoWeight();
        _vote(proposalId, attacker, FOR);
        (, uint256 for_,) = d.governor.proposalVotes(proposalId);
        vm.assertEq(for_, 1_000_000e18);
    }

    /// @dev OpenZeppelin's word for somebody who has no weight left to cast, or never had any.
    function _expectNoWeight() private {
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, attacker));
    }

    function _someProposal() private view returns (Proposal memory) {
        return _proposal(address(d.rewardDistributor), abi.encodeCall(RewardDistributor.setEpochBudget, (1)));
    }

    function _borrow(uint256 amount) private {
        vm.prank(voters[0]);
        d.governanceToken.transfer(attacker, amount);
        vm.prank(attacker);
        d.governanceToken.delegate(attacker);
    }

    function _repay(uint256 amount) private {
        vm.prank(attacker);
        d.governanceToken.transfer(voters[0], amount);
    }
}
