// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {vm} from "../../script/Vm.sol";
import {LabelEpochsTest} from "./LabelEpochsBase.sol";

/// @notice An epoch's transactions, in the first epoch of a deployment and in every later one: the first also pays for the
/// distributor's root and totals, which are empty before.
contract LabelEpochs_Gas_Test is LabelEpochsTest {
    string private constant GROUP = "Epochs";
    uint256 private constant GATE = 260_000;

    function test_AnEpochsTransactions() public {
        _epoch("first epoch", 127_600, 151_800);
        uint256 total = _epoch("later epoch", 127_600, 116_900);
        vm.assertLe(total, GATE, "propose + accept");
    }

    function test_ADisputesTransactions() public {
        uint64 epoch = _openProposed(1e18);
        vm.prank(challenger);
        token.delegate(challenger);
        epochs.freeze(epoch, challenger);
        _snapshot("freeze", 54_400);
        epochs.unfreeze(epoch, responder);
        _snapshot("unfreeze", 158_200);
    }

    function test_AnEndWithoutLabels() public {
        uint64 epoch = _open();
        _skip(COMMIT_WINDOW);
        epochs.missCommit(epoch);
        _snapshot("missCommit", 141_600);
    }

    function _epoch(string memory which, uint256 mostPropose, uint256 mostAccept) private returns (uint256 total) {
        uint64 epoch = _openRevealed();
        bytes32 root = keccak256(abi.encode(epoch));
        _propose(epoch, root, uint112(distributor.totalApproved() + 123.4e18));
        total = _snapshot(string.concat("proposePayouts: ", which), mostPropose);
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(epoch, root);
        total += _snapshot(string.concat("acceptPayouts: ", which), mostAccept);
    }

    function _snapshot(string memory name, uint256 most) private returns (uint256 gas) {
        gas = vm.snapshotGasLastCall(GROUP, name);
        vm.assertLe(gas, most, name);
    }
}
