// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Roles} from "../../script/Deployment.sol";
import {vm} from "../../script/Vm.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {ILabelEpochs} from "../src/interfaces/ILabelEpochs.sol";
import {ModelRegistry} from "../src/models/ModelRegistry.sol";
import {LabelEpochs} from "../src/rewards/LabelEpochs.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {PayoutsTree} from "./harnesses/MerkleTree.sol";
import {SystemBase} from "./SystemBase.sol";

/// @notice Gas of whole transactions (each call is its own: intrinsic cost, calldata and cold slots are in), written to
/// contracts/snapshots/ and held below a ceiling 2 % above what was measured when it was last set, or below the gate of
/// tools/bench-gas.mjs where that is met and closer. Deep claims, later epochs and fraud proofs: the other *.gas.t.sol.
abstract contract GasTest is SystemBase {
    string private constant GROUP = "Polity";

    function _snapshot(string memory name, uint256 most) internal returns (uint256 gas) {
        gas = vm.snapshotGasLastCall(GROUP, name);
        vm.assertLe(gas, most, name);
    }
}

contract GasStaking_Test is GasTest {
    function test_StakeAndUnstake() public {
        // The pool's total is not zero any more: only the very first staker pays for that.
        _stake(voters[1]);
        _stake(voters[0]);
        _snapshot("stake: first, delegate set", 93_000);
        _stake(voters[0]);
        _snapshot("stake: more", 60_500);
        _stake(config.holders[4]);
        _snapshot("stake: first, with self-delegation", 164_000);
        vm.prank(voters[0]);
        d.stakingPool.requestUnstake(50e18);
        _snapshot("requestUnstake", 61_500);
        _skip(config.cooldown);
        vm.prank(voters[0]);
        d.stakingPool.withdraw();
        _snapshot("withdraw", 41_000);
    }

    function test_StreamedRewards() public {
        _stake(voters[1]);
        _stake(voters[0]);
        vm.startPrank(address(d.timelock));
        d.governanceToken.approve(address(d.stakingPool), 1_000e18);
        d.stakingPool.notifyReward(1_000e18, 30 days);
        vm.stopPrank();
        _snapshot("notifyReward: first", 115_500);
        _skip(1 days);
        _claimTwice(voters[1]);
        _claimTwice(voters[0]);
        _snapshot("claimReward: later, delegated", 98_000);
        vm.prank(voters[0]);
        d.governanceToken.delegate(address(0));
        _claimTwice(voters[0]);
        _snapshot("claimReward: later, undelegated", 64_000);
    }

    function test_Slash() public {
        _stake(voters[0]);
        _stake(voters[1]);
        // Neither the pool's first slash nor its first reserve.
        vm.prank(address(d.epochReferee));
        d.stakingPool.slash(voters[1], 10e18, voters[2], "an earlier case");
        _skip(1);
        vm.prank(address(d.epochReferee));
        d.stakingPool.slash(voters[0], 10e18, address(0), "nobody's share");
        _snapshot("slash: all to the reserve", 160_500);
        // In another second, so that the votes of both write a checkpoint.
        _skip(1);
        vm.prank(address(d.epochReferee));
        d.stakingPool.slash(voters[0], 10e18, voters[2], "a case");
        _snapshot("slash: with a challenger's share", 208_000);
    }

    function _claimTwice(address account) private {
        for (uint256 i = 0; i < 2; ++i) {
            _skip(1 days);
            vm.prank(account);
            d.stakingPool.claimReward();
        }
    }

    function _stake(address account) private {
        vm.prank(account);
        d.governanceToken.lockAndCall(address(d.stakingPool), 100e18, "");
    }
}

contract GasVoting_Test is GasTest {
    bytes32 private constant BALLOT_TYPEHASH =
        keccak256("Ballot(uint256 proposalId,uint8 support,address voter,uint256 nonce)");

    function test_AProposal() public {
        Proposal memory p = _budgetProposal("Fifty-six bytes: the length that the reference measured.");
        uint256 proposalId = _propose(p);
        _snapshot("propose: 1 action", 80_000);
        _propose(_budgetProposal("Pay #proposer=0x70997970C51812dc3A010C7d01b50e0d17dc79C8"));
        _snapshot("propose: 1 action, naming its proposer", 99_500);
        (address signer, uint256 key) = _signer("signer");
        _skip(1);
        vm.prank(voters[2]);
        d.governanceToken.delegate(signer);
        _skip(config.votingDelay + 1);
        _vote(proposalId, voters[0], FOR);
        _snapshot("castVote: first, reaches quorum", 127_500);
        _vote(proposalId, voters[1], FOR);
        _snapshot("castVote: later", 69_000);
        _voteBySignature(proposalId, signer, key);
    }

    function test_QueueAndExecute() public {
        Proposal memory p = _budgetProposal("Fifty-six bytes: the length that the reference measured.");
        _succeed(p);
        _queue(p);
        _snapshot("queue: 1 action", 150_500);
        _skip(config.timelockDelay);
        _execute(p);
        _snapshot("execute: 1 action", 131_000);
    }

    function test_TheOptimisticGovernor() public {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = ModelRegistry.activate.selector;
        vm.startPrank(address(d.timelock));
        d.accessManager.setTargetFunctionRole(address(d.modelRegistry), selectors, Roles.ROUTINE);
        d.accessManager.grantRole(Roles.ROUTINE, address(d.optimisticGovernor), 0);
        d.optimisticGovernor.setAllowed(address(d.modelRegistry), selectors[0], 1, true);
        d.optimisticGovernor.setProposer(operator, true);
        vm.stopPrank();
        IModelRegistry.VersionDigest memory digest;
        (digest.manifestHash, digest.weightsHash) = ("manifest", "weights");
        vm.prank(config.holders[4]);
        d.governanceToken.delegate(config.holders[4]);
        vm.startPrank(operator);
        bytes32 versionId = d.modelRegistry.register(d.familyId, digest, new bytes32[](0), "");
        Proposal memory p = _proposal(address(d.modelRegistry), abi.encodeCall(ModelRegistry.activate, (versionId)));
        uint256 proposalId = d.optimisticGovernor.propose(p.targets, p.values, p.calldatas, p.description);
        _snapshot("optimistic: propose", 91_000);
        vm.stopPrank();
        _skip(config.votingDelay + 1);
        vm.prank(config.holders[4]);
        d.optimisticGovernor.castVote(proposalId, AGAINST);
        _snapshot("optimistic: castVote against", 84_500);
        _skip(config.vetoPeriod);
        d.optimisticGovernor.execute(p.targets, p.values, p.calldatas, keccak256(bytes(p.description)));
        _snapshot("optimistic: execute activate", 109_500);
    }

    function _voteBySignature(uint256 proposalId, address signer, uint256 key) private {
        uint256 nonce = uint256(uint192(proposalId)) << 64;
        bytes32 structHash = keccak256(abi.encode(BALLOT_TYPEHASH, proposalId, FOR, signer, nonce));
        bytes32 digest = MessageHashUtils.toTypedDataHash(_domainSeparator(), structHash);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        d.governor.castVoteBySig(proposalId, FOR, signer, abi.encodePacked(r, s, v));
        _snapshot("castVoteBySig", 103_000);
    }

    function _budgetProposal(string memory description) private view returns (Proposal memory p) {
        p = _proposal(address(d.rewardDistributor), abi.encodeCall(RewardDistributor.setEpochBudget, (1)));
        p.description = description;
    }

    function _domainSeparator() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Polity Governor"),
                keccak256("1"),
                block.chainid,
                address(d.governor)
            )
        );
    }
}

contract GasRewards_Test is GasTest {
    /// @dev 2^10 leaves: a proof of ten siblings.
    uint256 private constant ACCOUNTS = 1_024;

    address[] private accounts;
    uint256[] private cumulative;

    function test_AnEpochOfManyAccounts() public {
        uint64 epoch = _proposedEpoch();
        bytes32 root = PayoutsTree.root(accounts, cumulative);
        Proposal memory p = _proposal(address(d.labelEpochs), abi.encodeCall(LabelEpochs.acceptPayouts, (epoch, root)));
        _succeedAndQueue(p);
        _execute(p);
        _snapshot("execute: acceptPayouts", 218_500);
        // Not the pool's very first claim, and the account holds tokens already.
        d.rewardDistributor.claim(PayoutsTree.claimOf(accounts, cumulative, 9));
        vm.prank(voters[0]);
        d.governanceToken.transfer(accounts[5], 1);
        d.rewardDistributor.claim(PayoutsTree.claimOf(accounts, cumulative, 5));
        _snapshot("claim: first, depth 10", 89_000);
    }

    function test_Models() public {
        IModelRegistry.VersionDigest memory digest;
        (digest.manifestHash, digest.weightsHash) = ("manifest", "weights");
        vm.prank(operator);
        bytes32 versionId = d.modelRegistry.register(d.familyId, digest, new bytes32[](0), "");
        _snapshot("register: version", 171_500);
        Proposal memory p = _proposal(address(d.modelRegistry), abi.encodeCall(ModelRegistry.activate, (versionId)));
        _succeedAndQueue(p);
        _execute(p);
        _snapshot("execute: activate", 142_500);
    }

    function _fund(uint256 amount) private {
        vm.startPrank(voters[0]);
        d.governanceToken.approve(address(d.rewardDistributor), amount);
        d.rewardDistributor.fund(amount);
        vm.stopPrank();
    }

    /// @dev A funded pool and an epoch whose challenge window is over.
    function _proposedEpoch() private returns (uint64 epoch) {
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            accounts.push(address(uint160(0x100000 + i)));
            cumulative.push(1e15 + i);
        }
        uint256 total = PayoutsTree.total(cumulative);
        _fund(total + 1);
        vm.prank(address(d.timelock));
        d.rewardDistributor.setEpochBudget(total);
        ILabelEpochs.Terms memory terms = _leastTerms(total, "secret");
        vm.startPrank(operator);
        d.governanceToken.lockAndCall(address(d.labelEpochs), 10_000e18, "");
        _snapshot("lock a bond: first", 85_000);
        epoch = d.labelEpochs.open(terms);
        _snapshot("open", 272_000);
        d.labelEpochs.commitLabels(epoch, "labels", 12, "bundle");
        _snapshot("commitLabels", 98_000);
        uint256 number = vm.getBlockNumber();
        vm.roll(number + 2);
        vm.setBlockhash(number + 1, keccak256("block"));
        d.labelEpochs.reveal(epoch, "secret");
        _snapshot("reveal", 102_500);
        bytes32 root = PayoutsTree.root(accounts, cumulative);
        d.labelEpochs.proposePayouts(epoch, root, uint32(ACCOUNTS), uint112(total), uint112(total));
        _snapshot("proposePayouts", 128_000);
        vm.stopPrank();
        _skip(config.challengeWindow);
    }
}
