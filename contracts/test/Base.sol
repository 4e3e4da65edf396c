// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {vm} from "../../script/Vm.sol";

/// @notice What every test needs. The test contract itself plays governance: it is the AccessManager's only admin.
abstract contract Base {
    AccessManager internal manager = new AccessManager(address(this));

    /// @dev An account with a known key, the same in every run.
    function _account(string memory name) internal returns (address account) {
        (account,) = _signer(name);
    }

    function _signer(string memory name) internal returns (address account, uint256 privateKey) {
        privateKey = uint256(keccak256(bytes(name)));
        account = vm.addr(privateKey);
        vm.label(account, name);
    }

    /// @dev Maps any `value` into `least … most`, keeping values that fit already.
    function _bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        if (value >= least && value <= most) return value;
        uint256 size = most - least + 1;
        return size == 0 ? value : least + value % size;
    }

    function _now() internal view returns (uint48) {
        return uint48(vm.getBlockTimestamp());
    }

    function _skip(uint256 secs) internal {
        vm.warp(vm.getBlockTimestamp() + secs);
    }

    function _expectUnauthorized(address caller) internal {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
    }
}

/// @notice forge asks an invariant test which contracts to call; here always one handler, all of its actions.
abstract contract InvariantBase is Base {
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = _handler();
    }

    function _handler() internal view virtual returns (address);
}
