//! The fair: ads from draft to conclusion, and finding them.
//!
//! Invariants: an ad moves only by the steps of `life.rs`, under the lock of its row, and each step stands in its history, in the
//! audit log and in its version; what is not on display only its owner and moderators know of; what was looked at by a moderator
//! is what is on display.

mod categories;
mod change;
mod edit;
mod entity;
mod find;
pub mod life;
mod moves;
mod routes;
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
use crate::jobs::Registry;
use categories::Tree;

pub use moves::Verb;
pub use routes::routes;

/// Time between two looks for ads whose time on display has ended.
const EXPIRE_EVERY: Duration = Duration::from_secs(60);
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
        registry.every(EXPIRE_EVERY, "ads.expire", move || {
            let ads = ads.clone();
            async move { ads.expire().await }
        });
    }
}
