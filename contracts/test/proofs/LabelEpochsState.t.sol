// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fraud, IEpochReferee} from "../../src/interfaces/IEpochReferee.sol";
import {IGovernanceToken} from "../../src/interfaces/IGovernanceToken.sol";
import {ILabelEpochs} from "../../src/interfaces/ILabelEpochs.sol";
import {IRewardDistributor} from "../../src/interfaces/IRewardDistributor.sol";
import {IStakingPool} from "../../src/interfaces/IStakingPool.sol";
import {EpochReferee} from "../../src/rewards/EpochReferee.sol";
import {LabelEpochs} from "../../src/rewards/LabelEpochs.sol";
import {ProofAuthority, ProofBase, svm, vm} from "./ProofBase.sol";
import {ProofToken} from "./ProofToken.sol";

/// @notice A pool that pays any epoch; the real one has proofs of its own.
contract ProofDistributor {
    uint256 public constant totalApproved = 0;
    uint256 public constant epochBudget = 100e18;

    function setPayoutsRoot(uint64, bytes32, uint32, uint256) external {}
}

/// @notice One call while an epoch is in *any* state, with any bonds in it and any others of the same accounts elsewhere,
/// under the one condition that the ledger was right before: reserved is what is at stake, and free and reserved are what
/// is locked. So the ledger stays right after every history.
abstract contract LabelEpochsStateProof is ProofBase {
    uint96 internal constant CHALLENGER_BOND = 1e18;
    address internal constant OPERATOR = ADMIN;
    address internal constant PROPOSER = address(0x98);
    address internal constant CHALLENGER = address(0xc4);
    address internal constant PROVER = address(0x9806);
    address internal constant TREASURY = address(0x7ea5);

    ProofAuthority internal authority;
    ProofToken internal token;
    LabelEpochs internal epochs;
    EpochReferee internal referee;

    uint256 internal status;
    uint256 internal openedAt;
    uint256 internal committedAt;
    uint256 internal challengeEndsAt;
    bool internal isFrozen;
    mapping(address account => uint256) internal elsewhere; // reserved for other epochs

    function setUp() public {
        vm.warp(NOW);
        authority = new ProofAuthority(ADMIN);
        token = new ProofToken();
        epochs = new LabelEpochs(
            LabelEpochs.Config({
                authority: address(authority),
                token: IGovernanceToken(address(token)),
                distributor: IRewardDistributor(address(new ProofDistributor())),
                commitWindow: 40,
                challengeWindow: 30,
                revealWindow: 20,
                responseWindow: 10,
                operatorBond: 10e18,
                minProposerBond: 5e18,
                bondBps: 0,
                challengerBond: CHALLENGER_BOND,
                reserve: TREASURY,
                floors: ILabelEpochs.Floors(0, 0, 0, 0, 0)
            })
        );
        referee = new EpochReferee(
            EpochReferee.Config({
                authority: address(authority),
                labelEpochs: epochs,
                distributor: IRewardDistributor(address(0)),
                stakingPool: IStakingPool(address(0)),
                slashAmount: 1
            })
        );
        authority.trust(address(referee));
    }

    /// @dev Epoch 1, in any of the states from `first` to `last`, frozen or not where it can be.
    function _anyEpoch(uint256 first, uint256 last) internal {
        uint256 picked = _any(8, "status");
        vm.assume(picked >= first && picked <= last);
        status = _split(picked);
        bool inJudgement = status >= 2 && status <= 4;
        isFrozen = inJudgement && svm.createBool("isFrozen");
        bool isOver = status > 4;
        (openedAt, committedAt, challengeEndsAt) = (_any(40, "openedAt"), _any(40, "committedAt"), _any(40, "endsAt"));
        uint256 operatorBond = isOver ? 0 : _any(88, "operatorBond");
        uint256 proposerBond = status == 4 ? _any(88, "proposerBond") : 0;
        _store(0, openedAt << 8 | committedAt << 56 | status);
        _store(1, challengeEndsAt << 192 | _any(32, "blockCount") << 160 | uint160(OPERATOR));
        _store(7, _any(256, "payoutsRoot"));
        _store(9, proposerBond << 160 | (status == 4 ? uint160(PROPOSER) : 0));
        _store(10, operatorBond << 160 | (isFrozen ? uint160(CHALLENGER) : 0));
        vm.store(address(epochs), bytes32(uint256(5)), bytes32(uint256(isOver ? 1 << 64 | 1 : 1)));
        _setLedger(OPERATOR, operatorBond);
        _setLedger(PROPOSER, proposerBond);
        _setLedger(CHALLENGER, isFrozen ? CHALLENGER_BOND : 0);
    }

    /// @dev The same number, but each explored by itself.
    function _split(uint256 picked) private pure returns (uint256) {
        if (picked == 1) return 1;
        if (picked == 2) return 2;
        if (picked == 3) return 3;
        if (picked == 4) return 4;
        return picked == 5 ? 5 : 6;
    }

    function _setLedger(address account, uint256 atStake) private {
        (uint256 free, uint256 other) = (_any(88, "free"), _any(88, "elsewhere"));
        elsewhere[account] = other;
        uint256 reserved;
        unchecked {
            reserved = other + atStake;
        }
        vm.store(address(epochs), keccak256(abi.encode(account, 0)), bytes32(reserved << 128 | free));
        unchecked {
            token.setLock(account, address(epochs), free + reserved);
        }
        token.setBalance(account, 2 ** 120);
    }

    function _store(uint256 field, uint256 word) private {
        vm.store(address(epochs), bytes32(uint256(keccak256(abi.encode(1, 7))) + field), bytes32(word));
    }

    /// @dev After the call: each bond is at stake in the epoch, or was given back or taken, and nothing is left in one that
    /// is over.
    function _claimLedger() internal {
        ILabelEpochs.Epoch memory self = epochs.epochOf(1);
        bool isProposed = self.status == ILabelEpochs.Status.Proposed;
        bool isOver = self.status == ILabelEpochs.Status.Accepted || self.status == ILabelEpochs.Status.Voided;
        bool frozen = self.challenger != address(0);
        if (isOver) _claim(self.operatorBond == 0);
        if (isOver) _claim(!frozen);
        if (!isProposed) _claim(self.proposerBond == 0);
        _claimLedgerOf(OPERATOR, self.operatorBond);
        _claimLedgerOf(PROPOSER, self.proposerBond);
        _claimLedgerOf(CHALLENGER, frozen ? CHALLENGER_BOND : 0);
    }

    function _claimLedgerOf(address account, uint256 atStake) private {
        (uint256 free, uint256 reserved) = epochs.bondOf(account);
        unchecked {
            _claim(reserved == elsewhere[account] + atStake);
            _claim(token.lockedBy(account, address(epochs)) == free + reserved);
        }
    }

    function _balances() internal view returns (uint256) {
        unchecked {
            return token.balanceOf(OPERATOR) + token.balanceOf(PROPOSER) + token.balanceOf(CHALLENGER);
        }
    }
}

contract LabelEpochsBondsProof is LabelEpochsStateProof {
    /// @dev Bonds in and out: locked, withdrawn, put at stake.
    function check_bonds_conserved(uint256 amount, uint8 what, uint40 time) public {
        _anyEpoch(1, 6);
        uint256 balances = _balances();
        vm.warp(time);
        vm.prank(what == 2 ? OPERATOR : what == 3 ? address(referee) : PROPOSER);
        if (what == 0) epochs.withdrawBond(amount);
        else if (what == 1) token.lockAndCall(address(epochs), amount, "");
        else if (what == 2) epochs.commitLabels(1, "labels", 1, "bundle");
        else if (what == 3) epochs.freeze(1, CHALLENGER);
        else epochs.proposePayouts(1, "payouts", 1, 1e18, 1e18);
        _claim(_balances() == balances);
        _claimLedger();
        _qed();
    }

    /// @dev What a vote rules takes no bond: nobody's balance moves, the judge's least of all.
    function check_bonds_conserved__judge_never_gains_by_vote(uint8 what, uint40 time, bytes32 root) public {
        _anyEpoch(1, 6);
        uint256 balances = _balances();
        vm.warp(time);
        vm.prank(ADMIN);
        if (what == 0) epochs.acceptPayouts(1, root);
        else if (what == 1) epochs.rejectPayouts(1);
        else epochs.voidEpoch(1);
        _claim(_balances() == balances);
        _claim(token.balanceOf(TREASURY) == 0);
        _claimLedger();
        _qed();
    }

    /// @dev What the referee rules, or a missed deadline, moves one bond: at most half to who proved it, the rest to the
    /// treasury, nothing to the judge.
    function check_bonds_conserved__judge_never_gains(address caller, uint8 what, uint40 time) public {
        _anyEpoch(1, 4);
        uint256 balances = _balances();
        vm.warp(time);
        vm.prank(what > 1 ? address(referee) : caller);
        if (what == 0) epochs.missCommit(1);
        else if (what == 1) epochs.missReveal(1);
        else if (what == 2) epochs.disprovePayouts(1, PROVER, Fraud.Score);
        else if (what == 3) epochs.disproveLabels(1, PROVER, Fraud.Receipt);
        else epochs.unfreeze(1, PROVER);
        unchecked {
            uint256 share = token.balanceOf(PROVER);
            uint256 rest = token.balanceOf(TREASURY);
            _claim(balances - _balances() == share + rest);
            _claim(share <= rest);
            _claim(token.balanceOf(address(referee)) == 0);
        }
        _claimLedger();
        _qed();
    }
}

contract LabelEpochsCasesProof is LabelEpochsStateProof {
    /// @dev A root is in force only by a vote, after the window that every answered demand moved on, and with no case open.
    function check_ruling_not_executable_before_delay(address caller, bytes32 root, uint40 time) public {
        _anyEpoch(1, 6);
        vm.assume(caller != address(referee)); // the stand-in of the AccessManager lets it call anything
        vm.warp(time);
        vm.prank(caller);
        epochs.acceptPayouts(1, root);
        _claim(caller == ADMIN);
        _claim(status == 4);
        _claim(!isFrozen);
        _claim(time >= challengeEndsAt);
        _qed();
    }

    /// @dev The window: whole at every proposal, never shortened by an answer, which leaves time for another demand.
    function check_ruling_delay_is_whole(bool answer, uint40 time) public {
        _anyEpoch(3, 4);
        vm.warp(time);
        vm.prank(answer ? address(referee) : PROPOSER);
        if (answer) epochs.unfreeze(1, PROVER);
        else epochs.proposePayouts(1, "payouts", 1, 1e18, 1e18);
        uint256 later = epochs.epochOf(1).challengeEndsAt;
        if (answer) {
            _claim(later >= challengeEndsAt);
            _claim(later >= uint256(time) + 10);
        } else {
            _claim(later == uint256(time) + 30);
        }
        _qed();
    }

    /// @dev Whoever asked for whatever leaf: once its time is over, anybody ends the case, and nothing can prevent it.
    function check_every_case_terminates(address caller, uint8 tree, uint40 time, uint40 answerBy) public {
        _anyEpoch(2, 4);
        vm.assume(isFrozen && tree < 3 && (tree != 1 || status == 4) && caller != address(0));
        vm.store(
            address(referee),
            keccak256(abi.encode(1, 3)),
            bytes32(uint256(answerBy) << 200 | uint256(tree) << 160 | uint160(CHALLENGER))
        );
        vm.assume(referee.demandOf(1).challenger == CHALLENGER && referee.demandOf(1).answerBy == answerBy);
        vm.warp(time);
        vm.prank(caller);
        try referee.disproveUnopened(1) {
            _claim(time >= answerBy);
            _claim(epochs.epochOf(1).challenger == address(0));
            _claim(referee.demandOf(1).challenger == address(0));
        } catch {
            _claim(time < answerBy);
        }
        _qed();
    }

    /// @dev Nor can a case be stretched: while one is open, nobody opens another, for which its deadline would be set anew.
    function check_one_open_case_per_subject(uint32 index, uint40 time) public {
        _anyEpoch(2, 4);
        vm.assume(isFrozen);
        vm.warp(time);
        vm.prank(PROPOSER);
        try referee.demandOpening(1, IEpochReferee.Tree.Labels, index) {
            assert(false);
        } catch {}
    }
}
