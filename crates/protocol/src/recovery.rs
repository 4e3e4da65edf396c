//! Who signed a digest (secp256k1). Two implementations that must agree: the C library that Bitcoin nodes run is three
//! times as fast, and a page has no C.

use crate::eip712::{SignatureBytes, SignatureError};
use alloy_primitives::{Address, B256};

/// The address whose key made `signature` over `digest`. Each key has one accepted signature form per digest and nonce:
/// v 27 or 28, low s, as OpenZeppelin's `ECDSA`.
///
/// # Errors
/// See [`SignatureError`]. A signature over another digest recovers another address: compare it.
pub fn recover(digest: &B256, signature: &SignatureBytes) -> Result<Address, SignatureError> {
    let is_odd = match signature[64] {
        27 => false,
        28 => true,
        other => return Err(SignatureError::RecoveryByte(other)),
    };
    if signature[32..64] > HALF_ORDER[..] {
        return Err(SignatureError::Malleable);
    }
    #[cfg(not(target_arch = "wasm32"))]
    return native::recover(digest, signature, is_odd).ok_or(SignatureError::Invalid);
    #[cfg(target_arch = "wasm32")]
    return portable::recover(digest, signature, is_odd).ok_or(SignatureError::Invalid);
}

/// Half of the curve's order, rounded down (EIP-2).
const HALF_ORDER: [u8; 32] =
    alloy_primitives::hex!("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use super::*;
    use secp256k1::{
        Message, SECP256K1,
        ecdsa::{RecoverableSignature, RecoveryId},
    };

    pub fn recover(digest: &B256, signature: &SignatureBytes, is_odd: bool) -> Option<Address> {
        let id = if is_odd { RecoveryId::One } else { RecoveryId::Zero };
        let signature = RecoverableSignature::from_compact(&signature[..64], id).ok()?;
        let key = SECP256K1.recover_ecdsa(Message::from_digest(digest.0), &signature).ok()?;
        Some(Address::from_raw_public_key(&key.serialize_uncompressed()[1..]))
    }
}

#[cfg(any(test, target_arch = "wasm32"))]
mod portable {
    use super::*;
    use k256::{
        AffinePoint, FieldBytes, ProjectivePoint, PublicKey, Scalar, U256,
        elliptic_curve::{
            PrimeField,
            ops::{LinearCombination, Reduce},
            point::DecompressPoint,
        },
    };

    /// `Q = (s·R − z·G) / r` with R the point whose x is r. Checking the signature with that Q afterwards, as k256's own
    /// recovery does, says nothing new and takes as long again: `(z·G + r·Q) / s = (z·G + s·R − z·G) / s = R`.
    pub fn recover(digest: &B256, signature: &SignatureBytes, is_odd: bool) -> Option<Address> {
        let field = |at: usize| FieldBytes::from(std::array::from_fn::<u8, 32, _>(|i| signature[at + i]));
        let not_zero =
            |at| Option::from(Scalar::from_repr(field(at))).filter(|scalar| *scalar != Scalar::ZERO);
        let (r, s): (Scalar, Scalar) = (not_zero(0)?, not_zero(32)?);
        let point: AffinePoint = Option::from(AffinePoint::decompress(&field(0), u8::from(is_odd).into()))?;
        let z = <Scalar as Reduce<U256>>::reduce_bytes(&FieldBytes::from(digest.0));
        let inverse: Scalar = Option::from(r.invert())?;
        let key = ProjectivePoint::lincomb(
            &ProjectivePoint::GENERATOR,
            &-(inverse * z),
            &ProjectivePoint::from(point),
            &(inverse * s),
        );
        // The point at infinity is nobody's key.
        Some(Address::from_public_key(&PublicKey::from_affine(key.to_affine()).ok()?.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_keys::{address, sign};
    use alloy_primitives::{Signature, U256, hex, keccak256, uint};

    const ORDER: U256 = uint!(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141_U256);

    /// k256's own recovery, which verifies after it.
    fn verified(digest: &B256, signature: &SignatureBytes, is_odd: bool) -> Option<Address> {
        let signature = Signature::from_bytes_and_parity(&signature[..64], is_odd);
        signature.recover_address_from_prehash(digest).ok()
    }

    fn same(digest: &B256, signature: &SignatureBytes) -> Option<Address> {
        let is_odd = signature[64] == 28;
        let expected = verified(digest, signature, is_odd);
        assert_eq!(native::recover(digest, signature, is_odd), expected, "C: {digest} {signature}");
        assert_eq!(portable::recover(digest, signature, is_odd), expected, "Rust: {digest} {signature}");
        expected
    }

    fn spelled(r: [u8; 32], s: [u8; 32], v: u8) -> SignatureBytes {
        SignatureBytes::from_slice(&[&r[..], &s, &[v]].concat())
    }

    #[test]
    fn all_implementations_name_the_same_signer() {
        let mut n_nobody = 0;
        for n in 0..200u32 {
            let digest = keccak256(n.to_be_bytes());
            let key = (n % 7 + 1) as u8;
            let signature = sign(key, &digest);
            assert_eq!(same(&digest, &signature), Some(address(key)));
            // Half of all x are no point's.
            let (r, s) = (keccak256(digest), keccak256(signature));
            n_nobody += usize::from(same(&digest, &spelled(r.0, s.0, 27)).is_none());
            let mut bent = signature;
            bent[(n % 64) as usize] ^= 1 << (n % 8);
            same(&digest, &bent);
        }
        assert!((60..140).contains(&n_nobody), "{n_nobody}");
    }

    #[test]
    fn all_implementations_refuse_the_same_edges() {
        let digests = [B256::ZERO, B256::repeat_byte(0xff), B256::from(ORDER), keccak256("message")];
        let mut edges: Vec<[u8; 32]> = [U256::ZERO, U256::from(1), U256::from(2), ORDER >> 1, U256::MAX]
            .iter()
            .chain(&[ORDER - U256::from(1), ORDER, ORDER + U256::from(1)])
            .map(|value| value.to_be_bytes())
            .collect();
        // x of the generator.
        let generator = hex!("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        edges.push(generator);
        for digest in digests {
            for &r in &edges {
                for &s in &edges {
                    for v in [27, 28] {
                        same(&digest, &spelled(r, s, v));
                    }
                }
            }
        }
        // s·R = z·G: the key would be the point at infinity.
        let z = U256::from(5);
        assert_eq!(same(&B256::from(z), &spelled(generator, z.to_be_bytes(), 27)), None);
        assert!(same(&B256::from(z), &spelled(generator, z.to_be_bytes(), 28)).is_some());
    }

    #[test]
    fn second_spellings_are_refused() {
        let digest = keccak256("message");
        let signature = sign(1, &digest);
        assert_eq!(recover(&digest, &signature), Ok(address(1)));
        assert_ne!(recover(&keccak256("other"), &signature), Ok(address(1)));

        let mut low_v = signature;
        low_v[64] -= 27;
        assert!(matches!(recover(&digest, &low_v), Err(SignatureError::RecoveryByte(0 | 1))));

        let mut high_s = signature;
        let s = ORDER - U256::from_be_slice(&signature[32..64]);
        high_s[32..64].copy_from_slice(&s.to_be_bytes::<32>());
        high_s[64] = 55 - signature[64];
        assert_eq!(same(&digest, &high_s), Some(address(1)), "the same signature spelled otherwise");
        assert_eq!(recover(&digest, &high_s), Err(SignatureError::Malleable));
        let half_order: U256 = ORDER >> 1;
        let half = half_order.to_be_bytes::<32>();
        let above = (half_order + U256::from(1)).to_be_bytes::<32>();
        let x = signature[..32].try_into().unwrap();
        assert_ne!(recover(&digest, &spelled(x, half, 27)), Err(SignatureError::Malleable));
        assert_eq!(recover(&digest, &spelled(x, above, 27)), Err(SignatureError::Malleable));
        assert_eq!(recover(&digest, &spelled([0; 32], [0; 32], 27)), Err(SignatureError::Invalid));
    }
}
