// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {LabelEpochs} from "../src/rewards/LabelEpochs.sol";
import {ModelRegistry} from "../src/models/ModelRegistry.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {vm} from "../../script/Vm.sol";
import {PayoutsTree} from "./harnesses/MerkleTree.sol";
import {SystemBase} from "./SystemBase.sol";

/// @notice Gas of whole transactions (each call is its own: intrinsic cost, calldata and cold slots are in), written to
/// contracts/snapshots/ and held below a ceiling 2 % above what was measured when it
/// was last set.
contract Gas_Test is SystemBase {
    string private constant GROUP = "Polity";
    /// @dev 2^10 leaves: a proof of ten siblings.
    uint256 private constant ACCOUNTS = 1_024;

    address[] private accounts;
    uint256[] private cumulative;

    function test_Staking() public {
        // The pool's total is not zero any more: only the very first staker pays for that.
        vm.prank(voters[1]);
        d.governanceToken.lockAndCall(address(d.stakingPool), 100e18, "");
        vm.prank(voters[0]);
        d.governanceToken.lockAndCall(address(d.stakingPool), 100e18, "");
        _snapshot("stake: first, delegate set", 113_000);
        vm.prank(voters[0]);
        d.governanceToken.lockAndCall(address(d.stakingPool), 100e18, "");
        _snapshot("stake: more", 62_500);
        vm.prank(config.holders[4]);
        d.governanceToken.lockAndCall(address(d.stakingPool), 100e18, "");
        _snapshot("stake: first, with self-delegation", 183_500);
        vm.prank(voters[0]);
        d.stakingPool.requestUnstake(50e18);
        _snapshot("requestUnstake", 61_500);
        _skip(config.cooldown);
        vm.prank(voters[0]);
        d.stakingPool.withdraw();
        _snapshot("withdraw", 46_000);
    }

    function test_Voting() public {
        Proposal memory p =
            _proposal(address(d.rewardDistributor), abi.encodeCall(RewardDistributor.setEpochBudget, (1)));
        uint256 proposalId = _propose(p);
        _snapshot("propose: 1 action", 84_500);
        _skip(config.votingDelay + 1);
        _vote(proposalId, voters[0], FOR);
        _snapshot("castVote: first, reaches quorum", 128_500);
        _vote(proposalId, voters[1], FOR);
        _snapshot("castVote: later", 71_000);
        _skip(config.votingPeriod);
        _queue(p);
        _snapshot("queue: 1 action", 152_000);
        _skip(config.timelockDelay);
        _execute(p);
        _snapshot("execute: 1 action", 132_500);
    }

    function test_Payouts() public {
        uint64 epoch = _proposedEpoch();
        Proposal memory p = _proposal(
            address(d.labelEpochs),
            abi.encodeCall(LabelEpochs.acceptPayouts, (epoch, PayoutsTree.root(accounts, cumulative)))
        );
        _succeedAndQueue(p);
        _execute(p);
        _snapshot("execute: acceptPayouts", 240_500);
        // Not the pool's very first claim, and the account holds tokens already.
        d.rewardDistributor.claim(PayoutsTree.claimOf(accounts, cumulative, 9));
        vm.prank(voters[0]);
        d.governanceToken.transfer(accounts[5], 1);
        d.rewardDistributor.claim(PayoutsTree.claimOf(accounts, cumulative, 5));
        _snapshot("claim: first, depth 10", 95_000);

        cumulative[5] += 1;
        bytes32 root = PayoutsTree.root(accounts, cumulative);
        uint256 total = PayoutsTree.total(cumulative);
        vm.prank(address(d.labelEpochs));
        d.rewardDistributor.setPayoutsRoot(epoch + 1, root, uint32(ACCOUNTS), total);
        d.rewardDistributor.claim(PayoutsTree.claimOf(accounts, cumulative, 5));
        _snapshot("claim: later, depth 10", 77_500);
    }

    function test_Models() public {
        IModelRegistry.VersionDigest memory digest;
        (digest.manifestHash, digest.weightsHash) = ("manifest", "weights");
        vm.prank(operator);
        bytes32 versionId = d.modelRegistry.register(d.familyId, digest, new bytes32[](0), "");
        _snapshot("register: version", 169_500);
        Proposal memory p = _proposal(address(d.modelRegistry), abi.encodeCall(ModelRegistry.activate, (versionId)));
        _succeedAndQueue(p);
        _execute(p);
        _snapshot("execute: activate", 141_500);
    }

    function _snapshot(string memory name, uint256 most) private {
        vm.assertLe(vm.snapshotGasLastCall(GROUP, name), most, name);
    }

    /// @dev A funded pool and an epoch whose challenge window is over.
    function _proposedEpoch() private returns (uint64 epoch) {
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            accounts.push(address(uint160(0x100000 + i)));
            cumulative.push(1e15 + i);
        }
        uint256 total = PayoutsTree.total(cumulative);
        address distributor = address(d.rewardDistributor);
        Proposal memory p =
            _proposal(address(d.governanceToken), abi.encodeCall(IERC20.approve, (distributor, total + 1)));
        p = _and(p, distributor, abi.encodeCall(RewardDistributor.fund, (total + 1)));
        p = _and(p, distributor, abi.encodeCall(RewardDistributor.setEpochBudget, (total)));
        _carry(p);
        ILabelEpochs.Terms memory terms;
        (terms.budget, terms.blockSlots) = (total, 96);
        (terms.secretHash, terms.campaignHash) = (keccak256(abi.encode(bytes32("secret"))), "campaign");
        vm.startPrank(operator);
        d.governanceToken.lockAndCall(address(d.labelEpochs), 10_000e18, "");
        epoch = d.labelEpochs.open(terms);
        _snapshot("open", 177_000);
        d.labelEpochs.commitLabels(epoch, "labels", 12, "bundle");
        _snapshot("commitLabels", 112_500);
        uint256 number = vm.getBlockNumber();
        vm.roll(number + 2);
        vm.setBlockhash(number + 1, keccak256("block"));
        d.labelEpochs.reveal(epoch, "secret");
        _snapshot("reveal", 104_500);
        d.labelEpochs
            .proposePayouts(
                epoch, PayoutsTree.root(accounts, cumulative), uint32(ACCOUNTS), uint112(total), uint112(total)
            );
        _snapshot("proposePayouts", 106_500);
        vm.stopPrank();
        _skip(config.challengeWindow);
    }
}
