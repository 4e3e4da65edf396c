// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {OptimisticGovernor} from "../../src/governance/OptimisticGovernor.sol";
import {ProtocolGovernor} from "../../src/governance/ProtocolGovernor.sol";
import {ProofAuthority, ProofBase, svm, vm} from "./ProofBase.sol";

contract ProofTarget {
    uint256 public calls;

    function act(uint256) external {
        ++calls;
    }
}

/// @notice Both governors over one token: 600 of 1,000 with one voter, 400 with another; a proposal of one call.
abstract contract GovernorsProof is ProofBase {
    uint256 internal constant SUPPLY = 1_000e18;
    uint48 internal constant DELAY = 5;
    uint32 internal constant PERIOD = 60;
    uint48 internal constant EXTENSION = 15;
    uint48 internal constant EXPIRY = 100;
    uint48 internal constant TERM = 1_000;
    uint256 internal constant TIMELOCK_DELAY = 7;

    GovernanceToken internal token;
    TimelockController internal timelock;
    ProofTarget internal target;
    address internal guardian = address(0x94a2d);
    address internal a = address(0xa11ce);
    address internal b = address(0xb0b);

    address[] internal targets;
    uint256[] internal values;
    bytes[] internal calldatas;
    uint256 internal proposalId;

    function setUp() public virtual {
        vm.warp(NOW);
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](2);
        allocations[0] = GovernanceToken.Allocation(a, 600e18);
        allocations[1] = GovernanceToken.Allocation(b, 400e18);
        token = new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", SUPPLY, 100e18, address(new ProofAuthority(ADMIN))), allocations
        );
        vm.prank(a);
        token.delegate(a);
        vm.prank(b);
        token.delegate(b);
        target = new ProofTarget();
        targets.push(address(target));
        values.push(0);
        calldatas.push(abi.encodeCall(ProofTarget.act, (1)));
    }

    function _propose(Governor governor, address proposer) internal {
        vm.warp(NOW + 1);
        vm.prank(proposer);
        proposalId = governor.propose(targets, values, calldatas, "");
    }

    /// @dev Any part of the voter's weight for each side.
    function _voteInParts(Governor governor, address voter) internal {
        bytes memory parts = svm.createBytes(48, "parts");
        vm.prank(voter);
        governor.castVoteWithReasonAndParams(proposalId, 255, "", parts);
    }

    function _warp(string memory name, uint256 from) internal returns (uint256 time) {
        time = svm.createUint(40, name);
        vm.assume(time >= from && time < NOW + 365 days);
        vm.warp(time);
    }
}

contract OptimisticGovernorProof is GovernorsProof {
    OptimisticGovernor private governor;
    address private proposer = address(0xf00d);

    function setUp() public override {
        super.setUp();
        address[] memory none = new address[](0);
        timelock = new TimelockController(TIMELOCK_DELAY, none, none, address(0));
        governor = new OptimisticGovernor(OptimisticGovernor.Config("Optimistic", token, timelock, DELAY, PERIOD, 300));
        vm.startPrank(address(timelock));
        governor.setAllowed(address(target), ProofTarget.act.selector, 1, true);
        governor.setProposer(proposer, true);
        vm.stopPrank();
        _propose(governor, proposer);
    }

    /// @dev Anybody but the timelock, the governor itself included, calls anything: no permission changes.
    function check_self_call_cannot_reconfigure(address caller, address account, address other, bytes4 selector)
        public
    {
        vm.assume(caller != address(timelock));
        bool isProposer = governor.isProposer(account);
        (uint48 since, uint8 words) = governor.allowanceOf(other, selector);
        bytes memory data = svm.createCalldata(address(governor));
        vm.assume(bytes4(data) != governor.propose.selector && bytes4(data) != governor.execute.selector);
        _call(caller, address(governor), data);
        (uint48 sinceAfter, uint8 wordsAfter) = governor.allowanceOf(other, selector);
        _claim(governor.isProposer(account) == isProposer);
        _claim(since == sinceAfter);
        _claim(words == wordsAfter);
        _claim(governor.votingPeriod() == PERIOD);
        _claim(governor.votingDelay() == DELAY);
        _claim(governor.vetoBps() == 300);
        _qed();
    }

    /// @dev For every split of the votes and every second: it executes only after the window, before its end of life, and
    /// only if Against stayed below 3 % of the supply.
    function check_veto_kills__window_ge_min() public {
        uint256 start = governor.proposalSnapshot(proposalId);
        assert(start == NOW + 1 + DELAY && governor.proposalDeadline(proposalId) == start + PERIOD);
        vm.warp(start + 1);
        _voteInParts(governor, a);
        (uint256 against,,) = governor.proposalVotes(proposalId);
        uint256 time = _warp("time", start + 1);
        governor.execute(targets, values, calldatas, keccak256(""));
        assert(time > start + PERIOD && time <= start + PERIOD + governor.EXPIRY());
        assert(against * 100 < SUPPLY * 3);
    }

    /// @dev Whatever was allowed when it was proposed, it is not executed once a permission is gone.
    function check_targets_whitelisted(bool takeTarget, uint8 words, bool giveBack) public {
        vm.assume(takeTarget || words != 1);
        vm.warp(NOW + 10);
        vm.startPrank(address(timelock));
        governor.setAllowed(address(target), ProofTarget.act.selector, words, !takeTarget);
        vm.warp(NOW + 11);
        if (giveBack) governor.setAllowed(address(target), ProofTarget.act.selector, 1, true);
        vm.stopPrank();
        vm.warp(NOW + 100);
        try governor.execute(targets, values, calldatas, keccak256("")) {
            assert(false);
        } catch {}
    }

    function check_only_proposer_role_proposes(address account, uint256 argument) public {
        calldatas[0] = abi.encodeCall(ProofTarget.act, (argument));
        vm.prank(account);
        governor.propose(targets, values, calldatas, "again");
        assert(account == proposer);
    }
}

contract ProtocolGovernorProof is GovernorsProof {
    ProtocolGovernor private governor;

    function setUp() public override {
        super.setUp();
        ProofTimelockFactory factory = new ProofTimelockFactory();
        timelock = factory.timelock();
        governor = new ProtocolGovernor(
            ProtocolGovernor.Config({
                name: "Governor",
                token: token,
                timelock: timelock,
                votingDelay: DELAY,
                votingPeriod: PERIOD,
                lateQuorumExtension: EXTENSION,
                proposalExpiry: EXPIRY,
                thresholdBps: 25,
                quorumBps: 400,
                guardian: guardian,
                guardianTerm: TERM
            })
        );
        factory.give(address(governor));
        _propose(governor, a);
    }

    /// @dev Two splits of one voter's votes never add up to more than its votes at the snapshot.
    function check_one_vote_per_account_per_proposal__weight_le_pastVotes_at_snapshot() public {
        vm.warp(NOW + 2 + DELAY);
        _voteInParts(governor, a);
        vm.prank(a);
        try governor.castVote(proposalId, 1) {} catch {}
        uint256 used = governor.usedVotes(proposalId, a);
        assert(used <= token.getPastVotes(a, governor.proposalSnapshot(proposalId)));
        (uint256 against, uint256 for_, uint256 abstain) = governor.proposalVotes(proposalId);
        assert(against + for_ + abstain == used);
    }

    /// @dev For every split of the votes and any two seconds, the later state may follow the earlier one.
    function check_state_monotone() public {
        vm.warp(NOW + 2 + DELAY);
        _voteInParts(governor, a);
        uint256 first = _warp("first", NOW + 1);
        IGovernor.ProposalState before = governor.state(proposalId);
        _warp("second", first);
        IGovernor.ProposalState later = governor.state(proposalId);
        if (before == IGovernor.ProposalState.Pending) return;
        assert(later != IGovernor.ProposalState.Pending);
        if (before == IGovernor.ProposalState.Active) return;
        if (before == IGovernor.ProposalState.Succeeded) {
            assert(later == before || later == IGovernor.ProposalState.Expired);
        } else {
            assert(later == before);
        }
    }

    function check_no_queue_without_quorum_and_majority() public {
        vm.warp(NOW + 2 + DELAY);
        _voteInParts(governor, a);
        (uint256 against, uint256 for_,) = governor.proposalVotes(proposalId);
        uint256 deadline = governor.proposalDeadline(proposalId);
        uint256 time = _warp("time", NOW + 2 + DELAY);
        governor.queue(targets, values, calldatas, keccak256(""));
        assert(for_ > against && for_ * 100 >= SUPPLY * 4);
        assert(time > deadline && time <= deadline + EXPIRY);
        assert(governor.proposalEta(proposalId) == time + TIMELOCK_DELAY);
    }

    function check_no_execute_without_delay() public {
        vm.warp(NOW + 2 + DELAY);
        vm.prank(a);
        governor.castVote(proposalId, 1);
        vm.warp(NOW + 200 - EXPIRY + 20);
        governor.queue(targets, values, calldatas, keccak256(""));
        uint256 eta = governor.proposalEta(proposalId);
        uint256 time = _warp("time", NOW + 120);
        governor.execute(targets, values, calldatas, keccak256(""));
        assert(time >= eta && time <= eta + EXPIRY && target.calls() == 1);
    }

    /// @dev At any second: canceled by the guardian only in its term, by the proposer before the vote or when there is no
    /// guardian, by nobody else.
    function check_guardian_powerless_after_expiry(address caller) public {
        vm.assume(caller != address(0)); // which nobody is
        uint256 time = _warp("time", NOW + 1);
        vm.prank(caller);
        governor.cancel(targets, values, calldatas, keccak256(""));
        assert(caller == guardian || caller == a);
        if (caller == guardian) assert(time < NOW + TERM);
        else assert(time <= NOW + 1 + DELAY || time >= NOW + TERM);
    }
}

/// @notice Makes a timelock and later gives it to the governor, since the two name each other.
contract ProofTimelockFactory {
    TimelockController public immutable timelock;

    constructor() {
        address[] memory none = new address[](0);
        timelock = new TimelockController(7, none, none, address(this));
    }

    function give(address governor) external {
        timelock.grantRole(timelock.PROPOSER_ROLE(), governor);
        timelock.grantRole(timelock.CANCELLER_ROLE(), governor);
        timelock.grantRole(timelock.EXECUTOR_ROLE(), governor);
        timelock.renounceRole(bytes32(0), address(this));
    }
}

/// @notice One batch in the timelock, in any of its states, and any one of its functions by anybody at any time.
contract TimelockControllerProof is ProofBase {
    TimelockController private timelock;
    address private governor = address(0x90);
    ProofTarget private target = new ProofTarget();
    address[] private targets;
    uint256[] private values;
    bytes[] private calldatas;
    bytes32 private id;

    function setUp() public {
        vm.warp(NOW);
        address[] memory self = new address[](1);
        self[0] = governor;
        timelock = new TimelockController(7, self, self, address(0));
        for (uint256 i = 0; i < 2; ++i) {
            targets.push(address(target));
            values.push(0);
            calldatas.push(abi.encodeCall(ProofTarget.act, (i)));
        }
        id = timelock.hashOperationBatch(targets, values, calldatas, 0, 0);
    }

    /// @dev Unset -> Waiting -> Ready -> (Done | Unset); Done is final; each step only by the governor and in its time.
    function check_batch_op_states(address caller, uint256 action, uint256 delay, bool done) public {
        if (svm.createBool("scheduled")) {
            vm.prank(governor);
            timelock.scheduleBatch(targets, values, calldatas, 0, 0, 7);
            if (done) {
                vm.warp(NOW + 7);
                vm.prank(governor);
                timelock.executeBatch(targets, values, calldatas, 0, 0);
            }
        }
        uint256 time = svm.createUint(40, "time");
        vm.assume(time >= NOW + 7 && time < NOW + 365 days && delay < 365 days);
        vm.warp(time);
        TimelockController.OperationState before = timelock.getOperationState(id);
        uint256 readyAt = timelock.getTimestamp(id);
        vm.prank(caller);
        if (action == 0) timelock.scheduleBatch(targets, values, calldatas, 0, 0, delay);
        else if (action == 1) timelock.executeBatch(targets, values, calldatas, 0, 0);
        else timelock.cancel(id);
        TimelockController.OperationState later = timelock.getOperationState(id);
        assert(caller == governor);
        assert(before != TimelockController.OperationState.Done);
        if (action == 0) {
            assert(before == TimelockController.OperationState.Unset && delay >= 7);
            assert(timelock.getTimestamp(id) == time + delay);
        } else if (action == 1) {
            assert(before == TimelockController.OperationState.Ready && time >= readyAt);
            assert(later == TimelockController.OperationState.Done);
        } else {
            assert(before != TimelockController.OperationState.Unset);
            assert(later == TimelockController.OperationState.Unset);
        }
    }

    function check_minDelay_only_by_timelock(address caller, uint256 delay) public {
        vm.prank(caller);
        timelock.updateDelay(delay);
        assert(caller == address(timelock));
    }

    /// @dev Nobody outside of the timelock changes any role of it.
    function check_only_timelock_is_admin(address caller, bytes32 role, address account, uint8 what) public {
        bool had = timelock.hasRole(role, account);
        vm.prank(caller);
        if (what == 0) timelock.grantRole(role, account);
        else if (what == 1) timelock.revokeRole(role, account);
        else timelock.renounceRole(role, account);
        assert(timelock.hasRole(role, account) == had || caller == address(timelock) || (what > 1 && caller == account));
    }
}
