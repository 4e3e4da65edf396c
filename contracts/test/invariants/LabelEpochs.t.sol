// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {Fraud} from "../../src/interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../../src/interfaces/ILabelEpochs.sol";
import {LabelEpochs} from "../../src/rewards/LabelEpochs.sol";
import {RewardDistributor} from "../../src/rewards/RewardDistributor.sol";
import {vm} from "../../../script/Vm.sol";
import {Base, InvariantBase} from "../Base.sol";

/// @dev Actions: lockBond, withdrawBond, transfer, open, advance (commit or miss it, reveal or miss it, propose, accept), stray, accept,
/// end (reject, void, disproveLabels), freeze, unfreeze, disprovePayouts, fund, passTime. Every actor plays every role; the
/// handler is governance and referee, and asks for nonsense now and then.
contract LabelEpochsHandler is Base {
    uint256 private constant ACTORS = 4;
    uint256 private constant MAX_EPOCHS = 8;
    bytes32 private constant SECRET = "secret";

    GovernanceToken public immutable token;
    RewardDistributor public immutable distributor;
    LabelEpochs public immutable epochs;
    address[ACTORS] public actors;

    /// @dev What went in and out of the ledger, counted from the outside.
    mapping(address account => uint256) public lockedIn;
    mapping(address account => uint256) public withdrawn;
    mapping(uint64 epoch => uint256) public spendOf;
    bool public activatedWhileFrozen;
    bool public activatedEarly;
    bool public activatedOutOfOrder;
    bool public missedUnduly;
    bool public honestLost;
    bool public exitRefused;
    uint256 public nAccepted;
    uint256 public nDisproved;

    constructor(
        GovernanceToken token_,
        RewardDistributor distributor_,
        LabelEpochs epochs_,
        address[ACTORS] memory actors_
    ) {
        (token, distributor, epochs, actors) = (token_, distributor_, epochs_, actors_);
    }

    function lockBond(uint256 actor, uint256 amount) external {
        address account = _actor(actor);
        amount = _bound(amount, 1, token.unlockedBalanceOf(account) + 1);
        vm.prank(account);
        token.lockAndCall(address(epochs), amount, "");
        lockedIn[account] += amount;
    }

    function withdrawBond(uint256 actor, uint256 amount) external {
        address account = _actor(actor);
        (uint256 free,) = epochs.bondOf(account);
        amount = _bound(amount, 0, free + 1);
        vm.prank(account);
        try epochs.withdrawBond(amount) {
            withdrawn[account] += amount;
        } catch {
            if (amount > 0 && amount <= free) exitRefused = true;
        }
    }

    function transfer(uint256 from, uint256 to, uint256 amount) external {
        address account = _actor(from);
        amount = _bound(amount, 0, token.unlockedBalanceOf(account));
        vm.prank(account);
        token.transfer(_actor(to), amount);
    }

    function open(uint256 actor, uint256 budget) external {
        if (epochs.lastEpoch() < epochs.lastSettledEpoch() + 3 && epochs.lastEpoch() < MAX_EPOCHS) {
            _open(actor, budget);
        }
    }

    /// @dev The next regular step of some epoch in flight, mostly the first: without it, random calls get nowhere.
    function advance(uint256 actor, uint256 value) external {
        uint64 epoch = epochs.lastSettledEpoch() + 1 + (value % 4 == 0 ? uint64(actor / ACTORS % 3) : 0);
        ILabelEpochs.Status status = epochs.epochOf(epoch).status;
        if (status == ILabelEpochs.Status.None && epoch <= MAX_EPOCHS) _open(actor, value);
        else if (status == ILabelEpochs.Status.Open && value % 9 == 0) _missCommit(epoch);
        else if (status == ILabelEpochs.Status.Open) _commit(epoch, epochs.epochOf(epoch).operator);
        else if (status == ILabelEpochs.Status.Committed) _reveal(epoch, value % 5 == 0);
        else if (status == ILabelEpochs.Status.Revealed) _propose(epoch, actor, value);
        else if (status == ILabelEpochs.Status.Proposed) _accept(epoch);
    }

    /// @dev Any step on any epoch, whether it is its turn or not.
    function stray(uint256 actor, uint256 epoch, uint256 value) external {
        uint64 number = _epoch(epoch);
        if (value % 6 == 0) _commit(number, _actor(actor));
        else if (value % 6 == 1) _reveal(number, false);
        else if (value % 6 == 2) epochs.missReveal(number);
        else if (value % 6 == 3) _propose(number, actor, value);
        else if (value % 6 == 4) _callMissCommit(number);
        else _accept(number);
    }

    /// @dev Whether it is time or not.
    function accept() external {
        _accept(epochs.lastSettledEpoch() + 1);
    }

    /// @dev Seldom, or nothing would ever be proposed.
    function end(uint256 epoch, uint256 actor, uint256 how) external {
        if (how % 9 == 0) epochs.voidEpoch(_epoch(epoch));
        else if (how % 9 == 1) epochs.disproveLabels(_epoch(epoch), _actor(actor), Fraud.Receipt);
        else if (how % 9 < 4) epochs.rejectPayouts(epochs.lastSettledEpoch() + 1);
    }

    function freeze(uint256 epoch, uint256 actor) external {
        epochs.freeze(_epoch(epoch), _actor(actor));
    }

    function unfreeze(uint256 epoch, uint256 actor) external {
        uint64 number = _epoch(epoch);
        address proposer = epochs.epochOf(number).proposer;
        uint256 before = _bond(proposer);
        address challenger = epochs.epochOf(number).challenger;
        epochs.unfreeze(number, _actor(actor));
        // An answered demand costs its maker, never the proposer.
        if (proposer != challenger && _bond(proposer) != before) honestLost = true;
    }

    function disprovePayouts(uint256 actor, bool really) external {
        if (!really) return;
        epochs.disprovePayouts(epochs.lastSettledEpoch() + 1, _actor(actor), Fraud.Score);
        ++nDisproved;
    }

    function fund(uint256 amount) external {
        amount = _bound(amount, 0, 200e18);
        token.approve(address(distributor), amount);
        distributor.fund(amount);
    }

    function passTime(uint256 secs) external {
        _skip(_bound(secs, 1 hours, 4 days));
    }

    function _open(uint256 actor, uint256 budget) private {
        ILabelEpochs.Terms memory terms;
        terms.budget = _bound(budget, 1, 100e18);
        (terms.blockSlots, terms.campaignHash) = (96, "campaign");
        terms.secretHash = keccak256(abi.encode(SECRET));
        vm.prank(_actor(actor));
        epochs.open(terms);
    }

    function _commit(uint64 epoch, address operator) private {
        vm.prank(operator);
        epochs.commitLabels(epoch, "labels", 1, "bundle");
    }

    function _missCommit(uint64 epoch) private {
        uint48 deadline = epochs.epochOf(epoch).openedAt + epochs.commitWindow();
        if (_now() < deadline) vm.warp(deadline);
        _callMissCommit(epoch);
    }

    /// @dev It ends nothing but an epoch that was open for its whole window, takes its operator's bond and no other money.
    function _callMissCommit(uint64 epoch) private {
        ILabelEpochs.Epoch memory e = epochs.epochOf(epoch);
        uint256 before = _bond(e.operator);
        uint256 approved = distributor.totalApproved();
        epochs.missCommit(epoch);
        bool due = e.status == ILabelEpochs.Status.Open && _now() >= e.openedAt + epochs.commitWindow();
        bool paid = _bond(e.operator) + e.operatorBond == before && distributor.totalApproved() == approved;
        if (!due || !paid) missedUnduly = true;
    }

    function _reveal(uint64 epoch, bool miss) private {
        ILabelEpochs.Epoch memory e = epochs.epochOf(epoch);
        if (miss) {
            uint48 deadline = e.committedAt + epochs.revealWindow();
            if (_now() < deadline) vm.warp(deadline);
            return epochs.missReveal(epoch);
        }
        vm.roll(uint256(e.commitBlock) + 2);
        vm.setBlockhash(uint256(e.commitBlock) + 1, "block");
        epochs.reveal(epoch, SECRET);
    }

    function _propose(uint64 epoch, uint256 actor, uint256 value) private {
        uint256 total = distributor.totalApproved() + _bound(value, 0, epochs.termsOf(epoch).budget + 1);
        vm.prank(_actor(actor));
        epochs.proposePayouts(epoch, keccak256(abi.encode(actor, value)), 1, uint112(total), uint112(value));
    }

    /// @dev The only way to an active root.
    function _accept(uint64 epoch) private {
        ILabelEpochs.Epoch memory e = epochs.epochOf(epoch);
        uint64 next = epochs.lastSettledEpoch() + 1;
        uint256 approved = distributor.totalApproved();
        epochs.acceptPayouts(epoch, e.payoutsRoot);
        if (e.challenger != address(0)) activatedWhileFrozen = true;
        if (_now() < e.challengeEndsAt || _now() < e.proposedAt + epochs.challengeWindow()) activatedEarly = true;
        if (epoch != next) activatedOutOfOrder = true;
        spendOf[epoch] = distributor.totalApproved() - approved;
        ++nAccepted;
    }

    function _bond(address account) private view returns (uint256) {
        (uint256 free, uint256 reserved) = epochs.bondOf(account);
        return free + reserved;
    }

    function _actor(uint256 seed) private view returns (address) {
        return actors[seed % ACTORS];
    }

    /// @dev Mostly one of those in flight.
    function _epoch(uint256 seed) private view returns (uint64) {
        return seed % 8 == 7 ? uint64(seed % 10) : epochs.lastSettledEpoch() + 1 + uint64(seed / 8 % 3);
    }
}

contract LabelEpochs_Invariants is InvariantBase {
    address private constant RESERVE = address(0x7ea5);
    uint256 private constant HOLDING = 1_000e18;

    GovernanceToken private token;
    RewardDistributor private distributor;
    LabelEpochs private epochs;
    LabelEpochsHandler private handler;

    function setUp() public {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        address[4] memory actors = [_account("a"), _account("b"), _account("c"), _account("d")];
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](5);
        for (uint256 i = 0; i < 4; ++i) {
            allocations[i] = GovernanceToken.Allocation(actors[i], HOLDING);
        }
        allocations[4] = GovernanceToken.Allocation(address(this), 100 * HOLDING);
        token = new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", 104 * HOLDING, 0, address(manager)), allocations
        );
        distributor = new RewardDistributor(address(manager), token);
        epochs = new LabelEpochs(
            LabelEpochs.Config({
                authority: address(manager),
                token: token,
                distributor: distributor,
                commitWindow: 5 days,
                challengeWindow: 3 days,
                revealWindow: 2 days,
                responseWindow: 1 days,
                operatorBond: 50e18 + 1,
                minProposerBond: 40e18 + 1,
                bondBps: 1_000,
                challengerBond: 10e18 + 1,
                reserve: RESERVE,
                floors: ILabelEpochs.Floors(0, 0, 0, 0, 0)
            })
        );
        handler = new LabelEpochsHandler(token, distributor, epochs, actors);
        token.setLocker(address(epochs), true);
        distributor.setEpochBudget(90e18);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = RewardDistributor.setPayoutsRoot.selector;
        manager.setTargetFunctionRole(address(distributor), selectors, 4);
        manager.grantRole(4, address(epochs), 0);
        manager.grantRole(0, address(handler), 0);
        selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (LabelEpochs.open.selector, LabelEpochs.commitLabels.selector);
        manager.setTargetFunctionRole(address(epochs), selectors, 1);
        for (uint256 i = 0; i < 4; ++i) {
            manager.grantRole(1, actors[i], 0);
            // So that most sequences get somewhere.
            vm.prank(address(handler));
            handler.lockBond(i, 300e18);
        }
        token.transfer(address(handler), 100 * HOLDING);
        vm.startPrank(address(handler));
        token.approve(address(distributor), 300e18);
        distributor.fund(300e18);
        vm.stopPrank();
    }

    function _handler() internal view override returns (address) {
        return address(handler);
    }

    function invariant_locked_eq_free_plus_reserved() public view {
        for (uint256 i = 0; i < 4; ++i) {
            address account = handler.actors(i);
            (uint256 free, uint256 reserved) = epochs.bondOf(account);
            vm.assertEq(token.lockedBy(account, address(epochs)), free + reserved);
        }
        vm.assertEq(token.balanceOf(address(epochs)), 0);
    }

    /// @dev Σ reserved is what the epochs say is at stake, bond by bond; nothing is made or lost but by a slash, and what a
    /// slash takes has arrived elsewhere.
    function invariant_bonds_conserved() public view {
        uint256 slashed = 0;
        for (uint256 i = 0; i < 4; ++i) {
            address account = handler.actors(i);
            (uint256 free, uint256 reserved) = epochs.bondOf(account);
            vm.assertEq(reserved, _atStake(account), "reserved");
            slashed += handler.lockedIn(account) - handler.withdrawn(account) - free - reserved;
        }
        // The reserve gets half of each bond rounded up, or all of it.
        uint256 toReserve = token.balanceOf(RESERVE);
        vm.assertLe(toReserve, slashed);
        vm.assertLe(slashed, 2 * toReserve);
        vm.assertEq(_balances() + toReserve, 4 * HOLDING, "balances");
        vm.assertFalse(handler.honestLost());
    }

    function invariant_epochs_sequential_single_in_flight() public view {
        uint64 settled = epochs.lastSettledEpoch();
        vm.assertLe(settled, epochs.lastEpoch());
        for (uint64 epoch = 1; epoch <= epochs.lastEpoch(); ++epoch) {
            ILabelEpochs.Status status = epochs.epochOf(epoch).status;
            bool isSettled = status == ILabelEpochs.Status.Accepted || status == ILabelEpochs.Status.Voided;
            if (epoch <= settled) vm.assertTrue(isSettled, "unsettled below");
            if (epoch == settled + 1) vm.assertFalse(isSettled);
            if (status == ILabelEpochs.Status.Proposed) vm.assertEq(epoch, settled + 1, "two in flight");
            if (status == ILabelEpochs.Status.Accepted) vm.assertLe(epoch, settled);
        }
        vm.assertFalse(handler.activatedOutOfOrder());
    }

    function invariant_frozen_epoch_never_activates() public view {
        vm.assertFalse(handler.activatedWhileFrozen());
        vm.assertFalse(handler.activatedEarly());
    }

    function invariant_a_commitment_is_only_missed_when_it_was() public view {
        vm.assertFalse(handler.missedUnduly());
    }

    function invariant_epoch_spend_le_budget() public view {
        uint256 total = 0;
        for (uint64 epoch = 1; epoch <= epochs.lastEpoch(); ++epoch) {
            vm.assertLe(handler.spendOf(epoch), epochs.termsOf(epoch).budget);
            total += handler.spendOf(epoch);
        }
        vm.assertEq(distributor.totalApproved(), total);
        vm.assertLe(total, distributor.totalFunded());
    }

    function invariant_a_free_bond_can_always_leave() public view {
        vm.assertFalse(handler.exitRefused());
    }

    /// @dev After everything: an end by vote frees every bond, and everybody can leave.
    function afterInvariant() public {
        for (uint64 epoch = epochs.lastSettledEpoch() + 1; epoch <= epochs.lastEpoch(); ++epoch) {
            if (epochs.epochOf(epoch).status != ILabelEpochs.Status.Voided) epochs.voidEpoch(epoch);
        }
        for (uint256 i = 0; i < 4; ++i) {
            address account = handler.actors(i);
            (uint256 free, uint256 reserved) = epochs.bondOf(account);
            vm.assertEq(reserved, 0, "a bond is reserved for nothing");
            if (free == 0) continue;
            vm.prank(account);
            epochs.withdrawBond(free);
            vm.assertEq(token.lockedBalanceOf(account), 0);
        }
    }

    function _atStake(address account) private view returns (uint256 sum) {
        for (uint64 epoch = 1; epoch <= epochs.lastEpoch(); ++epoch) {
            ILabelEpochs.Epoch memory e = epochs.epochOf(epoch);
            if (e.operator == account) sum += e.operatorBond;
            if (e.proposer == account) sum += e.proposerBond;
            if (e.challenger == account) sum += epochs.challengerBond();
        }
    }

    function _balances() private view returns (uint256 sum) {
        for (uint256 i = 0; i < 4; ++i) {
            sum += token.balanceOf(handler.actors(i));
        }
    }
}
