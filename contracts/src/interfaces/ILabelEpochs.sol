// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fraud} from "./IEpochReferee.sol";

/// @title Lifecycle of a payout period, and the bonds behind it
/// @notice open → commitLabels → (recordBlockHash) → reveal → proposePayouts → challenge window → acceptPayouts by vote.
/// The operator's secret is committed before any label exists and mixed with the hash of the first block after the
/// labels commitment, so that neither operator nor sequencer alone chooses the seed that splits the overlap in halves.
///
/// Bonds are governance tokens locked to this contract with `lockAndCall`; they keep voting. The operator's is reserved
/// from `open` until the epoch is settled, a proposer's while its payouts are proposed, a challenger's while its demand
/// is open. Only a fraud that the referee proved, or a deadline missed in plain sight, takes one.
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
        uint128 basePay; // per valid label; < 2^72
        uint128 alphaPay; // per valid label at a score of 1e18; < 2^72
        uint16 blockSlots; // slots per seat, <= 256
        uint16 overlapSlots; // of them answered by the whole roster
        uint16 goldSlots; // of them with an answer known beforehand, unique to the seat
        uint16 minOverlap; // fewer valid common slots: base pay only
        uint16 minRoster; // fewer labelers in a block: base pay only
        uint32 goldBlocks; // blocks of the gold tree; 0 exactly when there are no gold slots
        bytes32 goldRoot; // positional tree of every seat's gold, see LabelLeaf
        bytes32 secretHash; // keccak256(abi.encode(secret))
        bytes32 campaignHash; // campaign manifest: prompts, model versions, guidelines
    }

    /// @notice Least terms of an epoch: where the rule was measured to pay honest work best.
    struct Floors {
        uint16 overlapSlots;
        uint16 minOverlap;
        uint16 goldSlots;
        uint16 minRoster;
        uint16 alphaBps; // of basePay that alphaPay is at least
    }

    struct Epoch {
        Status status;
        uint48 openedAt;
        uint48 committedAt;
        uint48 revealedAt;
        uint48 proposedAt;
        uint48 commitBlock;
        address operator; // opened the epoch and signs receipts
        uint32 blockCount; // blocks of the labels tree
        uint48 challengeEndsAt; // no acceptance before; moved by every answered demand
        bytes32 labelsRoot;
        bytes32 bundleHash; // keccak256 of the published label bundle
        bytes32 blockHash; // of block commitBlock + 1
        bytes32 secret;
        bytes32 seed; // keccak256(abi.encode(secret, blockHash)); 0 when the secret was never revealed
        bytes32 payoutsRoot;
        uint32 accountCount; // leaves of the payouts tree
        uint112 totalCumulative; // sum of the cumulative amounts of the payouts tree
        uint112 totalRaw; // sum of the raw pays of the payouts tree
        address proposer;
        uint96 proposerBond; // wei, reserved
        address challenger; // whose demand is open; 0 for none
        uint96 operatorBond; // wei, reserved
    }

    event EpochOpened(uint64 indexed epoch, address indexed operator, Terms terms);
    event LabelsCommitted(uint64 indexed epoch, bytes32 labelsRoot, uint32 blockCount, bytes32 bundleHash);
    /// @notice The epoch is voided in the same transaction, which says so by {EpochVoided}.
    event CommitMissed(uint64 indexed epoch);
    event BlockHashRecorded(uint64 indexed epoch, bytes32 blockHash);
    event SeedRevealed(uint64 indexed epoch, bytes32 secret, bytes32 seed);
    event RevealMissed(uint64 indexed epoch);
    event PayoutsProposed(
        uint64 indexed epoch,
        address indexed proposer,
        bytes32 payoutsRoot,
        uint32 accountCount,
        uint112 totalCumulative,
        uint112 totalRaw,
        uint96 bond,
        uint48 challengeEndsAt
    );
    event PayoutsFrozen(uint64 indexed epoch, address indexed challenger);
    event PayoutsUnfrozen(uint64 indexed epoch, address indexed responder, uint48 challengeEndsAt);
    event PayoutsDisproved(uint64 indexed epoch, address indexed challenger, Fraud fraud, bytes32 payoutsRoot);
    event LabelsDisproved(uint64 indexed epoch, address indexed challenger, Fraud fraud);
    event PayoutsRejected(uint64 indexed epoch, bytes32 payoutsRoot);
    event PayoutsApproved(uint64 indexed epoch, bytes32 payoutsRoot, uint32 accountCount, uint256 totalCumulative);
    event EpochVoided(uint64 indexed epoch);
    /// @notice State of an account's bonds after any change.
    event BondChanged(address indexed account, uint256 free, uint256 reserved);
    /// @notice `share` of `amount` went to `challenger` (who proved the fraud or answered the demand; 0 for none), the
    /// rest to the reserve.
    event BondSlashed(
        uint64 indexed epoch, address indexed account, uint256 amount, address indexed challenger, uint256 share
    );

    error LabelEpochsWrongStatus(uint64 epoch, Status actual);
    error LabelEpochsTermsOutOfBounds(string field);
    error LabelEpochsBudgetTooHigh(uint256 budget, uint256 epochBudget);
    error LabelEpochsEmptyRoot(uint64 epoch);
    error LabelEpochsOnlyOperator(uint64 epoch, address operator);
    error LabelEpochsTooManyBlocks(uint32 blockCount, uint32 maximum);
    error LabelEpochsBlockHashUnavailable(uint64 epoch, uint64 blockNumber);
    error LabelEpochsWrongSecret(uint64 epoch);
    error LabelEpochsTooEarly(uint64 epoch, uint48 notBefore);
    error LabelEpochsTooLate(uint64 epoch, uint48 deadline);
    error LabelEpochsOutOfOrder(uint64 epoch, uint64 expected);
    error LabelEpochsOverBudget(uint64 epoch, uint256 spend, uint256 budget);
    error LabelEpochsRootMismatch(uint64 epoch, bytes32 proposed, bytes32 given);
    error LabelEpochsFrozen(uint64 epoch, address challenger);
    error LabelEpochsNotFrozen(uint64 epoch);
    error LabelEpochsBondTooSmall(address account, uint256 free, uint256 needed);
    error LabelEpochsOnlyToken(address caller);
    error LabelEpochsZeroAmount();

    /// @notice Restricted (OPERATOR). `terms.budget` must not exceed the distributor's voted epoch budget. Terms below
    /// {floors} are refused. Reserves {operatorBondOf} the budget of the caller.
    /// @return epoch the new epoch's number; the first is 1
    function open(Terms calldata terms) external returns (uint64 epoch);

    /// @notice Restricted (OPERATOR), and only for who opened the epoch: its bond answers for the labels. Closes labeling.
    /// @param blockCount blocks of the labels tree, 1 … 2^21; its leaves are `blockCount · 32` positions
    /// @param bundleHash keccak256 of the published bundle of signed labels
    function commitLabels(uint64 epoch, bytes32 labelsRoot, uint32 blockCount, bytes32 bundleHash) external;

    /// @notice Anyone, from {commitDeadlineOf} the epoch on, while it is open. Ends it without any pay, so that the next one
    /// can be settled; the operator's bond goes to the reserve. Until somebody does it the operator may still commit: labels
    /// that come late are better for those who gave them than none.
    function missCommit(uint64 epoch) external;

    /// @notice Anyone. Records the hash of block `commitBlock + 1` while the chain still serves it (256 blocks).
    function recordBlockHash(uint64 epoch) external;

    /// @notice Anyone who knows the secret. Records the block hash first if that was not done yet.
    function reveal(uint64 epoch, bytes32 secret) external;

    /// @notice Anyone, after the reveal deadline. The epoch goes on with seed 0: base pay only. The operator's bond goes
    /// to the reserve.
    function missReveal(uint64 epoch) external;

    /// @notice Anyone with a free bond of {proposerBondOf} the spend. Epochs are settled in order: `epoch` must follow
    /// the last settled one. Whoever recomputes the payouts from the published bundle cannot lose the bond.
    /// @param totalCumulative sum of all cumulative amounts in the tree; its growth since the last settled epoch must
    /// not exceed the epoch's budget
    /// @param totalRaw sum of all raw pays in the tree
    function proposePayouts(
        uint64 epoch,
        bytes32 payoutsRoot,
        uint32 accountCount,
        uint112 totalCumulative,
        uint112 totalRaw
    ) external;

    /// @notice Restricted (governance). Throws the proposed root away and releases its bond; another can be proposed. Ends a
    /// freeze; its challenger gets the bond back.
    function rejectPayouts(uint64 epoch) external;

    /// @notice Restricted (governance), after the challenge window and never while frozen. The root is repeated so that a
    /// vote for one root can never approve another. Releases both bonds.
    function acceptPayouts(uint64 epoch, bytes32 payoutsRoot) external;

    /// @notice Restricted (governance). Ends an epoch without any pay, from any status before Accepted. Releases bonds.
    function voidEpoch(uint64 epoch) external;

    /// @notice Restricted (REFEREE), in Committed, Revealed or Proposed. Reserves {challengerBond} of the challenger and
    /// keeps the epoch from being accepted. One at a time.
    function freeze(uint64 epoch, address challenger) external;

    /// @notice Restricted (REFEREE). The demand was answered: half of the challenger's bond goes to the responder, and the
    /// challenge window stays open for at least another {responseWindow}. The other half goes to the reserve: who answers
    /// its own demand under another name pays for the delay.
    function unfreeze(uint64 epoch, address responder) external;

    /// @notice Restricted (REFEREE), in Proposed. Slashes the proposer's bond, half of it to the challenger, and reopens
    /// the proposal. Ends a freeze; its challenger gets the bond back.
    function disprovePayouts(uint64 epoch, address challenger, Fraud fraud) external;

    /// @notice Restricted (REFEREE), in Committed, Revealed or Proposed. Slashes the operator's bond, half of it to the
    /// challenger, releases the others and voids the epoch.
    function disproveLabels(uint64 epoch, address challenger, Fraud fraud) external;

    /// @notice Take `amount` of the caller's free bond out of the lock.
    function withdrawBond(uint256 amount) external;

    function termsOf(uint64 epoch) external view returns (Terms memory);
    function epochOf(uint64 epoch) external view returns (Epoch memory);
    /// @return free what can be reserved or withdrawn
    /// @return reserved what is at stake
    function bondOf(address account) external view returns (uint256 free, uint256 reserved);
    /// @notice Before it nobody can say that the epoch's labels were not committed in time: {commitWindow} after the opening,
    /// because the contract knows of no end of labeling but the commitment; and a day after the last pause of
    /// `commitLabels`, so that a guardian cannot cost an operator its bond.
    function commitDeadlineOf(uint64 epoch) external view returns (uint48);
    /// @notice {bondBps} of what the epoch may pay, rounded up, but at least {operatorBond}: keeping the secret back pays
    /// accomplices in proportion to the budget, and so must cost.
    function operatorBondOf(uint256 budget) external view returns (uint256);
    /// @notice {bondBps} of what the epoch would pay, rounded up, but at least {minProposerBond}.
    function proposerBondOf(uint256 spend) external view returns (uint256);
    /// @notice The EIP-712 digest of a message of this protocol: domain `Polity`, version `1`, this contract.
    function hashTypedData(bytes32 structHash) external view returns (bytes32);
    function lastEpoch() external view returns (uint64);
    function lastSettledEpoch() external view returns (uint64);
    function commitWindow() external view returns (uint48);
    function challengeWindow() external view returns (uint48);
    function revealWindow() external view returns (uint48);
    function responseWindow() external view returns (uint48);
    function operatorBond() external view returns (uint96);
    function minProposerBond() external view returns (uint96);
    function bondBps() external view returns (uint16);
    function challengerBond() external view returns (uint96);
    function floors() external view returns (Floors memory);
    /// @notice Gets what challengers and responders do not get of slashed bonds: the treasury.
    function reserve() external view returns (address);
}
