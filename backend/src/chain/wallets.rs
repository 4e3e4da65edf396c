//! Wallets that are contracts and say themselves what they signed (ERC-1271).
use super::{ChainHandle, ReadError, revert};
use alloy::{
    eips::BlockId,
    network::TransactionBuilder,
    primitives::{Address, B256},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol,
    sol_types::SolCall,
};

sol! {
    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4 magicValue);
}

/// Enough for a wallet with many owners, and little for the node that runs what a stranger wrote.
const GAS: u64 = 2_000_000;

impl ChainHandle {
    /// Whether the contract at `wallet` called the signature of `digest` its own at `block`. False for an address without
    /// code and for a contract that fails.
    ///
    /// # Errors
    /// [`ReadError`]: the node cannot say, e.g. because it has dropped the state of an old block.
    pub async fn is_signature_of(
        &self,
        wallet: Address,
        digest: B256,
        signature: &[u8],
        block: BlockId,
    ) -> Result<bool, ReadError> {
        let what = isValidSignatureCall::SIGNATURE;
        let call = isValidSignatureCall { hash: digest, signature: signature.to_vec().into() };
        let request =
            TransactionRequest::default().with_to(wallet).with_input(call.abi_encode()).with_gas_limit(GAS);
        match self.provider.call(request).block(block).await {
            // Without code the answer is empty.
            Ok(answer) => Ok(isValidSignatureCall::abi_decode_returns(&answer)
                .is_ok_and(|magic| magic.0 == isValidSignatureCall::SELECTOR)),
            Err(error) if revert::reason(&error).is_some() || ran_out_of_gas(&error) => Ok(false),
            Err(source) => Err(ReadError::Rpc { what, source }),
        }
    }
}

fn ran_out_of_gas(error: &alloy::transports::TransportError) -> bool {
    let message = error.as_error_resp().map(|response| response.message.to_ascii_lowercase());
    message.is_some_and(|message| {
        ["out of gas", "outofgas", "invalid opcode", "invalidfeopcode", "evm error"]
            .iter()
            .any(|known| message.contains(known))
    })
}
