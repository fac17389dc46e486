//! Counters and histograms, rendered for Prometheus.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::error::{Error, Result};

/// The process's metrics. One recorder serves the process, however many apps run in it.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    counting: Arc<Counting>,
}

/// What is counted for the administrators' charts, since they were noted last.
struct Counting {
    messages: AtomicU64,
    /// Microseconds.
    answers: Mutex<Histogram<u32>>,
}

/// What was counted in a while.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// Messages stored.
    pub messages: u64,
    /// Within what time 99 of 100 requests and events were answered.
    pub p99: Duration,
}

/// Longest answer that is told from longer ones, in microseconds.
const LONGEST_ANSWER: u64 = 60_000_000;

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Seconds; from a cached answer to a stalled one.
const SECONDS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Seconds; from a reader who looks on to one who comes back after a month.
const WAITS: &[f64] = &[0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 21600.0, 86400.0, 604_800.0, 2_592_000.0];
/// Messages a commit.
const GROUP: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

impl Metrics {
    /// Installs the recorder, once a process.
    pub fn install() -> Result<Self> {
        if let Some(handle) = HANDLE.get() {
            return Self::of(handle);
        }
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_group_size".into()), GROUP))
            .and_then(|builder| {
                builder.set_buckets_for_metric(Matcher::Full("praca_message_read_seconds".into()), WAITS)
            })
            .and_then(|builder| {
                builder.set_buckets_for_metric(Matcher::Full("praca_message_delivered_seconds".into()), WAITS)
            })
            .map_err(Error::internal)?
            .build_recorder();
        let handle = HANDLE.get_or_init(|| recorder.handle());
        // A second installer in the same process keeps the first one's recorder.
        if metrics::set_global_recorder(recorder).is_ok() {
            describe();
        }
        Self::of(handle)
    }

    fn of(handle: &PrometheusHandle) -> Result<Self> {
        let answers = Histogram::new_with_max(LONGEST_ANSWER, 2).map_err(Error::internal)?;
        let counting = Counting { messages: AtomicU64::new(0), answers: Mutex::new(answers) };
        Ok(Self { handle: handle.clone(), counting: Arc::new(counting) })
    }

    /// Counts messages that were stored.
    pub fn count_messages(&self, count: u64) {
        metrics::counter!("praca_messages_stored_total").increment(count);
        self.counting.messages.fetch_add(count, Ordering::Relaxed);
    }

    /// Counts a request or an event that was answered.
    pub fn count_answer(&self, took: Duration) {
        self.answers().saturating_record(u64::try_from(took.as_micros()).unwrap_or(LONGEST_ANSWER));
    }

    /// What was counted since this was asked last.
    pub fn take_counted(&self) -> Counted {
        let mut answers = self.answers();
        let p99 = Duration::from_micros(answers.value_at_quantile(0.99));
        answers.reset();
        Counted { messages: self.counting.messages.swap(0, Ordering::Relaxed), p99 }
    }

    fn answers(&self) -> MutexGuard<'_, Histogram<u32>> {
        self.counting.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text a Prometheus server reads.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Moves finished samples on; called every few seconds.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_histogram!("praca_http_request_duration_seconds", "Time to answer, by route, method and status.");
    describe_counter!("praca_socket_events_total", "Socket events handled, by event and outcome.");
    describe_gauge!("praca_sockets", "Authenticated sockets of this node.");
    describe_counter!("praca_socket_overflows_total", "Sockets dropped because they did not read, or were gone.");
    describe_counter!("praca_connections_refused_total", "Connections refused because their source had too many.");
    describe_counter!("praca_messages_stored_total", "Messages committed.");
    describe_histogram!("praca_message_group_size", "Messages committed together.");
    describe_histogram!("praca_message_commit_seconds", "From queueing a message to its commit.");
    describe_counter!(
        "praca_messages_delivered_total",
        "Messages between two people that reached a client of the other."
    );
    describe_histogram!(
        "praca_message_delivered_seconds",
        "From a message between two people to its reaching the other."
    );
    describe_counter!("praca_messages_read_total", "Messages read, a person each.");
    describe_counter!("praca_notifications_total", "Notifications told, by what they tell.");
    describe_counter!("praca_pushes_total", "Notifications a push service took.");
    describe_counter!("praca_spam_refused_total", "Texts refused as spam, by reason.");
    describe_histogram!("praca_message_read_seconds", "From a message to its being read.");
    describe_histogram!("praca_cursor_group_size", "Cursors moved together.");
    describe_histogram!("praca_cursor_commit_seconds", "From queueing a cursor to its commit.");
    describe_counter!("praca_deliveries_total", "Message events handed to sockets.");
    describe_counter!("praca_feed_heals_total", "Times a node read missed changes from the database.");
    describe_counter!("praca_uploads_total", "Uploads examined, by outcome.");
    describe_histogram!("praca_upload_process_seconds", "From beginning to examine an upload to its end.");
    describe_gauge!("praca_uploads_stored_bytes", "Length of all pictures.");
    describe_gauge!("praca_uploads_stored_bytes_of_one", "Length of the pictures of the person who has most.");
    describe_gauge!("praca_uploads_people", "People who have pictures.");
    describe_counter!("praca_jobs_total", "Jobs run, by kind and outcome.");
    describe_counter!("praca_slow_mode_blocks_total", "Messages slow mode held back.");
    describe_counter!("praca_bus_dropped_total", "Bus signals that could not be sent to other nodes.");
}
