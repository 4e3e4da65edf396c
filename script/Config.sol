// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILabelEpochs} from "../contracts/src/interfaces/ILabelEpochs.sol";
import {vm} from "./Vm.sol";

/// @notice What a deployment is made with: script/config/<chain>.toml, times in seconds, tokens as whole tokens there
/// and in wei here.
struct Config {
    uint256 chainId;
    string tokenName;
    string tokenSymbol;
    uint256 cap;
    uint256 mintPerYear;
    uint48 votingDelay;
    uint32 votingPeriod;
    uint48 lateQuorumExtension;
    uint48 proposalExpiry;
    uint256 thresholdBps;
    uint256 quorumBps;
    uint48 guardianTerm;
    uint32 vetoPeriod;
    uint256 vetoBps;
    uint48 timelockDelay;
    uint48 cooldown;
    uint48 minCooldown;
    uint48 maxCooldown;
    uint16 maxSlashBps;
    uint48 slashWindow;
    uint208 slashPerWindow;
    uint16 challengerShareBps;
    uint256 minReward;
    uint48 maxStreamDuration;
    uint48 commitWindow;
    uint48 challengeWindow;
    uint48 revealWindow;
    uint48 responseWindow;
    uint96 operatorBond;
    uint96 minProposerBond;
    uint16 bondBps;
    uint96 challengerBond;
    ILabelEpochs.Floors floors;
    uint256 slashAmount;
    address operator;
    address trainer;
    address guardian;
    uint32 grantDelay; // of the dangerous roles; takes effect five days after deployment, see Roles
    string family;
    uint256 treasury;
    address[] holders;
    uint256[] holdings;
}

error ConfigInvalid(string key, string reason);

library ConfigReader {
    uint256 internal constant ANVIL = 31337;
    uint256 private constant TOKEN = 1e18;
    uint256 private constant BPS = 10_000;

    /// @notice The config named by the environment variable DEPLOY_CONFIG, or the one of the current chain.
    function load() internal view returns (Config memory) {
        return read(vm.envOr("DEPLOY_CONFIG", pathOf(block.chainid)));
    }

    function pathOf(uint256 chainId) internal pure returns (string memory) {
        if (chainId == ANVIL) return "script/config/anvil.toml";
        if (chainId == 11155111) return "script/config/sepolia.toml";
        if (chainId == 11155420) return "script/config/op-sepolia.toml";
        if (chainId == 84532) return "script/config/base-sepolia.toml";
        if (chainId == 10) return "script/config/op-mainnet.toml";
        return "script/config/unknown-chain.toml";
    }

    function read(string memory path) internal view returns (Config memory config) {
        string memory toml = vm.readFile(path);
        config.chainId = vm.parseTomlUint(toml, ".chainId");
        config.tokenName = vm.parseTomlString(toml, ".token.name");
        config.tokenSymbol = vm.parseTomlString(toml, ".token.symbol");
        config.cap = vm.parseTomlUint(toml, ".token.cap") * TOKEN;
        config.mintPerYear = vm.parseTomlUint(toml, ".token.mintPerYear") * TOKEN;
        config.votingDelay = _seconds(toml, ".governor.votingDelay");
        config.votingPeriod = uint32(_seconds(toml, ".governor.votingPeriod"));
        config.lateQuorumExtension = _seconds(toml, ".governor.lateQuorumExtension");
        config.proposalExpiry = _seconds(toml, ".governor.proposalExpiry");
        config.thresholdBps = vm.parseTomlUint(toml, ".governor.thresholdBps");
        config.quorumBps = vm.parseTomlUint(toml, ".governor.quorumBps");
        config.guardianTerm = _seconds(toml, ".governor.guardianTerm");
        config.vetoPeriod = uint32(_seconds(toml, ".optimistic.vetoPeriod"));
        config.vetoBps = vm.parseTomlUint(toml, ".optimistic.vetoBps");
        config.timelockDelay = _seconds(toml, ".timelock.delay");
        config.cooldown = _seconds(toml, ".staking.cooldown");
        config.minCooldown = _seconds(toml, ".staking.minCooldown");
        config.maxCooldown = _seconds(toml, ".staking.maxCooldown");
        config.maxSlashBps = _bps(toml, ".staking.maxSlashBps");
        config.slashWindow = _seconds(toml, ".staking.slashWindow");
        config.slashPerWindow = _amount(toml, ".staking.slashPerWindow");
        config.challengerShareBps = _bps(toml, ".staking.challengerShareBps");
        config.minReward = vm.parseTomlUint(toml, ".staking.minReward") * TOKEN;
        config.maxStreamDuration = _seconds(toml, ".staking.maxStreamDuration");
        config.commitWindow = _seconds(toml, ".epochs.commitWindow");
        config.challengeWindow = _seconds(toml, ".epochs.challengeWindow");
        config.revealWindow = _seconds(toml, ".epochs.revealWindow");
        config.responseWindow = _seconds(toml, ".epochs.responseWindow");
        config.operatorBond = _amount(toml, ".epochs.operatorBond");
        config.minProposerBond = _amount(toml, ".epochs.minProposerBond");
        config.bondBps = _bps(toml, ".epochs.bondBps");
        config.challengerBond = _amount(toml, ".epochs.challengerBond");
        config.floors = _floors(toml);
        config.slashAmount = vm.parseTomlUint(toml, ".referee.slashAmount") * TOKEN;
        config.operator = vm.parseTomlAddress(toml, ".roles.operator");
        config.trainer = vm.parseTomlAddress(toml, ".roles.trainer");
        config.guardian = vm.parseTomlAddress(toml, ".roles.guardian");
        config.grantDelay = uint32(vm.parseTomlUint(toml, ".roles.grantDelay"));
        config.family = vm.parseTomlString(toml, ".family.name");
        config.treasury = vm.parseTomlUint(toml, ".allocations.treasury") * TOKEN;
        config.holders = vm.parseTomlAddressArray(toml, ".allocations.holders");
        config.holdings = vm.parseTomlUintArray(toml, ".allocations.amounts");
        for (uint256 i = 0; i < config.holdings.length; ++i) {
            config.holdings[i] *= TOKEN;
        }
    }

    /// @notice Refuses a config that must not be deployed: the contracts accept any nonzero duration, because a local
    /// chain needs seconds; what a public chain needs at least is decided here.
    function check(Config memory config) internal view {
        _require(config.chainId == block.chainid, "chainId", "is another chain's");
        _require(config.operator != address(0), "roles.operator", "is not set");
        _require(config.trainer != address(0), "roles.trainer", "is not set");
        _require(config.guardian != address(0), "roles.guardian", "is not set");
        _require(config.guardian != config.operator, "roles.guardian", "must not be the operator");
        _require(config.holders.length == config.holdings.length, "allocations", "holders and amounts differ in length");
        _checkHolders(config);
        _require(config.vetoBps > 0 && config.vetoBps <= 1_000, "optimistic.vetoBps", "is not within 1 and 1,000");
        _require(
            config.maxSlashBps > 0 && config.maxSlashBps <= BPS, "staking.maxSlashBps", "is not within 1 and 10,000"
        );
        // Whoever judges must not live from it.
        _require(config.challengerShareBps <= 2_000, "staking.challengerShareBps", "is above 20 %");
        _require(config.slashAmount > 0, "referee.slashAmount", "is zero");
        _require(config.slashAmount <= config.slashPerWindow, "referee.slashAmount", "is above staking.slashPerWindow");
        if (block.chainid != ANVIL) checkFloors(config);
    }

    /// @dev The timelock's tokens do not vote: a deployment whose holders cannot reach the quorum could never decide anything.
    function _checkHolders(Config memory config) private pure {
        uint256 held = 0;
        for (uint256 i = 0; i < config.holdings.length; ++i) {
            held += config.holdings[i];
        }
        uint256 supply = held + config.treasury;
        _require(supply <= config.cap, "allocations", "exceed token.cap");
        _require(held * BPS >= supply * config.quorumBps, "allocations.holders", "could not reach the quorum");
    }

    /// @notice Floors for public chains. An OP Stack chain may keep a transaction out for 12 hours, so nothing that
    /// somebody must be able to answer in time may be shorter than that, and what takes thought not shorter than a day.
    function checkFloors(Config memory config) internal pure {
        _require(config.votingDelay >= 1 hours, "governor.votingDelay", "is below 1 hour");
        _require(config.votingPeriod >= 1 days, "governor.votingPeriod", "is below 1 day");
        _require(config.lateQuorumExtension >= 1 days, "governor.lateQuorumExtension", "is below 1 day");
        _require(config.proposalExpiry >= 3 days, "governor.proposalExpiry", "is below 3 days");
        _require(config.guardianTerm <= 366 days, "governor.guardianTerm", "is above a year");
        _require(config.timelockDelay >= 1 days, "timelock.delay", "is below 1 day");
        _checkCommitWindow(config);
        _require(config.challengeWindow >= 1 days, "epochs.challengeWindow", "is below 1 day");
        _require(config.revealWindow >= 1 hours, "epochs.revealWindow", "is below 1 hour");
        _require(config.responseWindow >= 12 hours, "epochs.responseWindow", "is below 12 hours");
        _require(config.vetoPeriod >= 72 hours, "optimistic.vetoPeriod", "is below 72 hours");
        _require(config.grantDelay >= 2 days, "roles.grantDelay", "is below 2 days");
        _require(config.slashWindow >= 1 days, "staking.slashWindow", "is below 1 day");
        // Without something at stake, proposing wrong payouts and freezing right ones would be free.
        _require(config.operatorBond > 0, "epochs.operatorBond", "is zero");
        _require(config.minProposerBond > 0, "epochs.minProposerBond", "is zero");
        _require(config.bondBps > 0, "epochs.bondBps", "is zero");
        _require(config.challengerBond > 0, "epochs.challengerBond", "is zero");
        // Misconduct found within the window must still find the stake of its author.
        _require(config.minCooldown >= config.challengeWindow, "staking.minCooldown", "is below the challenge window");
        _require(config.quorumBps >= 100, "governor.quorumBps", "is below 1 %");
        _checkPayRule(config.floors);
    }

    /// @dev Labeling has to fit, and a vote that voids an epoch in which nobody labeled, which cannot be committed; and who
    /// labeled for an operator that went silent, and all later epochs, wait for no more than this.
    function _checkCommitWindow(Config memory config) private pure {
        _require(config.commitWindow >= 1 days, "epochs.commitWindow", "is below 1 day");
        uint256 vote = uint256(config.votingDelay) + config.votingPeriod + config.lateQuorumExtension;
        _require(config.commitWindow > vote + config.timelockDelay, "epochs.commitWindow", "is shorter than a vote");
        _require(config.commitWindow <= 90 days, "epochs.commitWindow", "is above 90 days");
    }

    /// @dev Where honest work was measured to pay best by the margins in docs/mechanism.md.
    function _checkPayRule(ILabelEpochs.Floors memory floors) private pure {
        _require(floors.overlapSlots >= 48, "epochs.floors.overlapSlots", "is below 48");
        _require(floors.minOverlap >= 32, "epochs.floors.minOverlap", "is below 32");
        _require(floors.goldSlots >= 8, "epochs.floors.goldSlots", "is below 8");
        _require(floors.minRoster >= 12, "epochs.floors.minRoster", "is below 12");
        _require(floors.alphaBps >= 15_000, "epochs.floors.alphaBps", "is below 15,000");
    }

    function _floors(string memory toml) private pure returns (ILabelEpochs.Floors memory) {
        return ILabelEpochs.Floors({
            overlapSlots: _small(toml, ".epochs.floors.overlapSlots"),
            minOverlap: _small(toml, ".epochs.floors.minOverlap"),
            goldSlots: _small(toml, ".epochs.floors.goldSlots"),
            minRoster: _small(toml, ".epochs.floors.minRoster"),
            alphaBps: _small(toml, ".epochs.floors.alphaBps")
        });
    }

    function _small(string memory toml, string memory key) private pure returns (uint16) {
        uint256 value = vm.parseTomlUint(toml, key);
        _require(value <= type(uint16).max, key, "is not a sane number");
        return uint16(value);
    }

    function _seconds(string memory toml, string memory key) private pure returns (uint48) {
        uint256 value = vm.parseTomlUint(toml, key);
        _require(value > 0 && value <= type(uint32).max, key, "is not a sane number of seconds");
        return uint48(value);
    }

    function _bps(string memory toml, string memory key) private pure returns (uint16) {
        uint256 value = vm.parseTomlUint(toml, key);
        _require(value <= BPS, key, "is above 10,000 basis points");
        return uint16(value);
    }

    function _amount(string memory toml, string memory key) private pure returns (uint96) {
        uint256 value = vm.parseTomlUint(toml, key) * TOKEN;
        _require(value <= type(uint96).max, key, "is more than the contract can hold");
        return uint96(value);
    }

    function _require(bool condition, string memory key, string memory reason) private pure {
        if (!condition) revert ConfigInvalid(key, reason);
    }
}
