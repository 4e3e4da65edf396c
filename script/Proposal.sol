// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Calldata} from "./Calldata.sol";
import {Contracts, Deployment, Named} from "./Deployment.sol";
import {Print} from "./Print.sol";
import {vm} from "./Vm.sol";

/// @notice A proposal, and how each of its calls reads.
struct Proposal {
    address[] targets;
    uint256[] values;
    bytes[] calldatas;
    string[] summaries;
    string description;
}

error ProposalHasNoActions(string file);

/// @notice Proposals from files, and the governor's functions on them.
library Proposals {
    string private constant SUFFIX = "#proposer=";

    /// @notice Reads a TOML file: `description`, and `[[actions]]` of `target`, `signature` and `args` (or `data`), and
    /// `value` in wei if any. `$timelock`, `$governanceToken` and the other names of the deployment file stand for addresses.
    /// Amounts may be written with a unit: "100 ether" is 100 tokens.
    function read(string memory file, Deployment memory d) internal view returns (Proposal memory p) {
        string memory toml = withAddresses(vm.readFile(file), d);
        uint256 n = 0;
        while (vm.keyExistsToml(toml, _action(n))) ++n;
        if (n == 0) revert ProposalHasNoActions(file);
        p = empty(vm.parseTomlString(toml, ".description"), n);
        for (uint256 i = 0; i < n; ++i) {
            _readAction(p, d, toml, i);
        }
    }

    function empty(string memory description, uint256 n) internal pure returns (Proposal memory) {
        return Proposal(new address[](n), new uint256[](n), new bytes[](n), new string[](n), description);
    }

    function set(Proposal memory p, uint256 i, address target, bytes memory data, string memory summary) internal pure {
        (p.targets[i], p.calldatas[i], p.summaries[i]) = (target, data, summary);
    }

    /// @notice Replaces `$name` by the address of the deployment's contract `name`.
    function withAddresses(string memory text, Deployment memory d) internal pure returns (string memory) {
        Named[] memory all = Contracts.all(d);
        for (uint256 i = 0; i < all.length; ++i) {
            text = vm.replace(text, string.concat("$", all[i].key), vm.toString(all[i].target));
        }
        return text;
    }

    /// @notice The description as it goes on chain. OpenZeppelin's governor lets nobody but the named account make a
    /// proposal with this end, so nobody can take it from the mempool, make it first, and cancel it.
    function described(Proposal memory p, address proposer) internal pure returns (string memory) {
        return string.concat(p.description, SUFFIX, vm.toString(proposer));
    }

    function idOf(Proposal memory p, IGovernor governor, address proposer) internal view returns (uint256) {
        return governor.getProposalId(p.targets, p.values, p.calldatas, keccak256(bytes(described(p, proposer))));
    }

    function show(Proposal memory p, Deployment memory d, IGovernor governor) internal view {
        Print.line(string.concat("Proposal to the ", Contracts.nameOf(d, address(governor)), ": ", p.description));
        for (uint256 i = 0; i < p.targets.length; ++i) {
            string memory target = Contracts.nameOf(d, p.targets[i]);
            Print.pair(vm.toString(i + 1), string.concat(target, ".", p.summaries[i]));
            if (p.values[i] > 0) Print.pair("   with ETH", Print.amount(p.values[i]));
            Print.pair("   calldata", vm.toString(p.calldatas[i]));
        }
    }

    function showDates(IGovernor governor, uint256 proposalId) internal view {
        Print.pair("proposal", vm.toString(proposalId));
        Print.pair("state", stateName(governor.state(proposalId)));
        Print.pair("vote begins", Print.date(governor.proposalSnapshot(proposalId)));
        Print.pair("vote ends", Print.date(governor.proposalDeadline(proposalId)));
        uint256 eta = governor.proposalEta(proposalId);
        if (eta != 0) Print.pair("executable from", Print.date(eta));
    }

    function stateName(IGovernor.ProposalState state) internal pure returns (string memory) {
        if (state == IGovernor.ProposalState.Pending) return "Pending";
        if (state == IGovernor.ProposalState.Active) return "Active";
        if (state == IGovernor.ProposalState.Canceled) return "Canceled";
        if (state == IGovernor.ProposalState.Defeated) return "Defeated";
        if (state == IGovernor.ProposalState.Succeeded) return "Succeeded";
        if (state == IGovernor.ProposalState.Queued) return "Queued";
        if (state == IGovernor.ProposalState.Expired) return "Expired";
        return "Executed";
    }

    function _readAction(Proposal memory p, Deployment memory d, string memory toml, uint256 i) private view {
        string memory key = _action(i);
        p.targets[i] = vm.parseTomlAddress(toml, string.concat(key, ".target"));
        string memory value = string.concat(key, ".value");
        if (vm.keyExistsToml(toml, value)) p.values[i] = vm.parseTomlUint(toml, value);
        string memory signature = string.concat(key, ".signature");
        if (vm.keyExistsToml(toml, signature)) {
            signature = vm.parseTomlString(toml, signature);
            p.calldatas[i] = Calldata.encode(signature, toml, string.concat(key, ".args"));
            p.summaries[i] = Calldata.summary(signature, toml, string.concat(key, ".args"));
        } else {
            p.calldatas[i] = vm.parseTomlBytes(toml, string.concat(key, ".data"));
            p.summaries[i] = "(raw calldata)";
        }
        // A name in a summary reads better than an address.
        Named[] memory all = Contracts.all(d);
        for (uint256 k = 0; k < all.length; ++k) {
            p.summaries[i] = vm.replace(p.summaries[i], vm.toString(all[k].target), all[k].key);
        }
    }

    function _action(uint256 i) private pure returns (string memory) {
        return string.concat(".actions[", vm.toString(i), "]");
    }
}
