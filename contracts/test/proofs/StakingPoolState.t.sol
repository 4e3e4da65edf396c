// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IGovernanceToken} from "../../src/interfaces/IGovernanceToken.sol";
import {StakingPool} from "../../src/staking/StakingPool.sol";
import {ProofAuthority, ProofBase, Theorems, svm, vm} from "./ProofBase.sol";
import {ProofToken} from "./ProofToken.sol";

/// @notice One call in *any* state of the pool and of the token, reachable or not: what holds here holds by induction
/// after every history.
abstract contract StakingPoolStateProof is ProofBase {
    // Powers of two, where the solver divides at no cost.
    uint256 internal constant WINDOW = 2 ** 17; // seconds
    uint256 internal constant PER_WINDOW = 2 ** 68; // wei
    uint256 internal constant MAX_SLASH_BPS = 5_000;
    uint256 internal constant SHARE_BPS = 2_000;
    address internal constant STAKER = address(0x57);

    ProofToken internal token;
    StakingPool internal pool;

    function setUp() public {
        vm.warp(NOW);
        token = new ProofToken();
        pool = new StakingPool(
            StakingPool.Config({
                authority: address(new ProofAuthority(ADMIN)),
                token: IGovernanceToken(address(token)),
                cooldown: 100,
                minCooldown: 10,
                maxCooldown: 1_000,
                maxSlashBps: uint16(MAX_SLASH_BPS),
                slashWindow: uint48(WINDOW),
                slashPerWindow: uint208(PER_WINDOW),
                challengerShareBps: uint16(SHARE_BPS),
                minReward: 1e18,
                maxStreamDuration: 365 days
            })
        );
    }

    /// @dev Any stake, and a lock and a balance as large at least. Nothing streams.
    function _anyStake() internal returns (uint256 active, uint256 thawing, uint256 locked) {
        (active, thawing, locked) = (_any(96, "active"), _any(96, "thawing"), _any(128, "locked"));
        _store(_accountSlot(), active);
        _store(_accountSlot() + 1, _any(48, "availableAt") << 96 | thawing);
        _store(2, _any(96, "totalActive"));
        _store(4, _any(96, "reserve"));
        token.setLock(STAKER, address(pool), locked);
        token.setBalance(STAKER, _any(128, "balance"));
    }

    /// @dev Any state of the bucket that limits slashes: what it lacked after the last one, and when that was.
    function _setBucket(uint256 used, uint256 settledAt) internal {
        vm.assume(used <= PER_WINDOW);
        _store(uint256(_bucketSlot()), settledAt << 208 | used);
    }

    function _bucket() internal view returns (uint256 used, uint256 settledAt) {
        uint256 word = uint256(vm.load(address(pool), _bucketSlot()));
        return (uint208(word), word >> 208);
    }

    function _store(uint256 slot, uint256 word) internal {
        vm.store(address(pool), bytes32(slot), bytes32(word));
    }

    function _accountSlot() internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(STAKER, 7)));
    }

    function _bucketSlot() internal pure returns (bytes32) {
        return keccak256(abi.encode(bytes32("slash"), 6));
    }
}

contract StakingPoolSlashProof is StakingPoolStateProof {
    /// @dev Whoever slashes whom for what: at most half of a stake, and of the stake and the lock alike; a case once.
    function check_slash_le_active_plus_thawing__slash_le_cap_per_case(address caller, uint256 amount) public {
        (uint256 active, uint256 thawing, uint256 locked) = _anyStake();
        _setBucket(_any(128, "used"), NOW);
        uint256 slashable = pool.slashableOf(STAKER);
        _knowTernary(amount < slashable, amount, slashable);

        vm.prank(caller);
        uint256 slashed = pool.slash(STAKER, amount, address(0), "case");

        vm.assume(slashed != 0);
        _knowTernary(slashed < thawing, slashed, thawing);
        (uint256 activeAfter, uint256 thawingAfter,) = pool.stakeOf(STAKER);
        unchecked {
            _claim(caller == ADMIN);
            _claim(pool.isSettled("case"));
            _claim(slashed <= amount);
            _claim(slashed <= slashable);
            _claim(activeAfter <= active);
            _claim(thawingAfter <= thawing);
            _claim(activeAfter + thawingAfter + slashed == active + thawing);
            _claim(token.lockedBy(STAKER, address(pool)) == locked - slashed);
        }
        _qed();
    }

    /// @dev In any state of the bucket, with `before` slashed since any moment from which the bucket was refilled for `since`
    /// seconds: all slashed up to now is at most what the window allows at once and what it refilled in that time. So no
    /// window sees more than two of its allowances, however many slashes there are.
    function check_slash_le_cap_per_window(uint40 time) public {
        // More than any window allows to slash.
        _store(_accountSlot(), 2 ** 80);
        _store(2, 2 ** 80);
        token.setLock(STAKER, address(pool), 2 ** 80);
        token.setBalance(STAKER, 2 ** 80);
        (uint256 used, uint256 since, uint256 before) = (_any(128, "used"), _any(40, "since"), _any(128, "before"));
        uint256 amount = _any(72, "amount");
        _setBucket(used, NOW);
        vm.assume(time >= NOW && amount != 0);
        vm.warp(time);
        unchecked {
            uint256 elapsed = time - NOW;
            vm.assume(before <= used + since * PER_WINDOW / WINDOW);
            vm.assume(Theorems.narrow(elapsed, PER_WINDOW));
            _knowSaturatingSub(used, elapsed * PER_WINDOW / WINDOW);
            vm.prank(ADMIN);
            amount = pool.slash(STAKER, amount, address(0), "case");
            (uint256 usedAfter, uint256 settledAfter) = _bucket();
            _claim(settledAfter == time);
            _claim(before + amount <= usedAfter + (since + elapsed) * PER_WINDOW / WINDOW);
        }
        _qed();
    }
}

contract StakingPoolIndexProof is StakingPoolStateProof {
    /// @dev In any state of stream, index and stake, at any time: what anybody calls never lowers the index of rewards, and
    /// what it would be now is never below what it was when it was settled.
    function check_rewardPerShare_monotone(uint8 what, uint40 time) public {
        _anyStake();
        uint256 before = _any(120, "perShare");
        _store(_accountSlot(), _any(120, "settled") << 96 | _any(96, "active"));
        uint256 endsAt = _any(40, "endsAt");
        vm.assume(endsAt != 0 || before == 0); // no stream ever ran
        _store(2, endsAt << 168 | _any(72, "rate") << 96 | _any(96, "totalActive"));
        _store(3, _any(40, "settledAt") << 216 | _any(96, "remainder") << 120 | before);
        vm.warp(time);
        (uint256 amount, uint256 duration) = (_any(96, "amount"), _any(40, "duration"));
        if (what < 2) {
            vm.prank(ADMIN);
            if (what == 0) pool.notifyReward(amount, duration);
            else pool.notifyReserve(duration);
        } else {
            vm.prank(STAKER);
            if (what == 2) pool.requestUnstake(amount);
            else if (what == 3) pool.withdraw();
            else if (what == 4) pool.claimReward();
            else token.lockAndCall(address(pool), amount, "");
        }
        _claim(uint120(uint256(vm.load(address(pool), bytes32(uint256(3))))) >= before);
        _qed();
    }
}
