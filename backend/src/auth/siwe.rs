//! Sign-In with Ethereum: the message of EIP-4361, read strictly, and whose key signed it (EIP-191).
//!
//! Strict, because the text that a person saw and the fields that we check must be the same thing: one line per field, in
//! order, nothing left over.
use alloy::primitives::{Address, Signature};
use chrono::{DateTime, TimeDelta, Utc};

const PREAMBLE: &str = " wants you to sign in with your Ethereum account:";

/// The fields of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Scheme before the domain, if any.
    pub scheme: Option<String>,
    /// RFC 3986 authority: host, with port if it is not the scheme's.
    pub domain: String,
    pub address: Address,
    pub statement: Option<String>,
    pub uri: String,
    pub chain_id: u64,
    pub nonce: String,
    pub issued_at: DateTime<Utc>,
    pub expiration_time: Option<DateTime<Utc>>,
    pub not_before: Option<DateTime<Utc>>,
    pub request_id: Option<String>,
    pub resources: Vec<String>,
}

/// Why a text is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    #[error("line {line} of the sign-in message should be {expected}")]
    Line { line: usize, expected: &'static str },
    #[error("the sign-in message has something after its last field")]
    Trailing,
}

/// What a message must say here and now.
#[derive(Debug, Clone)]
pub struct Expected<'a> {
    /// Origin of this server, e.g. `https://polity.example`.
    pub origin: &'a str,
    pub chain_id: u64,
    pub now: DateTime<Utc>,
    /// How far issued-at may be from `now`, either way.
    pub tolerance: TimeDelta,
}

/// Why a message is not accepted here or now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    #[error("the sign-in message is for {actual}, this server is {expected}")]
    Domain { expected: String, actual: String },
    #[error("the sign-in message is for the URI {actual}, which is not below {expected}")]
    Uri { expected: String, actual: String },
    #[error(
        "the sign-in message is for chain {actual}, this server is on chain {expected}; switch the wallet's network"
    )]
    ChainId { expected: u64, actual: u64 },
    #[error("the sign-in message was issued at {issued_at}, too far from now; is the wallet's clock right?")]
    IssuedAt { issued_at: DateTime<Utc> },
    #[error("the sign-in message expired at {at}")]
    Expired { at: DateTime<Utc> },
    #[error("the sign-in message is not valid before {at}")]
    NotYetValid { at: DateTime<Utc> },
}

/// Host and port of an origin, as the message's domain names them.
pub fn domain_of(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, authority)| authority)
}

struct Lines<'a> {
    lines: std::iter::Peekable<std::iter::Enumerate<std::str::Split<'a, char>>>,
}

impl<'a> Lines<'a> {
    /// The next line, which `read` must make sense of.
    fn read<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, ParseError> {
        let (number, line) = self.lines.next().unwrap_or((0, ""));
        read(line).ok_or(ParseError::Line { line: number + 1, expected })
    }

    /// As [`Lines::read`], for a line that may be missing: `label` says whether it is there.
    fn read_optional<T>(
        &mut self,
        label: &'static str,
        expected: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, ParseError> {
        if !self.lines.peek().is_some_and(|(_, line)| line.starts_with(label)) {
            return Ok(None);
        }
        self.read(expected, |line| read(&line[label.len()..])).map(Some)
    }
}

impl std::str::FromStr for Message {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut lines = Lines { lines: text.split('\n').enumerate().peekable() };
        let (scheme, domain) =
            lines.read("`<domain> wants you to sign in with your Ethereum account:`", parse_first_line)?;
        let address = lines
            .read("the address with EIP-55 capitals", |line| Address::parse_checksummed(line, None).ok())?;
        let empty = |line: &str| line.is_empty().then_some(());
        lines.read("empty", empty)?;
        let statement = lines.read("a statement in ASCII, or empty", |line| {
            line.bytes().all(|b| (0x20..0x7f).contains(&b)).then(|| line.to_owned())
        })?;
        let statement = Some(statement).filter(|s| !s.is_empty());
        if statement.is_some() {
            lines.read("empty", empty)?;
        }
        let uri = lines.read("`URI: ` and a URI (RFC 3986)", |line| uri(line.strip_prefix("URI: ")?))?;
        lines.read("`Version: 1`", |line| (line == "Version: 1").then_some(()))?;
        let chain_id =
            lines.read("`Chain ID: ` and a number", |line| number(line.strip_prefix("Chain ID: ")?))?;
        let nonce = lines.read("`Nonce: ` and at least 8 letters or digits", |line| {
            let nonce = line.strip_prefix("Nonce: ")?;
            (nonce.len() >= 8 && nonce.bytes().all(|b| b.is_ascii_alphanumeric())).then(|| nonce.to_owned())
        })?;
        let issued_at = lines
            .read("`Issued At: ` and a time (RFC 3339)", |line| time(line.strip_prefix("Issued At: ")?))?;
        let expiration_time =
            lines.read_optional("Expiration Time: ", "`Expiration Time: ` and a time (RFC 3339)", time)?;
        let not_before = lines.read_optional("Not Before: ", "`Not Before: ` and a time (RFC 3339)", time)?;
        let request_id = lines.read_optional("Request ID: ", "`Request ID: ` and an id", |id| {
            id.bytes().all(|b| (0x21..0x7f).contains(&b)).then(|| id.to_owned())
        })?;
        let mut resources = Vec::new();
        if lines.read_optional("Resources:", "`Resources:`", empty)?.is_some() {
            while let Some(resource) = lines.read_optional("- ", "`- ` and a URI (RFC 3986)", self::uri)? {
                resources.push(resource);
            }
        }
        if lines.lines.next().is_some() {
            return Err(ParseError::Trailing);
        }
        Ok(Self {
            scheme,
            domain,
            address,
            statement,
            uri,
            chain_id,
            nonce,
            issued_at,
            expiration_time,
            not_before,
            request_id,
            resources,
        })
    }
}

fn parse_first_line(line: &str) -> Option<(Option<String>, String)> {
    let who = line.strip_suffix(PREAMBLE)?;
    let (scheme, domain) = match who.split_once("://") {
        Some((scheme, domain)) if is_scheme(scheme) => (Some(scheme.to_owned()), domain),
        Some(_) => return None,
        None => (None, who),
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@[]".contains(&b);
    (!domain.is_empty() && domain.bytes().all(allowed)).then(|| (scheme, domain.to_owned()))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

fn uri(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    (is_scheme(scheme) && !rest.is_empty() && rest.bytes().all(allowed)).then(|| text.to_owned())
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}

impl Message {
    /// Whether the message is meant for this server, this chain and this moment.
    ///
    /// # Errors
    /// The first field that does not fit.
    pub fn check(&self, expected: &Expected<'_>) -> Result<(), CheckError> {
        let domain = domain_of(expected.origin);
        let scheme_fits = self.scheme.as_ref().is_none_or(|scheme| {
            expected.origin.split_once("://").is_some_and(|(ours, _)| ours.eq_ignore_ascii_case(scheme))
        });
        if !scheme_fits || self.domain != domain {
            let actual = self.scheme.iter().map(|s| format!("{s}://")).chain([self.domain.clone()]).collect();
            return Err(CheckError::Domain { expected: domain.to_owned(), actual });
        }
        let below = self.uri.strip_prefix(expected.origin);
        if !below.is_some_and(|path| path.is_empty() || path.starts_with(['/', '?', '#'])) {
            return Err(CheckError::Uri { expected: expected.origin.to_owned(), actual: self.uri.clone() });
        }
        if self.chain_id != expected.chain_id {
            return Err(CheckError::ChainId { expected: expected.chain_id, actual: self.chain_id });
        }
        if (expected.now - self.issued_at).abs() > expected.tolerance {
            return Err(CheckError::IssuedAt { issued_at: self.issued_at });
        }
        match (self.expiration_time, self.not_before) {
            (Some(at), _) if expected.now >= at => Err(CheckError::Expired { at }),
            (_, Some(at)) if expected.now < at => Err(CheckError::NotYetValid { at }),
            _ => Ok(()),
        }
    }
}

/// The address whose key signed `text` (EIP-191), if the 65 bytes are a canonical signature: low s, v 0, 1, 27 or 28.
pub fn recover(text: &str, signature: &[u8]) -> Option<Address> {
    let (rs, v) = (signature.get(..64)?, signature.get(64)?);
    let odd_y = match (signature.len(), v) {
        (65, 0 | 27) => false,
        (65, 1 | 28) => true,
        _ => return None,
    };
    let signature = Signature::from_bytes_and_parity(rs, odd_y);
    if signature.normalize_s().is_some() {
        return None;
    }
    signature.recover_address_from_msg(text).ok()
}

#[cfg(test)]
mod tests;
