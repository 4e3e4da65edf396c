// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Config, ConfigInvalid, ConfigReader} from "../../script/Config.sol";
import {Contracts, Named, Roles} from "../../script/Deployment.sol";
import {Verifier} from "../../script/Verify.s.sol";
import {Vm, vm} from "../../script/Vm.sol";
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

    function test_TheDeployerHoldsNothing() public view {
        for (uint64 role = Roles.ADMIN; role <= Roles.LAST; ++role) {
            (bool isMember,) = d.accessManager.hasRole(role, address(this));
            vm.assertFalse(isMember);
        }
        vm.assertEq(d.governanceToken.balanceOf(address(this)), 0);
        vm.assertFalse(d.timelock.hasRole(d.timelock.DEFAULT_ADMIN_ROLE(), address(this)));
        vm.assertFalse(d.timelock.hasRole(d.timelock.PROPOSER_ROLE(), address(this)));
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
        vm.expectRevert();
        this.verify();
    }

    function test_VerifyFailsWhenAFunctionWasOpened() public {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = d.governanceToken.mint.selector;
        _carry(
            _proposal(
                address(d.accessManager),
                abi.encodeCall(
                    AccessManager.setTargetFunctionRole, (address(d.governanceToken), selectors, Roles.OPERATOR)
                )
            )
        );
        vm.expectRevert();
        this.verify();
    }

    function test_VerifyFailsWhenSomebodyElseHoldsARole() public {
        vm.recordLogs();
        _carry(
            _proposal(
                address(d.accessManager),
                abi.encodeCall(AccessManager.grantRole, (Roles.TRAINER, _account("stranger"), 0))
            )
        );
        Vm.Log[] memory recorded = vm.getRecordedLogs();
        for (uint256 i = 0; i < recorded.length; ++i) {
            logs.push(recorded[i]);
        }
        vm.expectRevert();
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

    function test_EveryPublicChainsConfigMeetsTheFloors() public view {
        uint256[4] memory chains = [uint256(11155111), 11155420, 84532, 10];
        for (uint256 i = 0; i < chains.length; ++i) {
            Config memory c = ConfigReader.read(ConfigReader.pathOf(chains[i]));
            vm.assertEq(c.chainId, chains[i]);
            ConfigReader.checkFloors(c);
        }
    }

    function _expectInvalid(string memory key, string memory reason) private {
        vm.expectRevert(abi.encodeWithSelector(ConfigInvalid.selector, key, reason));
    }
}
