//! Threads of their own for work on pictures: few, so that memory is bounded, and of low priority, so that who talks does not
//! wait for them.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, mpsc};

use axum::body::Bytes;
use praca_api::uploads::{Purpose, UploadReason};
use tokio::sync::oneshot;

use super::picture::{self, Picture};
use crate::error::{Error, Result};

/// How much the threads give way to others (19 is the most).
const NICENESS: i32 = 15;

/// Each may take half a gigabyte.
const MOST_PLACES: usize = 4;

type Outcome = Result<Picture, UploadReason>;

struct Order {
    bytes: Bytes,
    purpose: Purpose,
    done: oneshot::Sender<Outcome>,
}

/// The threads, which end with the last handle.
#[derive(Clone)]
pub struct Workshop {
    orders: mpsc::Sender<Order>,
}

impl Workshop {
    /// Pictures worked on at a time: one for each two processors.
    pub fn places() -> usize {
        std::thread::available_parallelism().map_or(1, NonZeroUsize::get).div_ceil(2).min(MOST_PLACES)
    }

    /// Starts the threads.
    ///
    /// # Errors
    /// The system has none to give.
    pub fn open() -> Result<Self> {
        let (orders, queue) = mpsc::channel::<Order>();
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..Self::places() {
            let queue = queue.clone();
            std::thread::Builder::new().name(format!("pictures-{number}")).spawn(move || work(&queue))?;
        }
        Ok(Self { orders })
    }

    /// Makes the pictures of these bytes, once it is their turn.
    ///
    /// # Errors
    /// Internal: the threads are gone.
    pub async fn make(&self, bytes: Bytes, purpose: Purpose) -> Result<Outcome> {
        let (done, outcome) = oneshot::channel();
        let gone = || Error::internal("nobody works on pictures");
        self.orders.send(Order { bytes, purpose, done }).map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())
    }
}

fn work(queue: &Mutex<mpsc::Receiver<Order>>) {
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "work on pictures keeps its priority");
    }
    loop {
        let next = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
        let Ok(Order { bytes, purpose, done }) = next else { return };
        if done.is_closed() {
            continue;
        }
        // A decoder that panics has met a file that is broken in a way it did not expect.
        let made = catch_unwind(AssertUnwindSafe(|| picture::make(&bytes, purpose)));
        let _ = done.send(made.unwrap_or(Err(UploadReason::Broken)));
    }
}
