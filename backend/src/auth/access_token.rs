//! Access tokens: short-lived EdDSA JWTs for the Authorization header. Algorithm, issuer and audience are fixed.
use super::random_bytes;
use alloy::primitives::Address;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, jwk::Jwk};
use serde::{Deserialize, Serialize};
use std::{
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

const AUDIENCE: &str = "polity-api";
/// PKCS#8 wrapping of a raw Ed25519 seed (RFC 8410, §10.3): the 32 bytes follow.
const PKCS8_PREFIX: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Address,
    iat: u64,
    exp: u64,
}

/// Issues and checks access tokens.
pub struct AccessTokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    issuer: String,
    ttl_s: u32,
}

/// Why the key of access tokens could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum AccessTokensError {
    #[error("cannot read or create {path}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path} does not hold 32 bytes; delete it to get a new key, which signs everybody out")]
    Size { path: PathBuf },
    #[error("the key is not a usable Ed25519 key")]
    Key(#[from] jsonwebtoken::errors::Error),
}

impl AccessTokens {
    /// Read the key at `path`, making one (readable by the owner alone) at the first start.
    ///
    /// # Errors
    /// [`AccessTokensError`].
    pub fn open(path: &Path, issuer: &str, ttl_s: u32) -> Result<Self, AccessTokensError> {
        let file_error = |source| AccessTokensError::File { path: path.to_owned(), source };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(file_error)?;
        }
        match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Ok(mut file) => file.write_all(&random_bytes::<32>()).map_err(file_error)?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(file_error(error)),
        }
        let seed = std::fs::read(path).map_err(file_error)?;
        let seed: [u8; 32] =
            seed.try_into().map_err(|_| AccessTokensError::Size { path: path.to_owned() })?;
        Ok(Self::from_seed(seed, issuer, ttl_s)?)
    }

    fn from_seed(seed: [u8; 32], issuer: &str, ttl_s: u32) -> Result<Self, jsonwebtoken::errors::Error> {
        let signing = EncodingKey::from_ed_der(&[&PKCS8_PREFIX[..], &seed].concat());
        let verifying = DecodingKey::from_jwk(&Jwk::from_encoding_key(&signing, Algorithm::EdDSA)?)?;
        Ok(Self { signing, verifying, issuer: issuer.to_owned(), ttl_s })
    }

    /// A token for `account` and the second at which it expires.
    ///
    /// # Errors
    /// The signature could not be made.
    pub fn issue(&self, account: Address, now_s: u64) -> Result<(String, u64), jsonwebtoken::errors::Error> {
        let exp = now_s + u64::from(self.ttl_s);
        let claims = Claims { iss: self.issuer.clone(), aud: AUDIENCE.into(), sub: account, iat: now_s, exp };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.signing)?;
        Ok((token, exp))
    }

    /// The account of a token that this server issued and that has not expired at `now_s`.
    pub fn verify(&self, token: &str, now_s: u64) -> Option<Address> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Expiry is checked below against our clock, which tests can move.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &validation).ok()?.claims;
        (now_s < claims.exp).then_some(claims.sub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(seed: u8, issuer: &str) -> AccessTokens {
        AccessTokens::from_seed([seed; 32], issuer, 900).unwrap()
    }

    #[test]
    fn a_token_is_good_until_it_expires() {
        let tokens = tokens(1, "http://a");
        let account = Address::repeat_byte(7);
        let (token, expires_at) = tokens.issue(account, 1_000).unwrap();
        assert_eq!(expires_at, 1_900);
        assert_eq!(tokens.verify(&token, 1_899), Some(account));
        assert_eq!(tokens.verify(&token, 1_900), None);
    }

    #[test]
    fn a_token_of_another_key_or_issuer_is_refused() {
        let (token, _) = tokens(1, "http://a").issue(Address::ZERO, 1_000).unwrap();
        assert_eq!(tokens(2, "http://a").verify(&token, 1_000), None);
        assert_eq!(tokens(1, "http://b").verify(&token, 1_000), None);
    }

    #[test]
    fn another_algorithm_is_refused_even_with_right_claims() {
        let tokens = tokens(1, "http://a");
        let (token, _) = tokens.issue(Address::ZERO, 1_000).unwrap();
        let claims = token.split('.').nth(1).unwrap();
        // {"alg":"none","typ":"JWT"} in base64url, and no signature
        let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.");
        assert_eq!(tokens.verify(&none, 1_000), None);
        let body =
            Claims { iss: "http://a".into(), aud: AUDIENCE.into(), sub: Address::ZERO, iat: 1, exp: 9_999 };
        let public = tokens.verifying.try_get_as_bytes().unwrap();
        let hmac = EncodingKey::from_secret(public);
        let confused = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &body, &hmac).unwrap();
        assert_eq!(tokens.verify(&confused, 1_000), None);
    }

    #[test]
    fn the_key_is_made_once_and_only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/access-token.key");
        let (token, _) = AccessTokens::open(&path, "http://a", 900).unwrap().issue(Address::ZERO, 0).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = AccessTokens::open(&path, "http://a", 900).unwrap();
        assert_eq!(again.verify(&token, 0), Some(Address::ZERO));
    }
}
