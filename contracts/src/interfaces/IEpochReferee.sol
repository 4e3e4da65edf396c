// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LabelWord} from "../types/LabelLeaf.sol";
import {RawPay} from "../types/PayoutLeaf.sol";

/// @notice What was proved against a proposer of payouts or, from DuplicateLabeler on, against the operator.
enum Fraud {
    None,
    Order, // two neighbouring accounts do not ascend
    RunningTotal, // a running sum is not that of the leaf before
    Total, // the first leaf does not start at zero or the last does not end at the committed sums
    CarryOver, // cumulative is not the previous cumulative plus this epoch's pay
    MissingAccount, // somebody who labeled or earned before has no leaf
    LabelPosition, // the leaf names a label leaf that is not its account's, or hides the one that is
    Score, // the raw pay is not what the rule gives for the committed labels
    PayoutsUnopened, // a demanded payout leaf was not opened in time
    DuplicateLabeler, // one labeler in two seats
    StrayBits, // answers outside the block's slots or where nothing is valid
    Receipt, // a receipted label altered or left out
    LabelsUnopened, // a demanded label leaf was not opened in time
    GoldUnopened // a demanded gold leaf was not opened in time
}

/// @title Judge of label epochs
/// @notice Every function takes the openings that show one fraud, checks them against the roots on chain, and reverts
/// unless they show it. A proved fraud is settled in the same transaction: `LabelEpochs` slashes and reopens or voids.
/// Anyone may call; the caller is the challenger. No view of the referee's own: it holds neither funds nor state but the
/// demands that wait for an answer.
///
/// Masks, halves, majorities and gold counts are never claimed by a proposer, so a wrong one can only show as a wrong
/// raw pay: {disproveScore} recomputes all of them.
interface IEpochReferee {
    /// @notice A leaf of a payouts tree and its path. `rawPayHash` is checked against the raw pay where that is needed.
    struct PayoutOpening {
        uint32 index;
        address account;
        uint256 cumulative;
        uint256 runningTotal;
        bytes32 rawPayHash;
        bytes32[] proof; // siblings, bottom up
    }

    /// @notice A position of the labels tree and its path; `word.labeler` is 0 for an empty seat.
    struct LabelOpening {
        uint32 position; // block · 32 + seat
        LabelWord word;
        bytes32[] proof;
    }

    /// @notice A whole block of the labels tree.
    struct BlockOpening {
        uint32 blockIndex;
        uint8[] seats; // ascending numbers of the taken seats
        LabelWord[] words; // of those seats
        bytes32[] proof; // of the block's subtree
    }

    /// @notice A seat's gold; `tasksHash` 0 for none.
    struct GoldOpening {
        uint256 answers;
        bytes32 tasksHash;
        bytes32[] proof;
    }

    /// @notice The signed answer of a labeler, as in the EIP-712 type `Preference`.
    struct Preference {
        uint64 epoch;
        uint32 blockIndex;
        uint32 seat;
        uint16 slot;
        bytes32 taskId;
        uint8 choice; // 0 A, 1 B, 2 tie, 3 skip
        address labeler;
    }

    /// @notice A wallet's permission for the key that signed an answer, as in `SessionKeyAuthorization`.
    struct Session {
        address sessionKey;
        string scope;
        uint64 expiresAt;
        bytes signature; // of the labeler; ERC-1271 wallets too
    }

    enum Tree {
        Labels,
        Payouts,
        Gold
    }

    /// @notice The last demand of an epoch. It is open while `epochOf(epoch).challenger` is its challenger.
    struct Demand {
        address challenger;
        Tree tree;
        uint32 index;
        uint48 answerBy;
    }

    event OpeningDemanded(uint64 indexed epoch, address indexed challenger, Tree tree, uint32 index, uint48 answerBy);
    event OpeningAnswered(uint64 indexed epoch, address indexed responder, Tree tree, uint32 index, bytes32 leaf);
    event SlashAmountSet(uint256 amount);
    event LabelerSlashed(uint64 indexed epoch, address indexed labeler, bytes32 indexed caseId, uint256 amount);

    error EpochRefereeNoFraud(uint64 epoch);
    error EpochRefereeInvalidOpening(uint64 epoch, uint256 index);
    error EpochRefereeWrongStatus(uint64 epoch);
    error EpochRefereeNotNeighbours(uint32 index, uint32 next);
    error EpochRefereeNotAbsent(address account);
    error EpochRefereeInvalidSignature(address signer);
    error EpochRefereeNoDemand(uint64 epoch);
    error EpochRefereeTooEarly(uint64 epoch, uint48 notBefore);
    error EpochRefereeTooLate(uint64 epoch, uint48 deadline);
    error EpochRefereeIndexOutOfBounds(uint256 index, uint256 bound);
    error EpochRefereeZeroAmount();
    error EpochRefereeAlreadySlashed(uint64 epoch, address labeler);
    error EpochRefereeNothingToSlash(address labeler);

    /// @notice Fraud.Order: `a` and `b` are neighbours and their accounts do not strictly ascend.
    function disproveOrder(uint64 epoch, PayoutOpening calldata a, PayoutOpening calldata b) external;

    /// @notice Fraud.RunningTotal: `b` follows `a`, and its running total or running raw is not the sum up to `a`.
    function disproveRunningTotal(
        uint64 epoch,
        PayoutOpening calldata a,
        RawPay calldata payA,
        PayoutOpening calldata b,
        RawPay calldata payB
    ) external;

    /// @notice Fraud.Total: `leaf` is the first and does not start at zero, or the last and does not end at the totals
    /// that were proposed.
    function disproveTotal(uint64 epoch, PayoutOpening calldata leaf, RawPay calldata pay) external;

    /// @notice Fraud.CarryOver: `leaf.cumulative` is not the account's cumulative amount in the approved tree plus its
    /// raw pay scaled to the budget; or the account is in neither tree and should have no leaf.
    /// @param previous the account's leaf in the approved tree; or, to show that it has none there, the two neighbours
    /// around it, the first or the last leaf alone, or nothing when no tree was approved yet
    function disproveCarryOver(
        uint64 epoch,
        PayoutOpening calldata leaf,
        RawPay calldata pay,
        PayoutOpening[] calldata previous
    ) external;

    /// @notice Fraud.MissingAccount: the account of `previous`, a leaf of the approved tree, has none in the proposed one.
    /// @param around the proposed leaves around the gap: two neighbours, or the first or the last alone
    function disproveMissingEarner(uint64 epoch, PayoutOpening calldata previous, PayoutOpening[] calldata around)
        external;

    /// @notice Fraud.MissingAccount: the labeler of `label` has no leaf in the proposed tree.
    function disproveMissingLabeler(uint64 epoch, LabelOpening calldata label, PayoutOpening[] calldata around) external;

    /// @notice Fraud.LabelPosition: `leaf` names position p, and there is no label leaf of its account; or it names
    /// another one than `label`, which is its account's; or it has raw pay and names none.
    /// @param label the labels tree at p, or the account's leaf that `leaf` does not name; ignored where p lies outside
    /// the labels tree, and where raw pay without a position is the fraud
    function disproveLabelPosition(
        uint64 epoch,
        PayoutOpening calldata leaf,
        RawPay calldata pay,
        LabelOpening calldata label
    ) external;

    /// @notice Fraud.Score: recomputes the raw pay of the labeler at `pay.position` from its block, its seat's gold and
    /// the seed.
    /// @param gold ignored when there is no gold to look at: no seed, no gold slots, or a block without gold
    function disproveScore(
        uint64 epoch,
        PayoutOpening calldata leaf,
        RawPay calldata pay,
        BlockOpening calldata roster,
        GoldOpening calldata gold
    ) external;

    /// @notice Fraud.DuplicateLabeler: two positions of the labels tree have the same labeler.
    function disproveDuplicateLabeler(uint64 epoch, LabelOpening calldata a, LabelOpening calldata b) external;

    /// @notice Fraud.StrayBits: an answer outside the block's slots, or B where nothing is valid.
    function disproveStrayBits(uint64 epoch, LabelOpening calldata label) external;

    /// @notice Fraud.Receipt: the operator signed a receipt for `preference`, and the labels tree says something else.
    /// @param label the labels tree at the preference's seat; ignored when the seat lies outside the tree
    function disproveReceipt(
        Preference calldata preference,
        uint64 receivedAt,
        bytes calldata receiptSignature,
        LabelOpening calldata label
    ) external;

    /// @notice Freeze the epoch until somebody opens position `index` of a tree whose data was not published: below
    /// `accountCount` of the payouts, `blockCount · 32` of the labels, or `goldBlocks · 32` of the gold once the secret is
    /// out. Reserves the caller's challenger bond. Not after the challenge window.
    function demandOpening(uint64 epoch, Tree tree, uint32 index) external;

    /// @notice Answer a demand for a payout leaf. Anyone may; half of the challenger's bond is the reward.
    function answerPayout(uint64 epoch, PayoutOpening calldata leaf, RawPay calldata pay) external;

    /// @notice Answer a demand for a position of the labels tree.
    function answerLabel(uint64 epoch, LabelOpening calldata label) external;

    /// @notice Answer a demand for a position of the gold tree.
    function answerGold(uint64 epoch, GoldOpening calldata gold) external;

    /// @notice Anyone, after `answerBy`: Fraud.PayoutsUnopened, Fraud.LabelsUnopened or Fraud.GoldUnopened. The one who
    /// demanded is the challenger.
    function disproveUnopened(uint64 epoch) external;

    /// @notice Slash a labeler that signed two different answers, or answers to different tasks, in one slot. Once per
    /// labeler and epoch. The caller gets the staking pool's share for challengers.
    /// @param session of the key that signed both; it must not have expired before the epoch was opened
    function slashEquivocation(
        Preference calldata a,
        bytes calldata signatureA,
        Preference calldata b,
        bytes calldata signatureB,
        Session calldata session
    ) external returns (uint256 slashed);

    /// @notice Slash a labeler that did so badly on gold that somebody right three times out of five would do as badly
    /// with a probability below one in a million. Once per labeler and epoch, and only once the secret is revealed.
    /// @param taskIds of the seat's gold slots, ascending by slot
    /// @param signatures of the session's key over the wrong answers, ascending by slot: nobody is slashed for labels
    /// that the operator made up
    function slashGold(
        uint64 epoch,
        LabelOpening calldata label,
        GoldOpening calldata gold,
        bytes32[] calldata taskIds,
        bytes[] calldata signatures,
        Session calldata session
    ) external returns (uint256 slashed);

    /// @notice Restricted (governance). What one slash takes, before the staking pool's own caps.
    function setSlashAmount(uint256 amount) external;

    function slashAmount() external view returns (uint256);
    function demandOf(uint64 epoch) external view returns (Demand memory);
    function isSlashed(uint64 epoch, address labeler) external view returns (bool);
}
