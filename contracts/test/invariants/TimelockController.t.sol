// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {vm} from "../../../script/Vm.sol";
import {Base, InvariantBase} from "../Base.sol";

/// @dev Actions of the only proposer, executor and canceller: schedule, execute and cancel batches, some of which change
/// the delay; passTime; and a stranger who tries it all.
contract TimelockHandler is Base {
    TimelockController public immutable timelock;
    address private immutable stranger = _account("stranger");
    uint256 public executions;
    uint256 public delay; // what the timelock's delay must be
    uint256 public batches; // scheduled so far
    mapping(uint256 batch => TimelockController.OperationState) private _last;
    mapping(uint256 batch => uint256) private _readyAt;
    bool public illegalOperation;
    bool public executedEarly;
    bool public strangerGotIn;

    constructor() {
        address[] memory self = new address[](1);
        self[0] = address(this);
        delay = 10;
        timelock = new TimelockController(delay, self, self, address(0));
    }

    function count(uint256) external {
        require(msg.sender == address(timelock));
        ++executions;
    }

    function scheduleBatch(uint256 extra) external {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = _batch(batches);
        uint256 wait = delay + extra % 10;
        timelock.scheduleBatch(t, v, c, 0, bytes32(0), wait);
        _readyAt[batches++] = _now() + wait;
        _watch();
    }

    /// @dev The very same batch once more: must fail while it is pending, and for ever once it is done.
    function scheduleAgain(uint256 index) external {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = _batch(index % batches);
        timelock.scheduleBatch(t, v, c, 0, bytes32(0), delay);
        _readyAt[index % batches] = _now() + delay;
        _watch();
    }

    function executeBatch(uint256 index) external {
        index %= batches;
        (address[] memory t, uint256[] memory v, bytes[] memory c) = _batch(index);
        timelock.executeBatch(t, v, c, 0, bytes32(0));
        if (_now() < _readyAt[index]) executedEarly = true;
        if (index % 4 == 3) delay = index % 20;
        _watch();
    }

    function cancel(uint256 index) external {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = _batch(index % batches);
        timelock.cancel(timelock.hashOperationBatch(t, v, c, 0, bytes32(0)));
        _watch();
    }

    function tryAsStranger(uint256 index, uint256 what) external {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = _batch(what % 2 == 0 ? index % batches : 1e9);
        bytes32 id = timelock.hashOperationBatch(t, v, c, 0, bytes32(0));
        bytes[5] memory calls = [
            abi.encodeCall(TimelockController.scheduleBatch, (t, v, c, 0, bytes32(0), delay)),
            abi.encodeCall(TimelockController.executeBatch, (t, v, c, 0, bytes32(0))),
            abi.encodeCall(TimelockController.cancel, (id)),
            abi.encodeCall(TimelockController.updateDelay, (0)),
            abi.encodeCall(IAccessControl.grantRole, (bytes32(0), stranger))
        ];
        vm.prank(stranger);
        (bool success,) = address(timelock).call(calls[what % 5]);
        if (success) strangerGotIn = true;
    }

    function passTime(uint256 secs) external {
        _skip(_bound(secs, 1, 20));
        _watch();
    }

    /// @dev Every fourth batch changes the delay, to its number modulo 20.
    function _batch(uint256 index)
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory payloads)
    {
        (targets, values, payloads) = (new address[](2), new uint256[](2), new bytes[](2));
        (targets[0], targets[1]) = (address(this), address(this));
        (payloads[0], payloads[1]) =
        (abi.encodeCall(TimelockHandler.count, (index)), abi.encodeCall(TimelockHandler.count, (index)));
        if (index % 4 == 3) {
            (targets[1], payloads[1]) =
            (address(timelock), abi.encodeCall(TimelockController.updateDelay, (index % 20)));
        }
    }

    /// @dev Unset -> Waiting -> Ready -> Done; a cancellation leads back to Unset; Done is final.
    function _watch() private {
        for (uint256 i = 0; i < batches; ++i) {
            (address[] memory t, uint256[] memory v, bytes[] memory c) = _batch(i);
            TimelockController.OperationState state =
                timelock.getOperationState(timelock.hashOperationBatch(t, v, c, 0, bytes32(0)));
            TimelockController.OperationState last = _last[i];
            if (last == TimelockController.OperationState.Done && state != last) illegalOperation = true;
            if (last == TimelockController.OperationState.Unset && state == TimelockController.OperationState.Done) {
                illegalOperation = true;
            }
            if (last == TimelockController.OperationState.Ready && state == TimelockController.OperationState.Waiting) {
                illegalOperation = true;
            }
            _last[i] = state;
        }
    }
}

contract TimelockController_Invariants is InvariantBase {
    TimelockHandler private handler;

    function setUp() public {
        vm.warp(1_800_000_000);
        handler = new TimelockHandler();
        handler.scheduleBatch(0);
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_batch_op_states() public view {
        vm.assertFalse(handler.illegalOperation());
        vm.assertFalse(handler.executedEarly());
        vm.assertFalse(handler.strangerGotIn());
    }

    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 64
    function invariant_minDelay_only_by_timelock() public view {
        vm.assertEq(handler.timelock().getMinDelay(), handler.delay());
    }

    /// @dev Each runs shortly by its own name, so that a failure names it, and all of them together at full length.
    function invariant_all_at_length() external view {
        invariant_batch_op_states();
        invariant_minDelay_only_by_timelock();
    }

    function _handler() internal view override returns (address) {
        return address(handler);
    }
}
