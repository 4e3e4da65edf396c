// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Fraud, IEpochReferee} from "../src/interfaces/IEpochReferee.sol";
import {IStakingPool} from "../src/interfaces/IStakingPool.sol";
import {LabelWord} from "../src/types/LabelLeaf.sol";
import {vm} from "../../script/Vm.sol";
import {EpochRefereeLabelsTest} from "./EpochRefereeLabels.t.sol";
import {Book, EpochRule, GoldSeat, Leaf} from "./harnesses/EpochRule.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

/// @notice A wallet that is a contract with one owner.
contract Wallet is IERC1271 {
    address private immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return ECDSA.recover(hash, signature) == owner ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

abstract contract EpochRefereeSlashTest is EpochRefereeLabelsTest {
    uint256 internal constant STAKE = 1_000e18;

    address internal labeler;
    uint256 internal labelerKey;
    address internal sessionKey;
    uint256 internal sessionPrivateKey;

    function setUp() public virtual override {
        super.setUp();
        (labeler, labelerKey) = _signer("labeler");
        (sessionKey, sessionPrivateKey) = _signer("session");
        _stake(labeler, STAKE);
    }

    function _session() internal view returns (IEpochReferee.Session memory) {
        return _session("label", _now() + 1 days);
    }

    function _session(string memory scope, uint64 expiresAt) internal view returns (IEpochReferee.Session memory) {
        return IEpochReferee.Session(sessionKey, scope, expiresAt, _authorize(labeler, scope, expiresAt));
    }

    function _authorize(address wallet, string memory scope, uint64 expiresAt) internal view returns (bytes memory) {
        bytes32 typehash =
            keccak256("SessionKeyAuthorization(address labeler,address sessionKey,string scope,uint64 expiresAt)");
        bytes32 structHash = keccak256(abi.encode(typehash, wallet, sessionKey, keccak256(bytes(scope)), expiresAt));
        return _sign(labelerKey, structHash);
    }

    function _assertSlashed(uint64 epoch, uint256 slashed) internal view {
        vm.assertEq(slashed, SLASH_AMOUNT);
        (uint256 active,,) = pool.stakeOf(labeler);
        vm.assertEq(active, STAKE - SLASH_AMOUNT);
        vm.assertEq(token.balanceOf(challenger), SLASH_AMOUNT / 5, "challenger's share");
        vm.assertTrue(referee.isSlashed(epoch, labeler));
    }
}

contract EpochReferee_SlashEquivocation_Test is EpochRefereeSlashTest {
    uint64 private epoch;

    function setUp() public override {
        super.setUp();
        Book memory book = _randomBook(1);
        epoch = book.epoch;
        vm.prank(operator);
        epochs.open(book.terms);
    }

    function testFuzz_SlashesTwoAnswersToOneSlot(IEpochReferee.Preference memory a, uint8 choice, bytes32 taskId)
        public
    {
        IEpochReferee.Preference memory b;
        (a, b) = _pair(a);
        (b.choice, b.taskId) = (choice, taskId);
        vm.assume(a.choice != choice || a.taskId != taskId);
        bytes32 caseId = keccak256(abi.encode(epochs, epoch, labeler));
        bytes memory call = _call(a, b, _session());
        vm.expectEmit(address(referee));
        emit IEpochReferee.LabelerSlashed(epoch, labeler, caseId, SLASH_AMOUNT);
        vm.prank(challenger);
        (bool ok, bytes memory slashed) = address(referee).call(call);
        vm.assertTrue(ok);
        _assertSlashed(epoch, abi.decode(slashed, (uint256)));
        _refuses(call, abi.encodeWithSelector(IEpochReferee.EpochRefereeAlreadySlashed.selector, epoch, labeler));
    }

    function test_SlashesTheOwnerOfAContractWallet() public {
        address owner = labeler;
        labeler = address(new Wallet(owner));
        token.transfer(labeler, STAKE);
        vm.prank(labeler);
        token.lockAndCall(address(pool), STAKE, "");
        IEpochReferee.Preference memory p;
        (IEpochReferee.Preference memory a, IEpochReferee.Preference memory b) = _pair(p);
        b.choice = 1;
        bytes memory call = _call(a, b, _session());
        vm.prank(challenger);
        (bool ok, bytes memory slashed) = address(referee).call(call);
        vm.assertTrue(ok);
        _assertSlashed(epoch, abi.decode(slashed, (uint256)));
    }

    /// @dev Only two answers to the same slot contradict each other.
    function testFuzz_RevertIf_TheSlotsAreNotTheSame(IEpochReferee.Preference memory a, uint256 field) public {
        IEpochReferee.Preference memory b;
        (a, b) = _pair(a);
        a.choice = 0;
        b.choice = 1;
        field %= 5;
        unchecked {
            if (field == 0) b.epoch += 1;
            if (field == 1) b.blockIndex += 1;
            if (field == 2) b.seat += 1;
            if (field == 3) b.slot += 1;
            if (field == 4) b.labeler = address(uint160(b.labeler) + 1);
        }
        _refuses(_call(a, b, _session()), _noFraudOf(epoch));
    }

    function testFuzz_RevertIf_TheAnswersAreEqual(IEpochReferee.Preference memory a) public {
        IEpochReferee.Preference memory b;
        (a, b) = _pair(a);
        _refuses(_call(a, b, _session()), _noFraudOf(epoch));
    }

    function test_RevertIf_TheEpochWasNeverOpened() public {
        (IEpochReferee.Preference memory a, IEpochReferee.Preference memory b) = _contradiction();
        a.epoch = b.epoch = epoch + 1;
        _refuses(
            _call(a, b, _session()), abi.encodeWithSelector(IEpochReferee.EpochRefereeWrongStatus.selector, epoch + 1)
        );
    }

    function test_RevertIf_TheKeyWasNotAuthorised() public {
        (IEpochReferee.Preference memory a, IEpochReferee.Preference memory b) = _contradiction();
        _refuses(_call(a, b, _session("vote", _now() + 1)), _invalidSignature(sessionKey));
        IEpochReferee.Session memory session = _session();
        session.expiresAt += 1;
        _refuses(_call(a, b, session), _invalidSignature(labeler));
        session = _session();
        session.sessionKey = operator;
        _refuses(_call(a, b, session), _invalidSignature(labeler));
    }

    /// @dev A key that was lost long ago cannot be turned against the labeler.
    function test_RevertIf_TheKeyExpiredBeforeTheEpoch() public {
        (IEpochReferee.Preference memory a, IEpochReferee.Preference memory b) = _contradiction();
        _refuses(_call(a, b, _session("label", _now() - 1)), _invalidSignature(sessionKey));
        (bool ok,) = address(referee).call(_call(a, b, _session("label", _now())));
        vm.assertTrue(ok);
    }

    function test_RevertIf_AnAnswerIsNotSignedByTheKey() public {
        (IEpochReferee.Preference memory a, IEpochReferee.Preference memory b) = _contradiction();
        bytes memory signature = _sign(sessionPrivateKey, _hash(a));
        bytes memory other = _sign(operatorKey, _hash(b));
        _refuses(
            abi.encodeCall(IEpochReferee.slashEquivocation, (a, signature, b, other, _session())),
            _invalidSignature(sessionKey)
        );
        _refuses(
            abi.encodeCall(IEpochReferee.slashEquivocation, (b, other, a, signature, _session())),
            _invalidSignature(sessionKey)
        );
    }

    /// @dev Its one slash must not be used up while there is nothing to take.
    function test_RevertIf_ThereIsNoStake() public {
        (IEpochReferee.Preference memory a, IEpochReferee.Preference memory b) = _contradiction();
        bytes memory call = _call(a, b, _session());
        vm.prank(labeler);
        pool.requestUnstake(STAKE);
        _skip(7 days);
        vm.prank(labeler);
        pool.withdraw();
        _refuses(call, abi.encodeWithSelector(IEpochReferee.EpochRefereeNothingToSlash.selector, labeler));
        vm.assertFalse(referee.isSlashed(epoch, labeler));
        vm.prank(labeler);
        token.lockAndCall(address(pool), STAKE, "");
        vm.prank(challenger);
        (bool ok,) = address(referee).call(call);
        vm.assertTrue(ok);
        _assertSlashed(epoch, SLASH_AMOUNT);
    }

    function test_SlashesThawingStake() public {
        (IEpochReferee.Preference memory a, IEpochReferee.Preference memory b) = _contradiction();
        vm.prank(labeler);
        pool.requestUnstake(STAKE);
        (bool ok,) = address(referee).call(_call(a, b, _session()));
        vm.assertTrue(ok);
        (uint256 active, uint256 thawing,) = pool.stakeOf(labeler);
        vm.assertEq(active + thawing, STAKE - SLASH_AMOUNT);
    }

    function _contradiction()
        private
        view
        returns (IEpochReferee.Preference memory a, IEpochReferee.Preference memory b)
    {
        (a, b) = _pair(a);
        b.choice = 1;
    }

    /// @dev Twice the same answer of the labeler.
    function _pair(IEpochReferee.Preference memory a)
        private
        view
        returns (IEpochReferee.Preference memory, IEpochReferee.Preference memory)
    {
        (a.epoch, a.labeler) = (epoch, labeler);
        return (a, abi.decode(abi.encode(a), (IEpochReferee.Preference)));
    }

    function _call(
        IEpochReferee.Preference memory a,
        IEpochReferee.Preference memory b,
        IEpochReferee.Session memory session
    ) private view returns (bytes memory) {
        return abi.encodeCall(
            IEpochReferee.slashEquivocation,
            (a, _sign(sessionPrivateKey, _hash(a)), b, _sign(sessionPrivateKey, _hash(b)), session)
        );
    }

    function _noFraudOf(uint64 of_) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEpochReferee.EpochRefereeNoFraud.selector, of_);
    }
}

contract EpochReferee_SlashGold_Test is EpochRefereeSlashTest {
    uint256 private constant SEAT = 7;
    uint256 private constant GOLD = 24;

    /// @dev 24 gold slots: slashable up to 2 right ones.
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_SlashesWhoFailsGold(uint256 seed, uint256 right) public {
        right = _bound(right, 0, 2);
        Book memory book = _goldBook(seed, right, 0);
        _reveal(book);
        vm.prank(challenger);
        (bool ok, bytes memory slashed) = address(referee).call(_call(book));
        vm.assertTrue(ok);
        _assertSlashed(book.epoch, abi.decode(slashed, (uint256)));
        _refuses(
            _call(book), abi.encodeWithSelector(IEpochReferee.EpochRefereeAlreadySlashed.selector, book.epoch, labeler)
        );
    }

    /// forge-config: default.fuzz.runs = 24
    function testFuzz_RevertIf_AnHonestWorkerCouldDoAsBadly(uint256 seed, uint256 right) public {
        right = _bound(right, 3, GOLD);
        Book memory book = _goldBook(seed, right, 0);
        _reveal(book);
        _refuses(_call(book), _noFraud(book));
    }

    /// @dev What was not answered counts for nothing.
    function test_RevertIf_TooLittleWasAnswered() public {
        Book memory book = _goldBook(1, 0, 9);
        _reveal(book);
        _refuses(_call(book), _noFraud(book));
    }

    /// @dev The operator commits labels for a staker that never answered.
    function test_Attack_SlashingALabelerWithInventedLabels() public {
        Book memory book = _goldBook(1, 0, 0);
        _reveal(book);
        sessionPrivateKey = operatorKey;
        _refuses(_call(book), _invalidSignature(sessionKey));
        sessionKey = operator;
        labelerKey = operatorKey;
        _refuses(_call(book), _invalidSignature(labeler));
    }

    /// @dev Or shows other tasks in the gold slots than those it committed.
    function test_RevertIf_TheTasksAreOthers() public {
        Book memory book = _goldBook(1, 0, 0);
        book.gold[SEAT].tasksHash = "others";
        book.terms.goldRoot = MerkleTree.root(EpochRule.goldHashes(book));
        _reveal(book);
        _refuses(_call(book), _invalidOpening(book, SEAT));
    }

    function test_RevertIf_TheSeatHasNoGold() public {
        Book memory book = _goldBook(1, 0, 0);
        book.gold[SEAT].tasksHash = 0;
        book.terms.goldRoot = MerkleTree.root(EpochRule.goldHashes(book));
        _reveal(book);
        _refuses(_call(book), _invalidOpening(book, SEAT));
    }

    /// @dev Nobody sits there; its words are not committed, so anybody could make them up.
    function test_RevertIf_TheSeatIsEmpty() public {
        Book memory book = _goldBook(1, 0, 0);
        book.labels[SEAT] = LabelWord(address(0), book.labels[SEAT].answers, book.labels[SEAT].valid);
        _reveal(book);
        _refuses(_call(book), _noFraud(book));
    }

    /// @dev Answers of the labeler that are not the committed ones.
    function test_RevertIf_TheLabelIsMadeUp() public {
        Book memory book = _goldBook(1, 6, 0);
        _reveal(book);
        book.labels[SEAT].answers = ~book.gold[SEAT].answers;
        _refuses(_call(book), _invalidOpening(book, SEAT));
    }

    function test_RevertIf_TheSecretIsNotKnownOrTheEpochIsVoid() public {
        Book memory book = _goldBook(1, 0, 0);
        bytes memory reason = abi.encodeWithSelector(IEpochReferee.EpochRefereeWrongStatus.selector, book.epoch);
        bytes memory call = _call(book);
        _refuses(call, reason);
        _reveal(book);
        epochs.voidEpoch(book.epoch);
        _refuses(call, reason);
    }

    function test_SlashesAfterTheEpochWasAccepted() public {
        Book memory book = _goldBook(1, 0, 0);
        _reveal(book);
        _accepts(book);
        vm.prank(challenger);
        (bool ok,) = address(referee).call(_call(book));
        vm.assertTrue(ok);
        _assertSlashed(book.epoch, SLASH_AMOUNT);
    }

    /// @dev An epoch in which our labeler has `right` of its gold slots right and did not answer `skipped`.
    function _goldBook(uint256 seed, uint256 right, uint256 skipped) private view returns (Book memory book) {
        book = _randomBook(seed);
        book.blockCount = 1;
        book.secret = keccak256(abi.encode(seed));
        book.seed = keccak256(abi.encode(book.secret, BLOCK_HASH));
        book.terms.secretHash = keccak256(abi.encode(book.secret));
        (book.terms.blockSlots, book.terms.overlapSlots, book.terms.goldSlots) = (96, 32, uint16(GOLD));
        (book.terms.goldBlocks, book.terms.minOverlap) = (1, 0);
        book.labels = new LabelWord[](ROSTER);
        book.gold = new GoldSeat[](ROSTER);
        uint256 known = uint256(keccak256(abi.encode("known", seed)));
        uint256 all = type(uint256).max >> 160;
        book.labels[SEAT] = LabelWord(labeler, ~known & all, all);
        uint256[] memory slots = EpochRule.goldSlots(book, 0, SEAT);
        for (uint256 i = 0; i < right; ++i) {
            book.labels[SEAT].answers ^= 1 << slots[i];
        }
        for (uint256 i = 0; i < skipped; ++i) {
            book.labels[SEAT].valid &= ~(1 << slots[i]);
            book.labels[SEAT].answers &= ~(1 << slots[i]);
        }
        book.gold[SEAT] = GoldSeat(known, keccak256(abi.encodePacked(_taskIds())));
        book.gold[SEAT + 1] = GoldSeat(known, "neighbour");
        book.terms.goldRoot = MerkleTree.root(EpochRule.goldHashes(book));
    }

    function _taskIds() private pure returns (bytes32[] memory taskIds) {
        taskIds = new bytes32[](GOLD);
        for (uint256 i = 0; i < GOLD; ++i) {
            taskIds[i] = keccak256(abi.encode("task", i));
        }
    }

    function _call(Book memory book) private view returns (bytes memory) {
        bytes32[] memory taskIds = _taskIds();
        return abi.encodeCall(
            IEpochReferee.slashGold,
            (
                book.epoch,
                _label(book, SEAT),
                _goldOpening(book, SEAT),
                taskIds,
                _wrongAnswers(book, taskIds),
                _session()
            )
        );
    }

    function _wrongAnswers(Book memory book, bytes32[] memory taskIds)
        private
        view
        returns (bytes[] memory signatures)
    {
        uint256 mask = EpochRule.maskOf(EpochRule.goldSlots(book, 0, SEAT));
        LabelWord memory word = book.labels[SEAT];
        signatures = new bytes[](GOLD);
        uint256 nTasks = 0;
        uint256 nWrong = 0;
        for (uint256 s = 0; s < 256; ++s) {
            if (!EpochRule.bit(mask, s)) continue;
            bytes32 taskId = taskIds[nTasks++];
            bool right = EpochRule.bit(word.answers, s) == EpochRule.bit(book.gold[SEAT].answers, s);
            if (right || !EpochRule.bit(word.valid, s)) continue;
            IEpochReferee.Preference memory p = _preference(book, SEAT, s);
            p.taskId = taskId;
            signatures[nWrong++] = _sign(sessionPrivateKey, _hash(p));
        }
    }
}
