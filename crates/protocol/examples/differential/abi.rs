//! Structs of `contracts/test/Differential.t.sol` and functions of `IEpochReferee`.

alloy_sol_types::sol! {
    struct Terms {
        uint256 budget; uint128 basePay; uint128 alphaPay;
        uint16 blockSlots; uint16 overlapSlots; uint16 goldSlots; uint16 minOverlap; uint16 minRoster;
        uint32 goldBlocks; bytes32 goldRoot; bytes32 secretHash; bytes32 campaignHash;
    }
    struct LabelWord { address labeler; uint256 answers; uint256 valid; }
    struct GoldWord { uint256 answers; bytes32 tasksHash; }
    struct Expected {
        uint8 reason; uint16 nValid; uint256 goldMask; uint16 goldRight; uint16 goldAnswered; uint16 goldSlots; bool slashable;
        uint16[4] first; uint16[4] second; int256 score; uint256 raw; bytes32 labelLeaf; bytes32 goldLeaf;
    }
    struct RewardCase {
        Terms terms; bytes32 secret; bytes32 seed; uint64 epoch; uint32 blockIndex;
        uint8[] seats; LabelWord[] words; GoldWord[] gold;
        uint256 overlap; uint256 firstHalf; bytes32 blockRoot; Expected[] expected;
    }
    struct Earner { address account; uint256 cumulative; }
    struct Worker { address account; uint32 position; uint256 raw; }
    struct Leaf {
        address account; uint256 cumulative; uint256 runningTotal; uint32 position; uint256 raw; uint256 runningRaw;
    }
    struct PayoutCase {
        uint256 budget; Earner[] previous; Worker[] workers; Leaf[] leaves; bytes32[] hashes;
        bytes32 root; uint112 totalCumulative; uint112 totalRaw; uint32 proofIndex; bytes32[] proof;
    }
    struct Preference {
        uint64 epoch; uint32 blockIndex; uint32 seat; uint16 slot; bytes32 taskId; uint8 choice; address labeler;
    }
    struct DigestCase {
        uint64 chainId; address labelEpochs; Preference preference; uint64 receivedAt;
        address sessionKey; string scope; uint64 expiresAt;
        bytes32 preferenceHash; bytes32 preferenceDigest; bytes32 receiptDigest; bytes32 sessionDigest;
    }

    struct RawPay { uint32 position; uint256 raw; uint256 runningRaw; }
    struct PayoutOpening {
        uint32 index; address account; uint256 cumulative; uint256 runningTotal; bytes32 rawPayHash; bytes32[] proof;
    }
    struct LabelOpening { uint32 position; LabelWord word; bytes32[] proof; }
    struct BlockOpening { uint32 blockIndex; uint8[] seats; LabelWord[] words; bytes32[] proof; }
    struct GoldOpening { uint256 answers; bytes32 tasksHash; bytes32[] proof; }
    struct FraudCase {
        Terms terms; bytes32 secret; bytes32 seed; uint64 epoch; bytes32 labelsRoot; uint32 blockCount;
        bytes32 payoutsRoot; uint32 accountCount; uint112 totalCumulative; uint112 totalRaw;
        bytes32 approvedRoot; uint32 approvedCount; uint8 fraud; bytes call;
    }

    function disproveOrder(uint64 epoch, PayoutOpening a, PayoutOpening b);
    function disproveRunningTotal(uint64 epoch, PayoutOpening a, RawPay payA, PayoutOpening b, RawPay payB);
    function disproveTotal(uint64 epoch, PayoutOpening leaf, RawPay pay);
    function disproveCarryOver(uint64 epoch, PayoutOpening leaf, RawPay pay, PayoutOpening[] previous);
    function disproveMissingEarner(uint64 epoch, PayoutOpening previous, PayoutOpening[] around);
    function disproveMissingLabeler(uint64 epoch, LabelOpening label, PayoutOpening[] around);
    function disproveLabelPosition(uint64 epoch, PayoutOpening leaf, RawPay pay, LabelOpening label);
    function disproveScore(
        uint64 epoch, PayoutOpening leaf, RawPay pay, BlockOpening roster, GoldOpening gold
    );
}
