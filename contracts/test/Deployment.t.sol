// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {BuiltCode} from "../../script/BuiltCode.sol";
import {Config, ConfigInvalid, ConfigReader} from "../../script/Config.sol";
import {Contracts, Named, Permission, Permissions, Roles} from "../../script/Deployment.sol";
import {Verifier} from "../../script/Verify.s.sol";
import {Vm, vm} from "../../script/Vm.sol";
import {EntryPause} from "../src/governance/EntryPause.sol";
import {ModelRegistry} from "../src/models/ModelRegistry.sol";
import {SystemBase} from "./SystemBase.sol";

contract Deployment_Test is SystemBase, Verifier {
    Vm.Log[] private logs;

    function setUp() public override {
        vm.recordLogs();
        super.setUp();
        Vm.Log[] memory recorded = vm.getRecordedLogs();
        for (uint256 i = 0; i < recorded.length; ++i) {
            logs.push(recorded[i]);
        }
    }

    /// @dev External, so that a revert inside can be expected.
    function verify() external view {
        _verify(config, d);
        _verifyNobodyElse(config, d, logs);
    }

    function check(Config memory c) external view {
        ConfigReader.check(c);
        ConfigReader.checkFloors(c);
    }

    function test_AFreshDeploymentVerifies() public view {
        this.verify();
    }

    function test_deployer_has_nothing() public view {
        for (uint64 role = Roles.ADMIN; role <= Roles.LAST; ++role) {
            (bool isMember,) = d.accessManager.hasRole(role, address(this));
            vm.assertFalse(isMember);
        }
        vm.assertEq(d.governanceToken.balanceOf(address(this)), 0);
        vm.assertFalse(d.timelock.hasRole(d.timelock.DEFAULT_ADMIN_ROLE(), address(this)));
        vm.assertFalse(d.timelock.hasRole(d.timelock.PROPOSER_ROLE(), address(this)));
        vm.assertFalse(d.timelock.hasRole(d.timelock.CANCELLER_ROLE(), address(this)));
        vm.assertFalse(d.timelock.hasRole(d.timelock.EXECUTOR_ROLE(), address(this)));
        vm.assertFalse(d.optimisticGovernor.isProposer(address(this)));
        vm.assertTrue(d.governor.proposalGuardian() != address(this));
    }

    /// @dev Any selector, and each that the tables name: of all contracts' restricted functions the guardian may call
    /// `pause` and `suspend`. What it cancels is the governor's own rule, see GovernorProperties.
    function testFuzz_guardian_can_only_cancel_or_pause(bytes4 selector) public view {
        _checkGuardian(selector);
        Permission[] memory governed = Permissions.governed(d);
        for (uint256 i = 0; i < governed.length; ++i) {
            _checkGuardian(governed[i].selectors);
        }
        Permission[] memory delegated = Permissions.delegated(d);
        for (uint256 i = 0; i < delegated.length; ++i) {
            _checkGuardian(delegated[i].selectors);
        }
        for (uint64 role = Roles.ADMIN; role <= Roles.LAST; ++role) {
            (bool isMember,) = d.accessManager.hasRole(role, guardian);
            vm.assertTrue(isMember == (role == Roles.GUARDIAN));
        }
        vm.assertFalse(d.timelock.hasRole(d.timelock.CANCELLER_ROLE(), guardian));
        vm.assertFalse(d.timelock.hasRole(d.timelock.PROPOSER_ROLE(), guardian));
    }

    function _checkGuardian(bytes4[] memory selectors) private view {
        for (uint256 i = 0; i < selectors.length; ++i) {
            _checkGuardian(selectors[i]);
        }
    }

    function _checkGuardian(bytes4 selector) private view {
        Named[] memory table = Contracts.all(d);
        for (uint256 i = 0; i < table.length; ++i) {
            address target = table[i].target;
            bool suspends = target == address(d.modelRegistry) && selector == ModelRegistry.suspend.selector;
            bool pauses = selector == EntryPause.pause.selector
                && (target == address(d.modelRegistry)
                    || target == address(d.stakingPool)
                    || target == address(d.labelEpochs)
                    || target == address(d.datasetRegistry));
            (bool immediate, uint32 delay) = d.accessManager.canCall(guardian, target, selector);
            vm.assertTrue(immediate == (suspends || pauses));
            vm.assertEq(uint256(delay), 0);
        }
    }

    /// @dev EIP-170; forge itself does not enforce it in tests.
    function test_EveryContractFitsTheSizeLimit() public {
        Named[] memory all = Contracts.all(d);
        for (uint256 i = 0; i < all.length; ++i) {
            vm.assertLe(all[i].target.code.length, 24_576, all[i].key);
            vm.snapshotValue("Sizes", all[i].source, all[i].target.code.length);
        }
    }

    function test_TheAllocationsArePaidOut() public view {
        vm.assertEq(d.governanceToken.totalSupply(), 10_000_000e18);
        vm.assertEq(d.governanceToken.balanceOf(address(d.timelock)), config.treasury);
        for (uint256 i = 0; i < config.holders.length; ++i) {
            vm.assertEq(d.governanceToken.balanceOf(config.holders[i]), config.holdings[i]);
        }
    }

    function test_VerifyFailsWhenAParameterWasChanged() public {
        _carry(_proposal(address(d.timelock), abi.encodeCall(d.timelock.updateDelay, (1))));
        _expectMismatch("delay", "1", "5");
        this.verify();
    }

    function test_VerifyFailsWhenTheSlashWasChanged() public {
        _carry(_proposal(address(d.epochReferee), abi.encodeCall(d.epochReferee.setSlashAmount, (1))));
        _expectMismatch("slashAmount", "1", vm.toString(config.slashAmount));
        this.verify();
    }

    function test_VerifyFailsWhenAFunctionHasAnotherRole() public {
        _setRole(address(d.governanceToken), d.governanceToken.mint.selector);
        vm.expectPartialRevert(Verifier.VerifyMismatch.selector);
        this.verify();
    }

    /// @dev A function that the table does not know at all.
    function test_VerifyFailsWhenAnotherFunctionWasOpened() public {
        _setRole(address(d.governanceToken), d.governanceToken.transfer.selector);
        vm.expectPartialRevert(Verifier.VerifyFailed.selector);
        this.verify();
    }

    function test_VerifyFailsWhenSomebodyElseHoldsARole() public {
        bytes memory call = abi.encodeCall(AccessManager.grantRole, (Roles.TRAINER, address(0xbad), 0));
        _carryRecorded(address(d.accessManager), call);
        _expectFailed(string.concat("not in the table: TRAINER is held by ", vm.toString(address(0xbad))));
        this.verify();
        // What is taken back is as if it had never been.
        _carryRecorded(
            address(d.accessManager), abi.encodeCall(AccessManager.revokeRole, (Roles.TRAINER, address(0xbad)))
        );
        this.verify();
    }

    function test_VerifyFailsWhenAMemberIsMissing() public {
        _carryRecorded(
            address(d.accessManager), abi.encodeCall(AccessManager.revokeRole, (Roles.REFEREE, address(d.epochReferee)))
        );
        _expectFailed("REFEREE is held by epochReferee");
        this.verify();
    }

    function test_VerifyFailsWhenAnotherThanAdminGivesARole() public {
        _carryRecorded(address(d.accessManager), abi.encodeCall(AccessManager.setRoleAdmin, (99, Roles.OPERATOR)));
        _expectFailed("a role is given by another than ADMIN");
        this.verify();
    }

    function test_VerifyFailsWhenATargetIsClosed() public {
        _carryRecorded(
            address(d.accessManager), abi.encodeCall(AccessManager.setTargetClosed, (address(d.stakingPool), true))
        );
        vm.expectPartialRevert(Verifier.VerifyFailed.selector);
        this.verify();
    }

    function test_VerifyFailsWhenThereIsAnotherLocker() public {
        bytes memory call = abi.encodeCall(d.governanceToken.setLocker, (address(0xbad), true));
        _carryRecorded(address(d.governanceToken), call);
        _expectFailed(string.concat("another locker: ", vm.toString(address(0xbad))));
        this.verify();
    }

    function test_VerifyFailsWhenTheOptimisticGovernorIsOn() public {
        bytes4 selector = d.modelRegistry.activate.selector;
        _carryRecorded(
            address(d.optimisticGovernor),
            abi.encodeCall(d.optimisticGovernor.setAllowed, (address(d.modelRegistry), selector, 1, true))
        );
        _expectFailed("the optimistic governor is allowed something");
        this.verify();
        _carryRecorded(
            address(d.optimisticGovernor),
            abi.encodeCall(d.optimisticGovernor.setAllowed, (address(d.modelRegistry), selector, 1, false))
        );
        this.verify();
        _carryRecorded(
            address(d.optimisticGovernor), abi.encodeCall(d.optimisticGovernor.setProposer, (operator, true))
        );
        _expectFailed("the optimistic governor has a proposer");
        this.verify();
    }

    function test_VerifyFailsWithoutTheGrantDelay() public {
        config.grantDelay = 2 days;
        _expectMismatch("grant delay of ADMIN", "0", "172800");
        this.verify();
    }

    function test_RevertIf_TheConfigIsForAnotherChainOrIncomplete() public {
        Config memory c = config;
        c.chainId = 1;
        _expectInvalid("chainId", "is another chain's");
        this.check(c);
        c.chainId = block.chainid;
        c.operator = address(0);
        _expectInvalid("roles.operator", "is not set");
        this.check(c);
        c.operator = c.guardian;
        _expectInvalid("roles.guardian", "must not be the operator");
        this.check(c);
    }

    function test_RevertIf_APublicChainWouldGetLocalDurations() public {
        _expectInvalid("governor.votingDelay", "is below 1 hour");
        this.check(config);
    }

    function test_RevertIf_SomethingIsBelowItsFloor() public {
        Config memory c = _public();
        c.responseWindow = 12 hours - 1;
        _expectInvalid("epochs.responseWindow", "is below 12 hours");
        this.check(c);
        c = _public();
        c.challengeWindow = 1 days - 1;
        _expectInvalid("epochs.challengeWindow", "is below 1 day");
        this.check(c);
        c = _public();
        c.commitWindow = 1 days - 1;
        _expectInvalid("epochs.commitWindow", "is below 1 day");
        this.check(c);
        // Sepolia's vote takes ten days at most, from the proposal to the execution.
        c.commitWindow = 10 days;
        _expectInvalid("epochs.commitWindow", "is shorter than a vote");
        this.check(c);
        c.commitWindow = 10 days + 1;
        this.check(c);
        c.commitWindow = 90 days;
        this.check(c);
        c.commitWindow = 90 days + 1;
        _expectInvalid("epochs.commitWindow", "is above 90 days");
        this.check(c);
        c = _public();
        c.vetoPeriod = 72 hours - 1;
        _expectInvalid("optimistic.vetoPeriod", "is below 72 hours");
        this.check(c);
        c = _public();
        c.grantDelay = 2 days - 1;
        _expectInvalid("roles.grantDelay", "is below 2 days");
        this.check(c);
        c = _public();
        c.minCooldown = c.challengeWindow - 1;
        _expectInvalid("staking.minCooldown", "is below the challenge window");
        this.check(c);
        c = _public();
        c.slashWindow = 1 days - 1;
        _expectInvalid("staking.slashWindow", "is below 1 day");
        this.check(c);
    }

    function test_RevertIf_ThereIsNoBond() public {
        Config memory c = _public();
        c.operatorBond = 0;
        _expectInvalid("epochs.operatorBond", "is zero");
        this.check(c);
        c = _public();
        c.minProposerBond = 0;
        _expectInvalid("epochs.minProposerBond", "is zero");
        this.check(c);
        c = _public();
        c.bondBps = 0;
        _expectInvalid("epochs.bondBps", "is zero");
        this.check(c);
        c = _public();
        c.challengerBond = 0;
        _expectInvalid("epochs.challengerBond", "is zero");
        this.check(c);
    }

    function test_RevertIf_EpochsMayBeOpenedWhereWorkDoesNotPayBest() public {
        Config memory c = _public();
        c.floors.overlapSlots = 47;
        _expectInvalid("epochs.floors.overlapSlots", "is below 48");
        this.check(c);
        c = _public();
        c.floors.minOverlap = 31;
        _expectInvalid("epochs.floors.minOverlap", "is below 32");
        this.check(c);
        c = _public();
        c.floors.goldSlots = 7;
        _expectInvalid("epochs.floors.goldSlots", "is below 8");
        this.check(c);
        c = _public();
        c.floors.minRoster = 11;
        _expectInvalid("epochs.floors.minRoster", "is below 12");
        this.check(c);
        c = _public();
        c.floors.alphaBps = 14_999;
        _expectInvalid("epochs.floors.alphaBps", "is below 15,000");
        this.check(c);
    }

    function test_RevertIf_NobodyCouldCarryAVote() public {
        Config memory c = _public();
        c.holders = new address[](1);
        c.holders[0] = operator;
        c.holdings = new uint256[](1);
        // 4 % of all: this is the least with the treasury's ten million.
        c.holdings[0] = c.treasury * 400 / 9_600 + 1;
        this.check(c);
        c.holdings[0] -= 2;
        _expectInvalid("allocations.holders", "could not reach the quorum");
        this.check(c);
        c.holdings[0] = c.cap - c.treasury + 1;
        _expectInvalid("allocations", "exceed token.cap");
        this.check(c);
    }

    function test_RevertIf_AShareIsOutOfBounds() public {
        Config memory c = _public();
        c.challengerShareBps = 2_001;
        _expectInvalid("staking.challengerShareBps", "is above 20 %");
        this.check(c);
        c = _public();
        c.maxSlashBps = 0;
        _expectInvalid("staking.maxSlashBps", "is not within 1 and 10,000");
        this.check(c);
        c = _public();
        c.vetoBps = 0;
        _expectInvalid("optimistic.vetoBps", "is not within 1 and 1,000");
        this.check(c);
        c = _public();
        c.slashAmount = uint256(c.slashPerWindow) + 1;
        _expectInvalid("referee.slashAmount", "is above staking.slashPerWindow");
        this.check(c);
    }

    function test_EveryPublicChainsConfigMeetsTheFloors() public view {
        uint256[4] memory chains = [uint256(11155111), 11155420, 84532, 10];
        for (uint256 i = 0; i < chains.length; ++i) {
            Config memory c = ConfigReader.read(ConfigReader.pathOf(chains[i]));
            vm.assertEq(c.chainId, chains[i]);
            ConfigReader.checkFloors(c);
        }
    }

    /// @dev Sepolia's config for this chain, filled in.
    function _public() private view returns (Config memory c) {
        c = ConfigReader.read("script/config/sepolia.toml");
        c.chainId = block.chainid;
        (c.operator, c.trainer, c.guardian) = (operator, operator, guardian);
        (c.holders, c.holdings) = (config.holders, config.holdings);
        ConfigReader.checkFloors(c);
    }

    function _setRole(address target, bytes4 selector) private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        bytes memory call = abi.encodeCall(AccessManager.setTargetFunctionRole, (target, selectors, Roles.OPERATOR));
        _carryRecorded(address(d.accessManager), call);
    }

    function _carryRecorded(address target, bytes memory data) private {
        vm.recordLogs();
        _carry(_proposal(target, data));
        Vm.Log[] memory recorded = vm.getRecordedLogs();
        for (uint256 i = 0; i < recorded.length; ++i) {
            logs.push(recorded[i]);
        }
    }

    function _expectMismatch(string memory what, string memory actual, string memory expected) private {
        vm.expectRevert(abi.encodeWithSelector(Verifier.VerifyMismatch.selector, what, actual, expected));
    }

    function _expectFailed(string memory what) private {
        vm.expectRevert(abi.encodeWithSelector(Verifier.VerifyFailed.selector, what));
    }

    function _expectInvalid(string memory key, string memory reason) private {
        vm.expectRevert(abi.encodeWithSelector(ConfigInvalid.selector, key, reason));
    }
}

/// @notice Asks the build's own artifacts, which a coverage run does not have.
contract DeploymentCode_Test is SystemBase, Verifier {
    function check(string memory name, address target) external view {
        BuiltCode.check(name, target);
    }

    function test_TheCodeIsThisBuilds() public view {
        _verifyCode(d);
    }

    function test_RevertIf_AnyByteOfTheCodeDiffers() public {
        bytes memory code = address(d.labelEpochs).code;
        code[code.length / 2] ^= 0x01;
        vm.etch(address(d.labelEpochs), code);
        vm.expectRevert(
            abi.encodeWithSelector(BuiltCode.BuiltCodeDiffers.selector, "LabelEpochs", address(d.labelEpochs))
        );
        this.check("LabelEpochs", address(d.labelEpochs));
    }

    function test_RevertIf_TheContractIsAnother() public {
        vm.expectPartialRevert(BuiltCode.BuiltCodeDiffers.selector);
        this.check("StakingPool", address(d.labelEpochs));
    }
}

/// @notice A deployment with the grant delay of a public chain.
contract GrantDelay_Test is SystemBase {
    address private referee = address(0x5ef);

    function setUp() public override {
        super.setUp();
        config.grantDelay = 2 days;
        d = _deploy(config, address(this));
    }

    function test_TheFirstMembersHaveTheirRolesAtOnce() public view {
        vm.assertTrue(_has(Roles.ADMIN, address(d.timelock)));
        vm.assertTrue(_has(Roles.LABEL_EPOCHS, address(d.labelEpochs)));
        vm.assertTrue(_has(Roles.REFEREE, address(d.epochReferee)));
        vm.assertTrue(_has(Roles.SLASHER, address(d.epochReferee)));
    }

    function test_AnotherMemberOfADangerousRoleWaits() public {
        _skip(5 days);
        uint64[4] memory dangerous = Roles.dangerous();
        for (uint256 i = 0; i < dangerous.length; ++i) {
            vm.assertEq(d.accessManager.getRoleGrantDelay(dangerous[i]), 2 days);
            _grant(dangerous[i]);
            _skip(2 days - 1);
            vm.assertFalse(_has(dangerous[i], referee));
            _skip(1);
            vm.assertTrue(_has(dangerous[i], referee));
        }
    }

    /// @dev AccessManager makes any change of a grant delay wait for its minSetback.
    function test_TheDelayProtectsFromTheSixthDayOn() public {
        _skip(5 days - 1);
        _grant(Roles.REFEREE);
        vm.assertTrue(_has(Roles.REFEREE, referee));
        _skip(1);
        _grant(Roles.SLASHER);
        vm.assertFalse(_has(Roles.SLASHER, referee));
    }

    function test_AnotherOperatorNeedNotWait() public {
        _skip(6 days);
        _grant(Roles.OPERATOR);
        vm.assertTrue(_has(Roles.OPERATOR, referee));
    }

    function _grant(uint64 role) private {
        vm.prank(address(d.timelock));
        d.accessManager.grantRole(role, referee, 0);
    }

    function _has(uint64 role, address account) private view returns (bool isMember) {
        (isMember,) = d.accessManager.hasRole(role, account);
    }
}
