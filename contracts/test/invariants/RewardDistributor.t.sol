// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {RewardDistributor} from "../../src/rewards/RewardDistributor.sol";
import {vm} from "../../../script/Vm.sol";
import {Base, InvariantBase} from "../Base.sol";
import {PayoutsTree} from "../harnesses/MerkleTree.sol";

/// @dev Actions: fund, approve an honest root, approve a root whose leaves exceed its total, claim, setRecipient.
contract RewardDistributorHandler is Base {
    GovernanceToken public immutable token;
    RewardDistributor public immutable distributor;
    address[] private _accounts;
    uint256[] private _cumulative;
    mapping(address account => uint256) public mostClaimed;
    bool public claimedShrank;
    bool public wrongDelta;

    constructor(GovernanceToken token_, RewardDistributor distributor_, address[5] memory accounts_) {
        (token, distributor) = (token_, distributor_);
        for (uint256 i = 0; i < 5; ++i) {
            _accounts.push(accounts_[i]);
            _cumulative.push(0);
        }
    }

    function fund(uint256 amount) external {
        amount = _bound(amount, 0, 1_000e18);
        token.approve(address(distributor), amount);
        distributor.fund(amount);
    }

    /// @dev Everybody's amount grows; within the funds or not.
    function approveRoot(uint256 seed) external {
        _grow(seed);
        _setRoot(PayoutsTree.total(_cumulative));
    }

    /// @dev The total says less than the leaves, or any amount was lowered: what a careless vote could let through.
    function approveWrongRoot(uint256 seed, uint256 total) external {
        _grow(seed);
        _cumulative[seed % 5] /= 2;
        uint256 least = distributor.totalApproved();
        _setRoot(_bound(total, least, least + 100e18));
    }

    function claim(uint256 index, address caller) external {
        address account = _accounts[index % 5];
        uint256 before = distributor.claimed(account);
        vm.prank(caller);
        uint256 paid = distributor.claim(PayoutsTree.claimOf(_accounts, _cumulative, index % 5));
        uint256 now_ = distributor.claimed(account);
        if (now_ < before) claimedShrank = true;
        if (now_ - before != paid) wrongDelta = true;
    }

    function setRecipient(uint256 index, uint256 recipient) external {
        vm.prank(_accounts[index % 5]);
        distributor.setRecipient(_accounts[recipient % 5]);
    }

    function accounts() external view returns (address[] memory) {
        return _accounts;
    }

    function _grow(uint256 seed) private {
        for (uint256 i = 0; i < 5; ++i) {
            _cumulative[i] += uint256(keccak256(abi.encode(seed, i))) % 50e18;
        }
    }

    function _setRoot(uint256 total) private {
        distributor.setPayoutsRoot(1, PayoutsTree.root(_accounts, _cumulative), 5, total);
    }
}

contract RewardDistributor_Invariants is InvariantBase {
    GovernanceToken private token;
    RewardDistributor private distributor;
    RewardDistributorHandler private handler;

    function setUp() public {
        uint256 supply = 1_000_000e18;
        address[5] memory accounts = [_account("a"), _account("b"), _account("c"), _account("d"), _account("e")];
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(address(this), supply);
        token = new GovernanceToken(GovernanceToken.Config("Polity", "POL", supply, 0, address(manager)), allocations);
        distributor = new RewardDistributor(address(manager), token);
        handler = new RewardDistributorHandler(token, distributor, accounts);
        manager.grantRole(0, address(handler), 0);
        token.transfer(address(handler), supply);
    }

    function _handler() internal view override returns (address) {
        return address(handler);
    }

    function invariant_paid_le_approved_le_funded() public view {
        vm.assertLe(distributor.totalPaid(), distributor.totalApproved());
        vm.assertLe(distributor.totalApproved(), distributor.totalFunded());
        vm.assertEq(token.balanceOf(address(distributor)), distributor.totalFunded() - distributor.totalPaid());
    }

    function invariant_sum_of_claimed_eq_paid() public view {
        address[] memory accounts = handler.accounts();
        uint256 sum = 0;
        for (uint256 i = 0; i < accounts.length; ++i) {
            sum += distributor.claimed(accounts[i]);
        }
        vm.assertEq(sum, distributor.totalPaid());
        vm.assertFalse(handler.claimedShrank());
        vm.assertFalse(handler.wrongDelta());
    }
}
