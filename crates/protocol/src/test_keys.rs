//! Fixed keys that tests sign with.

use crate::eip712::SignatureBytes;
use alloy_primitives::{Address, B256};
use k256::ecdsa::SigningKey;

fn key(n: u8) -> SigningKey {
    SigningKey::from_slice(B256::with_last_byte(n).as_slice()).expect("small non-zero numbers are keys")
}

/// Address of the key whose secret is the number `n`.
pub fn address(n: u8) -> Address {
    Address::from_public_key(key(n).verifying_key())
}

/// Signature of key `n` (RFC 6979, so always the same).
pub fn sign(n: u8, digest: &B256) -> SignatureBytes {
    let (signature, recovery) = key(n).sign_prehash_recoverable(digest.as_slice()).expect("32 bytes");
    let mut bytes = SignatureBytes::ZERO;
    bytes[..64].copy_from_slice(&signature.to_bytes());
    bytes[64] = 27 + recovery.to_byte();
    bytes
}
