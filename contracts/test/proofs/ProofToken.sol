// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILocker} from "../../src/interfaces/IGovernanceToken.sol";

/// @notice Stands in for the token where a proof is about one of its lockers: balances and locks as in {GovernanceToken}
/// (which has proofs of its own), without the votes, whose checkpoints are too much for the solver.
contract ProofToken {
    uint256 public constant cap = type(uint96).max;

    mapping(address account => uint256) public balanceOf;
    mapping(address account => mapping(address locker => uint256)) public lockedBy;

    function setBalance(address account, uint256 amount) external {
        balanceOf[account] = amount;
    }

    function setLock(address account, address locker, uint256 amount) external {
        lockedBy[account][locker] = amount;
    }

    function lockAndCall(address locker, uint256 amount, bytes calldata data) external {
        lockedBy[msg.sender][locker] += amount;
        ILocker(locker).onLocked(msg.sender, amount, data);
    }

    function unlock(address account, uint256 amount) external {
        lockedBy[account][msg.sender] -= amount;
    }

    function seize(address account, address to, uint256 amount) external {
        lockedBy[account][msg.sender] -= amount;
        _move(account, to, amount);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) private {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}
