// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../src/governance/GovernanceToken.sol";
import {EntryPause} from "../src/governance/EntryPause.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {LabelEpochs} from "../src/rewards/LabelEpochs.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";

/// @notice LabelEpochs with a real token and distributor. The test contract plays governance, operator and referee.
abstract contract LabelEpochsTest is Base {
    uint256 internal constant BUDGET = 1_000e18;
    uint48 internal constant COMMIT_WINDOW = 30 days;
    uint48 internal constant CHALLENGE_WINDOW = 3 days;
    uint48 internal constant REVEAL_WINDOW = 1 days;
    uint48 internal constant RESPONSE_WINDOW = 1 days;
    uint96 internal constant MIN_OPERATOR_BOND = 600e18;
    uint96 internal constant OPERATOR_BOND = 800e18; // of the usual budget
    uint96 internal constant MIN_PROPOSER_BOND = 500e18;
    uint16 internal constant BOND_BPS = 8_000;
    uint96 internal constant CHALLENGER_BOND = 101e18 + 1; // odd: halves round
    address internal constant RESERVE = address(0x7ea5);
    uint32 internal constant MAX_BLOCKS = 2 ** 21;
    bytes32 internal constant SECRET = "secret";
    bytes32 internal constant BLOCK_HASH = keccak256("block");
    bytes32 internal constant LABELS_ROOT = keccak256("labels");
    bytes32 internal constant BUNDLE = keccak256("bundle");
    bytes32 internal constant ROOT = keccak256("payouts");

    GovernanceToken internal token;
    RewardDistributor internal distributor;
    LabelEpochs internal epochs;
    address internal proposer;
    address internal challenger;
    address internal responder;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(address(this), 1_000 * BUDGET);
        token = new GovernanceToken(
            GovernanceToken.Config("Polity", "POL", 1_000 * BUDGET, 0, address(manager)), allocations
        );
        distributor = new RewardDistributor(address(manager), token);
        epochs = new LabelEpochs(_config());
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = RewardDistributor.setPayoutsRoot.selector;
        manager.setTargetFunctionRole(address(distributor), selectors, 4);
        manager.grantRole(4, address(epochs), 0);
        token.setLocker(address(epochs), true);
        token.approve(address(distributor), type(uint256).max);
        distributor.fund(10 * BUDGET);
        distributor.setEpochBudget(BUDGET);
        token.lockAndCall(address(epochs), 10 * OPERATOR_BOND, "");
        proposer = _bonded("proposer", 10 * MIN_PROPOSER_BOND);
        challenger = _bonded("challenger", 10 * CHALLENGER_BOND);
        responder = _account("responder");
    }

    function _config() internal view returns (LabelEpochs.Config memory) {
        return LabelEpochs.Config({
            authority: address(manager),
            token: token,
            distributor: distributor,
            commitWindow: COMMIT_WINDOW,
            challengeWindow: CHALLENGE_WINDOW,
            revealWindow: REVEAL_WINDOW,
            responseWindow: RESPONSE_WINDOW,
            operatorBond: MIN_OPERATOR_BOND,
            minProposerBond: MIN_PROPOSER_BOND,
            bondBps: BOND_BPS,
            challengerBond: CHALLENGER_BOND,
            reserve: RESERVE,
            floors: ILabelEpochs.Floors(0, 0, 0, 0, 0)
        });
    }

    function _terms() internal pure returns (ILabelEpochs.Terms memory) {
        return ILabelEpochs.Terms({
            budget: BUDGET,
            basePay: 1e18,
            alphaPay: 2e18,
            blockSlots: 256,
            overlapSlots: 64,
            goldSlots: 16,
            minOverlap: 48,
            minRoster: 12,
            goldBlocks: 4,
            goldRoot: keccak256("gold"),
            secretHash: keccak256(abi.encode(SECRET)),
            campaignHash: keccak256("campaign")
        });
    }

    function _bonded(string memory name, uint256 amount) internal returns (address account) {
        account = _account(name);
        token.transfer(account, amount);
        _lock(account, amount);
    }

    function _lock(address account, uint256 amount) internal {
        vm.prank(account);
        token.lockAndCall(address(epochs), amount, "");
    }

    function _open() internal returns (uint64) {
        return epochs.open(_terms());
    }

    function _openCommitted() internal returns (uint64 epoch) {
        epoch = _open();
        epochs.commitLabels(epoch, LABELS_ROOT, 12, BUNDLE);
    }

    /// @dev Two blocks on, so that the block after the commitment has a hash.
    function _mineTwo() internal {
        uint256 number = vm.getBlockNumber();
        vm.roll(number + 2);
        vm.setBlockhash(number + 1, BLOCK_HASH);
    }

    function _openRevealed() internal returns (uint64 epoch) {
        epoch = _openCommitted();
        _mineTwo();
        epochs.reveal(epoch, SECRET);
    }

    function _openProposed(uint112 totalCumulative) internal returns (uint64 epoch) {
        epoch = _openRevealed();
        _propose(epoch, ROOT, totalCumulative);
    }

    function _openAccepted(uint112 totalCumulative) internal returns (uint64 epoch) {
        epoch = _openProposed(totalCumulative);
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(epoch, ROOT);
    }

    function _propose(uint64 epoch, bytes32 root, uint112 totalCumulative) internal {
        vm.prank(proposer);
        epochs.proposePayouts(epoch, root, 5, totalCumulative, totalCumulative);
    }

    function _bondFor(uint256 spend) internal pure returns (uint96) {
        uint256 share = (spend * BOND_BPS + 9_999) / 10_000;
        return share > MIN_PROPOSER_BOND ? uint96(share) : MIN_PROPOSER_BOND;
    }

    function _expectStatusError(uint64 epoch, ILabelEpochs.Status actual) internal {
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsWrongStatus.selector, epoch, actual));
    }

    function _pause(bytes4 selector) internal {
        epochs.pause(selector, 1 days);
        uint48 until = _now() + 1 days;
        vm.expectRevert(abi.encodeWithSelector(EntryPause.EntryPauseActive.selector, selector, until));
    }

    function _expectBondError(address account, uint256 free, uint256 needed) internal {
        vm.expectRevert(abi.encodeWithSelector(ILabelEpochs.LabelEpochsBondTooSmall.selector, account, free, needed));
    }

    /// @dev Revealed again, and nothing of the proposal left.
    function _assertReopened(uint64 epoch) internal view {
        ILabelEpochs.Epoch memory e = epochs.epochOf(epoch);
        vm.assertEq(uint256(e.status), uint256(ILabelEpochs.Status.Revealed));
        vm.assertEq(e.payoutsRoot, bytes32(0));
        vm.assertEq(uint256(e.totalCumulative) + e.totalRaw + e.accountCount + e.proposerBond, 0);
        vm.assertEq(uint256(e.proposedAt) + e.challengeEndsAt, 0);
        vm.assertEq(e.proposer, address(0));
        vm.assertEq(e.challenger, address(0));
    }

    function _assertBond(address account, uint256 free, uint256 reserved) internal view {
        (uint256 actualFree, uint256 actualReserved) = epochs.bondOf(account);
        vm.assertEq(actualFree, free, "free");
        vm.assertEq(actualReserved, reserved, "reserved");
        vm.assertEq(token.lockedBy(account, address(epochs)), free + reserved, "locked");
    }

    function _assertStatus(uint64 epoch, ILabelEpochs.Status status) internal view {
        vm.assertEq(uint256(epochs.epochOf(epoch).status), uint256(status));
    }
}
