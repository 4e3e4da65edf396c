// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Lifecycle of a payout period
/// @notice open → commitLabels → (recordBlockHash) → reveal → proposePayouts → challenge window → acceptPayouts by vote.
/// The operator's secret is committed before any label exists and mixed with the hash of the first block after the
/// labels commitment, so that neither operator nor sequencer alone chooses the seed that splits the overlap in halves.
interface ILabelEpochs {
    enum Status {
        None,
        Open,
        Committed,
        Revealed,
        Proposed,
        Accepted,
        Voided
    }

    /// @dev All amounts in wei of the governance token. Immutable once the epoch is open.
    struct Terms {
        uint256 budget; // most that the epoch may pay in all
        uint128 basePay; // per valid label
        uint128 alphaPay; // per valid label at a score of 1e18
        uint16 blockSlots; // slots per seat, <= 256
        uint16 overlapSlots; // of them answered by the whole roster
        uint16 goldSlots; // of them with an answer known beforehand, unique to the seat
        uint16 minOverlap; // fewer valid common slots: base pay only
        uint16 minRoster; // fewer labelers in a block: base pay only
        uint16 goldPassBps; // right answers per answered gold slot needed for any pay
        bytes32 goldRoot; // tree of (taskId, choice) of every gold task
        bytes32 secretHash; // keccak256(abi.encode(secret))
        bytes32 campaignHash; // campaign manifest: prompts, model versions, guidelines
    }

    struct Epoch {
        Status status;
        uint48 openedAt;
        uint48 committedAt;
        uint48 revealedAt;
        uint48 proposedAt;
        uint64 commitBlock;
        uint32 leafCount; // leaves of the labels tree
        uint32 accountCount; // leaves of the payouts tree
        bytes32 labelsRoot;
        bytes32 bundleHash; // keccak256 of the published label bundle
        bytes32 blockHash; // of block commitBlock + 1
        bytes32 secret;
        bytes32 seed; // keccak256(abi.encode(secret, blockHash)); 0 when the secret was never revealed
        bytes32 payoutsRoot;
        uint256 totalCumulative; // last running total of the payouts tree
    }

    event EpochOpened(uint64 indexed epoch, Terms terms);
    event LabelsCommitted(uint64 indexed epoch, bytes32 labelsRoot, uint32 leafCount, bytes32 bundleHash);
    event BlockHashRecorded(uint64 indexed epoch, bytes32 blockHash);
    event SeedRevealed(uint64 indexed epoch, bytes32 secret, bytes32 seed);
    event RevealMissed(uint64 indexed epoch);
    event PayoutsProposed(
        uint64 indexed epoch,
        address indexed proposer,
        bytes32 payoutsRoot,
        uint32 accountCount,
        uint256 totalCumulative,
        uint48 challengeEndsAt
    );
    event PayoutsRejected(uint64 indexed epoch, bytes32 payoutsRoot);
    event PayoutsApproved(uint64 indexed epoch, bytes32 payoutsRoot, uint32 accountCount, uint256 totalCumulative);
    event EpochVoided(uint64 indexed epoch);

    error LabelEpochsWrongStatus(uint64 epoch, Status actual);
    error LabelEpochsTermsOutOfBounds(string field);
    error LabelEpochsBudgetTooHigh(uint256 budget, uint256 epochBudget);
    error LabelEpochsEmptyRoot(uint64 epoch);
    error LabelEpochsBlockHashUnavailable(uint64 epoch, uint64 blockNumber);
    error LabelEpochsWrongSecret(uint64 epoch);
    error LabelEpochsTooEarly(uint64 epoch, uint48 notBefore);
    error LabelEpochsTooLate(uint64 epoch, uint48 deadline);
    error LabelEpochsOutOfOrder(uint64 epoch, uint64 expected);
    error LabelEpochsOverBudget(uint64 epoch, uint256 spend, uint256 budget);
    error LabelEpochsRootMismatch(uint64 epoch, bytes32 proposed, bytes32 given);

    /// @notice Restricted (OPERATOR). `terms.budget` must not exceed the distributor's voted epoch budget.
    /// @return epoch the new epoch's number; the first is 1
    function open(Terms calldata terms) external returns (uint64 epoch);

    /// @notice Restricted (OPERATOR). Closes labeling.
    /// @param bundleHash keccak256 of the published bundle of signed labels
    function commitLabels(uint64 epoch, bytes32 labelsRoot, uint32 leafCount, bytes32 bundleHash) external;

    /// @notice Anyone. Records the hash of block `commitBlock + 1` while the chain still serves it (256 blocks).
    function recordBlockHash(uint64 epoch) external;

    /// @notice Anyone who knows the secret. Records the block hash first if that was not done yet.
    function reveal(uint64 epoch, bytes32 secret) external;

    /// @notice Anyone, after the reveal deadline. The epoch goes on with seed 0: base pay only.
    function missReveal(uint64 epoch) external;

    /// @notice Restricted (OPERATOR). Epochs are settled in order: `epoch` must follow the last settled one.
    /// @param totalCumulative sum of all cumulative amounts in the tree; its growth since the last settled epoch must
    /// not exceed the epoch's budget
    function proposePayouts(uint64 epoch, bytes32 payoutsRoot, uint32 accountCount, uint256 totalCumulative) external;

    /// @notice Restricted (governance). Throws the proposed root away; another can be proposed.
    function rejectPayouts(uint64 epoch) external;

    /// @notice Restricted (governance), after the challenge window. The root is repeated so that a vote for one root can
    /// never approve another.
    function acceptPayouts(uint64 epoch, bytes32 payoutsRoot) external;

    /// @notice Restricted (governance). Ends an epoch without any pay, from any status before Accepted.
    function voidEpoch(uint64 epoch) external;

    function termsOf(uint64 epoch) external view returns (Terms memory);
    function epochOf(uint64 epoch) external view returns (Epoch memory);
    function lastEpoch() external view returns (uint64);
    function lastSettledEpoch() external view returns (uint64);
    function challengeWindow() external view returns (uint48);
    function revealWindow() external view returns (uint48);
}
