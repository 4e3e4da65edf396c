// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DatasetRegistry} from "../src/data/DatasetRegistry.sol";
import {IEpochReferee} from "../src/interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {ModelRegistry} from "../src/models/ModelRegistry.sol";
import {Dmi} from "../src/rewards/Dmi.sol";
import {GoldBound} from "../src/rewards/GoldBound.sol";
import {LabelMasks} from "../src/rewards/LabelMasks.sol";
import {PayRule} from "../src/rewards/PayRule.sol";
import {LabelLeaf, LabelWord} from "../src/types/LabelLeaf.sol";
import {Messages} from "../src/types/Messages.sol";
import {PayoutLeaf, RawPay} from "../src/types/PayoutLeaf.sol";
import {PositionalMerkle} from "../src/types/PositionalMerkle.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

/// @notice Solidity's half of the agreement with Rust and TypeScript: the same files, the same bytes.
abstract contract VectorsTest is Base {
    function _read(string memory name) internal view returns (string memory) {
        return vm.readFile(string.concat("contracts/test/vectors/", name, ".json"));
    }

    function _at(string memory table, uint256 index, string memory column) internal pure returns (string memory) {
        return string.concat(table, "[", vm.toString(index), "]", column);
    }

    /// @dev The libraries read proofs from calldata.
    function verify(bytes32[] calldata proof, bytes32 root, uint256 count, uint256 index, bytes32 leaf)
        external
        pure
        returns (bool)
    {
        return PositionalMerkle.verify(proof, root, count, index, leaf);
    }

    /// @dev A table of payout leaves, its sums and its order.
    function _checkPayouts(string memory json, string memory table) internal pure {
        bytes32[] memory leaves = _checkPayoutLeaves(json, table);
        address[] memory accounts = vm.parseJsonAddressArray(json, string.concat(table, ".accounts"));
        uint256[] memory cumulatives = vm.parseJsonUintArray(json, string.concat(table, ".cumulatives"));
        uint256[] memory runningTotals = vm.parseJsonUintArray(json, string.concat(table, ".runningTotals"));
        uint256[] memory raws = vm.parseJsonUintArray(json, string.concat(table, ".raws"));
        uint256[] memory runningRaws = vm.parseJsonUintArray(json, string.concat(table, ".runningRaws"));
        uint256 totalCumulative = 0;
        uint256 totalRaw = 0;
        for (uint256 i = 0; i < leaves.length; ++i) {
            vm.assertEq(runningTotals[i], totalCumulative);
            vm.assertEq(runningRaws[i], totalRaw);
            totalCumulative += cumulatives[i];
            totalRaw += raws[i];
            vm.assertTrue(i == 0 || accounts[i] > accounts[i - 1], "accounts ascend");
        }
        vm.assertEq(vm.parseJsonUint(json, string.concat(table, ".totalCumulative")), totalCumulative);
        vm.assertEq(vm.parseJsonUint(json, string.concat(table, ".totalRaw")), totalRaw);
        vm.assertEq(vm.parseJsonBytes32(json, string.concat(table, ".root")), MerkleTree.root(leaves));
    }

    function _checkPayoutLeaves(string memory json, string memory table)
        internal
        pure
        returns (bytes32[] memory leaves)
    {
        leaves = vm.parseJsonBytes32Array(json, string.concat(table, ".leaves"));
        vm.assertTrue(leaves.length > 0);
        for (uint256 i = 0; i < leaves.length; ++i) {
            bytes32 rawPayHash = PayoutLeaf.hash(
                RawPay({
                    position: uint32(vm.parseJsonUint(json, _at(string.concat(table, ".positions"), i, ""))),
                    raw: vm.parseJsonUint(json, _at(string.concat(table, ".raws"), i, "")),
                    runningRaw: vm.parseJsonUint(json, _at(string.concat(table, ".runningRaws"), i, ""))
                })
            );
            vm.assertEq(rawPayHash, vm.parseJsonBytes32(json, _at(string.concat(table, ".rawPayHashes"), i, "")));
            bytes32 leaf = PayoutLeaf.hash(
                vm.parseJsonAddress(json, _at(string.concat(table, ".accounts"), i, "")),
                vm.parseJsonUint(json, _at(string.concat(table, ".cumulatives"), i, "")),
                vm.parseJsonUint(json, _at(string.concat(table, ".runningTotals"), i, "")),
                rawPayHash
            );
            vm.assertEq(leaf, leaves[i]);
        }
    }
}

contract Vectors_Merkle_Test is VectorsTest {
    function test_RootsAndProofsAgree() public view {
        string memory json = _read("merkle");
        vm.assertEq(vm.parseJsonBytes32(json, ".emptyRoot"), MerkleTree.root(new bytes32[](0)));
        uint256 nTrees = 0;
        for (; vm.keyExistsJson(json, _at(".trees", nTrees, ".root")); ++nTrees) {
            bytes32 root = vm.parseJsonBytes32(json, _at(".trees", nTrees, ".root"));
            bytes32[] memory leaves = vm.parseJsonBytes32Array(json, _at(".trees", nTrees, ".leaves"));
            uint256 depth = vm.parseJsonUint(json, _at(".trees", nTrees, ".depth"));
            vm.assertEq(MerkleTree.root(leaves), root);
            vm.assertEq(MerkleTree.depthOf(leaves.length), depth);
            vm.assertTrue(PositionalMerkle.isDepth(depth, leaves.length), "depth");
            for (uint256 i = 0; i < leaves.length; ++i) {
                bytes32[] memory proof = new bytes32[](0);
                // forge cannot tell the type of an empty array.
                if (leaves.length > 1) {
                    proof = vm.parseJsonBytes32Array(json, _at(_at(".trees", nTrees, ".proofs"), i, ""));
                }
                vm.assertTrue(this.verify(proof, root, leaves.length, i, leaves[i]), "proof");
                vm.assertFalse(this.verify(proof, root, 2 * leaves.length, i, leaves[i]));
            }
        }
        vm.assertEq(nTrees, 6);
    }
}

contract Vectors_Leaves_Test is VectorsTest {
    bytes32 private constant TASK_TYPEHASH =
        keccak256("Task(string prompt,string completionA,string completionB,bytes32 versionId)");

    function test_PayoutLeavesAgree() public view {
        string memory json = _read("leaves");
        vm.assertEq(vm.parseJsonBytes32(json, ".payoutTypehash"), PayoutLeaf.TYPEHASH);
        vm.assertEq(vm.parseJsonBytes32(json, ".rawPayTypehash"), PayoutLeaf.RAW_PAY_TYPEHASH);
        _checkPayoutLeaves(json, ".payout");
    }

    function test_LabelLeavesAgree() public view {
        string memory json = _read("leaves");
        vm.assertEq(vm.parseJsonBytes32(json, ".labelTypehash"), LabelLeaf.TYPEHASH);
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, ".label.leaves");
        vm.assertTrue(leaves.length > 0);
        for (uint256 i = 0; i < leaves.length; ++i) {
            uint256 position = vm.parseJsonUint(json, _at(".label.positions", i, ""));
            vm.assertEq(position / LabelLeaf.MAX_ROSTER, vm.parseJsonUint(json, _at(".label.blocks", i, "")));
            vm.assertEq(position % LabelLeaf.MAX_ROSTER, vm.parseJsonUint(json, _at(".label.seats", i, "")));
            LabelWord memory word = LabelWord({
                labeler: vm.parseJsonAddress(json, _at(".label.labelers", i, "")),
                answers: vm.parseJsonUint(json, _at(".label.answers", i, "")),
                valid: vm.parseJsonUint(json, _at(".label.valid", i, ""))
            });
            uint64 epoch = uint64(vm.parseJsonUint(json, _at(".label.epochs", i, "")));
            vm.assertEq(LabelLeaf.hash(epoch, position, word), leaves[i]);
        }
    }

    function test_GoldLeavesAgree() public view {
        string memory json = _read("leaves");
        vm.assertEq(vm.parseJsonBytes32(json, ".goldTypehash"), LabelLeaf.GOLD_TYPEHASH);
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, ".gold.leaves");
        vm.assertTrue(leaves.length > 1);
        vm.assertEq(LabelLeaf.hashGold(0, 0), leaves[0]); // no gold
        for (uint256 i = 1; i < leaves.length; ++i) {
            _checkGold(json, ".gold", i);
            uint256 answers = vm.parseJsonUint(json, _at(".gold.answers", i, ""));
            bytes32 tasksHash = vm.parseJsonBytes32(json, _at(".gold.tasksHashes", i, ""));
            vm.assertEq(LabelLeaf.hashGold(answers, tasksHash), leaves[i]);
        }
    }

    function test_TaskIdsAgree() public view {
        string memory json = _read("leaves");
        vm.assertEq(vm.parseJsonBytes32(json, ".taskTypehash"), TASK_TYPEHASH);
        bytes32[] memory taskIds = vm.parseJsonBytes32Array(json, ".task.taskIds");
        bytes32 versionId = vm.parseJsonBytes32(json, ".task.versionId");
        vm.assertTrue(taskIds.length > 0);
        for (uint256 i = 0; i < taskIds.length; ++i) {
            bytes32 taskId = keccak256(
                abi.encode(
                    TASK_TYPEHASH,
                    keccak256(bytes(vm.parseJsonString(json, _at(".task.prompts", i, "")))),
                    keccak256(bytes(vm.parseJsonString(json, _at(".task.completionsA", i, "")))),
                    keccak256(bytes(vm.parseJsonString(json, _at(".task.completionsB", i, "")))),
                    versionId
                )
            );
            vm.assertEq(taskId, taskIds[i]);
        }
    }

    /// @dev What the leaf holds follows from the seat's gold slots.
    function _checkGold(string memory json, string memory table, uint256 i) private pure {
        uint256[] memory slots = vm.parseJsonUintArray(json, _at(string.concat(table, ".slots"), i, ""));
        uint256[] memory choices = vm.parseJsonUintArray(json, _at(string.concat(table, ".choices"), i, ""));
        bytes32[] memory taskIds = vm.parseJsonBytes32Array(json, _at(string.concat(table, ".taskIds"), i, ""));
        uint256 answers = 0;
        for (uint256 k = 0; k < slots.length; ++k) {
            answers |= choices[k] << slots[k]; // 0 A, 1 B
        }
        vm.assertEq(answers, vm.parseJsonUint(json, _at(string.concat(table, ".answers"), i, "")));
        bytes32 tasksHash = vm.parseJsonBytes32(json, _at(string.concat(table, ".tasksHashes"), i, ""));
        vm.assertEq(keccak256(abi.encodePacked(taskIds)), tasksHash);
    }
}

contract Vectors_Eip712_Test is VectorsTest {
    function test_TheDomainSeparatorAgrees() public view {
        string memory json = _read("eip712");
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Polity"),
                keccak256("1"),
                vm.parseJsonUint(json, ".domain.chainId"),
                vm.parseJsonAddress(json, ".domain.verifyingContract")
            )
        );
        vm.assertEq(vm.parseJsonBytes32(json, ".domainSeparator"), separator);
    }

    function test_PreferencesAgree() public view {
        string memory json = _read("eip712");
        uint256 n = 0;
        for (; vm.keyExistsJson(json, _at(".preferences", n, ".message")); ++n) {
            string memory message = _at(".preferences", n, ".message");
            bytes32 structHash = Messages.hashPreference(
                IEpochReferee.Preference({
                    epoch: uint64(vm.parseJsonUint(json, string.concat(message, ".epoch"))),
                    blockIndex: uint32(vm.parseJsonUint(json, string.concat(message, ".block"))),
                    seat: uint32(vm.parseJsonUint(json, string.concat(message, ".seat"))),
                    slot: uint16(vm.parseJsonUint(json, string.concat(message, ".slot"))),
                    taskId: vm.parseJsonBytes32(json, string.concat(message, ".taskId")),
                    choice: uint8(vm.parseJsonUint(json, string.concat(message, ".choice"))),
                    labeler: vm.parseJsonAddress(json, string.concat(message, ".labeler"))
                })
            );
            _checkSigned(json, _at(".preferences", n, ".signed"), structHash);
        }
        vm.assertEq(n, 4);
    }

    function test_TheSessionKeyAuthorizationAgrees() public view {
        string memory json = _read("eip712");
        bytes32 structHash = Messages.hashSession(
            vm.parseJsonAddress(json, ".sessionKeyAuthorization.message.labeler"),
            vm.parseJsonAddress(json, ".sessionKeyAuthorization.message.sessionKey"),
            vm.parseJsonString(json, ".sessionKeyAuthorization.message.scope"),
            uint64(vm.parseJsonUint(json, ".sessionKeyAuthorization.message.expiresAt"))
        );
        _checkSigned(json, ".sessionKeyAuthorization.signed", structHash);
        string memory scope = vm.parseJsonString(json, ".sessionKeyAuthorization.message.scope");
        vm.assertEq(keccak256(bytes(scope)), Messages.LABEL_SCOPE_HASH);
    }

    function test_TheReceiptAgrees() public view {
        string memory json = _read("eip712");
        bytes32 preferenceHash = vm.parseJsonBytes32(json, ".receipt.message.preferenceHash");
        vm.assertEq(preferenceHash, vm.parseJsonBytes32(json, ".preferences[0].signed.structHash"));
        uint64 receivedAt = uint64(vm.parseJsonUint(json, ".receipt.message.receivedAt"));
        _checkSigned(json, ".receipt.signed", Messages.hashReceipt(preferenceHash, receivedAt));
    }

    /// @dev Struct hash, digest, and that the signature is the signer's.
    function _checkSigned(string memory json, string memory signed, bytes32 structHash) private pure {
        vm.assertEq(vm.parseJsonBytes32(json, string.concat(signed, ".structHash")), structHash, "struct hash");
        bytes32 separator = vm.parseJsonBytes32(json, ".domainSeparator");
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", separator, structHash));
        vm.assertEq(vm.parseJsonBytes32(json, string.concat(signed, ".digest")), digest, "digest");
        bytes memory signature = vm.parseJsonBytes(json, string.concat(signed, ".signature"));
        vm.assertEq(signature.length, 65);
        (bytes32 r, bytes32 s, uint8 v) = _split(signature);
        vm.assertEq(ecrecover(digest, v, r, s), vm.parseJsonAddress(json, string.concat(signed, ".signer")), "signer");
    }

    function _split(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }
}

/// @notice One whole epoch, from the secret to the payouts.
contract Vectors_Rewards_Test is VectorsTest {
    string private json;
    ILabelEpochs.Terms private terms;
    uint32 private blockIndex;
    bytes32 private secret;
    bytes32 private seed;
    LabelWord[] private words;
    uint8[] private seats;

    function setUp() public {
        json = _read("rewards");
        terms.budget = vm.parseJsonUint(json, ".terms.budget");
        terms.basePay = uint128(vm.parseJsonUint(json, ".terms.basePay"));
        terms.alphaPay = uint128(vm.parseJsonUint(json, ".terms.alphaPay"));
        terms.blockSlots = uint16(vm.parseJsonUint(json, ".terms.blockSlots"));
        terms.overlapSlots = uint16(vm.parseJsonUint(json, ".terms.overlapSlots"));
        terms.goldSlots = uint16(vm.parseJsonUint(json, ".terms.goldSlots"));
        terms.minOverlap = uint16(vm.parseJsonUint(json, ".terms.minOverlap"));
        terms.minRoster = uint16(vm.parseJsonUint(json, ".terms.minRoster"));
        terms.goldBlocks = uint32(vm.parseJsonUint(json, ".terms.goldBlocks"));
        terms.goldRoot = vm.parseJsonBytes32(json, ".terms.goldRoot");
        blockIndex = uint32(vm.parseJsonUint(json, ".block"));
        secret = vm.parseJsonBytes32(json, ".secret");
        seed = vm.parseJsonBytes32(json, ".seed");
        address[] memory labelers = vm.parseJsonAddressArray(json, ".labelers");
        uint256[] memory answers = vm.parseJsonUintArray(json, ".answers");
        uint256[] memory valid = vm.parseJsonUintArray(json, ".valid");
        uint256[] memory seatNumbers = vm.parseJsonUintArray(json, ".seats");
        for (uint256 i = 0; i < labelers.length; ++i) {
            words.push(LabelWord(labelers[i], answers[i], valid[i]));
            seats.push(uint8(seatNumbers[i]));
        }
        vm.assertEq(words.length, 14);
    }

    function test_TheSeedAgrees() public view {
        bytes32 blockHash = vm.parseJsonBytes32(json, ".blockHash");
        vm.assertEq(keccak256(abi.encode(secret)), vm.parseJsonBytes32(json, ".terms.secretHash"));
        vm.assertEq(keccak256(abi.encode(secret, blockHash)), seed);
    }

    function test_TheMasksAgree() public view {
        (bytes memory slots, uint256 overlap) =
            LabelMasks.overlap(secret, blockIndex, terms.blockSlots, terms.overlapSlots);
        vm.assertEq(overlap, vm.parseJsonUint(json, ".overlapMask"));
        uint256 first = LabelMasks.firstHalf(slots, seed, blockIndex, terms.overlapSlots);
        vm.assertEq(first, vm.parseJsonUint(json, ".firstHalfMask"));
        vm.assertEq(overlap & ~first, vm.parseJsonUint(json, ".secondHalfMask"));

        uint256[] memory goldMasks = vm.parseJsonUintArray(json, ".goldMasks");
        for (uint256 i = 0; i < seats.length; ++i) {
            (slots,) = LabelMasks.overlap(secret, blockIndex, terms.blockSlots, terms.overlapSlots);
            uint256 gold = LabelMasks.gold(
                slots, secret, blockIndex, seats[i], terms.blockSlots, terms.overlapSlots, terms.goldSlots
            );
            vm.assertEq(gold, goldMasks[i]);
        }
    }

    function test_TheLabelsTreeAgrees() public view {
        uint64 epoch = uint64(vm.parseJsonUint(json, ".epoch"));
        uint256 count = vm.parseJsonUint(json, ".blockCount") * LabelLeaf.MAX_ROSTER;
        bytes32 root = vm.parseJsonBytes32(json, ".labelsRoot");
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, ".labelLeaves");
        bytes32[] memory tree = new bytes32[](count);
        for (uint256 i = 0; i < words.length; ++i) {
            uint256 position = blockIndex * LabelLeaf.MAX_ROSTER + seats[i];
            tree[position] = LabelLeaf.hash(epoch, position, words[i]);
            vm.assertEq(tree[position], leaves[i]);
            bytes32[] memory proof = vm.parseJsonBytes32Array(json, _at(".labelProofs", i, ""));
            vm.assertTrue(this.verify(proof, root, count, position, leaves[i]), "proof");
        }
        vm.assertEq(MerkleTree.root(tree), root);

        (bytes32 blockRoot, bool wellFormed) = this.hashBlock(epoch, seats, words);
        vm.assertTrue(wellFormed, "block");
        bytes32[] memory blockProof = vm.parseJsonBytes32Array(json, ".blockProof");
        vm.assertTrue(this.verify(blockProof, root, count / LabelLeaf.MAX_ROSTER, blockIndex, blockRoot), "block proof");
    }

    function test_TheGoldTreeAgrees() public view {
        uint256[] memory blocks = vm.parseJsonUintArray(json, ".gold.blocks");
        uint256[] memory goldSeats = vm.parseJsonUintArray(json, ".gold.seats");
        uint256[] memory answers = vm.parseJsonUintArray(json, ".gold.answers");
        bytes32[] memory tasksHashes = vm.parseJsonBytes32Array(json, ".gold.tasksHashes");
        uint256 count = terms.goldBlocks * LabelLeaf.MAX_ROSTER;
        bytes32[] memory tree = new bytes32[](count);
        for (uint256 i = 0; i < blocks.length; ++i) {
            uint256 position = blocks[i] * LabelLeaf.MAX_ROSTER + goldSeats[i];
            tree[position] = LabelLeaf.hashGold(answers[i], tasksHashes[i]);
            bytes32[] memory proof = vm.parseJsonBytes32Array(json, _at(".gold.proofs", i, ""));
            vm.assertTrue(this.verify(proof, terms.goldRoot, count, position, tree[position]), "proof");
        }
        vm.assertEq(MerkleTree.root(tree), terms.goldRoot);
        vm.assertTrue(blocks.length > words.length, "seats that nobody took have gold too");
    }

    function test_MajoritiesAgree() public view {
        uint256 overlap = vm.parseJsonUint(json, ".overlapMask");
        uint256[] memory expectedOnes = vm.parseJsonUintArray(json, ".majorityOnes");
        uint256[] memory expectedDefined = vm.parseJsonUintArray(json, ".majorityDefined");
        for (uint256 i = 0; i < words.length; ++i) {
            (uint256 ones, uint256 defined) = this.majorityOfOthers(words, i);
            vm.assertEq(ones & overlap, expectedOnes[i]);
            vm.assertEq(defined & overlap, expectedDefined[i]);
        }
    }

    function test_StatementsAgree() public view {
        string[4] memory reasons = ["noSeed", "smallRoster", "shortOverlap", "scored"];
        uint256[] memory goldRight = vm.parseJsonUintArray(json, ".statements.goldRight");
        uint256[] memory goldAnswered = vm.parseJsonUintArray(json, ".statements.goldAnswered");
        uint256[] memory goldSlots = vm.parseJsonUintArray(json, ".statements.goldSlots");
        int256[] memory scores = vm.parseJsonIntArray(json, ".statements.scores");
        uint256[] memory raws = vm.parseJsonUintArray(json, ".statements.raws");
        for (uint256 i = 0; i < words.length; ++i) {
            PayRule.Result memory result = this.judge(terms, secret, seed, words, _member(i));
            string memory reason = vm.parseJsonString(json, _at(".statements.reasons", i, ""));
            vm.assertEq(reasons[uint256(result.reason)], reason);
            vm.assertEq(result.goldRight, goldRight[i]);
            vm.assertEq(result.goldAnswered, goldAnswered[i]);
            vm.assertEq(result.goldSlots, goldSlots[i]);
            _checkCounts(result.first, _at(".statements.m1", i, ""));
            _checkCounts(result.second, _at(".statements.m2", i, ""));
            vm.assertTrue(result.score == scores[i], "score");
            vm.assertEq(result.raw, raws[i]);
        }
    }

    function test_PayoutsAgree() public view {
        _checkPayouts(json, ".payouts");
        _checkProofs(".payouts");
        _checkPays(".payouts", vm.parseJsonUintArray(json, ".statements.pays"), terms.budget);
    }

    function test_PayoutsScaledToTheBudgetAgree() public view {
        uint256 budget = vm.parseJsonUint(json, ".scaled.budget");
        vm.assertTrue(vm.parseJsonUint(json, ".scaled.payouts.totalRaw") > budget, "scaled");
        _checkPayouts(json, ".scaled.payouts");
        _checkProofs(".scaled.payouts");
        _checkPays(".scaled.payouts", vm.parseJsonUintArray(json, ".scaled.pays"), budget);
    }

    function test_TheGoldBoundAgrees() public view {
        int256[] memory most = vm.parseJsonIntArray(json, ".mostSlashable");
        vm.assertEq(most.length, GoldBound.MAX_ANSWERED + 1);
        for (uint256 answered = 0; answered < most.length; ++answered) {
            for (uint256 right = 0; right <= answered; ++right) {
                vm.assertTrue(
                    GoldBound.isSlashable(right, answered) == (int256(right) <= most[answered]), vm.toString(answered)
                );
            }
        }
    }

    function hashBlock(uint64 epoch, uint8[] calldata taken, LabelWord[] calldata roster)
        external
        view
        returns (bytes32, bool)
    {
        return LabelLeaf.hashBlock(epoch, blockIndex, taken, roster);
    }

    function majorityOfOthers(LabelWord[] calldata roster, uint256 member) external pure returns (uint256, uint256) {
        return Dmi.majorityOfOthers(roster, member);
    }

    function judge(
        ILabelEpochs.Terms calldata epochTerms,
        bytes32 epochSecret,
        bytes32 epochSeed,
        LabelWord[] calldata roster,
        PayRule.Member calldata member
    ) external pure returns (PayRule.Result memory) {
        return PayRule.judge(epochTerms, epochSecret, epochSeed, roster, member);
    }

    function _member(uint256 i) private view returns (PayRule.Member memory member) {
        member.blockIndex = blockIndex;
        member.seat = seats[i];
        member.index = i;
        member.hasGold = true;
        uint256[] memory blocks = vm.parseJsonUintArray(json, ".gold.blocks");
        uint256[] memory goldSeats = vm.parseJsonUintArray(json, ".gold.seats");
        for (uint256 k = 0; k < blocks.length; ++k) {
            if (blocks[k] == blockIndex && goldSeats[k] == seats[i]) {
                member.gold = vm.parseJsonUint(json, _at(".gold.answers", k, ""));
            }
        }
    }

    /// @dev Own answer against majority: A A, A B, B A, B B.
    function _checkCounts(Dmi.Counts memory counts, string memory path) private view {
        uint256[] memory expected = vm.parseJsonUintArray(json, path);
        vm.assertEq(counts.aa, expected[0]);
        vm.assertEq(counts.ab, expected[1]);
        vm.assertEq(counts.ba, expected[2]);
        vm.assertEq(counts.bb, expected[3]);
    }

    function _checkProofs(string memory table) private view {
        bytes32 root = vm.parseJsonBytes32(json, string.concat(table, ".root"));
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, string.concat(table, ".leaves"));
        for (uint256 i = 0; i < leaves.length; ++i) {
            bytes32[] memory proof = vm.parseJsonBytes32Array(json, _at(string.concat(table, ".proofs"), i, ""));
            vm.assertTrue(this.verify(proof, root, leaves.length, i, leaves[i]), "proof");
        }
    }

    /// @dev Each leaf is what the account had before plus the share of its raw pay, at its position of the labels tree.
    function _checkPays(string memory table, uint256[] memory pays, uint256 budget) private view {
        address[] memory accounts = vm.parseJsonAddressArray(json, string.concat(table, ".accounts"));
        uint256[] memory cumulatives = vm.parseJsonUintArray(json, string.concat(table, ".cumulatives"));
        uint256[] memory positions = vm.parseJsonUintArray(json, string.concat(table, ".positions"));
        uint256[] memory raws = vm.parseJsonUintArray(json, string.concat(table, ".raws"));
        uint256 totalRaw = vm.parseJsonUint(json, string.concat(table, ".totalRaw"));
        uint256 nPaid = 0;
        for (uint256 i = 0; i < accounts.length; ++i) {
            uint256 pay = totalRaw > budget ? raws[i] * budget / totalRaw : raws[i];
            vm.assertEq(cumulatives[i], _earnedBefore(accounts[i]) + pay);
            for (uint256 k = 0; k < words.length; ++k) {
                if (words[k].labeler != accounts[i]) continue;
                vm.assertEq(positions[i], 1 + blockIndex * LabelLeaf.MAX_ROSTER + seats[k]);
                vm.assertEq(pay, pays[k]);
                ++nPaid;
            }
        }
        vm.assertEq(nPaid, words.length);
    }

    function _earnedBefore(address account) private view returns (uint256) {
        address[] memory accounts = vm.parseJsonAddressArray(json, ".previous.accounts");
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (accounts[i] == account) return vm.parseJsonUint(json, _at(".previous.cumulatives", i, ""));
        }
        return 0;
    }
}

contract Vectors_Version_Test is VectorsTest {
    ModelRegistry private registry = new ModelRegistry(address(manager), new DatasetRegistry(address(manager)));

    function test_FamilyIdsAgree() public view {
        string memory json = _read("version");
        uint256 n = 0;
        for (; vm.keyExistsJson(json, _at(".families", n, "")); ++n) {
            bytes32 familyId = vm.parseJsonBytes32(json, _at(".families", n, ".familyId"));
            vm.assertEq(keccak256(bytes(vm.parseJsonString(json, _at(".families", n, ".name")))), familyId);
        }
        vm.assertTrue(n > 0);
    }

    function test_DatasetRootsAgree() public view {
        string memory json = _read("version");
        uint256 n = 1; // the first has no datasets: its root is zero
        vm.assertEq(vm.parseJsonBytes32(json, ".datasetRoots[0].datasetRoot"), bytes32(0));
        for (; vm.keyExistsJson(json, _at(".datasetRoots", n, "")); ++n) {
            bytes32[] memory hashes = vm.parseJsonBytes32Array(json, _at(".datasetRoots", n, ".datasetHashes"));
            bytes32 datasetRoot = vm.parseJsonBytes32(json, _at(".datasetRoots", n, ".datasetRoot"));
            vm.assertEq(keccak256(abi.encodePacked(hashes)), datasetRoot);
        }
        vm.assertTrue(n > 1);
    }

    function test_VersionIdsAgree() public view {
        string memory json = _read("version");
        uint256 n = 0;
        for (; vm.keyExistsJson(json, _at(".versions", n, "")); ++n) {
            string memory digest = _at(".versions", n, ".digest");
            bytes32 versionId = registry.versionIdOf(
                vm.parseJsonBytes32(json, _at(".versions", n, ".familyId")),
                IModelRegistry.VersionDigest({
                    manifestHash: vm.parseJsonBytes32(json, string.concat(digest, ".manifestHash")),
                    weightsHash: vm.parseJsonBytes32(json, string.concat(digest, ".weightsHash")),
                    runSpecHash: vm.parseJsonBytes32(json, string.concat(digest, ".runSpecHash")),
                    datasetRoot: vm.parseJsonBytes32(json, string.concat(digest, ".datasetRoot")),
                    evaluationHash: vm.parseJsonBytes32(json, string.concat(digest, ".evaluationHash")),
                    parent: vm.parseJsonBytes32(json, string.concat(digest, ".parent"))
                })
            );
            vm.assertEq(versionId, vm.parseJsonBytes32(json, _at(".versions", n, ".versionId")));
        }
        vm.assertTrue(n > 0);
    }
}
