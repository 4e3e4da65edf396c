// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGovernanceToken, ILocker} from "../../src/interfaces/IGovernanceToken.sol";

/// @notice A locker that remembers what it was told and releases or seizes whatever it is asked to.
contract MockLocker is ILocker {
    IGovernanceToken public immutable token;
    bytes4 public answer = ILocker.onLocked.selector;
    address public lastAccount;
    uint256 public lastAmount;
    bytes public lastData;

    constructor(IGovernanceToken token_) {
        token = token_;
    }

    function onLocked(address account, uint256 amount, bytes calldata data) external returns (bytes4) {
        (lastAccount, lastAmount, lastData) = (account, amount, data);
        return answer;
    }

    function setAnswer(bytes4 newAnswer) external {
        answer = newAnswer;
    }

    function unlock(address account, uint256 amount) external {
        token.unlock(account, amount);
    }

    function seize(address account, address to, uint256 amount) external {
        token.seize(account, to, amount);
    }
}
