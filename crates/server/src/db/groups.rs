//! Work that is asked for one by one and done in groups, by one task.
//!
//! The task takes what queued while its last transaction ran and does it in the next: no timer, so idle costs no delay, and
//! a burst shares one commit. A group that fails is tried one by one, so that one bad wish spoils no other.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use praca_api::ProblemCode;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::error::{Error, Result};

/// Wishes that may wait; more are refused.
const QUEUE: usize = 8_192;

/// What is done in groups.
pub trait GroupWork: Send + Sync + 'static {
    /// What is asked for.
    type Wish: Send + Sync + 'static;
    /// What became of it.
    type Outcome: Send + 'static;
    /// Histogram of wishes a group.
    const SIZE: &'static str;
    /// Histogram of the seconds from queueing a wish to its commit.
    const SECONDS: &'static str;

    /// Does a group in one transaction; the outcomes in the order of the wishes.
    fn run(&self, wishes: &[&Self::Wish]) -> impl Future<Output = Result<Vec<Self::Outcome>>> + Send;
}

struct Order<W: GroupWork> {
    wish: W::Wish,
    queued: Instant,
    done: oneshot::Sender<Result<W::Outcome>>,
}

/// A handle to the task.
pub struct Groups<W: GroupWork> {
    queue: mpsc::Sender<Order<W>>,
    stop: CancellationToken,
    task: TaskTracker,
}

impl<W: GroupWork> Groups<W> {
    /// Starts the task; `most` wishes share a transaction.
    pub fn start(work: W, most: usize) -> Self {
        let (queue, orders) = mpsc::channel(QUEUE);
        let stop = CancellationToken::new();
        let task = TaskTracker::new();
        task.spawn(run(Arc::new(work), orders, most, stop.clone()));
        task.close();
        Self { queue, stop, task }
    }

    /// Does it; returns once it is committed.
    ///
    /// # Errors
    /// `service.unavailable` when the queue is full or the database is gone, and what the work refuses.
    pub async fn ask(&self, wish: W::Wish) -> Result<W::Outcome> {
        let (done, outcome) = oneshot::channel();
        let order = Order { wish, queued: Instant::now(), done };
        if self.stop.is_cancelled() || self.queue.try_send(order).is_err() {
            return Err(Error::unavailable("Too much is waiting to be stored; try again in a moment."));
        }
        outcome.await.unwrap_or_else(|_| Err(Error::unavailable("It was not stored; try again.")))
    }

    /// Does what is queued and stops.
    pub async fn finish(&self) {
        self.stop.cancel();
        self.task.wait().await;
    }
}

async fn run<W: GroupWork>(work: Arc<W>, mut orders: mpsc::Receiver<Order<W>>, most: usize, stop: CancellationToken) {
    loop {
        let mut group = Vec::new();
        let taken = tokio::select! {
            biased;
            taken = orders.recv_many(&mut group, most) => taken,
            () = stop.cancelled(), if !orders.is_closed() => {
                // What is queued is still done; then the empty, closed queue ends the loop.
                orders.close();
                continue;
            }
        };
        if taken == 0 {
            return;
        }
        // Whoever waits for a group that panicked is told to try again; the next one is done.
        if AssertUnwindSafe(run_group(&*work, group)).catch_unwind().await.is_err() {
            tracing::error!(group = W::SIZE, "doing a group panicked");
        }
    }
}

async fn run_group<W: GroupWork>(work: &W, orders: Vec<Order<W>>) {
    let wishes: Vec<&W::Wish> = orders.iter().map(|order| &order.wish).collect();
    let outcomes = match work.run(&wishes).await {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error) if wishes.len() == 1 => vec![Err(error)],
        // One by one they would all wait for the same database in vain.
        Err(error) if error.is(ProblemCode::ServiceUnavailable) => wishes.iter().map(|_| Err(error.clone())).collect(),
        Err(error) => {
            tracing::warn!(%error, group = W::SIZE, size = wishes.len(), "a group failed; trying one by one");
            let mut outcomes = Vec::with_capacity(wishes.len());
            for wish in &wishes {
                outcomes.push(work.run(&[wish]).await.map(|mut outcome| outcome.remove(0)));
            }
            outcomes
        }
    };
    metrics::histogram!(W::SIZE).record(u32::try_from(orders.len()).unwrap_or(u32::MAX));
    for (order, outcome) in orders.into_iter().zip(outcomes) {
        metrics::histogram!(W::SECONDS).record(order.queued.elapsed().as_secs_f64());
        // Who asked may have gone; what was done stays.
        let _ = order.done.send(outcome);
    }
}
