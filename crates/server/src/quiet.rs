//! Threads that give way: for heavy work nobody waits for as they wait for a message. Few, so that its memory is bounded, and of
//! low priority, so that who talks does not wait for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use tokio::sync::{OnceCell, oneshot};

use crate::error::{Error, Result};

/// How much the threads give way to others (19 is the most).
const NICENESS: i32 = 15;

type Work = Box<dyn FnOnce() + Send>;

/// Some such threads, which start with their first work and end with the last handle.
#[derive(Clone, Debug)]
pub struct Quiet(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: &'static str,
    threads: usize,
    orders: OnceCell<mpsc::Sender<Work>>,
}

impl Quiet {
    /// So many threads of this name.
    pub fn new(name: &'static str, threads: usize) -> Self {
        Self(Arc::new(Inner { name, threads, orders: OnceCell::new() }))
    }

    /// Does the work on one of them, once one is free; not at all if by then nobody waits for it any more.
    ///
    /// # Errors
    /// Internal: the work panicked, or the system has no threads to give.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (done, outcome) = oneshot::channel();
        let work = Box::new(move || {
            if !done.is_closed() {
                // Who asked may have stopped waiting meanwhile.
                let _ = done.send(work());
            }
        });
        let undone = || Error::internal("quiet work was not done");
        let orders = self.0.orders.get_or_try_init(async || self.0.start()).await?;
        orders.send(work).map_err(|_| undone())?;
        outcome.await.map_err(|_| undone())
    }
}

impl Inner {
    fn start(&self) -> Result<mpsc::Sender<Work>> {
        let (orders, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..self.threads {
            let queue = queue.clone();
            std::thread::Builder::new().name(format!("{}-{number}", self.name)).spawn(move || attend(&queue))?;
        }
        Ok(orders)
    }
}

fn attend(queue: &Mutex<mpsc::Receiver<Work>>) {
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "quiet work keeps its priority");
    }
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        // Who asked learns of a panic by getting no answer.
        let _ = catch_unwind(AssertUnwindSafe(work));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn never_more_at_once_than_threads_and_all_is_done_though_some_panics() {
        let quiet = Quiet::new("test", 2);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all = (0..12).map(|number| {
            let (now, most) = (now.clone(), most.clone());
            quiet.run(move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(5));
                now.fetch_sub(1, Ordering::SeqCst);
                assert!(number % 3 != 0, "a third of it panics");
                number
            })
        });
        let done = futures_util::future::join_all(all).await;
        let done: Vec<usize> = done.into_iter().filter_map(Result::ok).collect();
        assert_eq!((done, most.load(Ordering::SeqCst)), (vec![1, 2, 4, 5, 7, 8, 10, 11], 2));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_not_begun() {
        let quiet = Quiet::new("test", 1);
        let ((free, wait), (busy, is_busy)) = (mpsc::channel::<()>(), oneshot::channel());
        let first = tokio::spawn({
            let quiet = quiet.clone();
            let work = move || {
                busy.send(()).unwrap();
                wait.recv()
            };
            async move { quiet.run(work).await }
        });
        is_busy.await.unwrap();
        let begun = Arc::new(AtomicUsize::new(0));
        let given_up = quiet.run({
            let begun = begun.clone();
            move || begun.fetch_add(1, Ordering::SeqCst)
        });
        assert!(tokio::time::timeout(Duration::from_millis(20), given_up).await.is_err());
        free.send(()).unwrap();
        first.await.unwrap().unwrap().unwrap();
        quiet.run(|| ()).await.unwrap();
        assert_eq!(begun.load(Ordering::SeqCst), 0);
    }
}
