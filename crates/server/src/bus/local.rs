//! The bus of one node: a channel of this process.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::{BACKLOG, Health, Signal};

/// Delivers within this process.
#[derive(Clone)]
pub struct LocalBus {
    listeners: broadcast::Sender<Arc<Signal>>,
    health: Health,
}

impl LocalBus {
    /// A bus of its own.
    pub fn new() -> Self {
        Self { listeners: broadcast::Sender::new(BACKLOG), health: Health::new(true) }
    }

    pub(super) fn publish(&self, signal: Signal) {
        // An error only says that nobody listens yet.
        let _ = self.listeners.send(Arc::new(signal));
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Arc<Signal>> {
        self.listeners.subscribe()
    }

    pub(super) fn health(&self) -> Health {
        self.health.clone()
    }
}

impl Default for LocalBus {
    fn default() -> Self {
        Self::new()
    }
}
