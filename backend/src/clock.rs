//! Time as a value that is passed in: the system's clock in production, one set by hand in tests.
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex};

/// A source of the current time. Cheap to clone; clones of a manual clock share its hands.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The operating system's clock.
    System,
    /// Moves only by [`Clock::advance`].
    Manual(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `now` until it is advanced.
    pub fn manual(now: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(Mutex::new(now)))
    }

    /// The current time, cut to microseconds, which is what Postgres stores: a time that was written and read back is
    /// equal to the one that was written.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        let now = match self {
            Self::System => Utc::now(),
            Self::Manual(hands) => *hands.lock().expect("no holder of this lock panics"),
        };
        DateTime::from_timestamp_micros(now.timestamp_micros()).expect("a time that was valid stays valid")
    }

    /// Seconds since 1970.
    pub fn unix_s(&self) -> u64 {
        u64::try_from(self.now().timestamp()).unwrap_or(0)
    }

    /// Move a manual clock forward. The system's clock cannot be moved and stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Manual(hands) = self {
            *hands.lock().expect("no holder of this lock panics") += by;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_by_hand_only_and_its_clones_with_it() {
        let clock = Clock::manual(DateTime::from_timestamp(1_000, 0).unwrap());
        let other = clock.clone();
        assert_eq!(other.unix_s(), 1_000);
        clock.advance(TimeDelta::seconds(5));
        assert_eq!(other.unix_s(), 1_005);
    }
}
