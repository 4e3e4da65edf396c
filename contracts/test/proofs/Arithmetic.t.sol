// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Theorems} from "./ProofBase.sol";

/// @notice What the proofs tell the solver holds for random numbers: an error there would prove too much.
contract ArithmeticTest {
    function testFuzz_a_switched_number_is_itself_or_nothing(uint256 x, bool on) public pure {
        assert(Theorems.switched(x, on));
    }

    function testFuzz_a_product_of_narrow_numbers_loses_nothing(uint128 x, uint128 y) public pure {
        assert(Theorems.narrow(x, y) && Theorems.narrow(type(uint128).max, y));
    }

    function testFuzz_two_quotients_are_at_most_the_quotient_of_the_sum(uint256 x, uint256 y, uint96 d) public pure {
        assert(d == 0 || Theorems.quotients(x / 2, y / 2, d));
    }
}
