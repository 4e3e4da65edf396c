// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {ILabelEpochs} from "../../src/interfaces/ILabelEpochs.sol";
import {LabelEpochs} from "../../src/rewards/LabelEpochs.sol";
import {RewardDistributor} from "../../src/rewards/RewardDistributor.sol";
import {ProofAuthority, ProofBase, svm, vm} from "./ProofBase.sol";

/// @notice An epoch whose payouts, of any size, were proposed; another that waits for its turn.
contract LabelEpochsProof is ProofBase {
    uint256 private constant FUNDED = 1_000e18;
    address private funder = address(0xf0);
    ProofAuthority private authority;
    GovernanceToken private token;
    RewardDistributor private distributor;
    LabelEpochs private epochs;
    address private operator = address(0x09);
    address private proposer = address(0x98);
    address private challenger = address(0xc4);
    address private treasury = address(0x7ea5);
    uint256 private constant BUDGET = 100e18;

    function setUp() public {
        vm.warp(NOW);
        vm.roll(1_000);
        authority = new ProofAuthority(ADMIN);
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(funder, 10 * FUNDED);
        token = new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", 10 * FUNDED, 1, address(authority)), allocations
        );
        distributor = new RewardDistributor(address(authority), token);
        vm.startPrank(funder);
        token.approve(address(distributor), FUNDED);
        distributor.fund(FUNDED);
        vm.stopPrank();
        epochs = new LabelEpochs(
            LabelEpochs.Config({
                authority: address(authority),
                token: token,
                distributor: distributor,
                commitWindow: 40,
                challengeWindow: 30,
                revealWindow: 20,
                responseWindow: 10,
                operatorBond: 10e18,
                minProposerBond: 10e18,
                bondBps: 1_000,
                challengerBond: 1e18,
                reserve: treasury,
                floors: ILabelEpochs.Floors(0, 0, 0, 0, 0)
            })
        );
        authority.trust(address(epochs));
        vm.startPrank(ADMIN);
        token.setLocker(address(epochs), true);
        distributor.setEpochBudget(BUDGET);
        vm.stopPrank();
        address[3] memory bonded = [ADMIN, proposer, challenger];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(funder);
            token.transfer(bonded[i], 100e18);
            vm.prank(bonded[i]);
            token.lockAndCall(address(epochs), 100e18, "");
        }
        operator = ADMIN;
        for (uint64 epoch = 1; epoch <= 2; ++epoch) {
            ILabelEpochs.Terms memory terms;
            (terms.budget, terms.blockSlots, terms.secretHash, terms.campaignHash) = (BUDGET, 96, "secret", "campaign");
            vm.startPrank(operator);
            epochs.open(terms);
            epochs.commitLabels(epoch, "labels", 1, "bundle");
            vm.stopPrank();
        }
        vm.warp(NOW + 20);
        epochs.missReveal(1);
        epochs.missReveal(2);
        // A third one still has the operator's bond at stake.
        ILabelEpochs.Terms memory more;
        (more.budget, more.blockSlots, more.secretHash, more.campaignHash) = (BUDGET, 96, "secret", "campaign");
        vm.prank(operator);
        epochs.open(more);
    }

    function _propose(uint112 total) private {
        vm.prank(proposer);
        epochs.proposePayouts(1, "payouts", 1, total, total);
    }

    function _freeze() private {
        vm.prank(ADMIN);
        epochs.freeze(1, challenger);
    }

    /// @dev Nobody, at no time and for no root, gets a frozen epoch accepted.
    function check_frozen_epoch_never_activates(address caller, bytes32 root, uint40 time) public {
        _propose(1e18);
        _freeze();
        vm.assume(time >= NOW + 20);
        vm.warp(time);
        vm.prank(caller);
        try epochs.acceptPayouts(1, root) {
            assert(false);
        } catch {}
    }

    function check_epochs_sequential_single_in_flight(uint64 epoch, bytes32 root, uint112 total) public {
        vm.prank(proposer);
        epochs.proposePayouts(epoch, root, 1, total, total);
        assert(epoch == 1);
        vm.prank(proposer);
        try epochs.proposePayouts(2, root, 1, total, total) {
            assert(false);
        } catch {}
    }

    /// @dev Accepted only by governance, after the window, the very root that was proposed, and within the budget.
    function check_epoch_spend_le_budget(address caller, uint112 total, uint40 time) public {
        _propose(total);
        vm.assume(time >= NOW + 20);
        vm.warp(time);
        bytes32 root = svm.createBytes32("root");
        vm.assume(caller != address(epochs)); // trusted by the stand-in of the AccessManager, and never its own caller
        vm.prank(caller);
        epochs.acceptPayouts(1, root);
        assert(caller == ADMIN && time >= NOW + 50 && root == "payouts");
        assert(total <= BUDGET && distributor.totalApproved() == total);
    }
}
