// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EntryPause} from "../src/governance/EntryPause.sol";
import {IEpochReferee} from "../src/interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {LabelEpochs} from "../src/rewards/LabelEpochs.sol";
import {ModelRegistry} from "../src/models/ModelRegistry.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {LabelWord} from "../src/types/LabelLeaf.sol";
import {RawPay} from "../src/types/PayoutLeaf.sol";
import {vm} from "../../script/Vm.sol";
import {LabelsTree, PayoutsTree} from "./harnesses/MerkleTree.sol";
import {SystemBase} from "./SystemBase.sol";

/// @notice The two walkthroughs of the product, on the contracts' side, every step through its real gate.
contract Lifecycle_Test is SystemBase {
    uint256 private constant POOL = 50_000e18;
    uint256 private constant BOND = 10_000e18;
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
        _proposeHonestly(epoch);
        _payByVote(epoch);

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

    /// @dev Anyone may propose, anyone may prove, and the vote sees only what nobody could disprove.
    function test_AWrongRootIsDisprovedAndTheHonestOneIsPaid() public {
        _fundPool();
        uint64 epoch = _gatherLabels();
        _earn();
        (address liar, address challenger) = (voters[1], voters[2]);
        _lockBond(liar, 2_000e18);
        bytes32 root = PayoutsTree.root(labelers, cumulative);
        // The tree is honest; what it is said to add up to is not.
        vm.prank(liar);
        d.labelEpochs.proposePayouts(epoch, root, 12, _total() + 1, _total());
        uint256 bond = d.labelEpochs.proposerBondOf(_total() + 1);
        (uint256 before, uint256 treasury) = (_balance(challenger), _balance(address(d.timelock)));
        (IEpochReferee.PayoutOpening memory last, RawPay memory pay) = PayoutsTree.openingOf(labelers, cumulative, 11);
        vm.prank(challenger);
        d.epochReferee.disproveTotal(epoch, last, pay);
        vm.assertEq(_balance(challenger), before + bond / 2);
        vm.assertEq(_balance(address(d.timelock)), treasury + bond - bond / 2);

        _proposeHonestly(epoch);
        vm.expectRevert(abi.encodeWithSelector(IEpochReferee.EpochRefereeNoFraud.selector, epoch));
        vm.prank(challenger);
        d.epochReferee.disproveTotal(epoch, last, pay);
        _payByVote(epoch);
        d.rewardDistributor.claim(PayoutsTree.claimOf(labelers, cumulative, 3));
        vm.assertEq(d.rewardDistributor.claimed(labelers[3]), cumulative[3]);
        // The honest operator has every bond back.
        (uint256 free, uint256 reserved) = d.labelEpochs.bondOf(operator);
        vm.assertEq(free, BOND);
        vm.assertEq(reserved, 0);
    }

    function test_AnAnsweredDemandDelaysTheVoteAndPaysTheResponder() public {
        _fundPool();
        uint64 epoch = _gatherLabels();
        _earn();
        _proposeHonestly(epoch);
        _lockBond(voters[2], config.challengerBond);
        _skip(config.challengeWindow - 1);
        vm.prank(voters[2]);
        d.epochReferee.demandOpening(epoch, IEpochReferee.Tree.Payouts, 5);
        vm.prank(address(d.timelock));
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsFrozen.selector, epoch, voters[2]));
        d.labelEpochs.acceptPayouts(epoch, PayoutsTree.root(labelers, cumulative));

        (IEpochReferee.PayoutOpening memory leaf, RawPay memory pay) = PayoutsTree.openingOf(labelers, cumulative, 5);
        address responder = _account("responder");
        vm.prank(responder);
        d.epochReferee.answerPayout(epoch, leaf, pay);
        vm.assertEq(_balance(responder), config.challengerBond / 2);
        vm.assertEq(d.labelEpochs.epochOf(epoch).challengeEndsAt, _now() + config.responseWindow);
        _payByVote(epoch);
    }

    /// @dev every_case_terminates: nobody answers, nobody rules, and the deadline alone decides.
    function test_Attack_DeadArbiter_AWithheldPayoutEndsByItsDeadline() public {
        _fundPool();
        uint64 epoch = _gatherLabels();
        _earn();
        address challenger = voters[2];
        _lockBond(challenger, config.challengerBond);
        _lockBond(voters[1], 2_000e18);
        vm.prank(voters[1]);
        d.labelEpochs.proposePayouts(epoch, keccak256("a tree that nobody ever saw"), 12, _total(), _total());
        vm.prank(challenger);
        d.epochReferee.demandOpening(epoch, IEpochReferee.Tree.Payouts, 0);
        _skip(config.responseWindow - 1);
        vm.expectPartialRevert(IEpochReferee.EpochRefereeTooEarly.selector);
        d.epochReferee.disproveUnopened(epoch);
        _skip(1);
        d.epochReferee.disproveUnopened(epoch);
        vm.assertEq(uint256(d.labelEpochs.epochOf(epoch).status), uint256(ILabelEpochs.Status.Revealed));
        (uint256 free,) = d.labelEpochs.bondOf(challenger);
        vm.assertEq(free, config.challengerBond);
        _proposeHonestly(epoch);
        _payByVote(epoch);
    }

    function test_Attack_DeadArbiter_AWithheldLabelVoidsTheEpochByItsDeadline() public {
        _fundPool();
        uint64 epoch = _gatherLabels();
        uint64 next = _gatherLabels();
        _earn();
        address challenger = voters[2];
        _lockBond(challenger, config.challengerBond);
        // Epoch 1's root is of labels that were published; position 3 is opened, and the demand for 31 is not answered.
        vm.prank(challenger);
        d.epochReferee.demandOpening(epoch, IEpochReferee.Tree.Labels, 3);
        d.epochReferee.answerLabel(epoch, LabelsTree.openingOf(epoch, _words(), 3));
        _lockBond(challenger, config.challengerBond);
        vm.prank(challenger);
        d.epochReferee.demandOpening(epoch, IEpochReferee.Tree.Labels, 31);
        _skip(config.responseWindow);
        uint256 before = _balance(challenger);
        d.epochReferee.disproveUnopened(epoch);
        vm.assertEq(_balance(challenger), before + config.operatorBond / 2);
        vm.assertEq(uint256(d.labelEpochs.epochOf(epoch).status), uint256(ILabelEpochs.Status.Voided));
        // The next epoch goes on at once.
        _proposeHonestly(next);
        _payByVote(next);
    }

    function test_AMissedRevealSendsTheOperatorsBondToTheTreasury() public {
        _fundPool();
        uint64 epoch = _openEpoch();
        vm.prank(operator);
        d.labelEpochs.commitLabels(epoch, LabelsTree.root(epoch, _words()), 1, keccak256("bundle"));
        _skip(config.revealWindow);
        uint256 treasury = _balance(address(d.timelock));
        d.labelEpochs.missReveal(epoch);
        vm.assertEq(_balance(address(d.timelock)), treasury + config.operatorBond);
        // Everybody is still paid, at the base rate.
        _earn();
        _proposeHonestly(epoch);
        _payByVote(epoch);
    }

    /// @dev Who opens an epoch and goes away holds up nobody for longer than the commit window, and pays for it.
    function test_AnOperatorThatNeverCommitsFreezesNothing() public {
        _fundPool();
        uint256 funded = d.rewardDistributor.totalFunded();
        for (uint256 i = 4; i < 16; ++i) {
            _stake(config.holders[i]);
        }
        uint64 silent = _openEpoch();
        uint64 next = _gatherLabels();
        _skip(config.commitWindow);
        uint256 treasury = _balance(address(d.timelock));
        vm.prank(_account("anybody"));
        d.labelEpochs.missCommit(silent);
        vm.assertEq(_balance(address(d.timelock)), treasury + config.operatorBond);
        vm.assertEq(d.rewardDistributor.totalFunded(), funded);
        _earn();
        _proposeHonestly(next);
        _payByVote(next);
        d.rewardDistributor.claim(PayoutsTree.claimOf(labelers, cumulative, 3));
        vm.assertEq(d.rewardDistributor.claimed(labelers[3]), cumulative[3]);

        // What labelers had at stake was never the epoch's.
        address staker = config.holders[4];
        (uint256 active,,) = d.stakingPool.stakeOf(staker);
        vm.prank(staker);
        d.stakingPool.requestUnstake(active);
        _skip(config.cooldown);
        vm.prank(staker);
        d.stakingPool.withdraw();
        vm.assertEq(d.governanceToken.lockedBy(staker, address(d.stakingPool)), 0);
    }

    /// @dev The guardian may hold a payment up, for days and not again soon; it cannot stop it.
    function test_TheGuardianDelaysAPaymentAndCannotStopIt() public {
        _fundPool();
        uint64 epoch = _gatherLabels();
        _earn();
        _proposeHonestly(epoch);
        bytes4 accept = LabelEpochs.acceptPayouts.selector;
        bytes32 root = PayoutsTree.root(labelers, cumulative);
        Proposal memory p = _proposal(address(d.labelEpochs), abi.encodeCall(LabelEpochs.acceptPayouts, (epoch, root)));
        _skip(config.challengeWindow);
        _succeedAndQueue(p);
        vm.prank(guardian);
        d.labelEpochs.pause(accept, 1 hours);
        uint48 until = _now() + 1 hours;
        vm.expectRevert(abi.encodeWithSelector(EntryPause.EntryPauseActive.selector, accept, until));
        _execute(p);
        _skip(1 hours);
        vm.expectPartialRevert(EntryPause.EntryPauseTooSoon.selector);
        vm.prank(guardian);
        d.labelEpochs.pause(accept, 1 hours);
        _execute(p);
        d.rewardDistributor.claim(PayoutsTree.claimOf(labelers, cumulative, 0));
        vm.assertEq(d.rewardDistributor.claimed(labelers[0]), cumulative[0]);
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

    function _balance(address account) private view returns (uint256) {
        return d.governanceToken.balanceOf(account);
    }

    function _lockBond(address account, uint256 amount) private {
        vm.prank(account);
        d.governanceToken.lockAndCall(address(d.labelEpochs), amount, "");
    }

    function _proposeHonestly(uint64 epoch) private {
        bytes32 root = PayoutsTree.root(labelers, cumulative);
        vm.prank(operator);
        d.labelEpochs.proposePayouts(epoch, root, uint32(labelers.length), _total(), _total());
    }

    function _payByVote(uint64 epoch) private {
        bytes32 root = PayoutsTree.root(labelers, cumulative);
        _skip(config.challengeWindow);
        _carry(_proposal(address(d.labelEpochs), abi.encodeCall(LabelEpochs.acceptPayouts, (epoch, root))));
        vm.assertEq(d.rewardDistributor.payoutsRoot(), root);
    }

    function _fundPool() private {
        _lockBond(operator, BOND);
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
        epoch = _openEpoch();
        vm.prank(operator);
        d.labelEpochs.commitLabels(epoch, LabelsTree.root(epoch, _words()), 1, keccak256("bundle"));
        uint256 number = vm.getBlockNumber();
        vm.roll(number + 2);
        vm.setBlockhash(number + 1, keccak256("block"));
        vm.prank(operator);
        d.labelEpochs.reveal(epoch, SECRET);
    }

    function _openEpoch() private returns (uint64) {
        ILabelEpochs.Terms memory terms = ILabelEpochs.Terms({
            budget: BUDGET,
            basePay: 1e18,
            alphaPay: 2e18,
            blockSlots: 96,
            overlapSlots: 64,
            goldSlots: 8,
            minOverlap: 48,
            minRoster: 12,
            goldBlocks: 1,
            goldRoot: keccak256("gold"),
            secretHash: keccak256(abi.encode(SECRET)),
            campaignHash: keccak256("campaign")
        });
        vm.prank(operator);
        return d.labelEpochs.open(terms);
    }

    /// @dev Twelve labelers in one block.
    function _words() private view returns (LabelWord[] memory words) {
        words = new LabelWord[](12);
        for (uint256 seat = 0; seat < 12; ++seat) {
            words[seat] = LabelWord(config.holders[4 + seat], seat, type(uint96).max);
        }
    }

    /// @dev What they earn, by account: payouts trees ascend.
    function _earn() private {
        for (uint256 i = 4; i < 16; ++i) {
            address account = config.holders[i];
            labelers.push(account);
            cumulative.push(i * 1e18);
            for (uint256 j = labelers.length - 1; j > 0 && labelers[j - 1] > account; --j) {
                (labelers[j], labelers[j - 1]) = (labelers[j - 1], labelers[j]);
                (cumulative[j], cumulative[j - 1]) = (cumulative[j - 1], cumulative[j]);
            }
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
