// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

/// @notice The optimistic governor that one would write first: OpenZeppelin's, with the quorum taken out. Its executor is
/// itself, so `onlyGovernance` lets any proposal that nobody noticed rewrite its settings. Exists to be attacked.
contract NaiveOptimisticGovernor is GovernorSettings, GovernorCountingSimple, GovernorVotes {
    constructor(IVotes token, uint48 votingDelay, uint32 vetoPeriod)
        Governor("Naive")
        GovernorSettings(votingDelay, vetoPeriod, 0)
        GovernorVotes(token)
    {}

    function quorum(uint256) public pure override returns (uint256) {
        return 0;
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function _quorumReached(uint256) internal pure override(Governor, GovernorCountingSimple) returns (bool) {
        return true;
    }

    function _voteSucceeded(uint256 proposalId)
        internal
        view
        override(Governor, GovernorCountingSimple)
        returns (bool)
    {
        (uint256 againstVotes,,) = proposalVotes(proposalId);
        return againstVotes == 0 || againstVotes < token().getPastTotalSupply(proposalSnapshot(proposalId)) * 3 / 100;
    }
}
