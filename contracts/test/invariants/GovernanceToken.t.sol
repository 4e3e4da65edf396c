// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {vm} from "../../../script/Vm.sol";
import {Base, InvariantBase} from "../Base.sol";
import {MockLocker} from "../mocks/MockLocker.sol";

/// @dev Actions: transfer, delegate, lock, unlock, seize, setLocker, mint, passTime. Everybody who can ever hold tokens is
/// an actor. Every passing of time records the votes of one account at one past moment, to be asked for again.
contract GovernanceTokenHandler is Base {
    GovernanceToken public immutable token;
    MockLocker[2] public lockers;
    address[4] public actors;
    uint256 public minted;
    bool public votesMovedByALock;
    uint256 public moment;
    address public witness;
    uint256 public votesThen;
    bool public historyChanged;

    constructor(GovernanceToken token_, address[4] memory actors_) {
        token = token_;
        actors = actors_;
        lockers = [new MockLocker(token_), new MockLocker(token_)];
    }

    function transfer(uint256 from, uint256 to, uint256 amount) external {
        address account = actors[from % 4];
        amount = _bound(amount, 0, token.balanceOf(account));
        vm.prank(account);
        try token.transfer(actors[to % 4], amount) {} catch {} // locked
    }

    function delegate(uint256 from, uint256 to) external {
        vm.prank(actors[from % 4]);
        token.delegate(actors[to % 4]);
    }

    function lock(uint256 from, uint256 locker, uint256 amount) external {
        address account = actors[from % 4];
        bool delegated = token.delegates(account) != address(0);
        uint256 votes = _allVotes();
        amount = _bound(amount, 1, token.unlockedBalanceOf(account) + 1);
        vm.prank(account);
        try token.lockAndCall(address(lockers[locker % 2]), amount, "") {} catch {} // forbidden, or one wei too much
        if (delegated && votes != _allVotes()) votesMovedByALock = true;
    }

    function unlock(uint256 from, uint256 locker, uint256 amount) external {
        address account = actors[from % 4];
        MockLocker l = lockers[locker % 2];
        uint256 votes = _allVotes();
        try l.unlock(account, _bound(amount, 1, token.lockedBy(account, address(l)) + 1)) {} catch {}
        if (votes != _allVotes()) votesMovedByALock = true;
    }

    function seize(uint256 from, uint256 to, uint256 locker, uint256 amount) external {
        address account = actors[from % 4];
        MockLocker l = lockers[locker % 2];
        try l.seize(account, actors[to % 4], _bound(amount, 1, token.lockedBy(account, address(l)) + 1)) {} catch {}
    }

    function setLocker(uint256 locker, bool allowed) external {
        token.setLocker(address(lockers[locker % 2]), allowed);
    }

    function mint(uint256 to, uint256 amount) external {
        amount = _bound(amount, 0, token.mintable() + 1);
        try token.mint(actors[to % 4], amount) {
            minted += amount;
        } catch {} // one wei too much, or above the cap
    }

    function passTime(uint256 secs) external {
        if (moment == 0 || secs % 8 == 0) {
            (moment, witness) = (_now(), actors[secs % 4]);
            votesThen = token.getVotes(witness);
        }
        _skip(_bound(secs, 1, 100 days));
        if (token.getPastVotes(witness, moment) != votesThen) historyChanged = true;
    }

    function _allVotes() private view returns (uint256 sum) {
        for (uint256 i = 0; i < 4; ++i) {
            sum += token.getVotes(actors[i]);
        }
    }
}

contract GovernanceToken_Invariants is InvariantBase {
    uint256 private constant CAP = 2_000e18;
    uint256 private constant MINT_PER_YEAR = 500e18;

    GovernanceToken private token;
    GovernanceTokenHandler private handler;
    uint256 private start;

    function setUp() public {
        vm.warp(1_800_000_000);
        start = _now();
        address[4] memory actors = [_account("a"), _account("b"), _account("c"), _account("d")];
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](2);
        allocations[0] = GovernanceToken.Allocation(actors[0], 600e18);
        allocations[1] = GovernanceToken.Allocation(actors[1], 400e18);
        token = new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", CAP, uint208(MINT_PER_YEAR), address(manager)), allocations
        );
        handler = new GovernanceTokenHandler(token, actors);
        manager.grantRole(0, address(handler), 0);
        token.setLocker(address(handler.lockers(0)), true);
        token.setLocker(address(handler.lockers(1)), true);
    }

    function _handler() internal view override returns (address) {
        return address(handler);
    }

    function invariant_sumOfBalances_eq_totalSupply_and_sumOfDelegateVotes_le_totalSupply() public view {
        uint256 balances = 0;
        uint256 votes = 0;
        uint256 delegated = 0;
        for (uint256 i = 0; i < 4; ++i) {
            address account = handler.actors(i);
            balances += token.balanceOf(account);
            votes += token.getVotes(account);
            if (token.delegates(account) != address(0)) delegated += token.balanceOf(account);
        }
        vm.assertEq(balances, token.totalSupply());
        // Equal to the supply once everybody delegated.
        vm.assertEq(votes, delegated);
        vm.assertLe(votes, token.totalSupply());
    }

    function invariant_locked_eq_sumOfLockers_and_locked_le_balance() public view {
        for (uint256 i = 0; i < 4; ++i) {
            address account = handler.actors(i);
            uint256 sum = token.lockedBy(account, address(handler.lockers(0)))
                + token.lockedBy(account, address(handler.lockers(1)));
            vm.assertEq(token.lockedBalanceOf(account), sum);
            vm.assertLe(sum, token.balanceOf(account));
        }
    }

    function invariant_lock_never_moves_votes_and_pastVotes_immutable() public view {
        vm.assertFalse(handler.votesMovedByALock());
        vm.assertFalse(handler.historyChanged());
    }

    function invariant_mint_le_yearly_cap() public view {
        vm.assertLe(handler.minted(), MINT_PER_YEAR * (_now() - start) / 365 days);
        vm.assertEq(token.totalSupply(), 1_000e18 + handler.minted());
        vm.assertLe(token.totalSupply(), CAP);
    }
}
