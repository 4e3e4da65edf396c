// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../../src/governance/GovernanceToken.sol";
import {vm} from "../../../script/Vm.sol";
import {Base, InvariantBase} from "../Base.sol";
import {MockLocker} from "../mocks/MockLocker.sol";

/// @dev Actions: transfer, delegate, lock, unlock, seize, setLocker, mint, passTime. Everybody who can ever hold tokens is
/// an actor.
contract GovernanceTokenHandler is Base {
    GovernanceToken public immutable token;
    MockLocker[2] public lockers;
    address[4] public actors;
    uint256 public minted;
    bool public votesMovedByALock;

    constructor(GovernanceToken token_, address[4] memory actors_) {
        token = token_;
        actors = actors_;
        lockers = [new MockLocker(token_), new MockLocker(token_)];
    }

    function transfer(uint256 from, uint256 to, uint256 amount) external {
        address account = actors[from % 4];
        amount = _bound(amount, 0, token.balanceOf(account));
        vm.prank(account);
        token.transfer(actors[to % 4], amount);
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
        token.lockAndCall(address(lockers[locker % 2]), amount, "");
        if (delegated && votes != _allVotes()) votesMovedByALock = true;
    }

    function unlock(uint256 from, uint256 locker, uint256 amount) external {
        address account = actors[from % 4];
        MockLocker l = lockers[locker % 2];
        uint256 votes = _allVotes();
        l.unlock(account, _bound(amount, 1, token.lockedBy(account, address(l)) + 1));
        if (votes != _allVotes()) votesMovedByALock = true;
    }

    function seize(uint256 from, uint256 to, uint256 locker, uint256 amount) external {
        address account = actors[from % 4];
        MockLocker l = lockers[locker % 2];
        l.seize(account, actors[to % 4], _bound(amount, 1, token.lockedBy(account, address(l)) + 1));
    }

    function setLocker(uint256 locker, bool allowed) external {
        token.setLocker(address(lockers[locker % 2]), allowed);
    }

    function mint(uint256 to, uint256 amount) external {
        amount = _bound(amount, 0, token.mintable() + 1);
        token.mint(actors[to % 4], amount);
        minted += amount;
    }

    function passTime(uint256 secs) external {
        _skip(_bound(secs, 1, 100 days));
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

    function invariant_sum_of_balances_eq_totalSupply_and_votes_le_it() public view {
        uint256 balances = 0;
        uint256 votes = 0;
        for (uint256 i = 0; i < 4; ++i) {
            balances += token.balanceOf(handler.actors(i));
            votes += token.getVotes(handler.actors(i));
        }
        vm.assertEq(balances, token.totalSupply());
        vm.assertLe(votes, token.totalSupply());
    }

    function invariant_locked_eq_sum_of_lockers_le_balance() public view {
        for (uint256 i = 0; i < 4; ++i) {
            address account = handler.actors(i);
            uint256 sum = token.lockedBy(account, address(handler.lockers(0)))
                + token.lockedBy(account, address(handler.lockers(1)));
            vm.assertEq(token.lockedBalanceOf(account), sum);
            vm.assertLe(sum, token.balanceOf(account));
        }
    }

    function invariant_locks_never_move_votes() public view {
        vm.assertFalse(handler.votesMovedByALock());
    }

    function invariant_minted_le_allowance_and_supply_le_cap() public view {
        vm.assertLe(handler.minted(), MINT_PER_YEAR * (_now() - start) / 365 days);
        vm.assertEq(token.totalSupply(), 1_000e18 + handler.minted());
        vm.assertLe(token.totalSupply(), CAP);
    }
}
