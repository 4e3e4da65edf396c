// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingFractional} from "@openzeppelin/contracts/governance/extensions/GovernorCountingFractional.sol";
import {GovernorNoncesKeyed} from "@openzeppelin/contracts/governance/extensions/GovernorNoncesKeyed.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {ERC6372Utils} from "@openzeppelin/contracts/utils/ERC6372Utils.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Governor of routine actions: what nobody vetoes passes
/// @notice A proposal may be executed after its veto window unless the votes Against reached `vetoBps` of the supply at
/// its snapshot. It acts only where a vote of the ProtocolGovernor let it:
/// - the timelock names who may propose and which functions may be called, each by its selector and its number of words;
/// - a call also needs whatever role its target asks for, which the AccessManager gives to this contract or does not;
/// - a proposal is one call without value. A call that was vetoed can never be proposed here again, only to the
///   ProtocolGovernor; a call that waits for its window, or for its execution, cannot be proposed a second time;
/// - taking a permission back stops what is on its way, and giving it again does not revive that.
/// Deployed with no proposer, nothing allowed and no role, it can do nothing.
/// @dev OpenZeppelin's Governor with itself as executor would let a proposal that nobody noticed call its own settings.
/// Here there are none: delay, window and threshold are fixed (to change them, deploy another and move the permissions by
/// vote), `onlyGovernance` means the timelock and never this contract, and the contracts on which all else rests can
/// never be allowed as targets.
contract OptimisticGovernor is GovernorCountingFractional, GovernorVotes, GovernorNoncesKeyed {
    struct Config {
        string name;
        IVotes token; // AccessManaged, on the timestamp clock
        TimelockController timelock;
        uint48 votingDelay; // seconds, > 0: votes of the very block of a proposal can be borrowed
        uint32 vetoPeriod; // seconds, > 0
        uint256 vetoBps; // of the supply at the snapshot, 1 … MAX_VETO_BPS
    }

    /// @dev What may be called, and since when.
    struct Allowance {
        uint48 since; // 0: not allowed
        uint8 words; // of the arguments
    }

    uint256 public constant BPS = 10_000;
    /// @notice A veto that needs more than a tenth of all tokens would protect nobody.
    uint256 public constant MAX_VETO_BPS = 1_000;
    /// @notice Seconds after the window in which a proposal must be executed.
    uint48 public constant EXPIRY = 7 days;

    /// @notice The only account that gives and takes permissions.
    address public immutable timelock;
    /// @notice Votes Against, in basis points of the supply, that stop a proposal.
    uint256 public immutable vetoBps;

    uint48 private immutable _votingDelay;
    uint32 private immutable _vetoPeriod;

    mapping(address account => uint48) private _proposerSince;
    mapping(address target => mapping(bytes4 selector => Allowance)) private _allowances;
    mapping(bytes32 actionId => uint256 proposalId) private _lastProposals;

    /// @param words of the arguments: calldata is exactly 4 + 32 · words bytes long
    event AllowedSet(address indexed target, bytes4 indexed selector, uint8 words, bool allowed);
    event ProposerSet(address indexed account, bool allowed);

    error OptimisticGovernorOutOfBounds(string field, uint256 value);
    error OptimisticGovernorForbiddenTarget(address target);
    error OptimisticGovernorNotAllowed(address target, bytes4 selector);
    error OptimisticGovernorNotProposer(address account);
    error OptimisticGovernorNotOneAction(uint256 actions);
    error OptimisticGovernorValue(uint256 value);
    error OptimisticGovernorVetoed(uint256 proposalId);
    error OptimisticGovernorInFlight(uint256 proposalId, ProposalState state);
    error OptimisticGovernorNoRelay();

    constructor(Config memory config) Governor(config.name) GovernorVotes(config.token) {
        if (config.votingDelay == 0) revert OptimisticGovernorOutOfBounds("votingDelay", 0);
        if (config.vetoPeriod == 0) revert OptimisticGovernorOutOfBounds("vetoPeriod", 0);
        if (config.vetoBps == 0 || config.vetoBps > MAX_VETO_BPS) {
            revert OptimisticGovernorOutOfBounds("vetoBps", config.vetoBps);
        }
        if (address(config.timelock).code.length == 0) {
            revert OptimisticGovernorOutOfBounds("timelock", uint160(address(config.timelock)));
        }
        uint48 tokenClock = token().clock();
        if (tokenClock != clock()) revert OptimisticGovernorOutOfBounds("clock", tokenClock);
        timelock = address(config.timelock);
        vetoBps = config.vetoBps;
        _votingDelay = config.votingDelay;
        _vetoPeriod = config.vetoPeriod;
    }

    /// @notice Nothing may be sent here: it could never leave.
    receive() external payable override {
        revert GovernorDisabledDeposit();
    }

    /// @notice Timelock only. Let proposals call `selector` of `target`, or no longer.
    /// @param words how many words its arguments have. A vetoed call must not come back with other bytes behind it, so
    /// the length is exact, and only functions whose arguments have a fixed size should be allowed
    function setAllowed(address target, bytes4 selector, uint8 words, bool allowed) external onlyGovernance {
        // Check:
        if (allowed && (_isForbidden(target) || target.code.length == 0)) {
            revert OptimisticGovernorForbiddenTarget(target);
        }
        // Effect:
        Allowance storage allowance = _allowances[target][selector];
        // Another length is another permission: it too holds only for proposals made from now on.
        if (!allowed) allowance.since = 0;
        else if (allowance.since == 0 || allowance.words != words) allowance.since = clock();
        allowance.words = words;
        emit AllowedSet(target, selector, words, allowed);
    }

    /// @notice Timelock only. Let `account` propose, or no longer.
    function setProposer(address account, bool allowed) external onlyGovernance {
        if (!allowed) _proposerSince[account] = 0;
        else if (_proposerSince[account] == 0) _proposerSince[account] = clock();
        emit ProposerSet(account, allowed);
    }

    /// @notice Since when the call may be proposed (0: it may not), and how many words its arguments have.
    function allowanceOf(address target, bytes4 selector) external view returns (uint48 since, uint8 words) {
        Allowance storage allowance = _allowances[target][selector];
        return (allowance.since, allowance.words);
    }

    function isProposer(address account) external view returns (bool) {
        return _proposerSince[account] != 0;
    }

    /// @notice The latest proposal of this call, 0 for none. When that is `Defeated`, the call can never come back.
    function lastProposalOf(address target, bytes calldata data) external view returns (uint256 proposalId) {
        return _lastProposals[_actionId(target, data)];
    }

    /// @notice Votes Against that stop a proposal with this snapshot, in wei: `vetoBps` of the supply, rounded up.
    function vetoThreshold(uint256 timepoint) public view returns (uint256) {
        return Math.mulDiv(token().getPastTotalSupply(timepoint), vetoBps, BPS, Math.Rounding.Ceil);
    }

    /// @inheritdoc IGovernor
    function votingDelay() public view override returns (uint256) {
        return _votingDelay;
    }

    /// @notice The veto window, in seconds.
    function votingPeriod() public view override returns (uint256) {
        return _vetoPeriod;
    }

    /// @notice None: silence is consent.
    function quorum(uint256) public pure override returns (uint256) {
        return 0;
    }

    /// @dev `quorum=none`: votes can only stop a proposal, see {vetoThreshold}.
    // solhint-disable-next-line func-name-mixedcase
    function COUNTING_MODE() public pure override(IGovernor, GovernorCountingFractional) returns (string memory) {
        return "support=bravo,fractional&quorum=none&params=fractional";
    }

    /// @dev The token's clock too, as the constructor checked; asking it each time would only cost gas.
    function clock() public view override(Governor, GovernorVotes) returns (uint48) {
        return Time.timestamp();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public view override(Governor, GovernorVotes) returns (string memory) {
        return ERC6372Utils.timestampClockMode(clock);
    }

    function state(uint256 proposalId) public view override returns (ProposalState current) {
        current = super.state(proposalId);
        if (current == ProposalState.Succeeded && clock() > proposalDeadline(proposalId) + EXPIRY) {
            return ProposalState.Expired;
        }
    }

    /// @notice Closed, to the timelock as well: nothing of value is ever here.
    function relay(address, uint256, bytes calldata) public payable override {
        revert OptimisticGovernorNoRelay();
    }

    function onERC721Received(address, address, uint256, bytes memory) public pure override returns (bytes4) {
        revert GovernorDisabledDeposit();
    }

    function onERC1155Received(address, address, uint256, uint256, bytes memory) public pure override returns (bytes4) {
        revert GovernorDisabledDeposit();
    }

    function onERC1155BatchReceived(address, address, uint256[] memory, uint256[] memory, bytes memory)
        public
        pure
        override
        returns (bytes4)
    {
        revert GovernorDisabledDeposit();
    }

    /// @dev Never this contract, although it executes: an unnoticed proposal must not change the rules it passes under.
    function _checkGovernance() internal view override {
        if (_msgSender() != timelock) revert GovernorOnlyExecutor(_msgSender());
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256 proposalId) {
        // Check:
        if (targets.length != 1 || values.length != 1 || calldatas.length != 1) {
            revert OptimisticGovernorNotOneAction(targets.length);
        }
        if (values[0] != 0) revert OptimisticGovernorValue(values[0]);
        _checkPermissions(targets[0], calldatas[0], proposer, clock());
        bytes32 actionId = _actionId(targets[0], calldatas[0]);
        _checkNotBlocked(_lastProposals[actionId]);
        // Effect:
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        _lastProposals[actionId] = proposalId;
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override {
        // Check:
        if (msg.value != 0) revert OptimisticGovernorValue(msg.value);
        uint256 proposedAt = proposalSnapshot(proposalId) - _votingDelay;
        _checkPermissions(targets[0], calldatas[0], proposalProposer(proposalId), proposedAt);
        // Interaction:
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _quorumReached(uint256) internal pure override(Governor, GovernorCountingFractional) returns (bool) {
        return true;
    }

    function _voteSucceeded(uint256 proposalId)
        internal
        view
        override(Governor, GovernorCountingFractional)
        returns (bool)
    {
        (uint256 againstVotes,,) = proposalVotes(proposalId);
        // Where nobody objects, as usual, the supply need not be asked for.
        return againstVotes == 0 || againstVotes < vetoThreshold(proposalSnapshot(proposalId));
    }

    /// @dev Both permissions exist now and have existed without a break since `proposedAt`.
    function _checkPermissions(address target, bytes memory data, address proposer, uint256 proposedAt) private view {
        uint48 proposerSince = _proposerSince[proposer];
        if (proposerSince == 0 || proposerSince > proposedAt) revert OptimisticGovernorNotProposer(proposer);
        // Shorter calldata reads as a selector of which the rest is zero, and fails the check of its length.
        bytes4 selector = bytes4(data);
        Allowance memory allowance = _allowances[target][selector];
        if (allowance.since == 0 || allowance.since > proposedAt || data.length != 4 + 32 * uint256(allowance.words)) {
            revert OptimisticGovernorNotAllowed(target, selector);
        }
    }

    /// @dev One proposal of a call at a time, so that nobody has to veto many copies of it; none after a veto.
    function _checkNotBlocked(uint256 lastProposal) private view {
        if (lastProposal == 0) return;
        ProposalState last = state(lastProposal);
        if (last == ProposalState.Defeated) revert OptimisticGovernorVetoed(lastProposal);
        if (last == ProposalState.Canceled || last == ProposalState.Expired || last == ProposalState.Executed) return;
        revert OptimisticGovernorInFlight(lastProposal, last);
    }

    /// @dev Whoever could act as one of these could change every rule.
    function _isForbidden(address target) private view returns (bool) {
        return target == address(this) || target == timelock || target == address(token())
            || target == IAccessManaged(address(token())).authority();
    }

    function _actionId(address target, bytes memory data) private pure returns (bytes32) {
        return keccak256(abi.encode(target, data));
    }

    // The rest only tells Solidity which of several inherited functions to take.

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
}
