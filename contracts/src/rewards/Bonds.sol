// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Context} from "@openzeppelin/contracts/utils/Context.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IGovernanceToken, ILocker} from "../interfaces/IGovernanceToken.sol";
import {ILabelEpochs} from "../interfaces/ILabelEpochs.sol";

/// @title Ledger of the bonds behind label epochs
/// @dev `free + reserved == token.lockedBy(account, this)` for every account, at every moment. Tokens stay with their
/// holders, and go on voting, until they are slashed; this contract never holds any.
abstract contract Bonds is ILabelEpochs, ILocker, Context {
    using SafeCast for uint256;

    /// @dev One storage slot, wei.
    struct Bond {
        uint128 free;
        uint128 reserved;
    }

    IGovernanceToken public immutable token;
    /// @inheritdoc ILabelEpochs
    address public immutable reserve;

    mapping(address account => Bond) private _bonds;

    constructor(IGovernanceToken token_, address reserve_) {
        if (reserve_ == address(0)) revert LabelEpochsTermsOutOfBounds("reserve");
        token = token_;
        reserve = reserve_;
    }

    /// @inheritdoc ILocker
    function onLocked(address account, uint256 amount, bytes calldata) external returns (bytes4) {
        // Check:
        if (_msgSender() != address(token)) revert LabelEpochsOnlyToken(_msgSender());
        // Effect:
        Bond storage bond = _bonds[account];
        bond.free += amount.toUint128();
        emit BondChanged(account, bond.free, bond.reserved);
        return ILocker.onLocked.selector;
    }

    /// @inheritdoc ILabelEpochs
    function withdrawBond(uint256 amount) external {
        address account = _msgSender();
        // Check:
        if (amount == 0) revert LabelEpochsZeroAmount();
        Bond storage bond = _hasFree(account, amount);
        // Effect:
        bond.free -= uint128(amount);
        emit BondChanged(account, bond.free, bond.reserved);
        // Interaction:
        token.unlock(account, amount);
    }

    /// @inheritdoc ILabelEpochs
    function bondOf(address account) external view returns (uint256 free, uint256 reserved) {
        Bond storage bond = _bonds[account];
        return (bond.free, bond.reserved);
    }

    /// @dev Puts `amount` of the account's free bond at stake.
    function _reserve(address account, uint96 amount) internal {
        // Check:
        Bond storage bond = _hasFree(account, amount);
        // Effect:
        bond.free -= amount;
        bond.reserved += amount;
        emit BondChanged(account, bond.free, bond.reserved);
    }

    /// @dev Undoes `_reserve`.
    function _release(address account, uint96 amount) internal {
        if (amount == 0) return;
        // Effect:
        Bond storage bond = _bonds[account];
        bond.reserved -= amount;
        bond.free += amount;
        emit BondChanged(account, bond.free, bond.reserved);
    }

    /// @dev Takes a reserved `amount` for good: half of it, rounded down, to `beneficiary` if there is one, the rest to
    /// the reserve. Never all to one person, who could be the account itself under another address. Calls the token:
    /// the last thing that a function does.
    function _slash(uint64 epoch, address account, uint96 amount, address beneficiary) internal {
        if (amount == 0) return;
        // Effect:
        Bond storage bond = _bonds[account];
        bond.reserved -= amount;
        uint256 share = beneficiary == address(0) ? 0 : amount / 2;
        emit BondSlashed(epoch, account, amount, beneficiary, share);
        emit BondChanged(account, bond.free, bond.reserved);
        // Interaction:
        if (share > 0) token.seize(account, beneficiary, share);
        token.seize(account, reserve, amount - share);
    }

    function _hasFree(address account, uint256 amount) private view returns (Bond storage bond) {
        bond = _bonds[account];
        if (bond.free < amount) revert LabelEpochsBondTooSmall(account, bond.free, amount);
    }
}
