//! Short-lived copies of rows that every request needs, dropped on all nodes at once when the row changes.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::bus::Health;
use crate::error::Result;

/// Longest a copy is used, should a drop ever be lost.
const LIFETIME: Duration = Duration::from_secs(10);

/// Rows by key. While the bus is down nothing is answered from here: what other nodes changed would go unseen.
pub struct Cache<K, V> {
    rows: moka::sync::Cache<K, V>,
    /// Counts drops, so that a row read before a drop is not kept after it.
    drops: AtomicU64,
    bus: Health,
}

impl<K, V> Cache<K, V>
where
    K: Clone + Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Keeps at most `capacity` rows.
    pub fn new(capacity: u64, bus: Health) -> Self {
        Self::with_lifetime(capacity, LIFETIME, bus)
    }

    /// The same, for what is used no longer than `lifetime`.
    pub fn with_lifetime(capacity: u64, lifetime: Duration, bus: Health) -> Self {
        let rows = moka::sync::Cache::builder().max_capacity(capacity).time_to_live(lifetime).build();
        Self { rows, drops: AtomicU64::new(0), bus }
    }

    /// The row, from here or by `load`.
    pub async fn get_or_load(&self, key: K, load: impl Future<Output = Result<V>>) -> Result<V> {
        if !self.bus.is_up() {
            return load.await;
        }
        if let Some(row) = self.rows.get(&key) {
            return Ok(row);
        }
        let drops = self.drops.load(Ordering::Acquire);
        let row = load.await?;
        self.keep(&key, &row, drops);
        Ok(row)
    }

    /// The rows of these keys, from here or by one `load` of those that are not; unknown keys are left out.
    pub async fn get_or_load_many<F>(&self, keys: &[K], load: impl FnOnce(Vec<K>) -> F) -> Result<HashMap<K, V>>
    where
        F: Future<Output = Result<Vec<(K, V)>>>,
    {
        let up = self.bus.is_up();
        let kept = |key: &K| self.rows.get(key).filter(|_| up).map(|row| (key.clone(), row));
        let mut found: HashMap<K, V> = keys.iter().filter_map(kept).collect();
        let missing: Vec<K> = keys.iter().filter(|key| !found.contains_key(key)).cloned().collect();
        if missing.is_empty() {
            return Ok(found);
        }
        let drops = self.drops.load(Ordering::Acquire);
        for (key, row) in load(missing).await? {
            if up {
                self.keep(&key, &row, drops);
            }
            found.insert(key, row);
        }
        Ok(found)
    }

    /// Keeps a row that was read after `drops` drops, unless there was another since.
    fn keep(&self, key: &K, row: &V, drops: u64) {
        if drops == self.drops.load(Ordering::Acquire) {
            self.rows.insert(key.clone(), row.clone());
            // A drop between the look and the insert must not be undone by it.
            if drops != self.drops.load(Ordering::Acquire) {
                self.rows.invalidate(key);
            }
        }
    }

    /// Forgets one row.
    pub fn forget(&self, key: &K) {
        self.drops.fetch_add(1, Ordering::AcqRel);
        self.rows.invalidate(key);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.drops.fetch_add(1, Ordering::AcqRel);
        self.rows.invalidate_all();
    }
}
