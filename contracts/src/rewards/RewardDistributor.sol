// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {PayoutLeaf} from "../types/PayoutLeaf.sol";
import {PositionalMerkle} from "../types/PositionalMerkle.sol";

/// @title Reward pool with cumulative Merkle claims
/// @dev Assumes a token that moves exactly the amount asked for and calls nobody back: the governance token.
/// Tokens sent here by plain transfer are not counted and cannot be paid out.
/// A leaf names neither chain nor contract: what binds it is the root, which only a vote on this chain puts in here.
contract RewardDistributor is IRewardDistributor, AccessManaged {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev One storage slot, because every claim needs all of it.
    struct Totals {
        uint32 accountCount;
        uint112 approved;
        uint112 paid;
    }

    /// @dev One storage slot. `claimed <= paid <= approved <= funded < 2^96` keeps the amount in its place.
    struct Account {
        uint96 claimed;
        address recipient; // 0 for the account itself
    }

    IERC20 public immutable token;

    /// @inheritdoc IRewardDistributor
    uint256 public epochBudget;
    /// @inheritdoc IRewardDistributor
    bytes32 public payoutsRoot;
    /// @inheritdoc IRewardDistributor
    uint256 public totalFunded;

    Totals private _totals;
    mapping(address account => Account) private _accounts;

    constructor(address authority_, IERC20 token_) AccessManaged(authority_) {
        token = token_;
    }

    /// @inheritdoc IRewardDistributor
    function fund(uint256 amount) external {
        // Effect:
        uint256 funded = totalFunded + amount;
        totalFunded = funded.toUint96();
        emit Funded(_msgSender(), amount, funded);
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
        (uint256 approved, uint256 funded) = (_totals.approved, totalFunded);
        if (newTotalApproved < approved) revert RewardDistributorLowerTotal(newTotalApproved, approved);
        if (newTotalApproved > funded) revert RewardDistributorUnderfunded(newTotalApproved, funded);
        // Effect:
        payoutsRoot = newPayoutsRoot;
        _totals.accountCount = newAccountCount;
        _totals.approved = uint112(newTotalApproved);
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
        _accounts[_msgSender()].recipient = recipient;
        emit RecipientSet(_msgSender(), recipient);
    }

    /// @inheritdoc IRewardDistributor
    function accountCount() external view returns (uint32) {
        return _totals.accountCount;
    }

    /// @inheritdoc IRewardDistributor
    function totalApproved() external view returns (uint256) {
        return _totals.approved;
    }

    /// @inheritdoc IRewardDistributor
    function totalPaid() external view returns (uint256) {
        return _totals.paid;
    }

    /// @inheritdoc IRewardDistributor
    function claimed(address account) external view returns (uint256) {
        return _accounts[account].claimed;
    }

    /// @inheritdoc IRewardDistributor
    function recipientOf(address account) external view returns (address) {
        address recipient = _accounts[account].recipient;
        return recipient == address(0) ? account : recipient;
    }

    function _claim(ClaimData calldata data) private returns (uint256 amount) {
        // Check:
        Totals memory totals = _totals;
        bytes32 leaf = PayoutLeaf.hash(data.account, data.cumulative, data.runningTotal, data.rawPayHash);
        if (!PositionalMerkle.verify(data.proof, payoutsRoot, totals.accountCount, data.index, leaf)) {
            revert RewardDistributorInvalidProof(data.account, data.index);
        }
        Account memory self = _accounts[data.account];
        // A root that carries less than was paid already owes nothing; it must not lock the account out.
        if (data.cumulative <= self.claimed) return 0;
        amount = data.cumulative - self.claimed;
        uint256 paid = totals.paid + amount;
        // Only a root whose leaves exceed its total gets here; the pool stays solvent all the same.
        if (paid > totals.approved) revert RewardDistributorOverApproved(paid, totals.approved);
        // Effect:
        _accounts[data.account].claimed = uint96(data.cumulative);
        _totals.paid = uint112(paid);
        address recipient = self.recipient == address(0) ? data.account : self.recipient;
        emit Claimed(data.account, recipient, amount, data.cumulative);
        // Interaction:
        token.safeTransfer(recipient, amount);
    }
}
