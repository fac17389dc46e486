//! What nodes tell each other: message changes, events for people, kicks, dropped caches.
//!
//! A signal is delivered on this node at once and sent to the others as well as can be: nothing may depend on its
//! arrival. Message changes carry `rev`, so that a lost or late one is noticed and read from the database instead.

mod local;
mod redis;
pub mod signal;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::broadcast;

pub use self::redis::RedisBus;
pub(crate) use self::redis::connection_config;
pub use local::LocalBus;
pub use signal::{Audience, CacheKey, Change, Signal};

/// Signals a slow listener may lag behind before it has to start over.
const BACKLOG: usize = 8_192;

/// Whether signals of other nodes arrive. Shared with the caches, which answer nothing while they do not.
#[derive(Clone, Debug)]
pub struct Health(Arc<AtomicBool>);

impl Health {
    fn new(up: bool) -> Self {
        Self(Arc::new(AtomicBool::new(up)))
    }

    /// Whether they do.
    pub fn is_up(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Notes a change; true if it was one.
    fn set(&self, up: bool) -> bool {
        self.0.swap(up, Ordering::AcqRel) != up
    }
}

/// The bus of this process: alone, or joined with other nodes by Redis.
#[derive(Clone)]
pub enum Bus {
    /// One node.
    Local(LocalBus),
    /// Many nodes.
    Redis(RedisBus),
}

impl Bus {
    /// Delivers here and sends to the others. Never waits.
    pub fn publish(&self, signal: Signal) {
        match self {
            Self::Local(bus) => bus.publish(signal),
            Self::Redis(bus) => bus.publish(signal),
        }
    }

    /// Everything published from now on, here and elsewhere.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Signal>> {
        match self {
            Self::Local(bus) => bus.subscribe(),
            Self::Redis(bus) => bus.subscribe(),
        }
    }

    /// Whether signals of other nodes arrive; always, for one node.
    pub fn health(&self) -> Health {
        match self {
            Self::Local(bus) => bus.health(),
            Self::Redis(bus) => bus.health(),
        }
    }
}
