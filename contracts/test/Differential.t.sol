// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fraud, IEpochReferee} from "../src/interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {IRewardDistributor} from "../src/interfaces/IRewardDistributor.sol";
import {IStakingPool} from "../src/interfaces/IStakingPool.sol";
import {Bits} from "../src/rewards/Bits.sol";
import {Dmi} from "../src/rewards/Dmi.sol";
import {EpochReferee} from "../src/rewards/EpochReferee.sol";
import {GoldBound} from "../src/rewards/GoldBound.sol";
import {LabelMasks} from "../src/rewards/LabelMasks.sol";
import {PayRule} from "../src/rewards/PayRule.sol";
import {LabelLeaf, LabelWord} from "../src/types/LabelLeaf.sol";
import {Messages} from "../src/types/Messages.sol";
import {PayoutLeaf, RawPay} from "../src/types/PayoutLeaf.sol";
import {PositionalMerkle} from "../src/types/PositionalMerkle.sol";
import {vm} from "../../script/Vm.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

/// @notice Random cases that Rust computed (`make differential`), computed again by the libraries that judge on chain.
abstract contract DifferentialTest {
    string private constant FOLDER = "target/differential/";

    /// @dev Each case is the encoded argument of `check`: the callee reads it from calldata, as the libraries want it.
    function _checkAll(string memory kind, bytes4 check, uint256 least) internal {
        vm.pauseGasMetering(); // a thousand cases exceed what a transaction may cost
        uint256 nCases = 0;
        for (uint256 n = 0; vm.exists(_path(kind, n)); ++n) {
            nCases += this.checkFile(_path(kind, n), check);
        }
        vm.assertTrue(nCases >= least, "too few cases in target/differential: run `make differential`");
    }

    /// @dev A call of its own, so that the memory of one file is free again before the next.
    function checkFile(string calldata path, bytes4 check) external returns (uint256) {
        bytes[] memory cases = abi.decode(vm.readFileBinary(path), (bytes[]));
        for (uint256 i = 0; i < cases.length; ++i) {
            (bool agrees, bytes memory revertData) = address(this).call(bytes.concat(check, cases[i]));
            vm.assertTrue(agrees, string.concat(path, ", case ", vm.toString(i), ": ", _message(revertData)));
        }
        return cases.length;
    }

    /// @dev What an error with one string says; nothing when it ran out of gas or bounds.
    function _message(bytes memory revertData) private pure returns (string memory message) {
        if (revertData.length < 68) return "";
        assembly ("memory-safe") {
            message := add(revertData, 0x44) // length, selector and offset come first
        }
    }

    function _path(string memory kind, uint256 n) private pure returns (string memory) {
        return string.concat(FOLDER, kind, "-", vm.toString(n), ".bin");
    }
}

/// @notice One block of labels: masks, majorities, scores, raw pays, leaves.
contract Differential_Rewards_Test is DifferentialTest {
    struct GoldWord {
        uint256 answers;
        bytes32 tasksHash; // 0: the seat has no gold
    }

    struct Expected {
        uint8 reason; // PayRule.Reason
        uint16 nValid;
        uint256 goldMask; // 0 without a seed, as all that follows from it
        uint16 goldRight;
        uint16 goldAnswered;
        uint16 goldSlots; // 0 where there is no gold
        bool slashable;
        uint16[4] first; // own answer and majority: A A, A B, B A, B B
        uint16[4] second;
        int256 score;
        uint256 raw;
        bytes32 labelLeaf;
        bytes32 goldLeaf;
    }

    struct Case {
        ILabelEpochs.Terms terms;
        bytes32 secret;
        bytes32 seed; // 0: never revealed
        uint64 epoch;
        uint32 blockIndex;
        uint8[] seats;
        LabelWord[] words;
        GoldWord[] gold;
        uint256 overlap;
        uint256 firstHalf;
        bytes32 blockRoot;
        Expected[] expected;
    }

    /// @dev What became of a seat's gold: a factor of its pay.
    enum Gold {
        None,
        Unanswered,
        MoreWrong,
        SomeLeftOut, // skipped or tied: a word does not tell
        SomeWrong,
        Right
    }

    mapping(Gold => uint256) private nOf;

    function test_Differential_Rewards() public {
        _checkAll("rewards", this.check.selector, 2000);
        for (uint256 i = 0; i <= uint256(type(Gold).max); ++i) {
            vm.assertTrue(nOf[Gold(i)] >= 100, string.concat("too few seats with gold of kind ", vm.toString(i)));
        }
    }

    function check(Case calldata self) external {
        if (self.seed != 0) _checkMasks(self);
        (bytes32 root, bool wellFormed) = LabelLeaf.hashBlock(self.epoch, self.blockIndex, self.seats, self.words);
        vm.assertTrue(wellFormed, "block");
        vm.assertEq(root, self.blockRoot, "block root");
        for (uint256 i = 0; i < self.seats.length; ++i) {
            _checkLeaves(self, i);
            _checkPay(self, i);
        }
    }

    function _checkMasks(Case calldata self) private pure {
        ILabelEpochs.Terms calldata terms = self.terms;
        (bytes memory slots, uint256 overlap) =
            LabelMasks.overlap(self.secret, self.blockIndex, terms.blockSlots, terms.overlapSlots);
        vm.assertEq(overlap, self.overlap, "overlap");
        uint256 firstHalf = LabelMasks.firstHalf(slots, self.seed, self.blockIndex, terms.overlapSlots);
        vm.assertEq(firstHalf, self.firstHalf, "first half");
        for (uint256 i = 0; i < self.seats.length; ++i) {
            (slots,) = LabelMasks.overlap(self.secret, self.blockIndex, terms.blockSlots, terms.overlapSlots);
            uint256 gold = PayRule.goldMask(terms, slots, self.secret, self.blockIndex, self.seats[i]);
            vm.assertEq(gold, self.expected[i].goldMask, "gold mask");
        }
    }

    function _checkLeaves(Case calldata self, uint256 i) private pure {
        uint256 position = uint256(self.blockIndex) * LabelLeaf.MAX_ROSTER + self.seats[i];
        bytes32 labelLeaf = LabelLeaf.hash(self.epoch, position, self.words[i]);
        vm.assertEq(labelLeaf, self.expected[i].labelLeaf, "label leaf");
        bytes32 goldLeaf = LabelLeaf.hashGold(self.gold[i].answers, self.gold[i].tasksHash);
        vm.assertEq(goldLeaf, self.expected[i].goldLeaf, "gold leaf");
    }

    function _checkPay(Case calldata self, uint256 i) private {
        Expected calldata expected = self.expected[i];
        PayRule.Member memory member = PayRule.Member({
            blockIndex: self.blockIndex,
            seat: self.seats[i],
            index: i,
            hasGold: self.blockIndex < self.terms.goldBlocks && self.gold[i].tasksHash != 0,
            gold: self.gold[i].answers
        });
        PayRule.Result memory result = PayRule.judge(self.terms, self.secret, self.seed, self.words, member);
        vm.assertEq(uint256(result.reason), expected.reason, "reason");
        vm.assertEq(result.goldRight, expected.goldRight, "right gold");
        vm.assertEq(result.goldAnswered, expected.goldAnswered, "answered gold");
        vm.assertEq(result.goldSlots, expected.goldSlots, "gold slots");
        _countGold(result);
        _checkCounts(result.first, expected.first);
        _checkCounts(result.second, expected.second);
        vm.assertTrue(result.score == expected.score, "score");
        vm.assertEq(result.raw, expected.raw, "raw pay");
        vm.assertEq(Bits.count(self.words[i].valid), expected.nValid, "valid labels");
        bool slashable = GoldBound.isSlashable(result.goldRight, result.goldAnswered);
        vm.assertTrue(slashable == expected.slashable, "gold bound");
    }

    function _countGold(PayRule.Result memory result) private {
        uint256 wrong = result.goldAnswered - result.goldRight;
        Gold kind = Gold.Right;
        if (result.goldSlots == 0) kind = Gold.None;
        else if (result.goldAnswered == 0) kind = Gold.Unanswered;
        else if (wrong > result.goldRight) kind = Gold.MoreWrong;
        else if (result.goldAnswered < result.goldSlots) kind = Gold.SomeLeftOut;
        else if (wrong > 0) kind = Gold.SomeWrong;
        ++nOf[kind];
    }

    function _checkCounts(Dmi.Counts memory counts, uint16[4] calldata expected) private pure {
        vm.assertEq(counts.aa, expected[0], "A, majority A");
        vm.assertEq(counts.ab, expected[1], "A, majority B");
        vm.assertEq(counts.ba, expected[2], "B, majority A");
        vm.assertEq(counts.bb, expected[3], "B, majority B");
    }
}

/// @notice A whole payouts tree, from raw pays and the tree before it.
contract Differential_Payouts_Test is DifferentialTest {
    struct Earner {
        address account;
        uint256 cumulative;
    }

    struct Worker {
        address account;
        uint32 position; // of its label leaf
        uint256 raw;
    }

    struct Leaf {
        address account;
        uint256 cumulative;
        uint256 runningTotal;
        uint32 position; // 1 + position of its label leaf, or 0
        uint256 raw;
        uint256 runningRaw;
    }

    struct Case {
        uint256 budget;
        Earner[] previous;
        Worker[] workers;
        Leaf[] leaves;
        bytes32[] hashes;
        bytes32 root;
        uint112 totalCumulative;
        uint112 totalRaw;
        uint32 proofIndex;
        bytes32[] proof;
    }

    function test_Differential_Payouts() public {
        _checkAll("payouts", this.check.selector, 1000);
    }

    function check(Case calldata self) external pure {
        uint256 runningTotal = 0;
        uint256 runningRaw = 0;
        for (uint256 i = 0; i < self.leaves.length; ++i) {
            Leaf calldata leaf = self.leaves[i];
            vm.assertTrue(i == 0 || leaf.account > self.leaves[i - 1].account, "accounts ascend");
            vm.assertEq(leaf.runningTotal, runningTotal, "running total");
            vm.assertEq(leaf.runningRaw, runningRaw, "running raw");
            runningTotal += leaf.cumulative;
            runningRaw += leaf.raw;
            _checkLeaf(self, leaf);
            bytes32 rawPayHash = PayoutLeaf.hash(RawPay(leaf.position, leaf.raw, leaf.runningRaw));
            bytes32 hash = PayoutLeaf.hash(leaf.account, leaf.cumulative, leaf.runningTotal, rawPayHash);
            vm.assertEq(hash, self.hashes[i], "leaf");
        }
        vm.assertEq(runningTotal, self.totalCumulative, "total");
        vm.assertEq(runningRaw, self.totalRaw, "total raw");
        vm.assertEq(self.leaves.length, _nDue(self), "leaves");
        vm.assertEq(MerkleTree.root(self.hashes), self.root, "root");
        if (self.leaves.length == 0) return; // nothing to open
        bytes32 opened = self.hashes[self.proofIndex];
        bool proved = PositionalMerkle.verify(self.proof, self.root, self.leaves.length, self.proofIndex, opened);
        vm.assertTrue(proved, "proof");
    }

    function _checkLeaf(Case calldata self, Leaf calldata leaf) private pure {
        (bool labeled, Worker memory worker) = _worker(self, leaf.account);
        uint256 carried = _carried(self, leaf.account);
        uint256 pay = self.totalRaw > self.budget ? worker.raw * self.budget / self.totalRaw : worker.raw;
        vm.assertEq(leaf.position, labeled ? worker.position + 1 : 0, "position");
        vm.assertEq(leaf.raw, worker.raw, "raw pay");
        vm.assertEq(leaf.cumulative, carried + pay, "cumulative");
        vm.assertTrue(labeled || carried > 0, "due");
    }

    /// @dev Everybody who labeled, and who earned before without labeling now.
    function _nDue(Case calldata self) private pure returns (uint256 n) {
        n = self.workers.length;
        for (uint256 i = 0; i < self.previous.length; ++i) {
            (bool labeled,) = _worker(self, self.previous[i].account);
            if (!labeled && self.previous[i].cumulative > 0) ++n;
        }
    }

    function _worker(Case calldata self, address account) private pure returns (bool, Worker memory worker) {
        for (uint256 i = 0; i < self.workers.length; ++i) {
            if (self.workers[i].account == account) return (true, self.workers[i]);
        }
        return (false, worker);
    }

    function _carried(Case calldata self, address account) private pure returns (uint256) {
        for (uint256 i = 0; i < self.previous.length; ++i) {
            if (self.previous[i].account == account) return self.previous[i].cumulative;
        }
        return 0;
    }
}

/// @notice Messages that are signed.
contract Differential_Digests_Test is DifferentialTest {
    struct Case {
        uint64 chainId;
        address labelEpochs;
        IEpochReferee.Preference preference;
        uint64 receivedAt;
        address sessionKey;
        string scope;
        uint64 expiresAt;
        bytes32 preferenceHash;
        bytes32 preferenceDigest;
        bytes32 receiptDigest;
        bytes32 sessionDigest;
    }

    function test_Differential_Digests() public {
        _checkAll("digests", this.check.selector, 50);
    }

    function check(Case calldata self) external pure {
        bytes32 preferenceHash = Messages.hashPreference(self.preference);
        vm.assertEq(preferenceHash, self.preferenceHash, "preference");
        vm.assertEq(_digest(self, preferenceHash), self.preferenceDigest, "preference's digest");
        bytes32 receipt = Messages.hashReceipt(preferenceHash, self.receivedAt);
        vm.assertEq(_digest(self, receipt), self.receiptDigest, "receipt's digest");
        bytes32 session = Messages.hashSession(self.preference.labeler, self.sessionKey, self.scope, self.expiresAt);
        vm.assertEq(_digest(self, session), self.sessionDigest, "session's digest");
    }

    function _digest(Case calldata self, bytes32 structHash) private pure returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Polity"),
                keccak256("1"),
                self.chainId,
                self.labelEpochs
            )
        );
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }
}

/// @notice What the referee asks about an epoch, and the verdict that it gives.
contract RecordedEpoch {
    ILabelEpochs.Terms private _terms;
    ILabelEpochs.Epoch private _epoch;
    bytes32 public payoutsRoot; // approved before
    uint32 public accountCount;
    Fraud public fraud;

    constructor(
        ILabelEpochs.Terms memory terms,
        ILabelEpochs.Epoch memory epoch,
        bytes32 approvedRoot,
        uint32 approvedCount
    ) {
        _terms = terms;
        _epoch = epoch;
        payoutsRoot = approvedRoot;
        accountCount = approvedCount;
    }

    function termsOf(uint64) external view returns (ILabelEpochs.Terms memory) {
        return _terms;
    }

    function epochOf(uint64) external view returns (ILabelEpochs.Epoch memory) {
        return _epoch;
    }

    function disprovePayouts(uint64, address, Fraud proved) external {
        fraud = proved;
    }
}

/// @notice Accusations whose openings Rust made: of wrong proposals, each of which differs from the honest one in some
/// detail and must be disproved, and of honest ones, which never are.
contract Differential_Frauds_Test is DifferentialTest {
    struct Case {
        ILabelEpochs.Terms terms;
        bytes32 secret;
        bytes32 seed;
        uint64 epoch;
        bytes32 labelsRoot;
        uint32 blockCount;
        bytes32 payoutsRoot;
        uint32 accountCount;
        uint112 totalCumulative;
        uint112 totalRaw;
        bytes32 approvedRoot;
        uint32 approvedCount;
        Fraud fraud; // None: the proposal is honest
        bytes call;
    }

    uint256 private constant LAST_FRAUD_OF_PROPOSERS = uint256(Fraud.Score);

    mapping(Fraud => uint256) private nOf;

    function test_Differential_Frauds() public {
        _checkAll("frauds", this.check.selector, 500);
        for (uint256 i = 0; i <= LAST_FRAUD_OF_PROPOSERS; ++i) {
            vm.assertTrue(nOf[Fraud(i)] >= 5, string.concat("too few cases of fraud ", vm.toString(i)));
        }
    }

    function check(Case calldata self) external {
        ++nOf[self.fraud];
        RecordedEpoch record = _record(self);
        EpochReferee referee = new EpochReferee(
            EpochReferee.Config({
                authority: address(this),
                labelEpochs: ILabelEpochs(address(record)),
                distributor: IRewardDistributor(address(record)),
                stakingPool: IStakingPool(address(0)),
                slashAmount: 1
            })
        );
        (bool proved, bytes memory revertData) = address(referee).call(self.call);
        vm.assertEq(uint256(record.fraud()), uint256(self.fraud), "verdict");
        vm.assertTrue(proved == (self.fraud != Fraud.None), "proved");
        if (proved) return;
        // Refused for what it says, not because the openings could not be read.
        bytes4 reason = bytes4(revertData);
        vm.assertTrue(
            reason == IEpochReferee.EpochRefereeNoFraud.selector
                || reason == IEpochReferee.EpochRefereeNotAbsent.selector,
            "reason"
        );
    }

    function _record(Case calldata self) private returns (RecordedEpoch) {
        ILabelEpochs.Epoch memory epoch;
        epoch.status = ILabelEpochs.Status.Proposed;
        epoch.blockCount = self.blockCount;
        epoch.labelsRoot = self.labelsRoot;
        epoch.secret = self.secret;
        epoch.seed = self.seed;
        epoch.payoutsRoot = self.payoutsRoot;
        epoch.accountCount = self.accountCount;
        epoch.totalCumulative = self.totalCumulative;
        epoch.totalRaw = self.totalRaw;
        return new RecordedEpoch(self.terms, epoch, self.approvedRoot, self.approvedCount);
    }
}
