// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {vm} from "./Vm.sol";

/// @notice What the scripts show: forge's console, amounts, durations and dates as people read them.
library Print {
    /// @dev forge's own address for console output.
    address private constant CONSOLE = 0x000000000000000000636F6e736F6c652e6c6f67;

    function line(string memory text) internal view {
        bytes memory call = abi.encodeWithSignature("log(string)", text);
        // The result says nothing; a failed print must not fail a script.
        (bool done,) = CONSOLE.staticcall(call);
        done;
    }

    function pair(string memory key, string memory value) internal view {
        line(string.concat("  ", key, ": ", value));
    }

    /// @return for 1234500000000000000000 wei "1234.5"
    function amount(uint256 valueInWei) internal pure returns (string memory) {
        uint256 fraction = valueInWei % 1e18;
        string memory whole = vm.toString(valueInWei / 1e18);
        if (fraction == 0) return whole;
        bytes memory digits = bytes(vm.toString(1e18 + fraction)); // 1 and 18 digits
        uint256 length = digits.length;
        while (digits[length - 1] == "0") --length;
        bytes memory shown = new bytes(length - 1);
        for (uint256 i = 0; i < shown.length; ++i) {
            shown[i] = digits[i + 1];
        }
        return string.concat(whole, ".", string(shown));
    }

    /// @return text for 90061 seconds "1 d 1 h 1 min 1 s"
    function duration(uint256 secs) internal pure returns (string memory text) {
        text = _append(text, secs / 1 days, "d");
        text = _append(text, secs % 1 days / 1 hours, "h");
        text = _append(text, secs % 1 hours / 1 minutes, "min");
        text = _append(text, secs % 1 minutes, "s");
        if (bytes(text).length == 0) text = "0 s";
    }

    /// @return "2026-11-22 18:24:05 UTC"
    function date(uint256 timestamp) internal pure returns (string memory) {
        (uint256 year, uint256 month, uint256 day) = _civil(timestamp / 1 days);
        uint256 secs = timestamp % 1 days;
        string memory ymd = string.concat(vm.toString(year), "-", _two(month), "-", _two(day));
        string memory hms = string.concat(_two(secs / 1 hours), ":", _two(secs % 1 hours / 60), ":", _two(secs % 60));
        return string.concat(ymd, " ", hms, " UTC");
    }

    /// @dev Days since 1970-01-01 to the Gregorian date, in years that begin in March, so that a leap day comes last.
    function _civil(uint256 daysSince1970) private pure returns (uint256 year, uint256 month, uint256 day) {
        uint256 n = daysSince1970 + 719_468; // since 0000-03-01
        uint256 era = n / 146_097; // of 400 years
        uint256 dayOfEra = n % 146_097;
        uint256 yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        uint256 dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        uint256 monthFromMarch = (5 * dayOfYear + 2) / 153;
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
    }

    function _two(uint256 value) private pure returns (string memory) {
        return value < 10 ? string.concat("0", vm.toString(value)) : vm.toString(value);
    }

    function _append(string memory text, uint256 value, string memory unit) private pure returns (string memory) {
        if (value == 0) return text;
        string memory part = string.concat(vm.toString(value), " ", unit);
        return bytes(text).length == 0 ? part : string.concat(text, " ", part);
    }
}
