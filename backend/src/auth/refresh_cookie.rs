//! The cookie that holds a refresh token: out of reach of scripts, sent to the auth routes of this site alone.
use super::random_bytes;
use alloy::primitives::{B256, keccak256};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// A header that other sites cannot set on a request without our consent (CORS preflight).
pub const GUARD: HeaderName = HeaderName::from_static("x-polity-csrf");
const PATH: &str = "/api/v1/auth";

/// A new token and the hash that is stored of it.
pub fn generate() -> (String, B256) {
    let token = alloy::hex::encode(random_bytes::<32>());
    let hash = hash(&token);
    (token, hash)
}

/// What is stored of a token.
pub fn hash(token: &str) -> B256 {
    keccak256(token)
}

/// Browsers keep a `__Secure-` cookie over https alone; at http://localhost they would drop it.
fn name(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "__Secure-polity-refresh" } else { "polity-refresh" }
}

/// The Set-Cookie header for a token that lives `max_age_s` seconds; an empty token with 0 removes the cookie.
pub fn set(public_url: &str, token: &str, max_age_s: u32) -> HeaderValue {
    let secure = if public_url.starts_with("https://") { "; Secure" } else { "" };
    let name = name(public_url);
    format!("{name}={token}; Path={PATH}; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}")
        .parse()
        .expect("hex and fixed text are a header value")
}

/// The token of a request.
pub fn get(public_url: &str, headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name(public_url))
        .map(|(_, token)| token.to_owned())
}

/// Whether our own page made a request that carries the cookie: it sets the guard header, and the origin that a browser
/// adds is ours, by the settings or by the name under which the browser reached us.
pub fn is_own_page(public_url: &str, headers: &HeaderMap) -> bool {
    if !headers.contains_key(GUARD) {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    origin == public_url || (authority.is_some() && authority == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_comes_back_as_it_was_set() {
        let (token, stored) = generate();
        let set = set("http://localhost:4000", &token, 60);
        let set = set.to_str().unwrap();
        assert!(set.contains("HttpOnly; SameSite=Strict") && !set.contains("Secure"));
        let mut headers = HeaderMap::new();
        let pair = set.split(';').next().unwrap();
        headers.insert(header::COOKIE, format!("a=b; {pair}").parse().unwrap());
        assert_eq!(get("http://localhost:4000", &headers).map(|t| hash(&t)), Some(stored));
        assert_eq!(get("https://polity.example", &headers), None, "another name over https");
    }

    #[test]
    fn another_sites_request_is_told_apart() {
        let mut headers = HeaderMap::new();
        assert!(!is_own_page("https://a.example", &headers));
        headers.insert(GUARD, HeaderValue::from_static("1"));
        assert!(is_own_page("https://a.example", &headers));
        headers.insert(header::ORIGIN, HeaderValue::from_static("https://b.example"));
        assert!(!is_own_page("https://a.example", &headers));
        headers.insert(header::ORIGIN, HeaderValue::from_static("https://a.example"));
        assert!(is_own_page("https://a.example", &headers));
        headers.insert(header::ORIGIN, HeaderValue::from_static("http://localhost:4000"));
        headers.insert(header::HOST, HeaderValue::from_static("localhost:4000"));
        assert!(is_own_page("http://127.0.0.1:4000", &headers));
    }
}
