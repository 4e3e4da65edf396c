// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {IRewardDistributor} from "../../src/interfaces/IRewardDistributor.sol";
import {RewardDistributor} from "../../src/rewards/RewardDistributor.sol";
import {vm} from "../../../script/Vm.sol";
import {Base, InvariantBase} from "../Base.sol";
import {PayoutsTree} from "../harnesses/MerkleTree.sol";

/// @dev Actions: fund, approve an honest root, approve a root whose leaves exceed its total or carry less than before,
/// claim, claim from a root that was replaced, setRecipient.
contract RewardDistributorHandler is Base {
    GovernanceToken public immutable token;
    RewardDistributor public immutable distributor;
    address[] private _accounts;
    uint256[] private _cumulative;
    /// @dev A claim of the root before the present one.
    IRewardDistributor.ClaimData private _old;
    bytes32 private _oldRoot;
    bool public claimedShrank;
    bool public wrongDelta;
    bool public paidTwice;
    bool public oldRootPaid;
    bool public rootReplacedClaims;

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
        IRewardDistributor.ClaimData memory data = PayoutsTree.claimOf(_accounts, _cumulative, index % 5);
        address recipient = distributor.recipientOf(data.account);
        uint256 balance = token.balanceOf(recipient);
        uint256 before = distributor.claimed(data.account);
        vm.prank(caller);
        uint256 paid = distributor.claim(data);
        uint256 now_ = distributor.claimed(data.account);
        if (now_ < before) claimedShrank = true;
        uint256 delta = data.cumulative > before ? data.cumulative - before : 0;
        if (paid != delta || now_ - before != paid || token.balanceOf(recipient) - balance != paid) wrongDelta = true;
        if (distributor.claim(data) != 0) paidTwice = true;
    }

    /// @dev Somebody kept the proofs of the root before.
    function claimFromOldRoot() external {
        if (_oldRoot == 0 || _oldRoot == distributor.payoutsRoot()) return;
        distributor.claim(_old);
        oldRootPaid = true;
    }

    function setRecipient(uint256 index, uint256 recipient) external {
        vm.prank(_accounts[index % 5]);
        distributor.setRecipient(_accounts[recipient % 5]);
    }

    function accounts() external view returns (address[] memory) {
        return _accounts;
    }

    function _grow(uint256 seed) private {
        _oldRoot = distributor.payoutsRoot();
        _old = PayoutsTree.claimOf(_accounts, _cumulative, seed % 5);
        for (uint256 i = 0; i < 5; ++i) {
            _cumulative[i] += uint256(keccak256(abi.encode(seed, i))) % 50e18;
        }
    }

    function _setRoot(uint256 total) private {
        uint256 before = distributor.claimed(_accounts[total % 5]);
        distributor.setPayoutsRoot(1, PayoutsTree.root(_accounts, _cumulative), 5, total);
        if (distributor.claimed(_accounts[total % 5]) != before) rootReplacedClaims = true;
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

    function invariant_totalPaid_le_activeCumulative_le_totalFunded() public view {
        vm.assertLe(distributor.totalPaid(), distributor.totalApproved());
        vm.assertLe(distributor.totalApproved(), distributor.totalFunded());
        vm.assertEq(token.balanceOf(address(distributor)), distributor.totalFunded() - distributor.totalPaid());
    }

    function invariant_claimed_monotone() public view {
        address[] memory accounts = handler.accounts();
        uint256 sum = 0;
        for (uint256 i = 0; i < accounts.length; ++i) {
            sum += distributor.claimed(accounts[i]);
        }
        vm.assertEq(sum, distributor.totalPaid());
        vm.assertFalse(handler.claimedShrank());
        vm.assertFalse(handler.rootReplacedClaims());
    }

    function invariant_claim_pays_exact_delta_once() public view {
        vm.assertFalse(handler.wrongDelta());
        vm.assertFalse(handler.paidTwice());
        vm.assertFalse(handler.oldRootPaid());
    }
}
