// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {ProofAuthority, ProofBase, Theorems, vm} from "./ProofBase.sol";

/// @notice What depends on the time: the rate of mints, and votes in the past.
contract GovernanceTokenHistoryProof is ProofBase {
    /// @dev A power of two, with which the solver multiplies at no cost.
    uint256 private constant PER_YEAR = 2 ** 86; // wei
    uint256 private constant YEAR = 365 days;
    uint256 private constant CAP = 2 ** 96; // wei

    GovernanceToken private token;
    address private a = address(0xa11ce);
    address private b = address(0xb0b);

    function setUp() public {
        vm.warp(NOW);
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(a, 1_000e18);
        token = new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", CAP, uint208(PER_YEAR), address(new ProofAuthority(ADMIN))),
            allocations
        );
    }

    /// @dev By induction: in any state of the bucket in which all mints before, over the `since` seconds from deployment to
    /// the last of them, were within the yearly rate, a mint of anybody at any time keeps them within it.
    function check_mint_le_yearly_cap(address caller, uint256 amount, uint40 time) public {
        (uint256 used, uint256 since, uint256 minted) = (_any(128, "used"), _any(40, "since"), _any(128, "minted"));
        vm.assume(used <= PER_YEAR && time >= NOW && amount != 0);
        bytes32 slot = keccak256(abi.encode(bytes32("mint"), 13));
        vm.store(address(token), slot, bytes32(NOW << 208 | used));
        uint256 supply = token.totalSupply();
        vm.warp(time);
        unchecked {
            uint256 elapsed = time - NOW;
            uint256 refill = elapsed * PER_YEAR / YEAR;
            vm.assume(Theorems.narrow(elapsed, PER_YEAR));
            vm.assume(Theorems.quotients(since * PER_YEAR, elapsed * PER_YEAR, YEAR));
            vm.assume(minted + PER_YEAR <= used + since * PER_YEAR / YEAR);
            _knowSaturatingSub(used, refill);

            vm.prank(caller);
            token.mint(b, amount);

            uint256 word = uint256(vm.load(address(token), slot));
            _claim(caller == ADMIN);
            _claim(word >> 208 == time);
            _claim(minted + amount + PER_YEAR <= uint208(word) + (since * PER_YEAR + elapsed * PER_YEAR) / YEAR);
            _claim(token.totalSupply() == supply + amount);
            _claim(supply + amount <= CAP);
        }
        _qed();
    }
}
