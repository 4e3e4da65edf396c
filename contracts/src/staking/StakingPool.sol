// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {EntryPause} from "../governance/EntryPause.sol";
import {IGovernanceToken, ILocker} from "../interfaces/IGovernanceToken.sol";
import {IStakingPool} from "../interfaces/IStakingPool.sol";

/// @title Stake of labelers
/// @dev `active + thawing == token.lockedBy(account, this)` for every account, at every moment. The pool's own balance
/// is rewards only: what is owed, still streams, or waits in the reserve.
///
/// The token's cap fits 96 bits, so no sum of stakes or rewards can overflow, and nothing in the way out can revert.
contract StakingPool is IStakingPool, ILocker, EntryPause {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using RateLimiter for RateLimiter.RefillingBucket;

    /// @dev Two storage slots; the first is all that a new staker writes.
    struct Account {
        uint96 active;
        uint120 perShare; // the index up to which rewards are settled
        uint96 thawing;
        uint48 availableAt;
        uint96 owed; // wei earned up to there and not claimed
    }

    /// @dev One slot, read by everybody who stakes. Seconds fit 40 bits for 34,000 years.
    struct Stream {
        uint96 totalActive;
        uint72 rate; // wei per second
        uint40 endsAt; // 0 when no stream ever ran
    }

    /// @dev One slot. Grows by `released · SCALE / totalActive`; what the division leaves over, in 1/SCALE wei, goes to the
    /// next release.
    struct Index {
        uint120 perShare;
        uint96 remainder;
        uint40 settledAt; // until when the stream was handed out; <= endsAt
    }

    struct Config {
        address authority;
        IGovernanceToken token;
        uint48 cooldown; // seconds
        uint48 minCooldown; // seconds, > 0; must outlast any way to find out misconduct
        uint48 maxCooldown; // seconds; bounds how long governance can hold new requests
        uint16 maxSlashBps; // of a staker's active and thawing stake, per case
        uint48 slashWindow; // seconds in which slashPerWindow refills
        uint208 slashPerWindow; // wei, of all stakers together
        uint16 challengerShareBps; // of what is slashed, <= 2,000
        uint256 minReward; // wei, >= maxStreamDuration; least that can start a stream
        uint48 maxStreamDuration; // seconds
    }

    uint256 private constant BPS = 10_000;
    uint256 private constant MAX_CHALLENGER_SHARE_BPS = 2_000;
    /// @dev The only key of the bucket.
    bytes32 private constant SLASH = "slash";

    /// @inheritdoc IStakingPool
    uint256 public constant SCALE = 1e24;
    /// @inheritdoc IStakingPool
    uint256 public constant MIN_ACCRUING_STAKE = 1e18;

    IGovernanceToken public immutable token;
    uint48 public immutable minCooldown;
    uint48 public immutable maxCooldown;
    /// @inheritdoc IStakingPool
    uint16 public immutable maxSlashBps;
    /// @inheritdoc IStakingPool
    uint48 public immutable slashWindow;
    /// @inheritdoc IStakingPool
    uint208 public immutable slashPerWindow;
    /// @inheritdoc IStakingPool
    uint16 public immutable challengerShareBps;
    /// @inheritdoc IStakingPool
    uint256 public immutable minReward;
    /// @inheritdoc IStakingPool
    uint48 public immutable maxStreamDuration;

    Stream private _stream;
    Index private _index;
    uint96 private _reserve; // wei
    /// @inheritdoc IStakingPool
    uint48 public cooldown;
    RateLimiter.RefillingBucket private _slashBucket;
    mapping(address account => Account) private _accounts;
    /// @inheritdoc IStakingPool
    mapping(bytes32 caseId => bool) public isSettled;

    constructor(Config memory config) AccessManaged(config.authority) {
        if (config.minCooldown == 0) revert StakingPoolCooldownOutOfBounds(0, 1, config.maxCooldown);
        if (config.token.cap() > type(uint96).max) revert StakingPoolConfigOutOfBounds("token");
        if (config.maxSlashBps == 0 || config.maxSlashBps > BPS) revert StakingPoolConfigOutOfBounds("maxSlashBps");
        if (config.slashWindow == 0) revert StakingPoolConfigOutOfBounds("slashWindow");
        if (config.slashPerWindow == 0) revert StakingPoolConfigOutOfBounds("slashPerWindow");
        if (config.challengerShareBps > MAX_CHALLENGER_SHARE_BPS) {
            revert StakingPoolConfigOutOfBounds("challengerShareBps");
        }
        if (config.maxStreamDuration == 0 || config.maxStreamDuration > type(uint32).max) {
            revert StakingPoolConfigOutOfBounds("maxStreamDuration");
        }
        if (config.minReward < config.maxStreamDuration) revert StakingPoolConfigOutOfBounds("minReward");
        token = config.token;
        (minCooldown, maxCooldown) = (config.minCooldown, config.maxCooldown);
        (maxSlashBps, challengerShareBps) = (config.maxSlashBps, config.challengerShareBps);
        (minReward, maxStreamDuration) = (config.minReward, config.maxStreamDuration);
        (slashWindow, slashPerWindow) = (config.slashWindow, config.slashPerWindow);
        _slashBucket.updateSettings(config.slashWindow, config.slashPerWindow);
        _setCooldown(config.cooldown);
    }

    /// @inheritdoc ILocker
    function onLocked(address account, uint256 amount, bytes calldata) external whenNotPaused returns (bytes4) {
        // Check:
        if (_msgSender() != address(token)) revert StakingPoolOnlyToken(_msgSender());
        // Effect:
        Account storage self = _accounts[account];
        Stream memory stream = _stream;
        uint256 earned_ = _settle(self, stream);
        if (earned_ != 0) self.owed += uint96(earned_);
        uint96 active = self.active + amount.toUint96();
        self.active = active;
        stream.totalActive += uint96(amount);
        _stream = stream;
        emit Staked(account, amount, active);
        return ILocker.onLocked.selector;
    }

    /// @inheritdoc IStakingPool
    function requestUnstake(uint256 amount) external {
        address account = _msgSender();
        // Check:
        if (amount == 0) revert StakingPoolZeroAmount();
        Account storage self = _accounts[account];
        uint256 active = self.active;
        if (active < amount) revert StakingPoolInsufficientStake(account, active, amount);
        // Effect:
        Stream memory stream = _stream;
        uint256 earned_ = _settle(self, stream);
        uint96 thawing = self.thawing + uint96(amount);
        uint48 availableAt = Time.timestamp() + cooldown;
        active -= amount;
        self.active = uint96(active);
        (self.thawing, self.availableAt, self.owed) = (thawing, availableAt, self.owed + uint96(earned_));
        stream.totalActive -= uint96(amount);
        _stream = stream;
        emit UnstakeRequested(account, amount, active, thawing, availableAt);
    }

    /// @inheritdoc IStakingPool
    function withdraw() external returns (uint256 amount) {
        address account = _msgSender();
        Account storage self = _accounts[account];
        amount = self.thawing;
        // Check:
        if (amount == 0) revert StakingPoolNothingToWithdraw(account);
        if (Time.timestamp() < self.availableAt) revert StakingPoolCooldown(account, self.availableAt);
        // Effect:
        (self.thawing, self.availableAt) = (0, 0);
        emit Withdrawn(account, amount, self.active);
        // Interaction:
        token.unlock(account, amount);
    }

    /// @inheritdoc IStakingPool
    function claimReward() external returns (uint256 amount) {
        address account = _msgSender();
        Account storage self = _accounts[account];
        amount = _settle(self, _stream) + self.owed;
        // Check:
        if (amount == 0) revert StakingPoolNothingToClaim(account);
        // Effect:
        self.owed = 0;
        emit RewardPaid(account, amount);
        // Interaction:
        IERC20(address(token)).safeTransfer(account, amount);
    }

    /// @inheritdoc IStakingPool
    function notifyReward(uint256 amount, uint256 duration) external restricted {
        // Check: Effect:
        _startStream(amount, duration, false);
        // Interaction:
        IERC20(address(token)).safeTransferFrom(_msgSender(), address(this), amount);
    }

    /// @inheritdoc IStakingPool
    function notifyReserve(uint256 duration) external restricted returns (uint256 amount) {
        // Check: Effect:
        amount = _startStream(0, duration, true);
    }

    /// @inheritdoc IStakingPool
    function slash(address account, uint256 amount, address challenger, bytes32 caseId)
        external
        restricted
        returns (uint256 slashed)
    {
        // Check:
        if (amount == 0) revert StakingPoolZeroAmount();
        if (isSettled[caseId]) revert StakingPoolCaseSettled(caseId);
        slashed = Math.min(amount, slashableOf(account));
        if (slashed == 0) return 0;
        if (!_slashBucket.tryConsume(SLASH, slashed)) {
            revert StakingPoolSlashWindowExceeded(slashAvailable(), slashed);
        }
        // Effect:
        isSettled[caseId] = true;
        (uint256 active, uint256 thawing) = _takeStake(account, slashed);
        uint256 share = challenger == address(0) ? 0 : slashed * challengerShareBps / BPS;
        emit Slashed(account, slashed, challenger, share, caseId, active, thawing);
        _addToReserve(slashed - share);
        // Interaction:
        token.seize(account, address(this), slashed);
        if (share != 0) IERC20(address(token)).safeTransfer(challenger, share);
    }

    /// @inheritdoc IStakingPool
    function setCooldown(uint48 newCooldown) external restricted {
        _setCooldown(newCooldown);
    }

    /// @inheritdoc IStakingPool
    function earned(address account) external view returns (uint256) {
        Account storage self = _accounts[account];
        (Index memory index,) = _accrued(_stream);
        return self.owed + self.active * uint256(index.perShare - self.perShare) / SCALE;
    }

    /// @inheritdoc IStakingPool
    function rewardState() external view returns (RewardState memory state) {
        Stream memory stream = _stream;
        (Index memory index, uint256 reserved) = _accrued(stream);
        (state.perShare, state.remainder) = (index.perShare, index.remainder);
        state.endsAt = stream.endsAt;
        state.remaining = uint256(stream.rate) * (stream.endsAt - index.settledAt);
        state.rate = state.remaining == 0 ? 0 : stream.rate;
        state.reserve = _reserve + reserved;
    }

    /// @inheritdoc IStakingPool
    function stakeOf(address account) external view returns (uint256 active, uint256 thawing, uint48 availableAt) {
        Account storage self = _accounts[account];
        return (self.active, self.thawing, self.availableAt);
    }

    /// @inheritdoc IStakingPool
    function totalActive() external view returns (uint256) {
        return _stream.totalActive;
    }

    /// @inheritdoc IStakingPool
    function slashableOf(address account) public view returns (uint256) {
        Account storage self = _accounts[account];
        return (uint256(self.active) + self.thawing) * maxSlashBps / BPS;
    }

    /// @inheritdoc IStakingPool
    function slashAvailable() public view returns (uint256) {
        return _slashBucket.available(SLASH);
    }

    /// @inheritdoc EntryPause
    function isPausable(bytes4 selector) public pure override returns (bool) {
        return selector == ILocker.onLocked.selector;
    }

    /// @dev The index as it is at this moment, and how much of the release nobody was staked for.
    function _accrued(Stream memory stream) private view returns (Index memory index, uint256 reserved) {
        // No stream ever ran: the index is zero, for the pool and for every account.
        if (stream.endsAt == 0) return (index, 0);
        index = _index;
        uint256 until = Math.min(Time.timestamp(), stream.endsAt);
        uint256 released = uint256(stream.rate) * (until - index.settledAt);
        index.settledAt = uint40(until);
        if (stream.totalActive < MIN_ACCRUING_STAKE) return (index, released);
        if (released == 0) return (index, 0);
        uint256 units = released * SCALE + index.remainder;
        index.perShare += uint120(units / stream.totalActive);
        index.remainder = uint96(units % stream.totalActive);
    }

    /// @dev Brings the index to this moment and the account to the index. The caller credits what is returned.
    function _settle(Account storage self, Stream memory stream) private returns (uint256 earned_) {
        if (stream.endsAt == 0) return 0;
        (Index memory index, uint256 reserved) = _accrued(stream);
        uint256 units = self.active * uint256(index.perShare - self.perShare);
        earned_ = units / SCALE;
        // A fraction of a wei is not the account's to lose again and again: all share it in the next release. After tens
        // of thousands of accounts without a release, the next ones' fractions are dropped: no exit may revert for that.
        index.remainder = uint96(Math.min(index.remainder + units % SCALE, type(uint96).max));
        _index = index;
        self.perShare = index.perShare;
        if (reserved != 0) _addToReserve(reserved);
    }

    /// @dev Adds `amount`, or the whole reserve, to what still streams, and spreads both over `duration` from now.
    function _startStream(uint256 amount, uint256 duration, bool fromReserve) private returns (uint256) {
        Stream memory stream = _stream;
        (Index memory index, uint256 reserved) = _accrued(stream);
        uint256 reserve = _reserve + reserved;
        if (fromReserve) (amount, reserve) = (reserve, 0);
        // Check:
        if (amount < minReward) revert StakingPoolRewardTooSmall(amount, minReward);
        if (duration == 0 || duration > maxStreamDuration) {
            revert StakingPoolDurationOutOfBounds(duration, maxStreamDuration);
        }
        uint256 remaining = uint256(stream.rate) * (stream.endsAt - index.settledAt);
        uint256 rate = (remaining + amount) / duration;
        if (remaining != 0 && rate < stream.rate) revert StakingPoolRateBelowRunning(rate, stream.rate);
        // Were a single MIN_ACCRUING_STAKE there for all of it, the index must still not overflow, for that would stop
        // exits. Enough for 6e11 tokens; what fractions add is nothing beside the half that stays free.
        if (index.perShare + (remaining + amount) * SCALE / MIN_ACCRUING_STAKE > type(uint120).max / 2) {
            revert StakingPoolIndexExhausted(index.perShare);
        }
        // Effect:
        // What the division left over, to the wei.
        // slither-disable-next-line divide-before-multiply
        reserve += remaining + amount - rate * duration;
        uint48 now_ = Time.timestamp();
        (stream.rate, stream.endsAt, index.settledAt) = (rate.toUint72(), uint40(now_ + duration), uint40(now_));
        (_stream, _index) = (stream, index);
        _reserve = uint96(reserve);
        emit RewardNotified(amount, rate, stream.endsAt, reserve);
        return amount;
    }

    /// @dev Thawing stake first: what is about to leave.
    function _takeStake(address account, uint256 amount) private returns (uint256 active, uint256 thawing) {
        Account storage self = _accounts[account];
        Stream memory stream = _stream;
        uint256 earned_ = _settle(self, stream);
        thawing = self.thawing;
        uint256 fromThawing = Math.min(amount, thawing);
        thawing -= fromThawing;
        active = self.active - (amount - fromThawing);
        self.active = uint96(active);
        if (earned_ != 0) self.owed += uint96(earned_);
        if (fromThawing != 0) {
            self.thawing = uint96(thawing);
            if (thawing == 0) self.availableAt = 0;
        }
        stream.totalActive -= uint96(amount - fromThawing);
        _stream = stream;
    }

    function _addToReserve(uint256 amount) private {
        uint96 reserve = _reserve + uint96(amount);
        _reserve = reserve;
        emit RewardReserved(amount, reserve);
    }

    function _setCooldown(uint48 newCooldown) private {
        if (newCooldown < minCooldown || newCooldown > maxCooldown) {
            revert StakingPoolCooldownOutOfBounds(newCooldown, minCooldown, maxCooldown);
        }
        cooldown = newCooldown;
        emit CooldownSet(newCooldown);
    }
}
