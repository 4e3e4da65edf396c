// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Theorems} from "./ProofBase.sol";

/// @notice What the proofs tell the solver holds for random numbers: an error there would prove too much.
contract ArithmeticTest {
    function testFuzz_a_switched_number_is_itself_or_nothing(uint256 x, bool on) public pure {
        unchecked {
            assert(Theorems.switched(x, on ? 1 : 0, x * (on ? 1 : 0)));
        }
    }

    function testFuzz_a_product_of_narrow_numbers_loses_nothing(uint128 x, uint128 y) public pure {
        assert(Theorems.narrow(x, y) && Theorems.narrow(type(uint128).max, y));
    }
}
