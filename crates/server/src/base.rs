//! What every slice is given: configuration, time, ids, database, bus, limits, keys.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::auth::keys::Keyring;
use crate::auth::passwords::Passwords;
use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::events::Event;
use crate::ids::Ids;
use crate::limits::Limits;
use crate::metrics::Metrics;

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
    /// Password hashing.
    pub passwords: Passwords,
    /// Counters and histograms.
    pub metrics: Metrics,
    /// Ends when the process is asked to stop.
    pub shutdown: CancellationToken,
    /// Wakes the job runner of this process.
    pub jobs_due: Notify,
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
