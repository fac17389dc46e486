//! The fair: ads from draft to conclusion, and finding them.
//!
//! Invariants: an ad moves only by the steps of `life.rs`, under the lock of its row, and each step stands in its history, in the
//! audit log and in its version; what is not on display only its owner and moderators know of; what was looked at by a moderator
//! is what is on display.

mod arrange;
mod bulk;
mod categories;
mod change;
mod edit;
mod ends;
mod entity;
mod facets;
mod find;
pub mod life;
mod moves;
mod prints;
pub mod public;
mod review;
mod routes;
mod searches;
mod seek;
mod shelf;
mod store;
mod view;
mod wish;
mod write;

use std::sync::Arc;
use std::time::Duration;

use crate::accounts::Accounts;
use crate::base::Base;
use crate::bus::CacheKey;
use crate::cache::Cache;
use crate::jobs::{NewJob, Registry};
use categories::Tree;

pub use moves::{Verb, Why};
pub use routes::routes;

/// Time between two looks for ads whose time on display ends, or has.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Time between two sweeps.
const SWEEP_EVERY: Duration = Duration::from_secs(86_400);
/// How long a copy of the categories is used.
const TREE_KEPT: Duration = Duration::from_secs(10);

/// The ads slice.
#[derive(Clone)]
pub struct Ads(Arc<Inner>);

struct Inner {
    base: Base,
    accounts: Accounts,
    tree: Cache<(), Arc<Tree>>,
}

impl Ads {
    /// The slice over these services.
    pub fn new(base: Base, accounts: Accounts) -> Self {
        let tree = Cache::with_lifetime(1, TREE_KEPT, base.bus.health());
        Self(Arc::new(Inner { base, accounts, tree }))
    }

    /// Follows what other nodes, and this one, have changed.
    pub fn forget(&self, key: CacheKey) {
        if key == CacheKey::Categories {
            self.forget_all();
        }
    }

    /// Drops every copy.
    pub fn forget_all(&self) {
        self.0.tree.clear();
    }

    /// What the slice does in the background.
    pub fn register(&self, registry: &mut Registry) {
        let ads = self.clone();
        registry.every(LOOK_EVERY, "ads.expire", move || {
            let ads = ads.clone();
            async move { ads.follow_the_clock().await }
        });
        let ads = self.clone();
        registry.every(SWEEP_EVERY, "ads.sweep", move || {
            let ads = ads.clone();
            async move { ads.forget_told().await }
        });
        let ads = self.clone();
        // Of a square in which many look for something it takes its time, and keeps no other jobs waiting.
        registry.handle_apart(NewJob::TELL_SEARCHERS, 1, move |payload| {
            let ads = ads.clone();
            async move { ads.tell_searchers(payload).await }
        });
    }
}
