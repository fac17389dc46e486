//! Failed log-ins in a row: from which on one has to wait, and how long.

use std::time::Duration;

use praca_api::Timestamp;

/// How failures are slowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slowing {
    /// The failure from which on one waits.
    pub from: u32,
    /// The first wait; each further one is twice as long.
    pub shortest: Duration,
    /// The longest.
    pub longest: Duration,
    /// Failures are forgotten so long after the last.
    pub kept: Duration,
}

impl Slowing {
    /// How long one waits after so many failures in a row.
    pub fn pause(&self, failures: u32) -> Duration {
        let Some(doublings) = failures.checked_sub(self.from) else { return Duration::ZERO };
        self.shortest.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX)).min(self.longest)
    }
}

/// Failures in a row, in memory.
#[derive(Clone, Copy, Debug)]
pub struct Failures {
    count: u32,
    /// Until when one waits.
    until: Timestamp,
    /// When they are forgotten.
    ends: Timestamp,
}

impl Failures {
    /// None yet.
    pub fn none(now: Timestamp) -> Self {
        Self { count: 0, until: now, ends: now }
    }

    /// One more; how many there are.
    pub fn note(&mut self, slowing: &Slowing, now: Timestamp) -> u32 {
        if self.has_ended(now) {
            *self = Self::none(now);
        }
        self.count = self.count.saturating_add(1);
        self.until = now + slowing.pause(self.count);
        self.ends = now + slowing.kept;
        self.count
    }

    /// How long one still waits.
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        (self.until > now).then(|| self.until.since(now).max(Duration::from_millis(1)))
    }

    /// Whether they are forgotten.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.ends <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOWING: Slowing = Slowing {
        from: 5,
        shortest: Duration::from_secs(1),
        longest: Duration::from_secs(900),
        kept: Duration::from_secs(86_400),
    };

    #[test]
    fn waits_double_from_the_fifth_failure_on() {
        let seconds: Vec<u64> = (0..=16).map(|count| SLOWING.pause(count).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(SLOWING.pause(u32::MAX), SLOWING.longest);
    }

    proptest::proptest! {
        #[test]
        fn whoever_fails_never_waits_less_and_never_longer_than_the_longest(steps in proptest::collection::vec(0_u64..200_000, 1..60)) {
            let mut now = Timestamp::from_millis(1_795_380_000_000).unwrap();
            let mut failures = Failures::none(now);
            let mut before = (0, now);
            for step in steps {
                now = now + Duration::from_secs(step);
                let expected = if step >= 86_400 { 1 } else { before.0 + 1 };
                proptest::prop_assert_eq!(failures.note(&SLOWING, now), expected);
                let wait = failures.wait(now).unwrap_or_default();
                proptest::prop_assert_eq!(wait, SLOWING.pause(expected));
                proptest::prop_assert!(wait <= SLOWING.longest);
                before = (expected, now);
            }
        }
    }
}
