//! Who is calling: Sign-In with Ethereum (EIP-4361), access tokens, refresh tokens, roles.
mod access_token;
mod random;

pub use access_token::{AccessTokens, AccessTokensError};
pub use random::random_bytes;
