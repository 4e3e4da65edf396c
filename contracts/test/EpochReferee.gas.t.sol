// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fraud, IEpochReferee} from "../src/interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {LabelWord} from "../src/types/LabelLeaf.sol";
import {RawPay} from "../src/types/PayoutLeaf.sol";
import {vm} from "../../script/Vm.sol";
import {EpochRefereeTest} from "./EpochRefereeBase.sol";
import {Book, EpochRule, GoldSeat, Leaf} from "./harnesses/EpochRule.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

/// @notice Gas of whole fraud proofs, calldata and the slash included, at the size of a real epoch: 64 blocks of 16
/// labelers with 256 slots each, 2^14 accounts. Siblings are random words: a path costs the same whatever stands beside it.
contract EpochReferee_Gas_Test is EpochRefereeTest {
    string private constant GROUP = "EpochReferee";
    uint32 private constant BLOCKS = 64;
    uint32 private constant BLOCK = 37;
    uint256 private constant MEMBERS = 16;
    uint256 private constant SEAT = 15;
    uint32 private constant ACCOUNTS = 2 ** 14;
    uint32 private constant INDEX = 9_999;
    bytes32 private constant SECRET = keccak256("secret");

    function test_DisproveScore() public {
        Book memory book = _oneBlock();
        IEpochReferee.BlockOpening memory roster = _block(book, 0);
        IEpochReferee.GoldOpening memory gold = _goldOpening(book, SEAT);
        IEpochReferee.PayoutOpening memory leaf;
        RawPay memory pay = RawPay(BLOCK * uint32(ROSTER) + uint32(SEAT) + 1, 1e18, 1e21);
        _chain(book, roster, gold, leaf, pay);
        // The treasury is never empty; the challenger is somebody without a token.
        token.transfer(RESERVE, 1);
        // A later second than the bond's: votes get a new checkpoint.
        _skip(1);
        vm.prank(challenger);
        referee.disproveScore(book.epoch, leaf, pay, roster, gold);
        _snapshot("disproveScore: roster 16", 300_000);
        vm.assertTrue(epochs.epochOf(book.epoch).status == ILabelEpochs.Status.Revealed, "disproved");
    }

    function _snapshot(string memory name, uint256 most) private {
        vm.assertLe(vm.snapshotGasLastCall(GROUP, name), most, name);
    }

    /// @dev The block as block 0 of a book of one; its leaves are then hashed as those of block 37.
    function _oneBlock() private pure returns (Book memory book) {
        book.epoch = 1;
        (book.secret, book.seed) = (SECRET, keccak256(abi.encode(SECRET, BLOCK_HASH)));
        book.labels = new LabelWord[](ROSTER);
        book.gold = new GoldSeat[](ROSTER);
        for (uint256 i = 0; i < MEMBERS; ++i) {
            uint256 answers = uint256(keccak256(abi.encode("answers", i)));
            address labeler = address(uint160(uint256(keccak256(abi.encode("labeler", i)))));
            book.labels[i] = LabelWord(labeler, answers, type(uint256).max);
            book.gold[i] = GoldSeat(answers, keccak256(abi.encode("tasks", i)));
        }
        ILabelEpochs.Terms memory terms = book.terms;
        (terms.budget, terms.basePay, terms.alphaPay) = (1e22, 1e18, 4e18);
        (terms.blockSlots, terms.overlapSlots, terms.goldSlots) = (256, 64, 16);
        (terms.minOverlap, terms.minRoster) = (48, 12);
        (terms.secretHash, terms.campaignHash) = (keccak256(abi.encode(SECRET)), "campaign");
        terms.goldBlocks = BLOCKS;
    }

    /// @dev Everything on chain up to a proposal with the leaf in it. Fills the paths of the openings.
    function _chain(
        Book memory book,
        IEpochReferee.BlockOpening memory roster,
        IEpochReferee.GoldOpening memory gold,
        IEpochReferee.PayoutOpening memory leaf,
        RawPay memory pay
    ) private {
        roster.blockIndex = BLOCK;
        roster.proof = _siblings("labels", 6);
        gold.proof = _siblings("gold", 11);
        leaf.index = INDEX;
        leaf.account = book.labels[SEAT].labeler;
        (leaf.cumulative, leaf.runningTotal) = (1e18, 1e21);
        leaf.rawPayHash = EpochRule.hash(pay);
        leaf.proof = _siblings("payouts", 14);
        book.terms.goldRoot = _root(gold.proof, BLOCK * ROSTER + SEAT, EpochRule.goldHashes(book)[SEAT]);

        bytes32[] memory block37 = new bytes32[](ROSTER);
        for (uint256 s = 0; s < MEMBERS; ++s) {
            block37[s] = _labelHash(book, s);
        }
        vm.startPrank(operator);
        epochs.open(book.terms);
        epochs.commitLabels(1, _root(roster.proof, BLOCK, MerkleTree.root(block37)), BLOCKS, "bundle");
        vm.stopPrank();
        uint256 number = vm.getBlockNumber();
        vm.roll(number + 2);
        vm.setBlockhash(number + 1, BLOCK_HASH);
        epochs.reveal(1, SECRET);
        bytes32 hash = EpochRule.hash(Leaf(leaf.account, leaf.cumulative, leaf.runningTotal, pay));
        vm.prank(cheat);
        epochs.proposePayouts(1, _root(leaf.proof, INDEX, hash), ACCOUNTS, 1e22, 1e22);
    }

    function _labelHash(Book memory book, uint256 seat) private pure returns (bytes32) {
        bytes32 typehash =
            keccak256("LabelLeaf(uint64 epoch,uint32 block,uint32 seat,address labeler,uint256 answers,uint256 valid)");
        LabelWord memory word = book.labels[seat];
        return keccak256(abi.encode(typehash, book.epoch, BLOCK, seat, word.labeler, word.answers, word.valid));
    }

    function _siblings(string memory name, uint256 depth) private pure returns (bytes32[] memory siblings) {
        siblings = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            siblings[i] = keccak256(abi.encode(name, i));
        }
    }

    function _root(bytes32[] memory siblings, uint256 index, bytes32 node) private pure returns (bytes32) {
        for (uint256 i = 0; i < siblings.length; ++i) {
            node = (index >> i) & 1 == 0
                ? keccak256(bytes.concat(node, siblings[i]))
                : keccak256(bytes.concat(siblings[i], node));
        }
        return node;
    }
}
