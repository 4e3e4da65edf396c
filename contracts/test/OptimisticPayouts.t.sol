// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Roles} from "../../script/Deployment.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {LabelEpochs} from "../src/rewards/LabelEpochs.sol";
import {OptimisticGovernor} from "../src/governance/OptimisticGovernor.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {vm} from "../../script/Vm.sol";
import {PayoutsTree} from "./harnesses/MerkleTree.sol";
import {SystemBase} from "./SystemBase.sol";

/// @notice The deployed system pays epochs by the optimistic governor, from the vote that turns it on to the claim.
contract OptimisticPayouts_Test is SystemBase {
    string private constant GROUP = "Optimistic";
    uint256 private constant POOL = 50_000e18;
    bytes32 private constant SECRET = "secret";

    address[] private accounts;
    uint256[] private cumulative;

    function setUp() public override {
        super.setUp();
        address distributor = address(d.rewardDistributor);
        Proposal memory p = _proposal(address(d.governanceToken), abi.encodeCall(IERC20.approve, (distributor, POOL)));
        p = _and(p, distributor, abi.encodeCall(RewardDistributor.fund, (POOL)));
        _carry(_and(p, distributor, abi.encodeCall(RewardDistributor.setEpochBudget, (POOL / 10))));
        vm.prank(operator);
        d.governanceToken.lockAndCall(address(d.labelEpochs), 10_000e18, "");
        for (uint256 i = 0; i < 4; ++i) {
            accounts.push(address(uint160(0x100000 + i)));
            cumulative.push(0);
        }
    }

    /// @dev Off at deployment: no role, no proposer, nothing allowed.
    function test_ItIsOffUntilAVoteTurnsItOn() public {
        for (uint64 role = Roles.ADMIN; role <= Roles.ROUTINE; ++role) {
            (bool isMember,) = d.accessManager.hasRole(role, address(d.optimisticGovernor));
            vm.assertFalse(isMember);
        }
        (uint64 epoch, bytes32 root) = _proposedEpoch();
        Proposal memory p = _acceptCall(epoch, root);
        vm.expectRevert(abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorNotProposer.selector, operator));
        _proposeOptimistic(p);
    }

    function test_AnEpochIsPaidWhenNobodyVetoes() public {
        _carry(_turnOn());
        for (uint256 i = 0; i < 2; ++i) {
            // The first epoch also pays for storage that is empty before it.
            string memory which = i == 0 ? "first epoch" : "later epoch";
            (uint64 epoch, bytes32 root) = _proposedEpoch();
            uint256 total = vm.snapshotGasLastCall(GROUP, string.concat("proposePayouts: ", which));
            Proposal memory p = _acceptCall(epoch, root);
            uint256 proposalId = _proposeOptimistic(p);
            total += vm.snapshotGasLastCall(GROUP, string.concat("propose: ", which));
            _skip(config.challengeWindow + config.votingDelay + config.vetoPeriod + 1);
            _executeOptimistic(p);
            total += vm.snapshotGasLastCall(GROUP, string.concat("execute: ", which));
            vm.snapshotValue(GROUP, string.concat("all three: ", which), total);
            vm.assertEq(uint256(d.optimisticGovernor.state(proposalId)), uint256(IGovernor.ProposalState.Executed));
            d.rewardDistributor.claim(PayoutsTree.claimOf(accounts, cumulative, 2));
            vm.assertEq(d.governanceToken.balanceOf(accounts[2]), cumulative[2]);
            vm.assertEq(d.labelEpochs.lastSettledEpoch(), epoch);
        }
    }

    function test_AVetoedEpochIsPaidByVoteOnly() public {
        _carry(_turnOn());
        (uint64 epoch, bytes32 root) = _proposedEpoch();
        Proposal memory p = _acceptCall(epoch, root);
        uint256 proposalId = _proposeOptimistic(p);
        _skip(config.votingDelay + 1);
        vm.prank(voters[0]);
        d.optimisticGovernor.castVote(proposalId, AGAINST);
        _skip(config.vetoPeriod);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _executeOptimistic(p);
        p.description = "Please";
        vm.expectRevert(abi.encodeWithSelector(OptimisticGovernor.OptimisticGovernorVetoed.selector, proposalId));
        _proposeOptimistic(p);
        _carry(p);
        vm.assertEq(d.labelEpochs.lastSettledEpoch(), epoch);
    }

    /// @dev However fast the window, the target's own rules hold: not before its challenge window, not while frozen.
    function test_TheChallengeWindowHoldsWhoeverAccepts() public {
        _carry(_turnOn());
        (uint64 epoch, bytes32 root) = _proposedEpoch();
        Proposal memory p = _acceptCall(epoch, root);
        uint256 proposalId = _proposeOptimistic(p);
        vm.warp(d.optimisticGovernor.proposalDeadline(proposalId) + 1);
        vm.prank(address(d.epochReferee));
        d.labelEpochs.freeze(epoch, operator);
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsFrozen.selector, epoch, operator));
        _executeOptimistic(p);
    }

    /// @dev The operator may propose payouts there; it may not propose anything else, nor reach anything but them.
    function test_NothingElseIsReachable() public {
        _carry(_turnOn());
        (uint64 epoch,) = _proposedEpoch();
        bytes[3] memory others = [
            abi.encodeCall(LabelEpochs.rejectPayouts, (epoch)),
            abi.encodeCall(LabelEpochs.voidEpoch, (epoch)),
            abi.encodeCall(LabelEpochs.acceptPayouts, (epoch, bytes32(0)))
        ];
        for (uint256 i = 0; i < 3; ++i) {
            address target = i < 2 ? address(d.labelEpochs) : address(d.rewardDistributor);
            vm.expectRevert(
                abi.encodeWithSelector(
                    OptimisticGovernor.OptimisticGovernorNotAllowed.selector, target, bytes4(others[i])
                )
            );
            _proposeOptimistic(_proposal(target, others[i]));
        }
    }

    /// @dev One vote: the role that may accept payouts, its members, and the two permissions.
    function _turnOn() private view returns (Proposal memory p) {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = LabelEpochs.acceptPayouts.selector;
        address manager_ = address(d.accessManager);
        address optimistic = address(d.optimisticGovernor);
        p = _proposal(
            manager_,
            abi.encodeCall(AccessManager.setTargetFunctionRole, (address(d.labelEpochs), selectors, Roles.ROUTINE))
        );
        p = _and(p, manager_, abi.encodeCall(AccessManager.grantRole, (Roles.ROUTINE, optimistic, 0)));
        p = _and(p, manager_, abi.encodeCall(AccessManager.grantRole, (Roles.ROUTINE, address(d.timelock), 0)));
        p = _and(
            p,
            optimistic,
            abi.encodeCall(OptimisticGovernor.setAllowed, (address(d.labelEpochs), selectors[0], 2, true))
        );
        p = _and(p, optimistic, abi.encodeCall(OptimisticGovernor.setProposer, (operator, true)));
    }

    function _acceptCall(uint64 epoch, bytes32 root) private view returns (Proposal memory p) {
        p = _proposal(address(d.labelEpochs), abi.encodeCall(LabelEpochs.acceptPayouts, (epoch, root)));
        p.description = string.concat("Pay epoch ", vm.toString(epoch));
    }

    function _proposeOptimistic(Proposal memory p) private returns (uint256) {
        vm.prank(operator);
        return d.optimisticGovernor.propose(p.targets, p.values, p.calldatas, p.description);
    }

    function _executeOptimistic(Proposal memory p) private {
        d.optimisticGovernor.execute(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    /// @dev An epoch in which each of the accounts earned a little more, proposed.
    function _proposedEpoch() private returns (uint64 epoch, bytes32 root) {
        for (uint256 i = 0; i < accounts.length; ++i) {
            cumulative[i] += 1e18 + i;
        }
        root = PayoutsTree.root(accounts, cumulative);
        vm.startPrank(operator);
        epoch = d.labelEpochs.open(_leastTerms(POOL / 10, SECRET));
        d.labelEpochs.commitLabels(epoch, keccak256("labels"), 1, keccak256("bundle"));
        uint256 number = vm.getBlockNumber();
        vm.roll(number + 2);
        vm.setBlockhash(number + 1, keccak256("block"));
        d.labelEpochs.reveal(epoch, SECRET);
        d.labelEpochs
            .proposePayouts(
                epoch, root, uint32(accounts.length), uint112(PayoutsTree.total(cumulative)), uint112(4e18 + 6)
            );
        vm.stopPrank();
    }
}
