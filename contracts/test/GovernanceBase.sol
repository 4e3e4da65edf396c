// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernanceToken} from "../src/governance/GovernanceToken.sol";
import {OptimisticGovernor} from "../src/governance/OptimisticGovernor.sol";
import {ProtocolGovernor} from "../src/governance/ProtocolGovernor.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";
import {MockRoutine} from "./mocks/MockRoutine.sol";

/// @notice Token, timelock and both governors wired as Deploy.s.sol does, and one contract to govern. 10,000,000 tokens:
/// 10 % for each of three voters, the rest with somebody who votes only when a test says so.
abstract contract GovernanceBase is Base {
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;
    uint256 internal constant SUPPLY = 10_000_000e18;
    uint48 internal constant VOTING_DELAY = 5;
    uint32 internal constant VOTING_PERIOD = 60;
    uint48 internal constant LATE_EXTENSION = 15;
    uint48 internal constant PROPOSAL_EXPIRY = 1 days;
    uint48 internal constant GUARDIAN_TERM = 365 days;
    uint256 internal constant TIMELOCK_DELAY = 5;
    uint32 internal constant VETO_PERIOD = 30;
    /// @dev Its holders may call {MockRoutine-accept}: the timelock and, after {_enableOptimistic}, the optimistic governor.
    uint64 internal constant ROUTINE = 7;
    uint8 internal constant ACCEPT_WORDS = 2;
    bytes32 internal constant BALLOT_TYPEHASH =
        keccak256("Ballot(uint256 proposalId,uint8 support,address voter,uint256 nonce)");

    GovernanceToken internal token;
    TimelockController internal timelock;
    ProtocolGovernor internal governor;
    OptimisticGovernor internal optimistic;
    MockRoutine internal routine;
    address internal guardian = _account("guardian");
    address internal proposer = _account("proposer");
    address internal rest = _account("rest");
    address[3] internal voters = [_account("voter 0"), _account("voter 1"), _account("voter 2")];

    /// @dev A proposal in the making: the four arguments that a governor's functions share.
    struct Proposal {
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
        string description;
    }

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        uint256 nonce = vm.getNonce(address(this));
        address[] memory onlyGovernor = new address[](1);
        onlyGovernor[0] = vm.computeCreateAddress(address(this), nonce + 2);
        token = _token(SUPPLY);
        timelock = new TimelockController(TIMELOCK_DELAY, onlyGovernor, onlyGovernor, address(0));
        governor = new ProtocolGovernor(_protocolConfig());
        optimistic = new OptimisticGovernor(_optimisticConfig());
        routine = new MockRoutine(address(manager));
        manager.grantRole(0, address(timelock), 0);
        manager.renounceRole(0, address(this));
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(rest);
            token.transfer(voters[i], SUPPLY / 10);
            vm.prank(voters[i]);
            token.delegate(voters[i]);
        }
        _skip(1);
    }

    function _token(uint256 supply) internal returns (GovernanceToken) {
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(rest, supply);
        return new GovernanceToken(
            GovernanceToken.Config({
                name: "Polity",
                symbol: "POL",
                cap: 2 * SUPPLY,
                mintPerYear: uint208(SUPPLY / 50),
                authority: address(manager)
            }),
            allocations
        );
    }

    function _protocolConfig() internal view returns (ProtocolGovernor.Config memory) {
        return ProtocolGovernor.Config({
            name: "Polity Governor",
            token: token,
            timelock: timelock,
            votingDelay: VOTING_DELAY,
            votingPeriod: VOTING_PERIOD,
            lateQuorumExtension: LATE_EXTENSION,
            proposalExpiry: PROPOSAL_EXPIRY,
            thresholdBps: 25,
            quorumBps: 400,
            guardian: guardian,
            guardianTerm: GUARDIAN_TERM
        });
    }

    function _optimisticConfig() internal view returns (OptimisticGovernor.Config memory) {
        return OptimisticGovernor.Config({
            name: "Polity Optimistic Governor",
            token: token,
            timelock: timelock,
            votingDelay: VOTING_DELAY,
            vetoPeriod: VETO_PERIOD,
            vetoBps: 300
        });
    }

    /// @dev What a vote does to let `proposer` propose {MockRoutine-accept} to the optimistic governor.
    function _enableOptimistic() internal {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = MockRoutine.accept.selector;
        vm.startPrank(address(timelock));
        manager.setTargetFunctionRole(address(routine), selectors, ROUTINE);
        manager.grantRole(ROUTINE, address(optimistic), 0);
        manager.grantRole(ROUTINE, address(timelock), 0);
        optimistic.setAllowed(address(routine), MockRoutine.accept.selector, ACCEPT_WORDS, true);
        optimistic.setProposer(proposer, true);
        vm.stopPrank();
    }

    function _acceptCall(uint64 id) internal view returns (Proposal memory) {
        return _proposal(address(routine), abi.encodeCall(MockRoutine.accept, (id, keccak256(abi.encode(id)))));
    }

    function _proposal(address target, bytes memory data) internal pure returns (Proposal memory p) {
        p = Proposal(new address[](1), new uint256[](1), new bytes[](1), "A proposal");
        (p.targets[0], p.calldatas[0]) = (target, data);
    }

    function _proposeAs(Governor to, address account, Proposal memory p) internal returns (uint256) {
        vm.prank(account);
        return to.propose(p.targets, p.values, p.calldatas, p.description);
    }

    function _proposeActive(Governor to, Proposal memory p) internal returns (uint256 proposalId) {
        proposalId = _proposeAs(to, address(to) == address(governor) ? voters[0] : proposer, p);
        _skip(VOTING_DELAY + 1);
    }

    function _vote(Governor to, uint256 proposalId, address voter, uint8 support) internal {
        vm.prank(voter);
        to.castVote(proposalId, support);
    }

    function _queue(Proposal memory p) internal {
        governor.queue(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    function _execute(Governor to, Proposal memory p) internal {
        to.execute(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    function _cancel(Governor to, Proposal memory p, address caller) internal {
        vm.prank(caller);
        to.cancel(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
    }

    /// @dev The whole way of a proposal of the ProtocolGovernor that two voters want.
    function _carry(Proposal memory p) internal returns (uint256 proposalId) {
        proposalId = _queued(p);
        _execute(governor, p);
    }

    /// @dev Succeeded, queued, and its delay over.
    function _queued(Proposal memory p) internal returns (uint256 proposalId) {
        proposalId = _proposeActive(governor, p);
        _vote(governor, proposalId, voters[0], FOR);
        _vote(governor, proposalId, voters[1], FOR);
        _skip(VOTING_PERIOD);
        _queue(p);
        _skip(TIMELOCK_DELAY);
    }

    /// @dev `votes` delegated to an account of their own.
    function _voterWith(string memory name, uint256 votes) internal returns (address voter) {
        voter = _account(name);
        vm.prank(rest);
        token.transfer(voter, votes);
        vm.prank(voter);
        token.delegate(voter);
        _skip(1);
    }

    /// @dev The keyed nonce of a first ballot: the key is the proposal, the sequence starts at 0.
    function _ballot(Governor to, uint256 key, uint256 proposalId, uint8 support, address voter)
        internal
        view
        returns (bytes memory)
    {
        uint256 nonce = uint256(uint192(proposalId)) << 64;
        bytes32 structHash = keccak256(abi.encode(BALLOT_TYPEHASH, proposalId, support, voter, nonce));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            key, keccak256(abi.encodePacked("\x19\x01", _domain(address(to), to.name(), block.chainid), structHash))
        );
        return abi.encodePacked(r, s, v);
    }

    function _domain(address verifying, string memory name, uint256 chainId) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                chainId,
                verifying
            )
        );
    }

    function _assertState(Governor of_, uint256 proposalId, IGovernor.ProposalState expected) internal view {
        vm.assertEq(uint256(of_.state(proposalId)), uint256(expected), "state");
    }
}
