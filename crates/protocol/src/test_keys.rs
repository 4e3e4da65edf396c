//! Fixed keys that tests sign with.

use alloy_primitives::{Address, B256, FixedBytes};
use k256::ecdsa::SigningKey;

fn key(n: u8) -> SigningKey {
    SigningKey::from_slice(secret(n).as_slice()).expect("small non-zero numbers are keys")
}

/// The secret itself.
pub fn secret(n: u8) -> B256 {
    B256::with_last_byte(n)
}

/// Address of the key whose secret is the number `n`.
pub fn address(n: u8) -> Address {
    Address::from_public_key(key(n).verifying_key())
}

/// Signature of key `n` (RFC 6979, so always the same).
pub fn sign(n: u8, digest: &B256) -> FixedBytes<65> {
    let (signature, recovery) = key(n).sign_prehash_recoverable(digest.as_slice()).expect("32 bytes");
    let mut bytes = FixedBytes::ZERO;
    bytes[..64].copy_from_slice(&signature.to_bytes());
    bytes[64] = 27 + recovery.to_byte();
    bytes
}
