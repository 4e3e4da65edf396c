// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRewardDistributor} from "../../src/interfaces/IRewardDistributor.sol";
import {RewardDistributor} from "../../src/rewards/RewardDistributor.sol";
import {PayoutLeaf} from "../../src/types/PayoutLeaf.sol";
import {PositionalMerkle} from "../../src/types/PositionalMerkle.sol";
import {PlainToken} from "../mocks/PlainToken.sol";
import {ProofAuthority, ProofBase, svm, vm} from "./ProofBase.sol";

/// @notice A pool of any size, two roots over any leaf with any total, claims of anything by anybody. The trees have one
/// leaf, or two where the path matters; what deeper ones add is tested, not proved.
contract RewardDistributorProof is ProofBase {
    uint256 private constant SUPPLY = type(uint104).max;

    RewardDistributor private distributor;
    PlainToken private token;

    function setUp() public {
        token = new PlainToken(SUPPLY);
        distributor = new RewardDistributor(address(new ProofAuthority(ADMIN)), token);
        token.approve(address(distributor), type(uint256).max);
    }

    function _fund() private {
        distributor.fund(svm.createUint256("funded"));
    }

    /// @dev A root over any leaf.
    function _setRoot() private returns (IRewardDistributor.ClaimData memory data) {
        data = _claim();
        _setRoot(1, _leafOf(data));
    }

    function _setRoot(uint32 count, bytes32 root) private {
        uint256 total = svm.createUint256("total");
        vm.prank(ADMIN);
        distributor.setPayoutsRoot(1, root, count, total);
    }

    function _claim() private returns (IRewardDistributor.ClaimData memory data) {
        data.account = svm.createAddress("account");
        data.cumulative = svm.createUint256("cumulative");
        data.runningTotal = svm.createUint256("runningTotal");
        data.rawPayHash = svm.createBytes32("rawPayHash");
    }

    function _leafOf(IRewardDistributor.ClaimData memory data) private pure returns (bytes32) {
        return PayoutLeaf.hash(data.account, data.cumulative, data.runningTotal, data.rawPayHash);
    }

    /// @dev Two roots of any leaves and totals, a claim of each, and more funds in between.
    function check_totalPaid_le_activeCumulative_le_totalFunded__claimed_monotone() public {
        _fund();
        IRewardDistributor.ClaimData memory data = _setRoot();
        distributor.claim(data);
        uint256 claimed = distributor.claimed(data.account);
        uint256 paid = distributor.totalPaid();
        assert(paid <= distributor.totalApproved());
        _fund();
        distributor.claim(_setRoot());
        assert(distributor.totalPaid() <= distributor.totalApproved());
        assert(distributor.totalApproved() <= distributor.totalFunded());
        assert(distributor.claimed(data.account) >= claimed);
        assert(distributor.totalPaid() >= paid);
    }

    /// @dev Under a second root, whatever it says, the account gets what it says above what was paid, once.
    function check_claim_pays_exact_delta__replaced_root_keeps_claims__claim_idempotent() public {
        _fund();
        IRewardDistributor.ClaimData memory data = _setRoot();
        address account = data.account;
        vm.assume(account != address(distributor));
        distributor.claim(data);
        uint256 before = distributor.claimed(account);
        data = _claim();
        data.account = account;
        _setRoot(1, _leafOf(data));
        assert(distributor.claimed(account) == before);
        uint256 balance = token.balanceOf(account);
        uint256 amount = distributor.claim(data);
        assert(amount == (data.cumulative > before ? data.cumulative - before : 0));
        assert(token.balanceOf(account) - balance == amount);
        assert(distributor.claimed(account) == before + amount);
        assert(distributor.claim(data) == 0);
        assert(token.balanceOf(account) - balance == amount);
    }

    /// @dev Whatever succeeds at the index of a known leaf is that leaf, word by word.
    function check_a_proof_opens_one_leaf(bool isRight) public {
        _fund();
        IRewardDistributor.ClaimData memory leaf = _claim();
        bytes32 sibling = svm.createBytes32("sibling");
        bytes32 hash = _leafOf(leaf);
        if (isRight) _setRoot(2, PositionalMerkle.hashPair(sibling, hash));
        else _setRoot(2, PositionalMerkle.hashPair(hash, sibling));
        IRewardDistributor.ClaimData memory data = _claim();
        // Written out, because halmos needs a number that decides a place in memory.
        data.index = 0;
        if (isRight) data.index = 1;
        data.proof = new bytes32[](1);
        data.proof[0] = svm.createBytes32("given sibling");
        distributor.claim(data);
        assert(data.account == leaf.account && data.cumulative == leaf.cumulative);
        assert(data.runningTotal == leaf.runningTotal && data.rawPayHash == leaf.rawPayHash);
    }

    /// @dev Nobody but the account itself turns its pay elsewhere.
    function check_only_the_account_sets_its_recipient() public {
        address account = svm.createAddress("account");
        address before = distributor.recipientOf(account);
        address caller = _anything(address(distributor));
        assert(distributor.recipientOf(account) == before || caller == account);
    }
}
