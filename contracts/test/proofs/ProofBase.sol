// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What halmos adds to the cheatcodes: values that stand for all values of their type.
interface Svm {
    function createUint(uint256 bits, string calldata name) external returns (uint256);
    function createUint256(string calldata name) external returns (uint256);
    function createAddress(string calldata name) external returns (address);
    function createBytes(uint256 size, string calldata name) external returns (bytes memory);
    function createBytes32(string calldata name) external returns (bytes32);
    function createBool(string calldata name) external returns (bool);
    /// @notice Calldata of any function of the contract that changes state.
    function createCalldata(address target) external returns (bytes memory);
}

/// @notice The few of forge's cheatcodes that halmos serves and proofs need.
interface ProofVm {
    function assume(bool condition) external pure;
    function prank(address sender) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function warp(uint256 timestamp) external;
    function roll(uint256 number) external;
}

Svm constant svm = Svm(address(uint160(uint256(keccak256("svm cheat code")))));
ProofVm constant vm = ProofVm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @notice Stands in for the AccessManager, which OpenZeppelin verified itself: one account may do everything, and one
/// contract of the system may be let in besides.
contract ProofAuthority {
    address public immutable admin;
    address public trusted;

    constructor(address admin_) {
        admin = admin_;
    }

    function trust(address contract_) external {
        trusted = contract_;
    }

    function canCall(address caller, address, bytes4) external view returns (bool, uint32) {
        return (caller == admin || (caller == trusted && caller != address(0)), 0);
    }
}

/// @notice Proofs hold for every value of what they take or create, within bounds that each names: a `check_` function
/// fails if any assignment reaches a failing assert. A path that reverts proves nothing and breaks nothing.
abstract contract ProofBase {
    address internal constant ADMIN = address(0xad);
    uint256 internal constant NOW = 1_800_000_000;

    /// @dev One call of anybody, of any function; success or not is the caller's business.
    function _call(address caller, address target, bytes memory data) internal returns (bool success) {
        vm.prank(caller);
        (success,) = target.call(data);
    }

    /// @dev Any call of anybody that succeeds.
    function _anything(address target) internal returns (address caller) {
        caller = svm.createAddress("caller");
        vm.assume(_call(caller, target, svm.createCalldata(target)));
    }
}
