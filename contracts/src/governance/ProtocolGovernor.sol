// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingFractional} from "@openzeppelin/contracts/governance/extensions/GovernorCountingFractional.sol";
import {GovernorNoncesKeyed} from "@openzeppelin/contracts/governance/extensions/GovernorNoncesKeyed.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorProposalGuardian} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC6372Utils} from "@openzeppelin/contracts/utils/ERC6372Utils.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title The DAO's governor
/// @notice OpenZeppelin's Governor with three rules of its own:
/// - the For votes alone must reach the quorum, so that abstaining cannot carry a proposal nobody wants;
/// - the proposal threshold and the quorum are basis points of the supply, so that neither goes stale;
/// - a proposal that succeeded, or became executable, and was left alone for `proposalExpiry` seconds is `Expired`.
/// The guardian may cancel proposals, nothing else, and only until `guardianExpiresAt`.
/// @dev Expiry of queued proposals needs a timelock in which this governor is the only executor; see Deploy.s.sol.
contract ProtocolGovernor is
    GovernorSettings,
    GovernorCountingFractional,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorPreventLateQuorum,
    GovernorProposalGuardian,
    GovernorNoncesKeyed,
    GovernorTimelockControl
{
    struct Config {
        string name;
        IVotes token; // on the timestamp clock
        TimelockController timelock;
        uint48 votingDelay; // seconds, > 0: votes of the very block of a proposal can be borrowed
        uint32 votingPeriod; // seconds
        uint48 lateQuorumExtension; // seconds, <= votingPeriod
        uint48 proposalExpiry; // seconds
        uint256 thresholdBps; // of the supply, 1 … MAX_THRESHOLD_BPS
        uint256 quorumBps; // of the supply at the snapshot, 1 … 10,000
        address guardian;
        uint48 guardianTerm; // seconds; each guardian set by vote serves a new term
    }

    uint256 public constant BPS = 10_000;
    /// @notice A vote cannot raise the threshold so far that nobody could propose to lower it again.
    uint256 public constant MAX_THRESHOLD_BPS = 1_000;

    /// @notice Seconds after which a succeeded or an executable proposal expires.
    uint48 public immutable proposalExpiry;
    /// @notice Seconds that a guardian serves from the moment it is set.
    uint48 public immutable guardianTerm;
    /// @notice From this second on {proposalGuardian} is the zero address.
    uint48 public guardianExpiresAt;

    event GuardianTermStarted(address indexed guardian, uint48 expiresAt);

    error ProtocolGovernorOutOfBounds(string field, uint256 value);

    constructor(Config memory config)
        Governor(config.name)
        GovernorSettings(config.votingDelay, config.votingPeriod, config.thresholdBps)
        GovernorVotes(config.token)
        GovernorVotesQuorumFraction(config.quorumBps)
        GovernorPreventLateQuorum(config.lateQuorumExtension)
        GovernorTimelockControl(config.timelock)
    {
        if (config.proposalExpiry == 0) {
            revert ProtocolGovernorOutOfBounds("proposalExpiry", 0);
        }
        if (config.guardianTerm == 0) revert ProtocolGovernorOutOfBounds("guardianTerm", 0);
        uint48 tokenClock = token().clock();
        if (tokenClock != clock()) revert ProtocolGovernorOutOfBounds("clock", tokenClock);
        proposalExpiry = config.proposalExpiry;
        guardianTerm = config.guardianTerm;
        _setProposalGuardian(config.guardian);
    }

    /// @notice Votes needed to propose now, in wei: the threshold's share of the supply, rounded up.
    /// {setProposalThreshold} takes basis points.
    /// @dev The supply of this moment, not a past one like the votes: it cannot be borrowed, only a vote can raise it, and
    /// nothing lowers it. A look-up in its history would be 3 % of a proposal.
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        uint256 supply = IERC20(address(token())).totalSupply();
        // Cannot overflow: a supply is below 2^208. Math.mulDiv costs 0.5 % of a proposal.
        unchecked {
            return (supply * proposalThresholdBps() + BPS - 1) / BPS;
        }
    }

    function proposalThresholdBps() public view returns (uint256) {
        return super.proposalThreshold();
    }

    /// @inheritdoc GovernorVotesQuorumFraction
    function quorumDenominator() public pure override returns (uint256) {
        return BPS;
    }

    /// @dev `quorum=bravo`: For votes alone count towards the quorum.
    // solhint-disable-next-line func-name-mixedcase
    function COUNTING_MODE() public pure override(IGovernor, GovernorCountingFractional) returns (string memory) {
        return "support=bravo,fractional&quorum=bravo&params=fractional";
    }

    /// @notice The guardian, or zero once its term is over. Without a guardian a proposer may cancel its own proposal.
    function proposalGuardian() public view override returns (address) {
        return clock() < guardianExpiresAt ? super.proposalGuardian() : address(0);
    }

    /// @dev The token's clock too, as the constructor checked; asking it four times per proposal only costs gas.
    function clock() public view override(Governor, GovernorVotes) returns (uint48) {
        return Time.timestamp();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public view override(Governor, GovernorVotes) returns (string memory) {
        return ERC6372Utils.timestampClockMode(clock);
    }

    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (ProposalState current)
    {
        current = super.state(proposalId);
        if (current == ProposalState.Succeeded && clock() > proposalDeadline(proposalId) + proposalExpiry) {
            return ProposalState.Expired;
        }
        if (current == ProposalState.Queued && clock() > proposalEta(proposalId) + proposalExpiry) {
            return ProposalState.Expired;
        }
    }

    /// @dev Also starts the late-quorum extension, so a late For vote always leaves the others time to answer.
    function _quorumReached(uint256 proposalId)
        internal
        view
        override(Governor, GovernorCountingFractional)
        returns (bool)
    {
        (, uint256 forVotes,) = proposalVotes(proposalId);
        return forVotes >= quorum(proposalSnapshot(proposalId));
    }

    function _setVotingDelay(uint48 newVotingDelay) internal override {
        if (newVotingDelay == 0) revert ProtocolGovernorOutOfBounds("votingDelay", newVotingDelay);
        super._setVotingDelay(newVotingDelay);
    }

    function _setProposalThreshold(uint256 newThresholdBps) internal override {
        if (newThresholdBps == 0 || newThresholdBps > MAX_THRESHOLD_BPS) {
            revert ProtocolGovernorOutOfBounds("thresholdBps", newThresholdBps);
        }
        super._setProposalThreshold(newThresholdBps);
    }

    function _updateQuorumNumerator(uint256 newQuorumBps) internal override {
        if (newQuorumBps == 0) revert ProtocolGovernorOutOfBounds("quorumBps", newQuorumBps);
        super._updateQuorumNumerator(newQuorumBps);
    }

    function _setProposalGuardian(address newGuardian) internal override {
        guardianExpiresAt = clock() + guardianTerm;
        super._setProposalGuardian(newGuardian);
        emit GuardianTermStarted(newGuardian, guardianExpiresAt);
    }

    // The rest only tells Solidity which of several inherited functions to take.

    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _validateCancel(uint256 proposalId, address caller)
        internal
        view
        override(Governor, GovernorProposalGuardian)
        returns (bool)
    {
        return super._validateCancel(proposalId, caller);
    }

    function _useCheckedNonce(address owner, uint256 nonce) internal override(Nonces, GovernorNoncesKeyed) {
        super._useCheckedNonce(owner, nonce);
    }

    function _validateVoteSig(uint256 proposalId, uint8 support, address voter, bytes memory signature)
        internal
        override(Governor, GovernorNoncesKeyed)
        returns (bool)
    {
        return super._validateVoteSig(proposalId, support, voter, signature);
    }

    function _validateExtendedVoteSig(
        uint256 proposalId,
        uint8 support,
        address voter,
        string memory reason,
        bytes memory params,
        bytes memory signature
    ) internal override(Governor, GovernorNoncesKeyed) returns (bool) {
        return super._validateExtendedVoteSig(proposalId, support, voter, reason, params, signature);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
