//! What happened, counted: deliveries, losses, doubles, order, and how long things took.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Longest time told apart, in microseconds: a minute.
const LONGEST: u64 = 60_000_000;

/// Nanoseconds since this process began to measure: what messages carry to tell when they were due.
pub fn now() -> u64 {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    u64::try_from(BEGAN.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// How long things took.
pub struct Times(Mutex<Histogram<u64>>);

/// The shape of [`Times`], in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// How many were measured.
    pub count: u64,
    /// The median.
    pub p50: f64,
    /// Nine of ten took no longer.
    pub p90: f64,
    /// Nineteen of twenty took no longer.
    pub p95: f64,
    /// Ninety-nine of a hundred took no longer.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Times {
    /// Nothing measured yet.
    ///
    /// # Errors
    /// None in practice: the bounds are fixed.
    pub fn new() -> Result<Self> {
        Ok(Self(Mutex::new(Histogram::new_with_bounds(1, LONGEST, 3)?)))
    }

    /// Notes a time in nanoseconds; longer than a minute counts as a minute.
    pub fn note(&self, nanos: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).saturating_record((nanos / 1_000).max(1));
    }

    /// Forgets what was noted.
    pub fn begin_anew(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).reset();
    }

    /// Their shape.
    pub fn quantiles(&self) -> Quantiles {
        let histogram = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let millis = |micros: u64| Duration::from_micros(micros).as_secs_f64() * 1_000.0;
        Quantiles {
            count: histogram.len(),
            p50: millis(histogram.value_at_quantile(0.5)),
            p90: millis(histogram.value_at_quantile(0.9)),
            p95: millis(histogram.value_at_quantile(0.95)),
            p99: millis(histogram.value_at_quantile(0.99)),
            max: millis(histogram.max()),
        }
    }
}

/// A counter.
#[derive(Default)]
pub struct Count(AtomicU64);

impl Count {
    /// One more.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a run counts.
pub struct Tally {
    /// Times are noted of messages due in this window, however late they arrive: not of warm-up.
    from: AtomicU64,
    to: AtomicU64,
    /// Messages acknowledged.
    pub acked: Count,
    /// Events the server refused.
    pub refused: Count,
    /// Events nobody answered.
    pub unanswered: Count,
    /// Message events heard.
    pub delivered: Count,
    /// Heard twice.
    pub doubled: Count,
    /// Heard after a later one.
    pub late: Count,
    /// Connections that ended although their reader was well.
    pub dropped: Count,
    /// From the moment a message was due to its acknowledgement.
    pub ack: Times,
    /// From the moment a message was due to each reader.
    pub delivery: Times,
}

impl Tally {
    /// Nothing counted yet.
    ///
    /// # Errors
    /// None in practice: the bounds are fixed.
    pub fn new() -> Result<Self> {
        Ok(Self {
            from: AtomicU64::new(u64::MAX),
            to: AtomicU64::new(u64::MAX),
            acked: Count::default(),
            refused: Count::default(),
            unanswered: Count::default(),
            delivered: Count::default(),
            doubled: Count::default(),
            late: Count::default(),
            dropped: Count::default(),
            ack: Times::new()?,
            delivery: Times::new()?,
        })
    }

    /// Begins the window.
    pub fn begin_window(&self) {
        self.from.store(now(), Ordering::Relaxed);
    }

    /// Ends it.
    pub fn end_window(&self) {
        self.to.store(now(), Ordering::Relaxed);
    }

    /// A message that was due then is acknowledged.
    pub fn note_ack(&self, due: u64) {
        self.note(&self.ack, due);
    }

    /// A message that was due then is heard.
    pub fn note_delivery(&self, due: u64) {
        self.note(&self.delivery, due);
    }

    fn note(&self, times: &Times, due: u64) {
        if (self.from.load(Ordering::Relaxed)..self.to.load(Ordering::Relaxed)).contains(&due) {
            times.note(now().saturating_sub(due));
        }
    }
}
