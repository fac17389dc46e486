//! The one source of time. Ambient clocks are banned by `clippy.toml`, so that tests can move time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use praca_api::Timestamp;

/// Gives the present moment: the system's, or a test's own.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Microseconds added to the system's time; tests move it.
    shift: Arc<AtomicI64>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// The present moment, cut to microseconds.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> Timestamp {
        let shift = chrono::TimeDelta::microseconds(self.shift.load(Ordering::Relaxed));
        Timestamp::new(chrono::Utc::now() + shift)
    }

    /// How far tests have moved time, in milliseconds; the coordinator's clock is moved by as much.
    pub fn shift_millis(&self) -> i64 {
        self.shift.load(Ordering::Relaxed) / 1_000
    }

    /// Lets time pass at once, for tests.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.shift.fetch_add(micros, Ordering::Relaxed);
    }
}
