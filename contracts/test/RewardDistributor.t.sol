// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../src/governance/GovernanceToken.sol";
import {IRewardDistributor} from "../src/interfaces/IRewardDistributor.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";
import {PayoutsTree} from "./harnesses/MerkleTree.sol";

abstract contract RewardDistributorTest is Base {
    uint256 internal constant SUPPLY = 1_000_000e18;

    GovernanceToken internal token;
    RewardDistributor internal distributor;
    address[] internal accounts;
    uint256[] internal cumulative;

    function setUp() public virtual {
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(address(this), SUPPLY);
        token = new GovernanceToken(GovernanceToken.Config("Polity", "POL", SUPPLY, 0, address(manager)), allocations);
        distributor = new RewardDistributor(address(manager), token);
        token.approve(address(distributor), type(uint256).max);
    }

    /// @dev Funds the pool and approves a tree of `count` accounts that earn up to 100 tokens each.
    function _approveTree(uint256 seed, uint256 count) internal {
        delete accounts;
        delete cumulative;
        for (uint256 i = 0; i < count; ++i) {
            accounts.push(address(uint160(0x1000 + i)));
            cumulative.push(1 + uint256(keccak256(abi.encode(seed, i))) % 100e18);
        }
        distributor.fund(PayoutsTree.total(cumulative));
        _setRoot(1);
    }

    function _setRoot(uint64 epoch) internal {
        distributor.setPayoutsRoot(
            epoch, PayoutsTree.root(accounts, cumulative), uint32(accounts.length), PayoutsTree.total(cumulative)
        );
    }

    function _claimOf(uint256 index) internal view returns (IRewardDistributor.ClaimData memory) {
        return PayoutsTree.claimOf(accounts, cumulative, index);
    }

    function _expectInvalid(IRewardDistributor.ClaimData memory data) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.RewardDistributorInvalidProof.selector, data.account, data.index)
        );
    }
}

contract RewardDistributor_Fund_Test is RewardDistributorTest {
    function testFuzz_PullsExactlyTheAmount(uint256 first, uint256 second) public {
        first = _bound(first, 0, SUPPLY);
        second = _bound(second, 0, SUPPLY - first);
        distributor.fund(first);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.Funded(address(this), second, first + second);
        distributor.fund(second);
        vm.assertEq(distributor.totalFunded(), first + second);
        vm.assertEq(token.balanceOf(address(distributor)), first + second);
    }

    function test_ATransferIsNoFunding() public {
        token.transfer(address(distributor), 5);
        vm.assertEq(distributor.totalFunded(), 0);
    }

    function test_RevertIf_TheCallerHasNotApproved() public {
        token.approve(address(distributor), 0);
        vm.expectRevert();
        distributor.fund(1);
    }
}

contract RewardDistributor_SetEpochBudget_Test is RewardDistributorTest {
    function testFuzz_SetsTheBudget(uint256 amount) public {
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.EpochBudgetSet(amount);
        distributor.setEpochBudget(amount);
        vm.assertEq(distributor.epochBudget(), amount);
    }

    function testFuzz_RevertIf_CallerIsNotGovernance(address caller) public {
        vm.assume(caller != address(this));
        _expectUnauthorized(caller);
        vm.prank(caller);
        distributor.setEpochBudget(1);
    }
}

contract RewardDistributor_SetPayoutsRoot_Test is RewardDistributorTest {
    function testFuzz_InstallsAFundedRoot(bytes32 root, uint32 count, uint256 total, uint256 funded) public {
        funded = _bound(funded, 0, SUPPLY);
        total = _bound(total, 0, funded);
        distributor.fund(funded);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.PayoutsRootSet(9, root, count, total);
        distributor.setPayoutsRoot(9, root, count, total);
        vm.assertEq(distributor.payoutsRoot(), root);
        vm.assertEq(distributor.accountCount(), count);
        vm.assertEq(distributor.totalApproved(), total);
    }

    function testFuzz_RevertIf_ThePoolIsUnderfunded(uint256 total, uint256 funded) public {
        funded = _bound(funded, 0, SUPPLY);
        total = _bound(total, funded + 1, type(uint256).max);
        distributor.fund(funded);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.RewardDistributorUnderfunded.selector, total, funded));
        distributor.setPayoutsRoot(1, "root", 1, total);
    }

    function testFuzz_RevertIf_TheTotalShrinks(uint256 total, uint256 less) public {
        total = _bound(total, 1, SUPPLY);
        less = _bound(less, 0, total - 1);
        distributor.fund(total);
        distributor.setPayoutsRoot(1, "root", 1, total);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.RewardDistributorLowerTotal.selector, less, total));
        distributor.setPayoutsRoot(2, "root", 1, less);
    }

    function testFuzz_RevertIf_CallerHasNoRole(address caller) public {
        vm.assume(caller != address(this));
        _expectUnauthorized(caller);
        vm.prank(caller);
        distributor.setPayoutsRoot(1, "root", 1, 0);
    }
}

contract RewardDistributor_Claim_Test is RewardDistributorTest {
    function testFuzz_AnyoneMayClaimForAnyone(uint256 seed, uint256 count, uint256 index, address caller) public {
        count = _bound(count, 1, 20);
        index = _bound(index, 0, count - 1);
        _approveTree(seed, count);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.Claimed(accounts[index], accounts[index], cumulative[index], cumulative[index]);
        vm.prank(caller);
        vm.assertEq(distributor.claim(_claimOf(index)), cumulative[index]);
        vm.assertEq(token.balanceOf(accounts[index]), cumulative[index]);
        vm.assertEq(distributor.claimed(accounts[index]), cumulative[index]);
        vm.assertEq(distributor.totalPaid(), cumulative[index]);
    }

    function testFuzz_ARepeatedClaimPaysNothing(uint256 seed, uint256 index) public {
        index = _bound(index, 0, 6);
        _approveTree(seed, 7);
        distributor.claim(_claimOf(index));
        vm.assertEq(distributor.claim(_claimOf(index)), 0);
        vm.assertEq(distributor.totalPaid(), cumulative[index]);
    }

    function testFuzz_ALaterRootPaysTheDifference(uint256 seed, uint256 more) public {
        more = _bound(more, 0, 100e18);
        _approveTree(seed, 5);
        distributor.claim(_claimOf(2));
        distributor.fund(more);
        cumulative[2] += more;
        _setRoot(2);
        vm.assertEq(distributor.claim(_claimOf(2)), more);
        vm.assertEq(token.balanceOf(accounts[2]), cumulative[2]);
    }

    function test_ARootThatCarriesLessPaysNothingAndDoesNotRevert() public {
        _approveTree(1, 3);
        distributor.claim(_claimOf(0));
        cumulative[0] -= 1;
        cumulative[1] += 1;
        _setRoot(2);
        vm.assertEq(distributor.claim(_claimOf(0)), 0);
        vm.assertEq(distributor.claimed(accounts[0]), cumulative[0] + 1);
    }

    function test_PaysTheRecipient() public {
        address recipient = _account("recipient");
        _approveTree(1, 3);
        vm.prank(accounts[1]);
        distributor.setRecipient(recipient);
        distributor.claim(_claimOf(1));
        vm.assertEq(token.balanceOf(recipient), cumulative[1]);
        vm.assertEq(token.balanceOf(accounts[1]), 0);
    }

    function testFuzz_RevertIf_TheAmountIsChanged(uint256 seed, uint256 index, uint256 amount) public {
        index = _bound(index, 0, 6);
        _approveTree(seed, 7);
        IRewardDistributor.ClaimData memory data = _claimOf(index);
        vm.assume(amount != data.cumulative);
        data.cumulative = amount;
        _expectInvalid(data);
        distributor.claim(data);
    }

    function testFuzz_RevertIf_TheIndexIsChanged(uint256 seed, uint32 index) public {
        _approveTree(seed, 7);
        IRewardDistributor.ClaimData memory data = _claimOf(3);
        vm.assume(index != 3);
        data.index = index;
        _expectInvalid(data);
        distributor.claim(data);
    }

    function testFuzz_RevertIf_TheAccountIsChanged(uint256 seed, address thief) public {
        _approveTree(seed, 7);
        IRewardDistributor.ClaimData memory data = _claimOf(3);
        vm.assume(thief != data.account);
        data.account = thief;
        _expectInvalid(data);
        distributor.claim(data);
    }

    function test_RevertIf_NoRootWasApproved() public {
        IRewardDistributor.ClaimData memory data;
        data.account = address(this);
        _expectInvalid(data);
        distributor.claim(data);
    }

    function test_RevertIf_TheIndexIsBeyondTheCount() public {
        _approveTree(1, 4);
        distributor.setPayoutsRoot(2, distributor.payoutsRoot(), 3, distributor.totalApproved());
        IRewardDistributor.ClaimData memory data = _claimOf(3);
        _expectInvalid(data);
        distributor.claim(data);
    }

    /// @dev Solvency does not hang on the tree being honest.
    function test_RevertIf_TheLeavesExceedTheApprovedTotal() public {
        _approveTree(1, 2);
        uint256 approved = cumulative[0] + cumulative[1];
        cumulative[0] += 1;
        distributor.setPayoutsRoot(2, PayoutsTree.root(accounts, cumulative), 2, approved);
        distributor.claim(_claimOf(0));
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.RewardDistributorOverApproved.selector, approved + 1, approved)
        );
        distributor.claim(_claimOf(1));
    }
}

contract RewardDistributor_ClaimMany_Test is RewardDistributorTest {
    function testFuzz_PaysAllAndReturnsTheSum(uint256 seed, uint256 count) public {
        count = _bound(count, 1, 12);
        _approveTree(seed, count);
        IRewardDistributor.ClaimData[] memory data = new IRewardDistributor.ClaimData[](count);
        for (uint256 i = 0; i < count; ++i) {
            data[i] = _claimOf(i);
        }
        vm.assertEq(distributor.claimMany(data), PayoutsTree.total(cumulative));
        vm.assertEq(distributor.totalPaid(), distributor.totalApproved());
        vm.assertEq(token.balanceOf(address(distributor)), 0);
        vm.assertEq(distributor.claimMany(data), 0);
    }

    function test_RevertIf_OneProofIsInvalid() public {
        _approveTree(1, 3);
        IRewardDistributor.ClaimData[] memory data = new IRewardDistributor.ClaimData[](2);
        (data[0], data[1]) = (_claimOf(0), _claimOf(1));
        data[1].cumulative += 1;
        _expectInvalid(data[1]);
        distributor.claimMany(data);
    }
}

contract RewardDistributor_SetRecipient_Test is RewardDistributorTest {
    function testFuzz_ZeroResetsToTheAccount(address account, address recipient) public {
        vm.assume(recipient != address(0));
        vm.assertEq(distributor.recipientOf(account), account);
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.RecipientSet(account, recipient);
        vm.prank(account);
        distributor.setRecipient(recipient);
        vm.assertEq(distributor.recipientOf(account), recipient);
        vm.prank(account);
        distributor.setRecipient(address(0));
        vm.assertEq(distributor.recipientOf(account), account);
    }
}
