// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Deployment, DeploymentFile} from "./Deployment.sol";
import {Print} from "./Print.sol";
import {vm} from "./Vm.sol";

/// @notice Put tokens behind one's word: the operator's bond before it opens an epoch, a proposer's before it proposes
/// payouts, a challenger's before it demands an opening. The tokens stay in the wallet and keep voting.
///
///     AMOUNT=1000 forge script script/LockBond.s.sol --rpc-url URL --sender 0x… (--account NAME | …) [--broadcast]
///
/// Environment:
///   AMOUNT           whole tokens
///   ACTION           lock (default) | withdraw: take free bond back
///   DEPLOYMENT_FILE
contract LockBond {
    // solhint-disable-next-line func-name-mixedcase
    bool public constant IS_SCRIPT = true;

    error LockBondNoAmount();
    error LockBondTooFew(address account, uint256 available, uint256 needed);
    error LockBondUnknownAction(string action);

    function run() external {
        Deployment memory d = DeploymentFile.read();
        uint256 amount = vm.envOr("AMOUNT", uint256(0)) * 1e18;
        string memory action = vm.envOr("ACTION", "lock");
        if (amount == 0) revert LockBondNoAmount();
        _show(d, msg.sender, "before");
        if (keccak256(bytes(action)) == keccak256("lock")) {
            uint256 available = d.governanceToken.unlockedBalanceOf(msg.sender);
            if (available < amount) revert LockBondTooFew(msg.sender, available, amount);
            vm.startBroadcast();
            d.governanceToken.lockAndCall(address(d.labelEpochs), amount, "");
        } else if (keccak256(bytes(action)) == keccak256("withdraw")) {
            (uint256 free,) = d.labelEpochs.bondOf(msg.sender);
            if (free < amount) revert LockBondTooFew(msg.sender, free, amount);
            vm.startBroadcast();
            d.labelEpochs.withdrawBond(amount);
        } else {
            revert LockBondUnknownAction(action);
        }
        vm.stopBroadcast();
        _show(d, msg.sender, "after");
    }

    function _show(Deployment memory d, address account, string memory when) private view {
        (uint256 free, uint256 reserved) = d.labelEpochs.bondOf(account);
        Print.line(string.concat("Bond of ", vm.toString(account), " ", when));
        Print.pair("free", Print.amount(free));
        Print.pair("reserved", Print.amount(reserved));
        Print.pair("not locked anywhere", Print.amount(d.governanceToken.unlockedBalanceOf(account)));
    }
}
