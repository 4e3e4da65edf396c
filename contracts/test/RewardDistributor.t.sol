// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {GovernanceToken} from "../src/governance/GovernanceToken.sol";
import {IRewardDistributor} from "../src/interfaces/IRewardDistributor.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {PayoutLeaf, RawPay} from "../src/types/PayoutLeaf.sol";
import {PositionalMerkle} from "../src/types/PositionalMerkle.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";
import {MerkleTree, PayoutsTree} from "./harnesses/MerkleTree.sol";

abstract contract RewardDistributorTest is Base {
    uint256 internal constant SUPPLY = 1_000_000e18;

    GovernanceToken internal token;
    RewardDistributor internal distributor;
    address[] internal accounts;
    uint256[] internal cumulative;

    function setUp() public virtual {
        _replaceToken(SUPPLY);
    }

    function _replaceToken(uint256 supply) internal {
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(address(this), supply);
        token = new GovernanceToken(GovernanceToken.Config("Polity", "POL", supply, 0, address(manager)), allocations);
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

    /// @dev Above 2^96 wei, an account's claimed amount would not fit beside its recipient.
    function testFuzz_RevertIf_MoreThan96BitsWouldBeFunded(uint256 first, uint256 second) public {
        uint256 most = type(uint96).max;
        _replaceToken(2 * most);
        first = _bound(first, 1, most);
        second = _bound(second, most - first + 1, most);
        distributor.fund(first);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 96, first + second));
        distributor.fund(second);
        distributor.fund(most - first);
        vm.assertEq(distributor.totalFunded(), most);
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

    function testFuzz_claim_idempotent(uint256 seed, uint256 index, uint256 times) public {
        index = _bound(index, 0, 6);
        times = _bound(times, 1, 5);
        _approveTree(seed, 7);
        distributor.claim(_claimOf(index));
        vm.recordLogs();
        for (uint256 i = 0; i < times; ++i) {
            vm.assertEq(distributor.claim(_claimOf(index)), 0);
        }
        vm.assertEq(vm.getRecordedLogs().length, 0);
        vm.assertEq(distributor.totalPaid(), cumulative[index]);
        vm.assertEq(token.balanceOf(accounts[index]), cumulative[index]);
    }

    /// @dev Whether it claimed under earlier roots or not, an account ends up with what the last root says.
    function testFuzz_claim_pays_exact_delta(uint256 seed, uint256[4] memory growth, uint8 claims) public {
        _approveTree(seed, 5);
        for (uint256 i = 0; i < growth.length; ++i) {
            uint256 more = _bound(growth[i], 0, 100e18);
            distributor.fund(more);
            cumulative[2] += more;
            _setRoot(uint64(i + 2));
            if (claims & (1 << i) == 0) continue;
            uint256 before = distributor.claimed(accounts[2]);
            vm.assertEq(distributor.claim(_claimOf(2)), cumulative[2] - before);
            vm.assertEq(distributor.claimed(accounts[2]), cumulative[2]);
        }
        distributor.claim(_claimOf(2));
        vm.assertEq(token.balanceOf(accounts[2]), cumulative[2]);
    }

    /// @dev A new root neither takes a claim back nor pays one again, even from another place in the tree.
    function testFuzz_replaced_root_keeps_claims(uint256 seed, uint256 index, uint256 moved) public {
        index = _bound(index, 0, 6);
        _approveTree(seed, 7);
        distributor.claim(_claimOf(index));
        IRewardDistributor.ClaimData memory old = _claimOf(index);
        // The account moves to another leaf with the same amount: somebody joined before it.
        moved = _bound(moved, 0, 6);
        (accounts[index], accounts[moved]) = (accounts[moved], accounts[index]);
        (cumulative[index], cumulative[moved]) = (cumulative[moved], cumulative[index]);
        _setRoot(2);
        vm.assertEq(distributor.claimed(old.account), old.cumulative);
        vm.assertEq(distributor.claim(_claimOf(moved)), 0);
        if (moved != index) {
            _expectInvalid(old);
            distributor.claim(old);
        }
    }

    function testFuzz_ARootThatCarriesLessPaysNothingAndDoesNotRevert(uint256 seed, uint256 less) public {
        _approveTree(seed, 3);
        distributor.claim(_claimOf(0));
        uint256 before = cumulative[0];
        less = _bound(less, 1, before);
        cumulative[0] -= less;
        cumulative[1] += less;
        _setRoot(2);
        vm.assertEq(distributor.claim(_claimOf(0)), 0);
        vm.assertEq(distributor.claimed(accounts[0]), before);
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

    function testFuzz_RevertIf_TheRunningTotalIsChanged(uint256 seed, uint256 index, uint256 runningTotal) public {
        index = _bound(index, 0, 6);
        _approveTree(seed, 7);
        IRewardDistributor.ClaimData memory data = _claimOf(index);
        vm.assume(runningTotal != data.runningTotal);
        data.runningTotal = runningTotal;
        _expectInvalid(data);
        distributor.claim(data);
    }

    function testFuzz_RevertIf_TheRawPayIsChanged(uint256 seed, uint256 index, bytes32 rawPayHash) public {
        index = _bound(index, 0, 6);
        _approveTree(seed, 7);
        IRewardDistributor.ClaimData memory data = _claimOf(index);
        vm.assume(rawPayHash != data.rawPayHash);
        data.rawPayHash = rawPayHash;
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
        // Three leaves have the same depth as four, so that the count alone decides.
        distributor.setPayoutsRoot(2, distributor.payoutsRoot(), 3, distributor.totalApproved());
        IRewardDistributor.ClaimData memory data = _claimOf(3);
        _expectInvalid(data);
        distributor.claim(data);
        distributor.claim(_claimOf(2));
    }

    function testFuzz_RevertIf_TheProofHasAnotherDepth(uint256 seed, uint256 count, uint256 index, uint256 depth)
        public
    {
        count = _bound(count, 1, 20);
        index = _bound(index, 0, count - 1);
        _approveTree(seed, count);
        IRewardDistributor.ClaimData memory data = _claimOf(index);
        depth = _bound(depth, 0, 40);
        vm.assume(depth != data.proof.length);
        bytes32[] memory proof = new bytes32[](depth);
        for (uint256 i = 0; i < depth && i < data.proof.length; ++i) {
            proof[i] = data.proof[i];
        }
        data.proof = proof;
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

/// @dev Of the list of attacks: Merkle, forced ether.
contract RewardDistributor_Attacks_Test is RewardDistributorTest {
    /// @dev A leaf names neither chain nor contract. What binds it is the root, which only a vote on this chain can put
    /// into this contract: a proof for one distributor is worth nothing at another.
    function testFuzz_leaf_of_other_chain_or_contract_fails(uint256 seed, uint256 otherSeed, uint256 index) public {
        index = _bound(index, 0, 6);
        vm.assume(seed != otherSeed);
        _approveTree(otherSeed, 7);
        IRewardDistributor.ClaimData memory elsewhere = _claimOf(index);
        RewardDistributor there = distributor;
        setUp();
        // No root at all, then a root of its own.
        _expectInvalid(elsewhere);
        distributor.claim(elsewhere);
        _approveTree(seed, 7);
        _expectInvalid(elsewhere);
        distributor.claim(elsewhere);
        vm.assertEq(there.claim(elsewhere), elsewhere.cumulative);
    }

    /// @dev Second preimage: every inner node is 64 bytes hashed, every leaf 160, and a proof that starts at an inner node
    /// is too short besides.
    function testFuzz_internal_node_is_no_leaf(uint256 seed, uint256 count, uint256 index) public {
        count = _bound(count, 2, 20);
        index = _bound(index, 0, count - 1);
        _approveTree(seed, count);
        bytes32[] memory leaves = PayoutsTree.leaves(accounts, cumulative);
        bytes32[] memory proof = MerkleTree.proof(leaves, index);
        bytes32 root = MerkleTree.root(leaves);
        bytes32 node = leaves[index];
        for (uint256 level = 0; level < proof.length; ++level) {
            uint256 place = index >> level;
            node = place % 2 == 0
                ? keccak256(bytes.concat(node, proof[level]))
                : keccak256(bytes.concat(proof[level], node));
            bytes32[] memory rest = new bytes32[](proof.length - level - 1);
            for (uint256 i = 0; i < rest.length; ++i) {
                rest[i] = proof[level + 1 + i];
            }
            // The way from the inner node to the root is a right one, and yet no proof.
            vm.assertTrue(this.leadsTo(rest, place >> 1, node, root));
            vm.assertFalse(this.verify(rest, root, count, place >> 1, node));
        }
    }

    /// @dev The builder hangs a leaf of 1,000 tokens in the place of an inner node, where nobody that reads the tree's
    /// leaves can see it, and claims it with one sibling less.
    function test_Attack_ALeafHiddenAtAShallowerDepth() public {
        distributor.fund(2_000e18);
        bytes32 rawPayHash = PayoutLeaf.hash(RawPay(1, 1_000e18, 0));
        bytes32 hidden = PayoutLeaf.hash(address(this), 1_000e18, 0, rawPayHash);
        bytes32 right = keccak256("the inner node above honest leaves 2 and 3");
        bytes32 root = PositionalMerkle.hashPair(hidden, right);
        distributor.setPayoutsRoot(1, root, 4, 2_000e18);
        IRewardDistributor.ClaimData memory data = IRewardDistributor.ClaimData({
            account: address(this),
            index: 0,
            cumulative: 1_000e18,
            runningTotal: 0,
            rawPayHash: rawPayHash,
            proof: new bytes32[](1)
        });
        data.proof[0] = right;
        _expectInvalid(data);
        distributor.claim(data);
        // It would have been the path: in a tree of two leaves it is.
        distributor.setPayoutsRoot(2, root, 2, 2_000e18);
        vm.assertEq(distributor.claim(data), 1_000e18);
    }

    /// @dev Two leaves of one account: only the larger pays.
    function testFuzz_Attack_DuplicateLeaves(uint256 first, uint256 second) public {
        first = _bound(first, 1, 100e18);
        second = _bound(second, 1, 100e18);
        accounts.push(address(this));
        accounts.push(address(this));
        cumulative.push(first);
        cumulative.push(second);
        distributor.fund(first + second);
        _setRoot(1);
        distributor.claim(_claimOf(0));
        distributor.claim(_claimOf(1));
        distributor.claim(_claimOf(0));
        vm.assertEq(distributor.totalPaid(), first > second ? first : second);
    }

    /// @dev Whatever a root says, it pays no more than the total that was voted with it, and never the unapproved funds.
    function testFuzz_Attack_ARootThatDrainsThePool(uint256 amount, uint256 approved) public {
        distributor.fund(SUPPLY);
        approved = _bound(approved, 0, SUPPLY);
        amount = _bound(amount, 1, type(uint128).max);
        accounts.push(address(this));
        cumulative.push(amount);
        distributor.setPayoutsRoot(1, PayoutsTree.root(accounts, cumulative), 1, approved);
        IRewardDistributor.ClaimData memory data = _claimOf(0);
        if (amount > approved) {
            vm.expectRevert(
                abi.encodeWithSelector(IRewardDistributor.RewardDistributorOverApproved.selector, amount, approved)
            );
        }
        distributor.claim(data);
        vm.assertLe(distributor.totalPaid(), approved);
    }

    /// @dev Claiming for others gives no say over where the money goes.
    function testFuzz_Attack_ClaimingForOthersDivertsNothing(uint256 seed, address thief) public {
        _approveTree(seed, 3);
        vm.assume(thief != accounts[1] && thief != address(distributor));
        uint256 before = token.balanceOf(thief);
        vm.prank(thief);
        distributor.setRecipient(thief);
        vm.prank(thief);
        distributor.claim(_claimOf(1));
        vm.assertEq(token.balanceOf(accounts[1]), cumulative[1]);
        if (thief != accounts[1]) vm.assertEq(token.balanceOf(thief), before);
    }

    /// @dev Accounting never looks at a balance.
    function testFuzz_Attack_ForcedEthAndTokens(uint256 seed, uint96 ether_, uint256 tokens) public {
        _approveTree(seed, 3);
        vm.deal(address(distributor), ether_);
        token.transfer(address(distributor), _bound(tokens, 0, 1e18));
        uint256 funded = distributor.totalFunded();
        vm.assertEq(funded, PayoutsTree.total(cumulative));
        vm.expectRevert(
            abi.encodeWithSelector(IRewardDistributor.RewardDistributorUnderfunded.selector, funded + 1, funded)
        );
        distributor.setPayoutsRoot(2, "more", 1, funded + 1);
        vm.assertEq(distributor.claim(_claimOf(0)), cumulative[0]);
    }

    function leadsTo(bytes32[] calldata proof, uint256 index, bytes32 leaf, bytes32 root) external pure returns (bool) {
        return PositionalMerkle.processProof(proof, index, leaf) == root;
    }

    function verify(bytes32[] calldata proof, bytes32 root, uint256 count, uint256 index, bytes32 leaf)
        external
        pure
        returns (bool)
    {
        return PositionalMerkle.verify(proof, root, count, index, leaf);
    }
}
