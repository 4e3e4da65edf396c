// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILabelEpochs} from "../contracts/src/interfaces/ILabelEpochs.sol";
import {Deployment, DeploymentFile, Roles} from "./Deployment.sol";
import {Print} from "./Print.sol";
import {vm} from "./Vm.sol";

/// @notice Open a payout period with the terms of a file. The platform's worker does this by itself; this is for whoever
/// runs labeling with software of their own.
///
///     TERMS=script/epochs/example.toml forge script script/OpenEpoch.s.sol --rpc-url URL --sender 0x… (…) [--broadcast]
///
/// Environment: TERMS (a TOML file, see script/epochs/example.toml), DEPLOYMENT_FILE.
/// Checks first that the sender is the operator, has the bond, and that governance voted and funded the budget.
contract OpenEpoch {
    // solhint-disable-next-line func-name-mixedcase
    bool public constant IS_SCRIPT = true;

    error OpenEpochNotOperator(address sender);
    error OpenEpochBondTooSmall(address sender, uint256 free, uint256 needed);
    error OpenEpochBudgetTooHigh(uint256 budget, uint256 epochBudget);
    error OpenEpochUnderfunded(uint256 budget, uint256 unspent);

    function run() external returns (uint64 epoch) {
        Deployment memory d = DeploymentFile.read();
        ILabelEpochs.Terms memory terms = readTerms(vm.envOr("TERMS", "terms.toml"));
        check(d, terms, msg.sender);
        vm.startBroadcast();
        epoch = d.labelEpochs.open(terms);
        vm.stopBroadcast();
        Print.line(string.concat("Epoch ", vm.toString(epoch), " opens with"));
        Print.pair("budget", Print.amount(terms.budget));
        Print.pair("base pay of a valid label", Print.amount(terms.basePay));
        Print.pair("more at a score of one", Print.amount(terms.alphaPay));
        Print.pair("operator's bond", Print.amount(d.labelEpochs.operatorBondOf(terms.budget)));
    }

    function readTerms(string memory file) public view returns (ILabelEpochs.Terms memory terms) {
        string memory toml = vm.readFile(file);
        terms.budget = vm.parseTomlUint(toml, ".budget");
        terms.basePay = uint128(_atMost(toml, ".basePay", type(uint128).max));
        terms.alphaPay = uint128(_atMost(toml, ".alphaPay", type(uint128).max));
        terms.blockSlots = uint16(_atMost(toml, ".blockSlots", 256));
        terms.overlapSlots = uint16(_atMost(toml, ".overlapSlots", 256));
        terms.goldSlots = uint16(_atMost(toml, ".goldSlots", 256));
        terms.minOverlap = uint16(_atMost(toml, ".minOverlap", 256));
        terms.minRoster = uint16(_atMost(toml, ".minRoster", 32));
        terms.goldBlocks = uint32(_atMost(toml, ".goldBlocks", 1 << 21));
        terms.goldRoot = vm.parseTomlBytes32(toml, ".goldRoot");
        terms.secretHash = vm.parseTomlBytes32(toml, ".secretHash");
        terms.campaignHash = vm.parseTomlBytes32(toml, ".campaignHash");
    }

    function check(Deployment memory d, ILabelEpochs.Terms memory terms, address operator) public view {
        (bool isOperator,) = d.accessManager.hasRole(Roles.OPERATOR, operator);
        if (!isOperator) revert OpenEpochNotOperator(operator);
        (uint256 free,) = d.labelEpochs.bondOf(operator);
        uint256 bond = d.labelEpochs.operatorBondOf(terms.budget);
        if (free < bond) revert OpenEpochBondTooSmall(operator, free, bond);
        uint256 epochBudget = d.rewardDistributor.epochBudget();
        if (terms.budget > epochBudget) revert OpenEpochBudgetTooHigh(terms.budget, epochBudget);
        // Epochs that are open already may still take of it: the contract's own check is at the approval.
        uint256 unspent = d.rewardDistributor.totalFunded() - d.rewardDistributor.totalApproved();
        if (terms.budget > unspent) revert OpenEpochUnderfunded(terms.budget, unspent);
    }

    function _atMost(string memory toml, string memory key, uint256 most) private pure returns (uint256 value) {
        value = vm.parseTomlUint(toml, key);
        if (value > most) revert ILabelEpochs.LabelEpochsTermsOutOfBounds(key);
    }
}
