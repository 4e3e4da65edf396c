// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {RewardDistributor} from "../contracts/src/rewards/RewardDistributor.sol";
import {StakingPool} from "../contracts/src/staking/StakingPool.sol";
import {Deployment, DeploymentFile} from "./Deployment.sol";
import {Print} from "./Print.sol";
import {Proposal, Proposals} from "./Proposal.sol";
import {Proposer} from "./Propose.s.sol";
import {vm} from "./Vm.sol";

/// @notice Put tokens into the reward pool: what epochs are paid from, and a stream to stakers.
///
///     AMOUNT=100000 [BUDGET=5000] [STREAM=1000 DAYS=30] [FROM=treasury] [ACTION=propose] \
///     forge script script/FundPool.s.sol --rpc-url URL --sender 0x… (--account NAME | …) [--broadcast]
///
/// Environment:
///   FROM     sender (default): the sender's own tokens, two transactions | treasury: a proposal that pays from the timelock
///   AMOUNT   whole tokens for the distributor; 0 (default) for none
///   BUDGET   treasury only: the most that one epoch may be opened with from now on, whole tokens
///   STREAM   treasury only: whole tokens streamed to stakers over DAYS days, on top of AMOUNT
///   ACTION, PROPOSER   treasury only: as for Propose.s.sol; repeat the other variables for each step
///   DEPLOYMENT_FILE
contract FundPool is Proposer {
    using Proposals for Proposal;

    // solhint-disable-next-line func-name-mixedcase
    bool public constant IS_SCRIPT = true;

    error FundPoolNothingToDo();
    error FundPoolUnknownSource(string from);
    error FundPoolTooFew(address account, uint256 available, uint256 needed);

    function run() external {
        Deployment memory d = DeploymentFile.read();
        uint256 amount = vm.envOr("AMOUNT", uint256(0)) * 1e18;
        string memory from = vm.envOr("FROM", "sender");
        if (keccak256(bytes(from)) == keccak256("treasury")) {
            uint256 budget = vm.envOr("BUDGET", uint256(0)) * 1e18;
            uint256 stream = vm.envOr("STREAM", uint256(0)) * 1e18;
            uint256 duration = vm.envOr("DAYS", uint256(30)) * 1 days;
            Proposal memory p = proposal(d, amount, budget, stream, uint48(duration));
            _step(d, d.governor, p, vm.envOr("ACTION", "propose"), vm.envOr("PROPOSER", msg.sender));
        } else if (keccak256(bytes(from)) == keccak256("sender")) {
            _fund(d, amount);
        } else {
            revert FundPoolUnknownSource(from);
        }
    }

    /// @notice The proposal that pays from the treasury; a zero leaves its part out.
    function proposal(Deployment memory d, uint256 amount, uint256 budget, uint256 stream, uint48 duration)
        public
        view
        returns (Proposal memory p)
    {
        uint256 n = (amount > 0 ? 2 : 0) + (budget > 0 ? 1 : 0) + (stream > 0 ? 2 : 0);
        if (n == 0) revert FundPoolNothingToDo();
        uint256 treasury = d.governanceToken.unlockedBalanceOf(address(d.timelock));
        if (treasury < amount + stream) revert FundPoolTooFew(address(d.timelock), treasury, amount + stream);
        p = Proposals.empty(_description(amount, budget, stream, duration), n);
        uint256 i = 0;
        if (amount > 0) {
            p.set(i++, address(d.governanceToken), _approval(address(d.rewardDistributor), amount), "approve");
            p.set(
                i++,
                address(d.rewardDistributor),
                abi.encodeCall(RewardDistributor.fund, (amount)),
                string.concat("fund ", Print.amount(amount))
            );
        }
        if (budget > 0) {
            bytes memory data = abi.encodeCall(RewardDistributor.setEpochBudget, (budget));
            p.set(i++, address(d.rewardDistributor), data, string.concat("setEpochBudget ", Print.amount(budget)));
        }
        if (stream > 0) {
            p.set(i++, address(d.governanceToken), _approval(address(d.stakingPool), stream), "approve");
            p.set(
                i++,
                address(d.stakingPool),
                abi.encodeCall(StakingPool.notifyReward, (stream, duration)),
                string.concat("notifyReward ", Print.amount(stream), " over ", Print.duration(duration))
            );
        }
    }

    function _fund(Deployment memory d, uint256 amount) private {
        if (amount == 0) revert FundPoolNothingToDo();
        uint256 available = d.governanceToken.unlockedBalanceOf(msg.sender);
        if (available < amount) revert FundPoolTooFew(msg.sender, available, amount);
        vm.startBroadcast();
        d.governanceToken.approve(address(d.rewardDistributor), amount);
        d.rewardDistributor.fund(amount);
        vm.stopBroadcast();
        Print.line("The reward pool");
        Print.pair("funded", Print.amount(d.rewardDistributor.totalFunded()));
        Print.pair("approved", Print.amount(d.rewardDistributor.totalApproved()));
        Print.pair("budget of an epoch", Print.amount(d.rewardDistributor.epochBudget()));
    }

    function _approval(address spender, uint256 amount) private pure returns (bytes memory) {
        return abi.encodeCall(IERC20.approve, (spender, amount));
    }

    function _description(uint256 amount, uint256 budget, uint256 stream, uint48 duration)
        private
        pure
        returns (string memory text)
    {
        text = "Fund rewards from the treasury";
        if (amount > 0) text = string.concat(text, "; ", Print.amount(amount), " for epochs");
        if (budget > 0) text = string.concat(text, "; at most ", Print.amount(budget), " an epoch");
        if (stream > 0) {
            text = string.concat(text, "; ", Print.amount(stream), " for stakers over ", Print.duration(duration));
        }
    }
}
