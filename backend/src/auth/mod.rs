//! Who is calling: Sign-In with Ethereum (EIP-4361), access tokens, refresh cookies.
mod access_token;
mod random;
pub mod refresh_cookie;
pub mod siwe;

pub use access_token::{AccessTokens, AccessTokensError};
pub use random::random_bytes;
