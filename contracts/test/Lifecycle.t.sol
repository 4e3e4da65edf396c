// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {LabelEpochs} from "../src/rewards/LabelEpochs.sol";
import {ModelRegistry} from "../src/models/ModelRegistry.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {vm} from "../../script/Vm.sol";
import {PayoutsTree} from "./harnesses/MerkleTree.sol";
import {SystemBase} from "./SystemBase.sol";

/// @notice The two walkthroughs of the product, on the contracts' side, every step through its real gate.
contract Lifecycle_Test is SystemBase {
    uint256 private constant POOL = 50_000e18;
    uint256 private constant BUDGET = 1_000e18;
    bytes32 private constant SECRET = "secret";
    bytes32 private constant DATASET = keccak256("dataset");

    address[] private labelers;
    uint256[] private cumulative;

    function test_LabelsBecomeTokens() public {
        _fundPool();
        for (uint256 i = 4; i < 16; ++i) {
            _stake(config.holders[i]);
        }
        uint64 epoch = _gatherLabels();
        _earn();
        bytes32 root = PayoutsTree.root(labelers, cumulative);
        vm.prank(operator);
        d.labelEpochs.proposePayouts(epoch, root, uint32(labelers.length), _total(), _total());
        _skip(config.challengeWindow);
        _carry(_proposal(address(d.labelEpochs), abi.encodeCall(LabelEpochs.acceptPayouts, (epoch, root))));

        uint256 before = d.governanceToken.balanceOf(labelers[3]);
        d.rewardDistributor.claim(PayoutsTree.claimOf(labelers, cumulative, 3));
        vm.assertEq(d.governanceToken.balanceOf(labelers[3]), before + cumulative[3]);
        vm.assertEq(d.rewardDistributor.totalApproved(), PayoutsTree.total(cumulative));
        vm.assertEq(d.labelEpochs.lastSettledEpoch(), epoch);
    }

    function test_VotesBecomeTheServedModel() public {
        vm.prank(operator);
        d.datasetRegistry.register(DATASET, keccak256("samples"), 100, operator, "CC-BY-4.0", "");
        bytes32 base = _registerVersion("base", 0);
        bytes32 trained = _registerVersion("trained", base);
        _carry(_proposal(address(d.modelRegistry), abi.encodeCall(ModelRegistry.activate, (base))));
        Proposal memory p = _proposal(address(d.modelRegistry), abi.encodeCall(ModelRegistry.activate, (trained)));
        p.description = "Serve the trained version";
        _carry(p);
        vm.assertEq(d.modelRegistry.activeVersion(d.familyId), trained);
        vm.assertEq(uint256(d.modelRegistry.statusOf(base)), uint256(IModelRegistry.Status.Retired));

        vm.prank(guardian);
        d.modelRegistry.suspend(trained, "poisoned");
        vm.assertEq(d.modelRegistry.activeVersion(d.familyId), bytes32(0));
    }

    function test_RevertIf_TheVotedRootWasReplacedMeanwhile() public {
        _fundPool();
        uint64 epoch = _gatherLabels();
        _earn();
        bytes32 voted = PayoutsTree.root(labelers, cumulative);
        vm.prank(operator);
        d.labelEpochs.proposePayouts(epoch, voted, 12, _total(), _total());
        Proposal memory accept =
            _proposal(address(d.labelEpochs), abi.encodeCall(LabelEpochs.acceptPayouts, (epoch, voted)));
        _succeedAndQueue(accept);
        Proposal memory reject = _proposal(address(d.labelEpochs), abi.encodeCall(LabelEpochs.rejectPayouts, (epoch)));
        reject.description = "Reject it";
        _carry(reject);
        vm.prank(operator);
        d.labelEpochs.proposePayouts(epoch, "another", 12, 1, 1);
        _skip(config.challengeWindow);
        vm.expectRevert(
            abi.encodeWithSelector(ILabelEpochs.LabelEpochsRootMismatch.selector, epoch, bytes32("another"), voted)
        );
        _execute(accept);
    }

    function test_RevertIf_TheOperatorSkipsTheVote() public {
        _fundPool();
        uint64 epoch = _gatherLabels();
        vm.prank(operator);
        d.labelEpochs.proposePayouts(epoch, "root", 1, 1, 1);
        _skip(config.challengeWindow);
        _expectUnauthorized(operator);
        vm.prank(operator);
        d.labelEpochs.acceptPayouts(epoch, "root");
        _expectUnauthorized(operator);
        vm.prank(operator);
        d.rewardDistributor.setPayoutsRoot(epoch, "root", 1, 1);
    }

    function _total() private view returns (uint112) {
        return uint112(PayoutsTree.total(cumulative));
    }

    function _bond() private {
        vm.prank(operator);
        d.governanceToken.lockAndCall(address(d.labelEpochs), 10_000e18, "");
    }

    function _fundPool() private {
        _bond();
        address distributor = address(d.rewardDistributor);
        Proposal memory p = _proposal(address(d.governanceToken), abi.encodeCall(IERC20.approve, (distributor, POOL)));
        p = _and(p, distributor, abi.encodeCall(RewardDistributor.fund, (POOL)));
        p = _and(p, distributor, abi.encodeCall(RewardDistributor.setEpochBudget, (BUDGET)));
        p.description = "Fund the reward pool";
        _carry(p);
        vm.assertEq(d.rewardDistributor.totalFunded(), POOL);
    }

    function _stake(address labeler) private {
        vm.prank(labeler);
        d.governanceToken.lockAndCall(address(d.stakingPool), 100e18, "");
    }

    /// @dev From open to revealed.
    function _gatherLabels() private returns (uint64 epoch) {
        ILabelEpochs.Terms memory terms = ILabelEpochs.Terms({
            budget: BUDGET,
            basePay: 1e18,
            alphaPay: 2e18,
            blockSlots: 96,
            overlapSlots: 64,
            goldSlots: 8,
            minOverlap: 48,
            minRoster: 12,
            goldPassBps: 7_000,
            goldBlocks: 1,
            goldRoot: keccak256("gold"),
            secretHash: keccak256(abi.encode(SECRET)),
            campaignHash: keccak256("campaign")
        });
        vm.prank(operator);
        epoch = d.labelEpochs.open(terms);
        vm.prank(operator);
        d.labelEpochs.commitLabels(epoch, keccak256("labels"), 12, keccak256("bundle"));
        uint256 number = vm.getBlockNumber();
        vm.roll(number + 2);
        vm.setBlockhash(number + 1, keccak256("block"));
        vm.prank(operator);
        d.labelEpochs.reveal(epoch, SECRET);
    }

    function _earn() private {
        for (uint256 i = 4; i < 16; ++i) {
            labelers.push(config.holders[i]);
            cumulative.push(i * 1e18);
        }
    }

    function _registerVersion(string memory name, bytes32 parent) private returns (bytes32) {
        IModelRegistry.VersionDigest memory digest;
        digest.manifestHash = keccak256(bytes(name));
        digest.weightsHash = keccak256("weights");
        digest.parent = parent;
        bytes32[] memory cited = new bytes32[](parent == 0 ? 0 : 1);
        if (parent != 0) {
            cited[0] = DATASET;
            digest.datasetRoot = keccak256(abi.encodePacked(cited));
        }
        vm.prank(operator);
        return d.modelRegistry.register(d.familyId, digest, cited, "");
    }
}
