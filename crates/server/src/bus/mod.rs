//! What nodes tell each other: message changes, events for people, kicks, dropped caches.
//!
//! A signal is delivered on this node at once and sent to the others as well as can be: nothing may depend on its
//! arrival. Message changes carry `rev`, so that a lost or late one is noticed and read from the database instead.

mod local;
mod redis;
pub mod signal;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use tokio::sync::broadcast;

pub use self::redis::RedisBus;
pub(crate) use self::redis::connection_config;
pub use local::LocalBus;
pub use signal::{Audience, CacheKey, Change, ChangeKind, Hearers, Sight, Sighting, Signal};

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

/// Something that keeps copies of rows.
pub trait Copies: Send + Sync {
    /// Drops those of a row.
    fn forget(&self, key: CacheKey);

    /// Drops all.
    fn forget_all(&self);
}

/// The bus of this process.
#[derive(Clone)]
pub struct Bus {
    twin: Twin,
    /// Weak, since whoever keeps copies also keeps the bus.
    copies: Arc<OnceLock<Weak<dyn Copies>>>,
}

/// Alone, or joined with other nodes by Redis.
#[derive(Clone)]
enum Twin {
    Local(LocalBus),
    Redis(RedisBus),
}

impl From<LocalBus> for Bus {
    fn from(bus: LocalBus) -> Self {
        Self { twin: Twin::Local(bus), copies: Arc::default() }
    }
}

impl From<RedisBus> for Bus {
    fn from(bus: RedisBus) -> Self {
        Self { twin: Twin::Redis(bus), copies: Arc::default() }
    }
}

impl Bus {
    /// Delivers here and sends to the others. Never waits. This node's copies of a row are dropped before it returns, so
    /// that whoever changed the row never reads an old copy.
    pub fn publish(&self, signal: Signal) {
        if let Signal::Forget(key) = &signal {
            self.forget(*key);
        }
        match &self.twin {
            Twin::Local(bus) => bus.publish(signal),
            Twin::Redis(bus) => bus.publish(signal),
        }
    }

    /// Has `copies` dropped whenever a row changes, for as long as somebody holds them. The first call counts.
    pub fn watch_copies(&self, copies: &Arc<dyn Copies>) {
        let _ = self.copies.set(Arc::downgrade(copies));
        if let Twin::Redis(bus) = &self.twin {
            bus.watch_copies(self.copies.clone());
        }
    }

    /// Waits until the others have been sent what was published, as far as they can be reached.
    pub async fn finish(&self) {
        if let Twin::Redis(bus) = &self.twin {
            bus.finish().await;
        }
    }

    /// Drops all of this node's copies.
    pub fn forget_all(&self) {
        if let Some(copies) = self.copies.get().and_then(Weak::upgrade) {
            copies.forget_all();
        }
    }

    /// Drops this node's copies of a row.
    pub fn forget(&self, key: CacheKey) {
        if let Some(copies) = self.copies.get().and_then(Weak::upgrade) {
            copies.forget(key);
        }
    }

    /// Everything published from now on, here and elsewhere.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Signal>> {
        match &self.twin {
            Twin::Local(bus) => bus.subscribe(),
            Twin::Redis(bus) => bus.subscribe(),
        }
    }

    /// Whether signals of other nodes arrive; always, for one node.
    pub fn health(&self) -> Health {
        match &self.twin {
            Twin::Local(bus) => bus.health(),
            Twin::Redis(bus) => bus.health(),
        }
    }
}
