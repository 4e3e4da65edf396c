// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {IEpochReferee} from "../../src/interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../../src/interfaces/ILabelEpochs.sol";
import {EpochReferee} from "../../src/rewards/EpochReferee.sol";
import {LabelEpochs} from "../../src/rewards/LabelEpochs.sol";
import {vm} from "../../../script/Vm.sol";
import {Base, InvariantBase} from "../Base.sol";
import {Accusations} from "../EpochRefereeHonest.t.sol";
import {Book, EpochRule, Leaf, Payouts} from "../harnesses/EpochRule.sol";
import {MerkleTree} from "../harnesses/MerkleTree.sol";

/// @dev An epoch's inputs, and what the rule gives for them after a given approved tree: computed once, before all runs.
struct Chapter {
    ILabelEpochs.Terms terms;
    bytes32 secret;
    bytes32 labelsRoot;
    uint32 blockCount;
    Proposal right;
    Proposal wrong;
    bytes proof; // disproves the wrong one
    bytes[] accusations; // of the right one
    bytes[] openings; // answers for each leaf of the right one
}

struct Proposal {
    bytes32 root;
    uint32 accountCount;
    uint112 totalCumulative;
    uint112 totalRaw;
}

/// @dev Actions: advance (open, commit, reveal or miss it, propose right or wrong, accept), accuse, garble, prove, demand,
/// answer, disproveUnopened, vote (reject or void), passTime. The handler is governance and operator. Honest people watch:
/// no time passes while a demand for a leaf of theirs is unanswered. The operator need not answer for labels and gold.
contract EpochRefereeHandler is Base {
    uint64 public constant EPOCHS = 3;
    bytes32 private constant BLOCK_HASH = keccak256("block");

    GovernanceToken private immutable token;
    LabelEpochs private immutable epochs;
    EpochReferee private immutable referee;
    address private immutable author = msg.sender;
    address private immutable honest;
    address private immutable cheat;
    address private immutable attacker;

    /// @dev By epoch, the epoch accepted before it, and whether the secret was never revealed.
    mapping(uint64 epoch => mapping(uint64 accepted => mapping(bool missed => Chapter))) private _chapters;
    uint64 private _accepted;

    bool public honestDisproved;
    bool public truthRefused;
    uint256 public nAccepted;
    uint256 public nDisproved;
    uint256 public nAnswered;

    constructor(
        GovernanceToken token_,
        LabelEpochs epochs_,
        EpochReferee referee_,
        address honest_,
        address cheat_,
        address attacker_
    ) {
        (token, epochs, referee) = (token_, epochs_, referee_);
        (honest, cheat, attacker) = (honest_, cheat_, attacker_);
    }

    /// @dev For the set-up only; not an action.
    function add(uint64 epoch, uint64 accepted, bool missed, Chapter calldata chapter) external {
        if (msg.sender != author) return;
        _chapters[epoch][accepted][missed] = chapter;
    }

    function advance(uint256 choice) external {
        uint64 epoch = epochs.lastEpoch();
        ILabelEpochs.Epoch memory self = epochs.epochOf(epoch);
        if (self.status == ILabelEpochs.Status.Open) {
            Chapter storage chapter = _chapters[epoch][_accepted][false];
            epochs.commitLabels(epoch, chapter.labelsRoot, chapter.blockCount, "bundle");
        } else if (self.status == ILabelEpochs.Status.Committed) {
            _revealOrMiss(epoch, choice);
        } else if (self.status == ILabelEpochs.Status.Revealed) {
            _propose(epoch, choice % 3 == 0);
        } else if (self.status == ILabelEpochs.Status.Proposed) {
            _settle(epoch, self);
        } else if (epoch < EPOCHS) {
            _open(epoch + 1);
        }
    }

    function accuse(uint256 which) external {
        Chapter storage chapter = _chapter();
        uint256 n = chapter.accusations.length;
        if (n > 0) _attack(chapter.accusations[which % n]);
    }

    function garble(uint256 which, uint256 place, uint8 value) external {
        Chapter storage chapter = _chapter();
        uint256 n = chapter.accusations.length;
        if (n == 0) return;
        bytes memory call = chapter.accusations[which % n];
        call[_bound(place, 4, call.length - 1)] = bytes1(value);
        _attack(call);
    }

    /// @dev A wrong tree never survives its proof.
    function prove() external {
        Chapter storage chapter = _chapter();
        ILabelEpochs.Epoch memory self = epochs.epochOf(epochs.lastEpoch());
        if (self.status != ILabelEpochs.Status.Proposed || self.proposer != cheat) return;
        vm.prank(attacker);
        (bool ok,) = address(referee).call(chapter.proof);
        if (!ok) truthRefused = true;
        else ++nDisproved;
    }

    function demand(uint8 tree, uint32 index) external {
        _afford(attacker, epochs.challengerBond());
        uint64 epoch = epochs.lastEpoch();
        IEpochReferee.Tree which = IEpochReferee.Tree(tree % 3);
        ILabelEpochs.Epoch memory self = epochs.epochOf(epoch);
        index %= which == IEpochReferee.Tree.Payouts ? self.accountCount + 1 : 36;
        vm.prank(attacker);
        try referee.demandOpening(epoch, which, index) {} catch {}
    }

    function answer() public {
        uint64 epoch = epochs.lastEpoch();
        ILabelEpochs.Epoch memory self = epochs.epochOf(epoch);
        IEpochReferee.Demand memory open = referee.demandOf(epoch);
        if (self.challenger == address(0) || open.tree != IEpochReferee.Tree.Payouts || self.proposer != honest) {
            return;
        }
        vm.prank(honest);
        (bool ok,) = address(referee).call(_chapter().openings[open.index]);
        if (!ok) truthRefused = true;
        else ++nAnswered;
    }

    function disproveUnopened() external {
        _attack(abi.encodeCall(IEpochReferee.disproveUnopened, (epochs.lastEpoch())));
    }

    function vote(uint256 choice) external {
        uint64 epoch = epochs.lastEpoch();
        if (choice % 16 == 0) try epochs.voidEpoch(epoch) {} catch {}
        if (choice % 16 == 1) try epochs.rejectPayouts(epoch) {} catch {}
    }

    function passTime(uint256 secs) external {
        answer();
        _skip(_bound(secs, 1, 2 days));
    }

    function _open(uint64 epoch) private {
        _afford(address(this), epochs.operatorBond());
        epochs.open(_chapters[epoch][_accepted][false].terms);
    }

    function _revealOrMiss(uint64 epoch, uint256 choice) private {
        if (choice % 4 == 0) _skip(epochs.revealWindow());
        if (_now() >= epochs.epochOf(epoch).committedAt + epochs.revealWindow()) return epochs.missReveal(epoch);
        uint256 number = epochs.epochOf(epoch).commitBlock + 1;
        vm.roll(number + 1);
        vm.setBlockhash(number, BLOCK_HASH);
        epochs.reveal(epoch, _chapters[epoch][_accepted][false].secret);
    }

    function _propose(uint64 epoch, bool wrong) private {
        Proposal memory p = wrong ? _chapter().wrong : _chapter().right;
        address proposer = wrong ? cheat : honest;
        if (wrong) _afford(cheat, 10 * epochs.minProposerBond());
        vm.prank(proposer);
        epochs.proposePayouts(epoch, p.root, p.accountCount, p.totalCumulative, p.totalRaw);
    }

    /// @dev Voters recompute: they accept the right root once its window is over, reject the wrong one, and void an epoch
    /// whose secret was never revealed (so that the next chapters build on few approved trees).
    function _settle(uint64 epoch, ILabelEpochs.Epoch memory self) private {
        if (self.proposer == cheat) return epochs.rejectPayouts(epoch);
        if (self.challenger != address(0)) return;
        if (_now() < self.challengeEndsAt) _skip(self.challengeEndsAt - _now());
        if (self.seed == 0) return epochs.voidEpoch(epoch);
        epochs.acceptPayouts(epoch, self.payoutsRoot);
        _accepted = epoch;
        ++nAccepted;
    }

    /// @dev The present epoch's.
    function _chapter() private view returns (Chapter storage) {
        uint64 epoch = epochs.lastEpoch();
        ILabelEpochs.Epoch memory self = epochs.epochOf(epoch);
        // After the acceptance the chapter is still that of the epoch before.
        return _chapters[epoch][_accepted == epoch ? 0 : _accepted][self.seed == 0];
    }

    function _attack(bytes memory call) private {
        ILabelEpochs.Epoch memory self = epochs.epochOf(epochs.lastEpoch());
        vm.prank(attacker);
        (bool ok,) = address(referee).call(call);
        if (!ok) return;
        if (epochs.epochOf(epochs.lastEpoch()).status == ILabelEpochs.Status.Revealed && self.proposer == honest) {
            honestDisproved = true;
        }
    }

    function _afford(address account, uint256 amount) private {
        (uint256 free,) = epochs.bondOf(account);
        if (free >= amount) return;
        if (account != address(this)) token.transfer(account, amount);
        vm.prank(account);
        token.lockAndCall(address(epochs), amount, "");
    }
}

/// @notice Three epochs in a row, each with everything that can go wrong around an honest proposer.
contract EpochReferee_Invariants is InvariantBase, Accusations {
    uint256 private constant HONEST_BOND = 10_000e18;

    EpochRefereeHandler private handler;
    address private attacker;

    function setUp() public override {
        super.setUp();
        attacker = _account("attacker");
        handler = new EpochRefereeHandler(token, epochs, referee, honest, cheat, attacker);
        token.transfer(address(handler), 1e8 * 1e18);
        manager.grantRole(0, address(handler), 0);
        manager.grantRole(1, address(handler), 0);
        _chaptersFrom(1, 0, new Leaf[](0));
    }

    function invariant_honest_proposer_never_loses() public view {
        (uint256 free, uint256 reserved) = epochs.bondOf(honest);
        vm.assertGe(free + reserved, HONEST_BOND);
        vm.assertGe(token.balanceOf(honest), HONEST_BOND);
        vm.assertFalse(handler.honestDisproved());
        vm.assertFalse(handler.truthRefused());
    }

    /// @dev The right trees of `epoch`, for an approved tree of `accepted`; then of all epochs after it, for both outcomes.
    function _chaptersFrom(uint64 epoch, uint64 accepted, Leaf[] memory previous) private {
        if (epoch > handler.EPOCHS()) return;
        uint256 free = _free();
        Book memory book = _smallBook(epoch, previous);
        _addChapter(book, accepted, false);
        Leaf[] memory revealed = EpochRule.payouts(book);
        _chaptersFrom(epoch + 1, epoch, revealed);
        _chaptersFrom(epoch + 1, accepted, previous);
        book.seed = 0;
        _addChapter(book, accepted, true);
        _resetTo(free);
    }

    function _smallBook(uint64 epoch, Leaf[] memory previous) private view returns (Book memory book) {
        uint256 seed = epoch * 1_000;
        uint256 free = _free();
        do {
            _resetTo(free);
            book = _randomBook(seed++);
        } while (_nLabelers(book) > 4 || book.blockCount > 1 || book.gold.length != ROSTER || book.terms.basePay == 0);
        book.epoch = epoch;
        book.seed = keccak256(abi.encode(book.secret, BLOCK_HASH));
        book.previous = previous;
    }

    function _nLabelers(Book memory book) private pure returns (uint256 n) {
        for (uint256 p = 0; p < book.labels.length; ++p) {
            if (book.labels[p].labeler != address(0)) ++n;
        }
    }

    function _addChapter(Book memory book, uint64 accepted, bool missed) private {
        uint256 free = _free();
        Chapter memory chapter;
        (chapter.terms, chapter.secret, chapter.blockCount) = (book.terms, book.secret, book.blockCount);
        chapter.labelsRoot = MerkleTree.root(EpochRule.labelHashes(book));
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        chapter.right = _proposal(right);
        Leaf[] memory leaves = EpochRule.payouts(book);
        leaves[0].runningTotal = 1;
        Payouts memory wrong = EpochRule.propose(leaves);
        (wrong.totalCumulative, wrong.totalRaw) = (right.totalCumulative, right.totalRaw);
        chapter.wrong = _proposal(wrong);
        chapter.proof = _callTotal(book, wrong, 0);
        _accuse(book, right);
        chapter.accusations = calls;
        chapter.openings = new bytes[](right.leaves.length);
        for (uint256 i = 0; i < right.leaves.length; ++i) {
            chapter.openings[i] =
                abi.encodeCall(IEpochReferee.answerPayout, (book.epoch, _opening(right, i), right.leaves[i].pay));
        }
        handler.add(book.epoch, accepted, missed, chapter);
        _resetTo(free);
    }

    function _proposal(Payouts memory payouts) private pure returns (Proposal memory) {
        return Proposal(payouts.root, uint32(payouts.leaves.length), payouts.totalCumulative, payouts.totalRaw);
    }

    function _handler() internal view override returns (address) {
        return address(handler);
    }
}
