// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {PayoutLeaf} from "../types/PayoutLeaf.sol";
import {PositionalMerkle} from "../types/PositionalMerkle.sol";

/// @title Reward pool with cumulative Merkle claims
/// @dev Assumes a token that moves exactly the amount asked for and calls nobody back: the governance token.
/// Tokens sent here by plain transfer are not counted and cannot be paid out.
contract RewardDistributor is IRewardDistributor, AccessManaged {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;

    /// @inheritdoc IRewardDistributor
    uint256 public epochBudget;
    /// @inheritdoc IRewardDistributor
    bytes32 public payoutsRoot;
    /// @notice Leaves of the tree under {payoutsRoot}.
    uint32 public accountCount;
    /// @inheritdoc IRewardDistributor
    uint256 public totalFunded;
    /// @inheritdoc IRewardDistributor
    uint256 public totalApproved;
    /// @inheritdoc IRewardDistributor
    uint256 public totalPaid;
    /// @inheritdoc IRewardDistributor
    mapping(address account => uint256) public claimed;

    mapping(address account => address) private _recipients;

    constructor(address authority_, IERC20 token_) AccessManaged(authority_) {
        token = token_;
    }

    /// @inheritdoc IRewardDistributor
    function fund(uint256 amount) external {
        // Effect:
        totalFunded += amount;
        emit Funded(_msgSender(), amount, totalFunded);
        // Interaction:
        token.safeTransferFrom(_msgSender(), address(this), amount);
    }

    /// @inheritdoc IRewardDistributor
    function setEpochBudget(uint256 amount) external restricted {
        epochBudget = amount;
        emit EpochBudgetSet(amount);
    }

    /// @inheritdoc IRewardDistributor
    function setPayoutsRoot(uint64 epoch, bytes32 newPayoutsRoot, uint32 newAccountCount, uint256 newTotalApproved)
        external
        restricted
    {
        // Check:
        if (newTotalApproved < totalApproved) revert RewardDistributorLowerTotal(newTotalApproved, totalApproved);
        if (newTotalApproved > totalFunded) revert RewardDistributorUnderfunded(newTotalApproved, totalFunded);
        // Effect:
        payoutsRoot = newPayoutsRoot;
        accountCount = newAccountCount;
        totalApproved = newTotalApproved;
        emit PayoutsRootSet(epoch, newPayoutsRoot, newAccountCount, newTotalApproved);
    }

    /// @inheritdoc IRewardDistributor
    function claim(ClaimData calldata data) external returns (uint256 amount) {
        return _claim(data);
    }

    /// @inheritdoc IRewardDistributor
    function claimMany(ClaimData[] calldata data) external returns (uint256 amount) {
        for (uint256 i = 0; i < data.length; ++i) {
            amount += _claim(data[i]);
        }
    }

    /// @inheritdoc IRewardDistributor
    function setRecipient(address recipient) external {
        _recipients[_msgSender()] = recipient;
        emit RecipientSet(_msgSender(), recipient);
    }

    /// @inheritdoc IRewardDistributor
    function recipientOf(address account) public view returns (address) {
        address recipient = _recipients[account];
        return recipient == address(0) ? account : recipient;
    }

    function _claim(ClaimData calldata data) private returns (uint256 amount) {
        // Check:
        bytes32 leaf = PayoutLeaf.hash(data.account, data.cumulative, data.runningTotal);
        if (data.index >= accountCount || !PositionalMerkle.verify(data.proof, payoutsRoot, data.index, leaf)) {
            revert RewardDistributorInvalidProof(data.account, data.index);
        }
        uint256 before = claimed[data.account];
        // A root that carries less than was paid already owes nothing; it must not lock the account out.
        if (data.cumulative <= before) return 0;
        amount = data.cumulative - before;
        uint256 paid = totalPaid + amount;
        // Only a root whose leaves exceed its total gets here; the pool stays solvent all the same.
        if (paid > totalApproved) revert RewardDistributorOverApproved(paid, totalApproved);
        // Effect:
        claimed[data.account] = data.cumulative;
        totalPaid = paid;
        address recipient = recipientOf(data.account);
        emit Claimed(data.account, recipient, amount, data.cumulative);
        // Interaction:
        token.safeTransfer(recipient, amount);
    }
}
