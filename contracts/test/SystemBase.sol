// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Config, ConfigReader} from "../../script/Config.sol";
import {Deployer} from "../../script/Deploy.s.sol";
import {Deployment} from "../../script/Deployment.sol";
import {vm} from "../../script/Vm.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {Base} from "./Base.sol";

/// @notice The whole system as Deploy.s.sol makes it from the local chain's config, three holders delegated.
abstract contract SystemBase is Base, Deployer {
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    Config internal config;
    Deployment internal d;
    address internal operator;
    address internal guardian;
    address[3] internal voters; // 1,000,000 tokens each: 10 % of the supply

    /// @dev A proposal in the making: the four arguments that the governor's functions share.
    struct Proposal {
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
        string description;
    }

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        config = ConfigReader.read("script/config/anvil.toml");
        d = _deploy(config, address(this));
        (operator, guardian) = (config.operator, config.guardian);
        vm.prank(operator);
        d.governanceToken.delegate(operator);
        for (uint256 i = 0; i < 3; ++i) {
            voters[i] = config.holders[i + 1];
            vm.prank(voters[i]);
            d.governanceToken.delegate(voters[i]);
        }
        _skip(1);
    }

    /// @dev Terms at the floors of the local chain, and no rates.
    function _leastTerms(uint256 budget, bytes32 secret) internal view returns (ILabelEpochs.Terms memory terms) {
        ILabelEpochs.Floors memory floors = config.floors;
        (terms.budget, terms.blockSlots) = (budget, 96);
        (terms.overlapSlots, terms.minOverlap) = (floors.overlapSlots, floors.minOverlap);
        (terms.goldSlots, terms.goldBlocks, terms.goldRoot) = (floors.goldSlots, 1, "gold");
        terms.minRoster = floors.minRoster;
        (terms.secretHash, terms.campaignHash) = (keccak256(abi.encode(secret)), "campaign");
    }

    function _proposal(address target, bytes memory data) internal pure returns (Proposal memory p) {
        p.description = "A proposal";
        return _and(p, target, data);
    }

    function _and(Proposal memory p, address target, bytes memory data) internal pure returns (Proposal memory q) {
        uint256 n = p.targets.length;
        q = Proposal(new address[](n + 1), new uint256[](n + 1), new bytes[](n + 1), p.description);
        for (uint256 i = 0; i < n; ++i) {
            (q.targets[i], q.calldatas[i]) = (p.targets[i], p.calldatas[i]);
        }
        (q.targets[n], q.calldatas[n]) = (target, data);
    }

    function _propose(Proposal memory p) internal returns (uint256) {
        vm.prank(operator);
        return d.governor.propose(p.targets, p.values, p.calldatas, p.description);
    }

    function _proposeActive(Proposal memory p) internal returns (uint256 proposalId) {
        proposalId = _propose(p);
        _skip(config.votingDelay + 1);
    }

    function _vote(uint256 proposalId, address voter, uint8 support) internal {
        vm.prank(voter);
        d.governor.castVote(proposalId, support);
    }

    function _queue(Proposal memory p) internal {
        d.governor.queue(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    function _execute(Proposal memory p) internal {
        d.governor.execute(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    function _cancel(Proposal memory p, address caller) internal {
        vm.prank(caller);
        d.governor.cancel(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    function _succeed(Proposal memory p) internal returns (uint256 proposalId) {
        proposalId = _proposeActive(p);
        for (uint256 i = 0; i < 3; ++i) {
            _vote(proposalId, voters[i], FOR);
        }
        _skip(config.votingPeriod);
    }

    /// @dev Succeeded, queued, and its delay over.
    function _succeedAndQueue(Proposal memory p) internal returns (uint256 proposalId) {
        proposalId = _succeed(p);
        _queue(p);
        _skip(config.timelockDelay);
    }

    /// @dev A proposal's whole way.
    function _carry(Proposal memory p) internal returns (uint256 proposalId) {
        proposalId = _succeedAndQueue(p);
        _execute(p);
    }
}
