// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Calldata, CalldataMalformedSignature, CalldataWrongArgumentCount} from "../../../script/Calldata.sol";
import {Roles} from "../../../script/Deployment.sol";
import {FundPool} from "../../../script/FundPool.s.sol";
import {OpenEpoch} from "../../../script/OpenEpoch.s.sol";
import {Pause} from "../../../script/Pause.s.sol";
import {Print} from "../../../script/Print.sol";
import {Proposal as FiledProposal, ProposalHasNoActions, Proposals} from "../../../script/Proposal.sol";
import {vm} from "../../../script/Vm.sol";
import {EntryPause} from "../../src/governance/EntryPause.sol";
import {ILabelEpochs} from "../../src/interfaces/ILabelEpochs.sol";
import {SystemBase} from "../SystemBase.sol";

interface Shapes {
    function none() external;
    function plain(uint256 a, address b, bool c, bytes4 d) external;
    function mixed(string calldata a, uint64[] calldata b, uint8 c, bytes calldata d) external;
    function pair(uint256[2] calldata a, string calldata b) external;
}

/// @notice Calldata from text must be what the compiler makes of the same call.
contract Calldata_Test {
    function encode(string memory signature, string memory toml) public view returns (bytes memory) {
        return Calldata.encode(signature, toml, ".args");
    }

    function test_NoArguments() public view {
        _same(encode("none()", "args = []"), abi.encodeCall(Shapes.none, ()));
    }

    function test_ArgumentsOfAFixedSize() public view {
        address b = 0x70997970C51812dc3A010C7d01b50e0d17dc79C8;
        _same(
            encode(
                "plain(uint256,address,bool,bytes4)",
                'args = ["1.5 ether", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", true, "0x59db6e85"]'
            ),
            abi.encodeCall(Shapes.plain, (1.5e18, b, true, bytes4(0x59db6e85)))
        );
    }

    function test_ArgumentsOfAnySizeStandBehindOffsets() public view {
        uint64[] memory b = new uint64[](3);
        (b[0], b[1], b[2]) = (7, 8, 9);
        _same(
            encode("mixed(string,uint64[],uint8,bytes)", 'args = ["a text", [7, 8, 9], 5, "0x010203"]'),
            abi.encodeCall(Shapes.mixed, ("a text", b, 5, hex"010203"))
        );
    }

    function test_AnArrayOfAFixedSizeStandsInPlace() public view {
        _same(
            encode("pair(uint256[2],string)", 'args = [[1, 2], "x"]'),
            abi.encodeCall(Shapes.pair, ([uint256(1), 2], "x"))
        );
    }

    function testFuzz_AnyNumberAndAddress(uint256 value, address account) public view {
        string memory toml = string.concat('args = ["', vm.toString(account), '", "', vm.toString(value), '"]');
        _same(encode("approve(address,uint256)", toml), abi.encodeCall(IERC20.approve, (account, value)));
    }

    function test_ASummaryReadsLikeTheCall() public pure {
        string memory toml = 'args = ["5000 ether"]';
        vm.assertEq(Calldata.summary("setEpochBudget(uint256)", toml, ".args"), "setEpochBudget(uint256 5000 ether)");
        vm.assertEq(Calldata.summary("none()", "args = []", ".args"), "none()");
    }

    function test_RevertIf_TheNumberOfArgumentsDiffers() public {
        string memory signature = "approve(address,uint256)";
        vm.expectRevert(abi.encodeWithSelector(CalldataWrongArgumentCount.selector, signature, 2));
        this.encode(signature, 'args = ["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"]');
        vm.expectRevert(abi.encodeWithSelector(CalldataWrongArgumentCount.selector, signature, 2));
        this.encode(signature, 'args = ["0x70997970C51812dc3A010C7d01b50e0d17dc79C8", 1, 2]');
    }

    function test_RevertIf_TheSignatureIsMalformed() public {
        string[6] memory signatures = ["approve", "(uint256)", "f(uint256", "f(uint256,)", "f(,uint256)", "f((uint256)"];
        for (uint256 i = 0; i < signatures.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(CalldataMalformedSignature.selector, signatures[i]));
            this.encode(signatures[i], "args = [1]");
        }
    }

    function test_ATupleIsOneParameter() public pure {
        string[] memory types = Calldata.parameterTypes("f((uint256,string)[],bool)");
        vm.assertEq(types.length, 2);
        vm.assertEq(types[0], "(uint256,string)[]");
        vm.assertTrue(Calldata.isDynamic(types[0]));
        vm.assertFalse(Calldata.isDynamic("bytes32"));
        vm.assertTrue(Calldata.isDynamic("bytes"));
        vm.assertTrue(Calldata.isDynamic("(bytes32,bytes)"));
        vm.assertFalse(Calldata.isDynamic("(bytes32,uint8[3])"));
    }

    function _same(bytes memory actual, bytes memory expected) private pure {
        vm.assertEq(vm.toString(actual), vm.toString(expected));
    }
}

contract Print_Test {
    function test_AmountsDropTrailingZeros() public pure {
        vm.assertEq(Print.amount(0), "0");
        vm.assertEq(Print.amount(1_000e18), "1000");
        vm.assertEq(Print.amount(1_234.5e18), "1234.5");
        vm.assertEq(Print.amount(1), "0.000000000000000001");
    }

    function test_DurationsNameTheirUnits() public pure {
        vm.assertEq(Print.duration(0), "0 s");
        vm.assertEq(Print.duration(259_200), "3 d");
        vm.assertEq(Print.duration(90_061), "1 d 1 h 1 min 1 s");
    }

    function test_DatesAreGregorian() public pure {
        vm.assertEq(Print.date(0), "1970-01-01 00:00:00 UTC");
        vm.assertEq(Print.date(951_782_399), "2000-02-28 23:59:59 UTC");
        vm.assertEq(Print.date(951_782_400), "2000-02-29 00:00:00 UTC");
        vm.assertEq(Print.date(951_868_800), "2000-03-01 00:00:00 UTC");
        vm.assertEq(Print.date(1_800_000_000), "2027-01-15 08:00:00 UTC");
        vm.assertEq(Print.date(4_107_542_399), "2100-02-28 23:59:59 UTC");
        vm.assertEq(Print.date(4_107_542_400), "2100-03-01 00:00:00 UTC");
    }
}

/// @notice The proposals that ship with the scripts, taken through a vote.
contract Proposals_Test is SystemBase {
    function read(string memory file) external view returns (FiledProposal memory) {
        return Proposals.read(file, d);
    }

    function test_TheBudgetIsSet() public {
        _carryFile("set-budget");
        vm.assertEq(d.rewardDistributor.epochBudget(), 5_000e18);
    }

    function test_ThePoolIsFunded() public {
        _carryFile("fund-distributor");
        vm.assertEq(d.rewardDistributor.totalFunded(), 100_000e18);
    }

    function test_StakersGetAStream() public {
        vm.prank(voters[0]);
        d.governanceToken.lockAndCall(address(d.stakingPool), 100e18, "");
        _carryFile("notify-reward");
        _skip(15 days);
        vm.assertLe(499e18, d.stakingPool.earned(voters[0]));
        vm.assertLe(d.stakingPool.earned(voters[0]), 500e18);
    }

    function test_TheOptimisticGovernorIsTurnedOnAndOff() public {
        _carryFile("optimistic-on");
        (bool on,) = d.accessManager.hasRole(Roles.ROUTINE, address(d.optimisticGovernor));
        vm.assertTrue(on);
        bytes4 activate = d.modelRegistry.activate.selector;
        vm.assertEq(d.accessManager.getTargetFunctionRole(address(d.modelRegistry), activate), Roles.ROUTINE);
        (uint48 since,) = d.optimisticGovernor.allowanceOf(address(d.modelRegistry), activate);
        vm.assertTrue(since != 0);

        _carryFile("optimistic-off");
        (on,) = d.accessManager.hasRole(Roles.ROUTINE, address(d.optimisticGovernor));
        vm.assertFalse(on);
        vm.assertEq(d.accessManager.getTargetFunctionRole(address(d.modelRegistry), activate), Roles.ADMIN);
        (since,) = d.optimisticGovernor.allowanceOf(address(d.modelRegistry), activate);
        vm.assertEq(since, 0);
    }

    function test_TheOldRefereeLosesItsRoles() public {
        _carryFile("replace-referee");
        (bool referees,) = d.accessManager.hasRole(Roles.REFEREE, address(d.epochReferee));
        (bool slashes,) = d.accessManager.hasRole(Roles.SLASHER, address(d.epochReferee));
        vm.assertFalse(referees || slashes);
        (referees,) = d.accessManager.hasRole(Roles.REFEREE, address(0));
        vm.assertTrue(referees);
    }

    function test_TheOperatorIsRotated() public view {
        FiledProposal memory p = Proposals.read("script/proposals/rotate-operator.toml", d);
        vm.assertEq(p.targets.length, 2);
        vm.assertEq(p.targets[0], address(d.accessManager));
    }

    function test_RevertIf_AFileHasNoActions() public {
        string memory file = "script/epochs/example.toml";
        vm.expectRevert(abi.encodeWithSelector(ProposalHasNoActions.selector, file));
        this.read(file);
    }

    /// @dev CVE-2023-34234: made first by somebody else, and cancelled, it would be lost.
    function test_Attack_FrontRunningAProposalIsRefused() public {
        FiledProposal memory p = Proposals.read("script/proposals/set-budget.toml", d);
        string memory description = Proposals.described(p, operator);
        vm.prank(voters[0]);
        vm.expectRevert();
        d.governor.propose(p.targets, p.values, p.calldatas, description);
        vm.prank(operator);
        uint256 proposalId = d.governor.propose(p.targets, p.values, p.calldatas, description);
        vm.assertEq(proposalId, Proposals.idOf(p, d.governor, operator));
    }

    function test_TheTreasuryPaysPoolBudgetAndStream() public {
        FiledProposal memory p = new FundPool().proposal(d, 10_000e18, 500e18, 100e18, 10 days);
        _carry(Proposal(p.targets, p.values, p.calldatas, p.description));
        vm.assertEq(d.rewardDistributor.totalFunded(), 10_000e18);
        vm.assertEq(d.rewardDistributor.epochBudget(), 500e18);
        vm.assertEq(d.governanceToken.balanceOf(address(d.stakingPool)), 100e18);
    }

    function test_RevertIf_TheTreasuryHasNotEnough() public {
        FundPool script = new FundPool();
        uint256 treasury = config.treasury;
        vm.expectRevert(
            abi.encodeWithSelector(FundPool.FundPoolTooFew.selector, address(d.timelock), treasury, treasury + 1)
        );
        script.proposal(d, treasury, 0, 1, 1 days);
        vm.expectRevert(abi.encodeWithSelector(FundPool.FundPoolNothingToDo.selector));
        script.proposal(d, 0, 0, 0, 1 days);
    }

    function _carryFile(string memory name) private {
        FiledProposal memory p = Proposals.read(string.concat("script/proposals/", name, ".toml"), d);
        _carry(Proposal(p.targets, p.values, p.calldatas, p.description));
    }
}

contract OpenEpoch_Test is SystemBase {
    OpenEpoch private script;
    ILabelEpochs.Terms private terms;

    function setUp() public override {
        super.setUp();
        script = new OpenEpoch();
        terms = script.readTerms("script/epochs/example.toml");
    }

    function test_TheExampleHasTermsThatTheContractTakes() public {
        _fund(5_000e18);
        vm.startPrank(operator);
        d.governanceToken.lockAndCall(address(d.labelEpochs), config.operatorBond, "");
        script.check(d, terms, operator);
        terms.secretHash = keccak256(abi.encode(bytes32("secret")));
        (terms.goldRoot, terms.campaignHash) = ("gold", "campaign");
        vm.assertEq(d.labelEpochs.open(terms), 1);
    }

    function test_RevertIf_TheSenderIsNotTheOperator() public {
        vm.expectRevert(abi.encodeWithSelector(OpenEpoch.OpenEpochNotOperator.selector, guardian));
        script.check(d, terms, guardian);
    }

    function test_RevertIf_TheBondIsNotThere() public {
        vm.expectRevert(
            abi.encodeWithSelector(OpenEpoch.OpenEpochBondTooSmall.selector, operator, 0, config.operatorBond)
        );
        script.check(d, terms, operator);
    }

    function test_RevertIf_TheBudgetWasNotVotedOrNotFunded() public {
        vm.prank(operator);
        d.governanceToken.lockAndCall(address(d.labelEpochs), config.operatorBond, "");
        vm.expectRevert(abi.encodeWithSelector(OpenEpoch.OpenEpochBudgetTooHigh.selector, terms.budget, 0));
        script.check(d, terms, operator);
        _fund(terms.budget - 1);
        vm.expectRevert(abi.encodeWithSelector(OpenEpoch.OpenEpochUnderfunded.selector, terms.budget, terms.budget - 1));
        script.check(d, terms, operator);
    }

    function _fund(uint256 amount) private {
        vm.prank(address(d.timelock));
        d.rewardDistributor.setEpochBudget(terms.budget);
        vm.startPrank(voters[0]);
        d.governanceToken.approve(address(d.rewardDistributor), amount);
        d.rewardDistributor.fund(amount);
        vm.stopPrank();
    }
}

contract Pause_Test is SystemBase {
    /// @dev Each name must be an entry that the contract lets the guardian stop, and be stopped by it.
    function test_EveryNamedEntryCanBePausedByTheGuardian() public {
        Pause script = new Pause();
        string[8] memory entries = [
            "stake",
            "openEpoch",
            "commitLabels",
            "proposePayouts",
            "acceptPayouts",
            "registerVersion",
            "activateVersion",
            "registerDataset"
        ];
        for (uint256 i = 0; i < entries.length; ++i) {
            (EntryPause target, bytes4 selector) = script.entryOf(d, entries[i]);
            vm.assertTrue(target.isPausable(selector), entries[i]);
            vm.prank(guardian);
            target.pause(selector, 7 days);
            vm.assertEq(target.pausedUntil(selector), _now() + 7 days);
        }
    }

    function test_RevertIf_TheEntryHasNoName() public {
        Pause script = new Pause();
        vm.expectRevert(abi.encodeWithSelector(Pause.PauseUnknownEntry.selector, "claim"));
        script.entryOf(d, "claim");
    }
}
