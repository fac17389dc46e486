//! What every slice is given: configuration, time, ids, database, bus, limits, keys.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::auth::keys::Keyring;
use crate::auth::passwords::Passwords;
use crate::blobs::Blobs;
use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::events::Event;
use crate::ids::Ids;
use crate::limits::Limits;
use crate::links::Links;
use crate::mail::Mailer;
use crate::metrics::Metrics;
use crate::texts::Texts;

/// The base services, cheap to clone.
#[derive(Clone)]
pub struct Base(Arc<Services>);

/// The services themselves; built by `app::build` alone.
pub struct Services {
    /// Validated configuration.
    pub config: Config,
    /// Time.
    pub clock: Clock,
    /// Ids and randomness.
    pub ids: Ids,
    /// Database.
    pub db: Db,
    /// Between nodes.
    pub bus: Bus,
    /// Slow mode and floods.
    pub limits: Limits,
    /// Signing keys.
    pub keys: Keyring,
    /// Files.
    pub blobs: Blobs,
    /// Signed addresses.
    pub links: Links,
    /// The mail server; none = there is none.
    pub mailer: Option<Mailer>,
    /// What people accept, and what else is said of the square.
    pub texts: Texts,
    /// Password hashing.
    pub passwords: Passwords,
    /// Counters and histograms.
    pub metrics: Metrics,
    /// Ends when the process is asked to stop.
    pub shutdown: CancellationToken,
    /// Services that are merely missed, and away.
    pub outages: Outages,
    /// Wakes the job runner of this process.
    pub jobs_due: Notify,
}

/// Services without which a node goes on, and that are away, by name.
#[derive(Default)]
pub struct Outages(Mutex<BTreeSet<&'static str>>);

impl Outages {
    /// Those away now.
    pub fn now(&self) -> Vec<&'static str> {
        self.names().iter().copied().collect()
    }

    /// Notes whether one is away, and logs when that changes.
    pub fn note(&self, name: &'static str, state: Result<()>) {
        match state {
            Ok(()) if self.names().remove(name) => tracing::info!(service = name, "a service is back"),
            Err(error) if self.names().insert(name) => tracing::warn!(service = name, %error, "a service is away"),
            Ok(()) | Err(_) => {}
        }
    }

    fn names(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Base {
    /// Joins the services.
    pub fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }

    /// Opens a transaction.
    pub async fn begin(&self) -> Result<Tx> {
        Tx::begin(self.clone()).await
    }

    /// Publishes an event that is not stored, such as typing.
    pub fn announce(&self, event: &Event) {
        for signal in event.signals() {
            self.bus.publish(signal);
        }
    }
}

impl Deref for Base {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}
