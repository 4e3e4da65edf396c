//! Token buckets in memory: how often one account or peer may ask for something.
use crate::config::ServerConfig;
use alloy::primitives::Address;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

/// Whom a bucket belongs to: the signed-in account, else the peer's address. Headers such as X-Forwarded-For are not
/// believed, since anybody can write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    Account(Address),
    Peer(IpAddr),
}

/// What is limited. Each class has its own buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    Write,
    SignIn,
    Completion,
}

/// Most buckets held; a full bucket is the same as none, so full ones are dropped when the map has grown to this.
const MAX_BUCKETS: usize = 50_000;

/// All buckets of this process. A fleet of N processes allows N times as much, which is good enough for fairness.
pub struct Limits {
    per_minute: [(Class, u32); 3],
    buckets: Mutex<HashMap<(Class, Caller), Bucket>>,
}

struct Bucket {
    tokens: f64,
    seen: Instant,
}

impl Limits {
    /// Limits as configured.
    pub fn new(config: &ServerConfig) -> Self {
        let per_minute = [
            (Class::Write, config.writes_per_minute),
            (Class::SignIn, config.sign_ins_per_minute),
            (Class::Completion, config.completions_per_minute),
        ];
        Self { per_minute, buckets: Mutex::new(HashMap::new()) }
    }

    /// Take one token.
    ///
    /// # Errors
    /// The time after which a token is there again.
    pub fn take(&self, class: Class, caller: Caller, now: Instant) -> Result<(), Duration> {
        let size = self.per_minute.iter().find(|(c, _)| *c == class).map_or(1, |(_, n)| (*n).max(1));
        let size = f64::from(size);
        let per_second = size / 60.0;
        let mut buckets = self.buckets.lock().expect("no holder of this lock panics");
        if buckets.len() >= MAX_BUCKETS {
            // A bucket refills within a minute.
            buckets.retain(|_, b| now.saturating_duration_since(b.seen) < Duration::from_secs(60));
        }
        let bucket = buckets.entry((class, caller)).or_insert(Bucket { tokens: size, seen: now });
        let idle = now.saturating_duration_since(bucket.seen).as_secs_f64();
        bucket.tokens = (bucket.tokens + idle * per_second).min(size);
        bucket.seen = now;
        if bucket.tokens < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.tokens) / per_second));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_bucket_empties_and_refills_with_time() {
        let mut config = Config::merge(None, []).unwrap().server;
        config.sign_ins_per_minute = 2;
        let limits = Limits::new(&config);
        let me = Caller::Peer(IpAddr::from([127, 0, 0, 1]));
        let start = Instant::now();
        assert_eq!(limits.take(Class::SignIn, me, start), Ok(()));
        assert_eq!(limits.take(Class::SignIn, me, start), Ok(()));
        assert_eq!(limits.take(Class::SignIn, me, start), Err(Duration::from_secs(30)));
        assert_eq!(limits.take(Class::Write, me, start), Ok(()), "classes do not share buckets");
        let other = Caller::Account(Address::ZERO);
        assert_eq!(limits.take(Class::SignIn, other, start), Ok(()), "callers do not share buckets");
        assert_eq!(limits.take(Class::SignIn, me, start + Duration::from_secs(30)), Ok(()));
    }
}
