// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {GovernanceToken} from "../src/governance/GovernanceToken.sol";
import {IRewardDistributor} from "../src/interfaces/IRewardDistributor.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {PayoutLeaf} from "../src/types/PayoutLeaf.sol";
import {PositionalMerkle} from "../src/types/PositionalMerkle.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";
import {PlainToken} from "./mocks/PlainToken.sol";

/// @notice A claim as a transaction of its own, at the depth of 131,072 accounts. "Later" is a second claim under a later
/// root: the account's amount and balance are not zero any more. What the governance token adds to a plain one is votes: a
/// recipient with a delegate gets a checkpoint of some 33,000 gas, everybody else pays for looking up locks and delegates.
/// The transaction, its calldata, five storage slots and the token's transfer come to 68,300 gas for an account without a
/// delegate, so that a gate of 68,000 can only be met as the anchors' figures were: with a plain token.
contract RewardDistributor_Gas_Test is Base {
    string private constant GROUP = "Claims";
    uint256 private constant DEPTH = 17;
    uint32 private constant INDEX = 0x15555;
    uint256 private constant FUNDS = 1_000e18;

    function test_ClaimWithoutADelegate() public {
        GovernanceToken token = _governanceToken();
        _measure(token, _account("labeler"), "undelegated", 93_800, 76_300);
    }

    function test_ClaimWithADelegate() public {
        GovernanceToken token = _governanceToken();
        address labeler = _account("labeler");
        vm.prank(labeler);
        token.delegate(labeler);
        _measure(token, labeler, "delegated", 127_300, 109_800);
    }

    function test_ClaimOfAPlainToken() public {
        _measure(new PlainToken(2 * FUNDS), _account("labeler"), "plain ERC-20", 86_600, 68_000);
    }

    function _measure(IERC20 token, address labeler, string memory what, uint256 mostFirst, uint256 mostLater) private {
        vm.warp(1_800_000_000);
        RewardDistributor distributor = new RewardDistributor(address(manager), token);
        token.approve(address(distributor), FUNDS);
        distributor.fund(FUNDS);
        // The pool's very first claim pays for its total; the recipient holds tokens already, as in the anchors' figures.
        _approve(distributor, 1, 1e18, _account("another"));
        distributor.claim(_claimOf(1e18, _account("another")));
        token.transfer(labeler, 1e18);

        _approve(distributor, 2, 12.5e18, labeler);
        _skip(1 days);
        distributor.claim(_claimOf(12.5e18, labeler));
        _snapshot(string.concat("claim: first, depth 17, ", what), mostFirst);
        _approve(distributor, 3, 34.75e18, labeler);
        _skip(1 days);
        distributor.claim(_claimOf(34.75e18, labeler));
        _snapshot(string.concat("claim: later, depth 17, ", what), mostLater);
        vm.assertEq(token.balanceOf(labeler), 35.75e18);
    }

    function _governanceToken() private returns (GovernanceToken) {
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(address(this), 2 * FUNDS);
        return new GovernanceToken(GovernanceToken.Config("Polity", "POL", 2 * FUNDS, 0, address(manager)), allocations);
    }

    /// @dev A root over 2^17 leaves of which only one is known: a root needs no more than that leaf and its siblings.
    function _approve(RewardDistributor distributor, uint64 epoch, uint256 cumulative, address account) private {
        IRewardDistributor.ClaimData memory data = _claimOf(cumulative, account);
        bytes32 leaf = PayoutLeaf.hash(account, cumulative, data.runningTotal, data.rawPayHash);
        bytes32 root = this.rootOf(data.proof, data.index, leaf);
        distributor.setPayoutsRoot(epoch, root, uint32(1 << DEPTH), FUNDS);
    }

    function rootOf(bytes32[] calldata proof, uint256 index, bytes32 leaf) external pure returns (bytes32) {
        return PositionalMerkle.processProof(proof, index, leaf);
    }

    function _claimOf(uint256 cumulative, address account)
        private
        pure
        returns (IRewardDistributor.ClaimData memory data)
    {
        data = IRewardDistributor.ClaimData({
            account: account,
            index: INDEX,
            cumulative: cumulative,
            runningTotal: 98_765e18,
            rawPayHash: keccak256(abi.encode(cumulative)),
            proof: new bytes32[](DEPTH)
        });
        for (uint256 i = 0; i < DEPTH; ++i) {
            data.proof[i] = keccak256(abi.encode(cumulative, i));
        }
    }

    function _snapshot(string memory name, uint256 most) private {
        vm.assertLe(vm.snapshotGasLastCall(GROUP, name), most, name);
    }
}
