// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceToken} from "../src/governance/GovernanceToken.sol";
import {Fraud, IEpochReferee} from "../src/interfaces/IEpochReferee.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {EpochReferee} from "../src/rewards/EpochReferee.sol";
import {LabelEpochs} from "../src/rewards/LabelEpochs.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {StakingPool} from "../src/staking/StakingPool.sol";
import {LabelWord} from "../src/types/LabelLeaf.sol";
import {RawPay} from "../src/types/PayoutLeaf.sol";
import {vm} from "../../script/Vm.sol";
import {Base} from "./Base.sol";
import {Book, EpochRule, GoldSeat, Leaf, Payouts} from "./harnesses/EpochRule.sol";
import {MerkleTree} from "./harnesses/MerkleTree.sol";

/// @notice A stream of numbers out of one.
library Random {
    struct Source {
        uint256 state;
    }

    function next(Source memory self) internal pure returns (uint256) {
        return self.state = uint256(keccak256(abi.encode(self.state)));
    }

    /// @return a number in `least … most`
    function within(Source memory self, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + next(self) % (most - least + 1);
    }

    function oneIn(Source memory self, uint256 n) internal pure returns (bool) {
        return next(self) % n == 0;
    }
}

/// @notice The referee with everything it judges, and whole epochs at random. The test contract plays governance.
abstract contract EpochRefereeTest is Base {
    using Random for Random.Source;

    uint256 internal constant ROSTER = 32;
    uint48 internal constant CHALLENGE_WINDOW = 3 days;
    uint48 internal constant RESPONSE_WINDOW = 1 days;
    uint96 internal constant OPERATOR_BOND = 1_000e18;
    uint96 internal constant MIN_PROPOSER_BOND = 500e18;
    uint96 internal constant CHALLENGER_BOND = 100e18;
    uint256 internal constant SLASH_AMOUNT = 50e18;
    bytes32 internal constant BLOCK_HASH = keccak256("block");
    address internal constant RESERVE = address(0x7ea5);

    GovernanceToken internal token;
    RewardDistributor internal distributor;
    LabelEpochs internal epochs;
    StakingPool internal pool;
    EpochReferee internal referee;

    address internal operator;
    uint256 internal operatorKey;
    address internal cheat; // proposes what it likes
    address internal honest; // proposes what the rule gives
    address internal challenger; // has no bond of its own

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1_000);
        GovernanceToken.Allocation[] memory allocations = new GovernanceToken.Allocation[](1);
        allocations[0] = GovernanceToken.Allocation(address(this), 1e9 * 1e18);
        token =
            new GovernanceToken(GovernanceToken.Config("Polity", "POL", 1e9 * 1e18, 0, address(manager)), allocations);
        distributor = new RewardDistributor(address(manager), token);
        epochs = new LabelEpochs(
            LabelEpochs.Config({
                authority: address(manager),
                token: token,
                distributor: distributor,
                commitWindow: 30 days,
                challengeWindow: CHALLENGE_WINDOW,
                revealWindow: 1 days,
                responseWindow: RESPONSE_WINDOW,
                operatorBond: OPERATOR_BOND,
                minProposerBond: MIN_PROPOSER_BOND,
                bondBps: 1_000,
                challengerBond: CHALLENGER_BOND,
                reserve: RESERVE,
                floors: ILabelEpochs.Floors(0, 0, 0, 0, 0)
            })
        );
        pool = new StakingPool(
            StakingPool.Config({
                authority: address(manager),
                token: token,
                cooldown: 7 days,
                minCooldown: 1 days,
                maxCooldown: 30 days,
                maxSlashBps: 5_000,
                slashWindow: 1 days,
                slashPerWindow: 10_000e18,
                challengerShareBps: 2_000,
                minReward: 1e18,
                maxStreamDuration: 365 days
            })
        );
        referee = new EpochReferee(
            EpochReferee.Config({
                authority: address(manager),
                labelEpochs: epochs,
                distributor: distributor,
                stakingPool: pool,
                slashAmount: SLASH_AMOUNT
            })
        );
        _wire();
        (operator, operatorKey) = _signer("operator");
        cheat = _account("cheat");
        honest = _account("honest");
        challenger = _account("challenger");
        _bond(operator, OPERATOR_BOND);
        _bond(cheat, 10_000e18);
        _bond(honest, 10_000e18);
    }

    function _wire() private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = RewardDistributor.setPayoutsRoot.selector;
        manager.setTargetFunctionRole(address(distributor), selectors, 4);
        manager.grantRole(4, address(epochs), 0);
        selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (LabelEpochs.open.selector, LabelEpochs.commitLabels.selector);
        manager.setTargetFunctionRole(address(epochs), selectors, 1);
        manager.grantRole(1, _account("operator"), 0);
        selectors = new bytes4[](4);
        (selectors[0], selectors[1]) = (LabelEpochs.freeze.selector, LabelEpochs.unfreeze.selector);
        (selectors[2], selectors[3]) = (LabelEpochs.disprovePayouts.selector, LabelEpochs.disproveLabels.selector);
        manager.setTargetFunctionRole(address(epochs), selectors, 5);
        manager.grantRole(5, address(referee), 0);
        selectors = new bytes4[](1);
        selectors[0] = StakingPool.slash.selector;
        manager.setTargetFunctionRole(address(pool), selectors, 6);
        manager.grantRole(6, address(referee), 0);
        token.setLocker(address(epochs), true);
        token.setLocker(address(pool), true);
        token.approve(address(distributor), type(uint256).max);
        distributor.fund(1e8 * 1e18);
        distributor.setEpochBudget(type(uint256).max);
    }

    function _bond(address account, uint256 amount) internal {
        token.transfer(account, amount);
        vm.prank(account);
        token.lockAndCall(address(epochs), amount, "");
    }

    function _stake(address account, uint256 amount) internal {
        token.transfer(account, amount);
        vm.prank(account);
        token.lockAndCall(address(pool), amount, "");
    }

    // --- random epochs ----------------------------------------------------------------------------------------------

    /// @dev One of everything, now and then: no seed, no gold, no overlap, no previous tree, a budget too small.
    function _randomBook(uint256 seed) internal view returns (Book memory book) {
        Random.Source memory random = Random.Source(seed);
        book.epoch = epochs.lastEpoch() + 1;
        book.secret = bytes32(random.next());
        book.seed = random.oneIn(8) ? bytes32(0) : keccak256(abi.encode(book.secret, BLOCK_HASH));
        book.blockCount = uint32(random.oneIn(4) ? random.within(2, 3) : 1);
        book.terms = _randomTerms(random);
        book.terms.secretHash = keccak256(abi.encode(book.secret));
        _fillLabels(book, random);
        _fillGold(book, random);
        _fillPrevious(book, random);
        _setBudget(book, random);
    }

    function _randomTerms(Random.Source memory random) internal pure returns (ILabelEpochs.Terms memory terms) {
        terms.basePay = uint128(random.within(0, 1e15));
        terms.alphaPay = uint128(random.within(0, 4e15));
        terms.blockSlots = uint16(random.within(1, 40));
        terms.overlapSlots = uint16(random.within(0, terms.blockSlots / 2) * 2);
        terms.goldSlots = uint16(random.within(0, terms.blockSlots - terms.overlapSlots));
        terms.minOverlap = uint16(random.within(0, terms.overlapSlots / 2));
        terms.minRoster = uint16(random.within(0, 6));
        if (terms.goldSlots > 0) terms.goldBlocks = uint32(random.within(1, 4));
        terms.campaignHash = keccak256("campaign");
    }

    /// @dev Labelers that mostly agree with a truth, so that scores are not only noise. One in four earned before.
    function _fillLabels(Book memory book, Random.Source memory random) internal pure {
        book.labels = new LabelWord[](book.blockCount * ROSTER);
        uint256 all = type(uint256).max >> (256 - book.terms.blockSlots);
        for (uint256 b = 0; b < book.blockCount; ++b) {
            uint256 truth = random.next();
            uint256 size = b == 0 && random.oneIn(12) ? ROSTER : random.within(1, 8);
            for (uint256 i = 0; i < size; ++i) {
                uint256 p = b * ROSTER + (size == ROSTER ? i : random.within(0, ROSTER - 1));
                uint256 noise = random.next() & random.next() & (random.oneIn(2) ? random.next() : 0);
                uint256 valid = all & (random.next() | random.next() | random.next());
                if (random.oneIn(12)) valid = 0;
                book.labels[p] = LabelWord(_labeler(random, p), (truth ^ noise) & valid, valid);
            }
        }
    }

    function _labeler(Random.Source memory random, uint256 position) internal pure returns (address) {
        return random.oneIn(4) ? _earner(position) : address(uint160(random.next() >> 96 | 1));
    }

    function _earner(uint256 i) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("earner", i)))));
    }

    function _fillGold(Book memory book, Random.Source memory random) internal pure {
        book.gold = new GoldSeat[](book.terms.goldBlocks * ROSTER);
        for (uint256 p = 0; p < book.gold.length; ++p) {
            if (random.oneIn(5)) continue;
            uint256 known =
                p < book.labels.length ? book.labels[p].answers ^ (random.next() & random.next()) : random.next();
            book.gold[p] = GoldSeat(known, bytes32(random.next()));
        }
        if (book.gold.length == 0) return;
        book.terms.goldRoot = MerkleTree.root(EpochRule.goldHashes(book));
    }

    function _fillPrevious(Book memory book, Random.Source memory random) internal pure {
        if (random.oneIn(4)) return;
        uint256 n = random.within(1, 12);
        book.previous = new Leaf[](n);
        uint256 step = random.within(1, 8);
        for (uint256 i = 0; i < n; ++i) {
            book.previous[i].account = _earner(i * step);
            book.previous[i].cumulative = random.oneIn(6) ? 0 : random.within(1, 1e19);
        }
        EpochRule.sort(book.previous);
        EpochRule.sum(book.previous);
    }

    function _setBudget(Book memory book, Random.Source memory random) internal pure {
        book.terms.budget = type(uint256).max;
        Payouts memory unlimited = EpochRule.propose(EpochRule.payouts(book));
        book.terms.budget = random.within(1, 2 * uint256(unlimited.totalRaw) + 1);
    }

    // --- chain ------------------------------------------------------------------------------------------------------

    /// @dev An epoch up to the point where payouts can be proposed.
    function _reveal(Book memory book) internal {
        _commit(book);
        if (book.seed == 0) {
            _skip(1 days);
            epochs.missReveal(book.epoch);
        } else {
            uint256 number = vm.getBlockNumber();
            vm.roll(number + 2);
            vm.setBlockhash(number + 1, BLOCK_HASH);
            epochs.reveal(book.epoch, book.secret);
        }
    }

    function _commit(Book memory book) internal {
        if (book.previous.length > 0) {
            Payouts memory approved = EpochRule.propose(book.previous);
            vm.prank(address(epochs));
            distributor.setPayoutsRoot(0, approved.root, uint32(book.previous.length), approved.totalCumulative);
        }
        bytes32 labelsRoot = MerkleTree.root(EpochRule.labelHashes(book));
        vm.startPrank(operator);
        vm.assertEq(epochs.open(book.terms), book.epoch);
        epochs.commitLabels(book.epoch, labelsRoot, book.blockCount, "bundle");
        vm.stopPrank();
    }

    function _propose(Book memory book, Payouts memory payouts, address proposer) internal {
        vm.prank(proposer);
        epochs.proposePayouts(
            book.epoch, payouts.root, uint32(payouts.leaves.length), payouts.totalCumulative, payouts.totalRaw
        );
    }

    /// @dev Revealed, and the wrong `leaves` proposed.
    function _proposeWrong(Book memory book, Leaf[] memory leaves) internal returns (Payouts memory wrong) {
        wrong = EpochRule.propose(leaves);
        _reveal(book);
        _propose(book, wrong, cheat);
    }

    /// @dev Proves a fraud with `call` and looks at all that must follow from it.
    function _proves(Book memory book, Fraud fraud, bytes memory call) internal {
        ILabelEpochs.Epoch memory self = epochs.epochOf(book.epoch);
        (uint256 free, uint256 reserved) = epochs.bondOf(cheat);
        vm.assertEq(reserved, self.proposerBond, "reserved");
        uint256 reserveBefore = token.balanceOf(RESERVE);
        vm.expectEmit(address(epochs));
        emit ILabelEpochs.PayoutsDisproved(book.epoch, challenger, fraud, self.payoutsRoot);
        vm.prank(challenger);
        (bool ok,) = address(referee).call(call);
        vm.assertTrue(ok, "the proof was refused");

        uint256 half = self.proposerBond / 2;
        vm.assertEq(token.balanceOf(challenger), half, "challenger's half");
        vm.assertEq(token.balanceOf(RESERVE), reserveBefore + self.proposerBond - half, "the rest");
        (uint256 freeAfter, uint256 reservedAfter) = epochs.bondOf(cheat);
        vm.assertEq(freeAfter, free, "free");
        vm.assertEq(reservedAfter, 0, "nothing reserved");
        vm.assertTrue(epochs.epochOf(book.epoch).status == ILabelEpochs.Status.Revealed, "reopened");
        _accepts(book);
    }

    /// @dev The right root goes through.
    function _accepts(Book memory book) internal {
        Payouts memory right = EpochRule.propose(EpochRule.payouts(book));
        _propose(book, right, honest);
        _skip(CHALLENGE_WINDOW);
        epochs.acceptPayouts(book.epoch, right.root);
        vm.assertEq(distributor.payoutsRoot(), right.root, "approved");
        _assertUnharmed(honest, 10_000e18);
    }

    function _assertUnharmed(address account, uint256 bond) internal view {
        (uint256 free, uint256 reserved) = epochs.bondOf(account);
        vm.assertEq(free + reserved, bond, "an honest bond");
    }

    function _refuses(bytes memory call, bytes memory reason) internal {
        (bool ok, bytes memory actual) = address(referee).call(call);
        vm.assertFalse(ok);
        vm.assertEq(keccak256(actual), keccak256(reason), "reason");
    }

    function _refuses(bytes memory call) internal {
        (bool ok,) = address(referee).call(call);
        vm.assertFalse(ok);
    }

    function _noFraud(Book memory book) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IEpochReferee.EpochRefereeNoFraud.selector, book.epoch);
    }

    function _invalidOpening(Book memory book, uint256 index) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IEpochReferee.EpochRefereeInvalidOpening.selector, book.epoch, index);
    }

    // --- openings ---------------------------------------------------------------------------------------------------

    function _opening(Payouts memory payouts, uint256 i)
        internal
        pure
        returns (IEpochReferee.PayoutOpening memory opening)
    {
        Leaf memory leaf = payouts.leaves[i];
        opening = IEpochReferee.PayoutOpening({
            index: uint32(i),
            account: leaf.account,
            cumulative: leaf.cumulative,
            runningTotal: leaf.runningTotal,
            rawPayHash: EpochRule.hash(leaf.pay),
            proof: MerkleTree.proof(payouts.hashes, i)
        });
    }

    function _previousOpening(Book memory book, uint256 i) internal pure returns (IEpochReferee.PayoutOpening memory) {
        return _opening(EpochRule.propose(book.previous), i);
    }

    /// @dev What shows that `account` has no leaf; or its leaf, if it has one.
    function _around(Leaf[] memory leaves, address account)
        internal
        pure
        returns (IEpochReferee.PayoutOpening[] memory openings)
    {
        if (leaves.length == 0) return openings;
        Payouts memory payouts = EpochRule.propose(leaves);
        uint256 next = 0;
        while (next < leaves.length && leaves[next].account < account) ++next;
        bool has = next < leaves.length && leaves[next].account == account;
        if (has || next == 0 || next == leaves.length) {
            openings = new IEpochReferee.PayoutOpening[](1);
            openings[0] = _opening(payouts, next == leaves.length ? next - 1 : next);
        } else {
            openings = new IEpochReferee.PayoutOpening[](2);
            openings[0] = _opening(payouts, next - 1);
            openings[1] = _opening(payouts, next);
        }
    }

    function _label(Book memory book, uint256 position)
        internal
        pure
        returns (IEpochReferee.LabelOpening memory opening)
    {
        opening.position = uint32(position);
        opening.word = book.labels[position];
        opening.proof = MerkleTree.proof(EpochRule.labelHashes(book), position);
    }

    function _block(Book memory book, uint256 blockIndex)
        internal
        pure
        returns (IEpochReferee.BlockOpening memory opening)
    {
        opening.blockIndex = uint32(blockIndex);
        uint256 n = 0;
        for (uint256 s = 0; s < ROSTER; ++s) {
            if (book.labels[blockIndex * ROSTER + s].labeler != address(0)) ++n;
        }
        (opening.seats, opening.words) = (new uint8[](n), new LabelWord[](n));
        n = 0;
        for (uint256 s = 0; s < ROSTER; ++s) {
            LabelWord memory word = book.labels[blockIndex * ROSTER + s];
            if (word.labeler == address(0)) continue;
            opening.seats[n] = uint8(s);
            opening.words[n++] = word;
        }
        bytes32[] memory path = MerkleTree.proof(EpochRule.labelHashes(book), blockIndex * ROSTER);
        opening.proof = new bytes32[](path.length - 5);
        for (uint256 i = 0; i < opening.proof.length; ++i) {
            opening.proof[i] = path[i + 5];
        }
    }

    function _goldOpening(Book memory book, uint256 position)
        internal
        pure
        returns (IEpochReferee.GoldOpening memory opening)
    {
        if (position >= book.gold.length) return opening;
        opening.answers = book.gold[position].answers;
        opening.tasksHash = book.gold[position].tasksHash;
        opening.proof = MerkleTree.proof(EpochRule.goldHashes(book), position);
    }

    // --- calls ------------------------------------------------------------------------------------------------------

    function _callOrder(Book memory book, Payouts memory payouts, uint256 i) internal pure returns (bytes memory) {
        return abi.encodeCall(IEpochReferee.disproveOrder, (book.epoch, _opening(payouts, i), _opening(payouts, i + 1)));
    }

    function _callRunningTotal(Book memory book, Payouts memory payouts, uint256 i)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(
            IEpochReferee.disproveRunningTotal,
            (
                book.epoch,
                _opening(payouts, i),
                payouts.leaves[i].pay,
                _opening(payouts, i + 1),
                payouts.leaves[i + 1].pay
            )
        );
    }

    function _callTotal(Book memory book, Payouts memory payouts, uint256 i) internal pure returns (bytes memory) {
        return abi.encodeCall(IEpochReferee.disproveTotal, (book.epoch, _opening(payouts, i), payouts.leaves[i].pay));
    }

    function _callCarryOver(Book memory book, Payouts memory payouts, uint256 i) internal pure returns (bytes memory) {
        return abi.encodeCall(
            IEpochReferee.disproveCarryOver,
            (book.epoch, _opening(payouts, i), payouts.leaves[i].pay, _around(book.previous, payouts.leaves[i].account))
        );
    }

    function _callLabelPosition(Book memory book, Payouts memory payouts, uint256 i, uint256 position)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(
            IEpochReferee.disproveLabelPosition,
            (book.epoch, _opening(payouts, i), payouts.leaves[i].pay, _label(book, position))
        );
    }

    function _callScore(Book memory book, Payouts memory payouts, uint256 i) internal pure returns (bytes memory) {
        uint256 position = payouts.leaves[i].pay.position - 1;
        return abi.encodeCall(
            IEpochReferee.disproveScore,
            (
                book.epoch,
                _opening(payouts, i),
                payouts.leaves[i].pay,
                _block(book, position / ROSTER),
                _goldOpening(book, position)
            )
        );
    }

    // --- leaves -----------------------------------------------------------------------------------------------------

    function _without(Leaf[] memory leaves, uint256 gone) internal pure returns (Leaf[] memory result) {
        result = new Leaf[](leaves.length - 1);
        for (uint256 i = 0; i < result.length; ++i) {
            result[i] = leaves[i < gone ? i : i + 1];
        }
        EpochRule.sum(result);
    }

    function _with(Leaf[] memory leaves, Leaf memory leaf) internal pure returns (Leaf[] memory result) {
        result = new Leaf[](leaves.length + 1);
        for (uint256 i = 0; i < leaves.length; ++i) {
            result[i] = leaves[i];
        }
        result[leaves.length] = leaf;
        EpochRule.sort(result);
        EpochRule.sum(result);
    }

    function _indexOf(Leaf[] memory leaves, address account) internal pure returns (uint256 i) {
        while (leaves[i].account != account) ++i;
    }

    /// @dev A leaf of somebody that labeled, at random.
    function _someLabeler(Leaf[] memory leaves, uint256 choice) internal pure returns (uint256 i) {
        i = choice % leaves.length;
        while (leaves[i].pay.position == 0) i = (i + 1) % leaves.length;
    }
}
