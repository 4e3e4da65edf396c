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
    /// @notice Every word of the account's storage that was never written is from now on any word.
    function enableSymbolicStorage(address account) external;
}

/// @notice The few of forge's cheatcodes that halmos serves and proofs need.
interface ProofVm {
    function assume(bool condition) external pure;
    function prank(address sender) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function warp(uint256 timestamp) external;
    function roll(uint256 number) external;
    function load(address account, bytes32 slot) external view returns (bytes32);
    function store(address account, bytes32 slot, bytes32 value) external;
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

    uint256 private _open; // 1 where a claim does not hold

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

    /// @dev To be proved by {_qed}: one question to the solver for all of them together, instead of one for each.
    function _claim(bool holds) internal {
        uint256 open = _open;
        assembly ("memory-safe") {
            open := or(open, iszero(holds))
        }
        _open = open;
    }

    function _qed() internal view {
        assert(_open == 0);
    }

    /// @dev A whole number below 2^bits.
    function _any(uint256 bits, string memory name) internal returns (uint256) {
        return svm.createUint(bits, name);
    }

    // What follows tells the solver theorems about whole numbers, since it treats products and quotients of two unknowns as
    // any function of them. They exclude no state: `Arithmetic.t.sol` tests each for all numbers.

    /// @dev What {Math-ternary}, and so {Math-min}, multiplies with a condition.
    function _knowTernary(bool condition, uint256 a, uint256 b) internal view {
        _knowSwitched(a ^ b, condition);
    }

    /// @dev What {Math-saturatingSub} multiplies with a condition.
    function _knowSaturatingSub(uint256 a, uint256 b) internal view {
        unchecked {
            _knowSwitched(a - b, a - b <= a);
        }
    }

    /// @dev In both orders, because to the solver they are two unrelated products, and the compiler chooses one.
    function _knowSwitched(uint256 x, bool on) private view {
        uint256 one;
        assembly ("memory-safe") {
            one := iszero(iszero(on))
        }
        vm.assume(Theorems.switched(x, one, this.product(x, one)));
        vm.assume(Theorems.switched(x, one, this.product(one, x)));
    }

    function product(uint256 x, uint256 y) external pure returns (uint256) {
        unchecked {
            return x * y;
        }
    }
}

/// @notice True of all numbers that their comments allow.
library Theorems {
    /// @dev x times 1 or 0 is x or nothing.
    function switched(uint256 x, uint256 one, uint256 product) internal pure returns (bool holds) {
        assembly ("memory-safe") {
            holds := eq(product, and(x, sub(0, one)))
        }
    }

    /// @dev The product of numbers below 2^128 is the same modulo 2^256 - 1.
    function narrow(uint256 x, uint256 y) internal pure returns (bool holds) {
        assembly ("memory-safe") {
            holds := eq(mulmod(x, y, not(0)), mul(x, y))
        }
    }
}
