use rand::{TryRngCore, rngs::OsRng};

/// Unpredictable bytes from the operating system: nonces, refresh tokens, keys.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).expect("the operating system has a random number generator");
    bytes
}
