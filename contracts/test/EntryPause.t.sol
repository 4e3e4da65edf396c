// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DatasetRegistry} from "../src/data/DatasetRegistry.sol";
import {EntryPause} from "../src/governance/EntryPause.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {ModelRegistry} from "../src/models/ModelRegistry.sol";
import {vm} from "../../script/Vm.sol";
import {StakingPoolTest} from "./StakingPool.t.sol";

/// @notice Pauses of every contract that has pausable entries and needs no epoch to show it; the guardian here holds
/// nothing but the right to pause.
abstract contract EntryPauseTest is StakingPoolTest {
    uint64 private constant GUARDIAN = 3;

    address internal guardian = _account("guardian");
    DatasetRegistry internal datasets;
    ModelRegistry internal models;
    bytes32 internal familyId;
    bytes4 internal entry;

    function setUp() public override {
        super.setUp();
        datasets = new DatasetRegistry(address(manager));
        models = new ModelRegistry(address(manager), datasets);
        familyId = models.createFamily("polity-chat");
        entry = pool.onLocked.selector;
        manager.grantRole(GUARDIAN, guardian, 0);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = EntryPause.pause.selector;
        manager.setTargetFunctionRole(address(pool), selectors, GUARDIAN);
        manager.setTargetFunctionRole(address(models), selectors, GUARDIAN);
        manager.setTargetFunctionRole(address(datasets), selectors, GUARDIAN);
    }

    function _pause(EntryPause target, bytes4 selector, uint48 duration) internal {
        vm.prank(guardian);
        target.pause(selector, duration);
    }

    function _expectPaused(bytes4 selector, uint48 until) internal {
        vm.expectRevert(abi.encodeWithSelector(EntryPause.EntryPauseActive.selector, selector, until));
    }
}

contract EntryPause_Pause_Test is EntryPauseTest {
    function testFuzz_StopsTheEntryUntilItEndsByItself(uint48 duration, uint48 wait) public {
        duration = uint48(_bound(duration, 1, 7 days));
        wait = uint48(_bound(wait, 0, duration - 1));
        uint48 until = _now() + duration;
        vm.expectEmit(address(pool));
        emit EntryPause.EntryPaused(entry, until, _now() + 30 days);
        _pause(pool, entry, duration);
        vm.assertEq(pool.pausedUntil(entry), until);
        _skip(wait);
        _expectPaused(entry, until);
        _stake(1);
        vm.warp(until);
        _stake(1);
    }

    function testFuzz_CannotBeRearmedFor30Days(uint48 duration, uint48 wait) public {
        duration = uint48(_bound(duration, 1, 7 days));
        wait = uint48(_bound(wait, 0, 30 days - 1));
        uint48 rearmAt = _now() + 30 days;
        _pause(pool, entry, duration);
        _skip(wait);
        vm.expectRevert(abi.encodeWithSelector(EntryPause.EntryPauseTooSoon.selector, entry, rearmAt));
        _pause(pool, entry, 1);
        vm.warp(rearmAt);
        _pause(pool, entry, 7 days);
        vm.assertEq(pool.pausedUntil(entry), rearmAt + 7 days);
    }

    function testFuzz_RevertIf_TheDurationIsOutOfBounds(uint48 duration) public {
        duration = uint48(_bound(duration, 7 days + 1, type(uint48).max));
        vm.expectRevert(
            abi.encodeWithSelector(EntryPause.EntryPauseDurationOutOfBounds.selector, duration, uint48(7 days))
        );
        _pause(pool, entry, duration);
        vm.expectRevert(abi.encodeWithSelector(EntryPause.EntryPauseDurationOutOfBounds.selector, 0, uint48(7 days)));
        _pause(pool, entry, 0);
    }

    function testFuzz_RevertIf_TheEntryIsNotPausable(bytes4 selector) public {
        vm.assume(selector != entry);
        vm.assertFalse(pool.isPausable(selector));
        vm.expectRevert(abi.encodeWithSelector(EntryPause.EntryPauseNotPausable.selector, selector));
        _pause(pool, selector, 1);
    }

    function testFuzz_RevertIf_CallerIsNoGuardian(address caller) public {
        vm.assume(caller != guardian);
        _expectUnauthorized(caller);
        vm.prank(caller);
        pool.pause(entry, 1);
    }
}

/// @notice What can be paused, and what never can.
contract EntryPause_Entries_Test is EntryPauseTest {
    function test_OnlyTheWaysInCanBePaused() public view {
        vm.assertTrue(pool.isPausable(pool.onLocked.selector));
        vm.assertFalse(pool.isPausable(pool.requestUnstake.selector));
        vm.assertFalse(pool.isPausable(pool.withdraw.selector));
        vm.assertFalse(pool.isPausable(pool.claimReward.selector));
        vm.assertFalse(pool.isPausable(pool.slash.selector));
        vm.assertTrue(models.isPausable(models.register.selector));
        vm.assertTrue(models.isPausable(models.activate.selector));
        vm.assertFalse(models.isPausable(models.suspend.selector));
        vm.assertFalse(models.isPausable(models.revoke.selector));
        vm.assertTrue(datasets.isPausable(datasets.register.selector));
        vm.assertFalse(datasets.isPausable(datasets.withdrawConsent.selector));
    }

    function testFuzz_NeverBlocksWithdrawClaimRewardOrRequestUnstake(uint48 duration) public {
        _stake(HAS);
        pool.notifyReward(100e18, 100);
        _requestUnstake(1);
        _skip(COOLDOWN);
        _pause(pool, entry, uint48(_bound(duration, 1, 7 days)));
        vm.assertEq(_withdraw(), 1);
        vm.assertEq(_claim(alice), 100e18 - 1);
        _requestUnstake(HAS - 1);
    }

    function test_OnePauseDoesNotTouchTheOtherEntries() public {
        bytes32 versionId = _registerVersion("first");
        _pause(models, models.activate.selector, 1 days);
        _registerVersion("second");
        _expectPaused(models.activate.selector, _now() + 1 days);
        models.activate(versionId);
        _pause(models, models.register.selector, 2 days);
        _expectPaused(models.register.selector, _now() + 2 days);
        _registerVersion("third");
        _skip(1 days);
        models.activate(versionId);
        _skip(1 days);
        _registerVersion("third");
    }

    function test_APausedRegistryStillSuspendsAndRevokes() public {
        bytes32 versionId = _registerVersion("first");
        models.activate(versionId);
        _pause(models, models.register.selector, 7 days);
        _pause(models, models.activate.selector, 7 days);
        models.suspend(versionId, "poisoned");
        models.revoke(versionId, "poisoned");
    }

    function test_DatasetsCanBePausedButNotConsent() public {
        datasets.register("data", "root", 1, alice, "MIT", "");
        _pause(datasets, datasets.register.selector, 1 days);
        _expectPaused(datasets.register.selector, _now() + 1 days);
        datasets.register("more", "root", 1, alice, "MIT", "");
        vm.prank(alice);
        datasets.withdrawConsent("data");
        _skip(1 days);
        datasets.register("more", "root", 1, alice, "MIT", "");
    }

    function _registerVersion(bytes32 name) private returns (bytes32) {
        IModelRegistry.VersionDigest memory digest;
        (digest.manifestHash, digest.weightsHash) = (name, name);
        return models.register(familyId, digest, new bytes32[](0), "");
    }
}

/// @notice A guardian that wants to keep people out, or in, for good.
contract EntryPause_Attacks is EntryPauseTest {
    /// @dev Re-arming as often as it can, over a year, the guardian stops staking less than a quarter of the time.
    function test_Attack_GuardianPausesForEver() public {
        uint256 paused = 0;
        for (uint256 day = 0; day < 365; ++day) {
            vm.prank(guardian);
            try pool.pause(entry, 7 days) {} catch {}
            if (_now() < pool.pausedUntil(entry)) ++paused;
            _skip(1 days);
        }
        vm.assertLe(paused, 13 * 7);
        vm.assertLe(paused * 100, 365 * 25);
    }

    /// @dev The guardian cannot lock stake in: neither by a pause nor by any other entry.
    function test_Attack_GuardianTrapsTheStake() public {
        _stake(HAS);
        _requestUnstake(HAS);
        bytes4[4] memory exits = [
            pool.withdraw.selector, pool.claimReward.selector, pool.requestUnstake.selector, pool.setCooldown.selector
        ];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(EntryPause.EntryPauseNotPausable.selector, exits[i]));
            _pause(pool, exits[i], 7 days);
        }
        _expectUnauthorized(guardian);
        vm.prank(guardian);
        pool.setCooldown(30 days);
        _skip(COOLDOWN);
        vm.assertEq(_withdraw(), HAS);
    }
}
