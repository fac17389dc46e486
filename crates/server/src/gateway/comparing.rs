//! Feeds compared with the database, so that a lost last change is found too.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use praca_api::ConversationId;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::feed::{Feed, PATIENCE};
use super::{Gateway, read, write};

/// Time between two comparisons.
const COMPARE: Duration = Duration::from_secs(3);

impl Gateway {
    /// Compares every feed with the database and heals what lags behind.
    pub(super) async fn compare_feeds(&self) {
        let feeds: Vec<Arc<Feed>> = read(&self.0.feeds).values().cloned().collect();
        for feeds in feeds.chunks(500) {
            let stands = |feed: &Arc<Feed>| Some((feed.id, (feed.clone(), feed.position()?.0)));
            let before: HashMap<_, _> = feeds.iter().filter_map(stands).collect();
            let ids: Vec<ConversationId> = before.keys().copied().collect();
            let newest = match self.0.backlog.newest(&ids).await {
                Ok(newest) => newest,
                Err(error) => return tracing::warn!(%error, "feeds cannot be compared with the database"),
            };
            // What was committed a moment ago may still be on its way; only what stands still has lost something.
            sleep(PATIENCE).await;
            for newest in newest {
                let Some((feed, was)) = before.get(&newest.id) else { continue };
                let still = feed.position().is_some_and(|(delivered, _)| delivered == *was);
                if newest.rev > *was && still {
                    self.heal(feed).await;
                }
            }
        }
    }
}

/// Compares with the database, every few seconds.
pub async fn watch(gateway: Gateway) {
    let mut tick = interval(COMPARE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        write(&gateway.0.feeds).retain(|_, feed| !feed.is_idle());
        gateway.compare_feeds().await;
    }
}
