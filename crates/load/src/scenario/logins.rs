//! A flood of log-ins: each costs the server an Argon2 hash, on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::Target;
use crate::people::Square;

/// Rest after a refusal.
const AFTER_REFUSAL: Duration = Duration::from_millis(20);

/// A flood under way.
pub struct Flood {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    tasks: JoinSet<()>,
}

/// Starts it: so many log-ins at a time, each followed by the next.
pub fn start(target: &Target, at_once: usize) -> Flood {
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut tasks = JoinSet::new();
    for number in 0..at_once {
        let (stop, done, square) = (stop.clone(), done.clone(), Square::at(target.address));
        let Some(person) = target.people.get(number % target.people.len().max(1)).cloned() else { continue };
        tasks.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                match square.person_again(&person.handle).await {
                    Ok(_) => _ = done.fetch_add(1, Ordering::Relaxed),
                    Err(_) => sleep(AFTER_REFUSAL).await,
                }
            }
        });
    }
    Flood { stop, done, tasks }
}

impl Flood {
    /// Log-ins that succeeded so far.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Ends it.
    pub async fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.tasks.join_all().await;
    }
}
