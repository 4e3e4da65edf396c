// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {ProofAuthority, ProofBase, vm} from "./ProofBase.sol";

/// @notice What depends on the time: the rate of mints, and votes in the past.
contract GovernanceTokenHistoryProof is ProofBase {
    uint256 private constant PER_YEAR = 2 ** 86; // wei
    uint256 private constant CAP = 2 ** 96; // wei

    GovernanceToken private token;
    address private a = address(0xa11ce);
    address private b = address(0xb0b);

    function setUp() public {
        vm.warp(1);
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(a, 1_000e18);
        token = new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", CAP, uint208(PER_YEAR), address(new ProofAuthority(ADMIN))),
            allocations
        );
    }

    /// @dev Only governance mints; the supply grows by the amount, which the bucket must hold, and never above the cap.
    function check_mint_le_mintable_and_cap(address caller, uint256 amount) public {
        vm.store(address(token), keccak256(abi.encode(bytes32("mint"), 13)), bytes32(1 << 208 | _any(87, "used")));
        uint256 supply = token.totalSupply();
        uint256 mintable = token.mintable();
        vm.prank(caller);
        token.mint(b, amount);
        unchecked {
            _claim(caller == ADMIN);
            _claim(amount <= mintable);
            _claim(token.totalSupply() == supply + amount);
            _claim(token.totalSupply() <= CAP);
        }
        _qed();
    }

    /// @dev Three checkpoints of any transfers; then either holder moves any amount, or the voter delegates anew. What the voter
    /// and all together had at any second before stays what it was.
    function check_pastVotes_immutable(uint8 what, uint40 past) public {
        vm.prank(a);
        token.delegate(a);
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(10 + 10 * i);
            uint256 sent = _any(64, "sent");
            vm.prank(a);
            token.transfer(b, sent);
        }
        vm.warp(30);
        vm.assume(past < 30);
        uint256 votes = token.getPastVotes(a, past);
        uint256 supply = token.getPastTotalSupply(past);
        uint256 amount = _any(96, "amount");
        if (what > 1) {
            vm.prank(b);
            token.transfer(a, amount);
        } else {
            vm.prank(a);
            if (what == 0) token.transfer(b, amount);
            else token.delegate(b);
        }
        _claim(token.getPastVotes(a, past) == votes);
        _claim(token.getPastTotalSupply(past) == supply);
        _qed();
    }
}
