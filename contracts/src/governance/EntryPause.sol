// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Pause of single entries that ends by itself
/// @notice A guardian may stop one entry of a contract for at most {MAX_PAUSE}, and not again within {REARM} of the
/// beginning of the last pause, so that nobody can be kept out for good. Which entries can be stopped at all is fixed in the
/// contract: never one by which people get out what is theirs.
abstract contract EntryPause is AccessManaged {
    struct Pause {
        uint48 until;
        uint48 rearmAt;
    }

    /// @notice Longest pause, in seconds.
    uint48 public constant MAX_PAUSE = 7 days;
    /// @notice Least time from the beginning of one pause to the next, in seconds.
    uint48 public constant REARM = 30 days;

    mapping(bytes4 selector => Pause) private _pauses;

    /// @notice The entry is stopped until `until`, and cannot be again before `rearmAt`.
    event EntryPaused(bytes4 indexed selector, uint48 until, uint48 rearmAt);

    error EntryPauseActive(bytes4 selector, uint48 until);
    error EntryPauseNotPausable(bytes4 selector);
    error EntryPauseDurationOutOfBounds(uint48 duration, uint48 maximum);
    error EntryPauseTooSoon(bytes4 selector, uint48 notBefore);

    /// @dev The first modifier of every pausable entry.
    modifier whenNotPaused() {
        _checkNotPaused();
        _;
    }

    /// @notice Restricted (GUARDIAN). Stops `selector` for `duration` seconds from now.
    function pause(bytes4 selector, uint48 duration) external restricted {
        // Check:
        if (!isPausable(selector)) revert EntryPauseNotPausable(selector);
        if (duration == 0 || duration > MAX_PAUSE) revert EntryPauseDurationOutOfBounds(duration, MAX_PAUSE);
        uint48 now_ = Time.timestamp();
        Pause storage self = _pauses[selector];
        if (now_ < self.rearmAt) revert EntryPauseTooSoon(selector, self.rearmAt);
        // Effect:
        (self.until, self.rearmAt) = (now_ + duration, now_ + REARM);
        emit EntryPaused(selector, self.until, self.rearmAt);
    }

    /// @notice First second in which the entry works again; in the past, or 0, when it does.
    function pausedUntil(bytes4 selector) public view returns (uint48) {
        return _pauses[selector].until;
    }

    /// @notice Whether the entry is one that can be paused at all.
    function isPausable(bytes4 selector) public view virtual returns (bool);

    function _checkNotPaused() private view {
        uint48 until = _pauses[msg.sig].until;
        if (Time.timestamp() < until) revert EntryPauseActive(msg.sig, until);
    }
}
