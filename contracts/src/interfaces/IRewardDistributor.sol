// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Reward pool with cumulative Merkle claims
/// @notice `totalPaid <= totalApproved <= totalFunded` holds by construction. A payouts root replaces the one before it;
/// amounts are cumulative over all epochs, so a late or repeated claim is harmless.
interface IRewardDistributor {
    event Funded(address indexed from, uint256 amount, uint256 totalFunded);
    event EpochBudgetSet(uint256 epochBudget);
    event PayoutsRootSet(uint64 indexed epoch, bytes32 payoutsRoot, uint32 accountCount, uint256 totalApproved);
    event Claimed(address indexed account, address indexed recipient, uint256 amount, uint256 totalClaimed);
    event RecipientSet(address indexed account, address recipient);

    error RewardDistributorInvalidProof(address account, uint32 index);
    error RewardDistributorUnderfunded(uint256 totalApproved, uint256 totalFunded);
    error RewardDistributorLowerTotal(uint256 totalApproved, uint256 previous);
    error RewardDistributorOverApproved(uint256 totalPaid, uint256 totalApproved);

    struct ClaimData {
        address account;
        uint32 index; // position of the leaf in the payouts tree
        uint256 cumulative;
        uint256 runningTotal; // sum of the cumulative amounts of all leaves before this one
        bytes32 rawPayHash; // see PayoutLeaf; a claim need not open it
        bytes32[] proof;
    }

    /// @notice Pull `amount` of the token from the caller into the pool. No more than 2^96 wei in all: 7.9e10 tokens.
    function fund(uint256 amount) external;

    /// @notice Restricted (governance). The most that one epoch may be opened with.
    function setEpochBudget(uint256 amount) external;

    /// @notice Restricted (LabelEpochs). Install an approved payouts root.
    function setPayoutsRoot(uint64 epoch, bytes32 payoutsRoot, uint32 accountCount, uint256 totalApproved) external;

    /// @notice Pay `account` (or its recipient) what it is owed. Anyone may call. Returns 0 and does nothing when all was
    /// claimed already.
    function claim(ClaimData calldata data) external returns (uint256 amount);

    function claimMany(ClaimData[] calldata data) external returns (uint256 amount);

    /// @notice Have the caller's future claims paid to `recipient`; zero resets to the caller itself.
    function setRecipient(address recipient) external;

    function epochBudget() external view returns (uint256);
    function payoutsRoot() external view returns (bytes32);
    /// @notice Leaves of the tree under {payoutsRoot}.
    function accountCount() external view returns (uint32);
    function totalFunded() external view returns (uint256);
    function totalApproved() external view returns (uint256);
    function totalPaid() external view returns (uint256);
    function claimed(address account) external view returns (uint256);
    function recipientOf(address account) external view returns (address);
}
