//! Slow mode and flood limits: who must wait, and how long. In Redis for many nodes, in memory for one; the same tests
//! hold both to the same behaviour.

mod alike;
mod local;
mod presence;
mod redis;
mod slow_mode;
mod tries;

use std::collections::HashSet;
use std::time::Duration;

use praca_api::people::Presence;
use praca_api::{ConversationId, SlowModeScope, Timestamp, UserId};
use uuid::Uuid;

pub use self::redis::RedisLimits;
pub use local::LocalLimits;
pub use presence::Shift;
pub use slow_mode::{Clocks, Reservation, SlowModeKeys, Wait};
pub use tries::Slowing;

use crate::antispam::Shape;
use crate::config::Quota;
use crate::error::Result;

/// Slow mode and flood limits of this process or of all nodes.
#[derive(Clone)]
pub enum Limits {
    /// One node.
    Local(LocalLimits),
    /// Many nodes.
    Redis(RedisLimits),
}

impl Limits {
    /// Counts one use under `key`; `Some(wait)` when the quota is used up. With the coordinator down, this node counts alone.
    pub async fn take(&self, key: &str, quota: Quota) -> Option<Duration> {
        match self {
            Self::Local(limits) => limits.take(key, quota),
            Self::Redis(limits) => limits.take(key, quota).await,
        }
    }

    /// How long whoever this is about still has to wait after failures in a row. With the coordinator down, this node knows
    /// its own alone.
    pub async fn failures_wait(&self, key: &str) -> Option<Duration> {
        match self {
            Self::Local(limits) => limits.failures_wait(key),
            Self::Redis(limits) => limits.failures_wait(key).await,
        }
    }

    /// Notes a failure; how many there are in a row.
    pub async fn note_failure(&self, key: &str, slowing: &Slowing) -> u32 {
        match self {
            Self::Local(limits) => limits.note_failure(key, slowing),
            Self::Redis(limits) => limits.note_failure(key, slowing).await,
        }
    }

    /// The row of failures is over.
    pub async fn forget_failures(&self, key: &str) {
        match self {
            Self::Local(limits) => limits.forget_failures(key),
            Self::Redis(limits) => limits.forget_failures(key).await,
        }
    }

    /// Notes a text somebody sends, unless they sent so many others like it; whether it was noted. With the coordinator
    /// down, this node knows what was sent through it alone.
    pub async fn note_text(&self, user: UserId, id: Uuid, shape: Shape, quota: Quota) -> bool {
        match self {
            Self::Local(limits) => limits.note_text(user, id, shape, quota),
            Self::Redis(limits) => limits.note_text(user, id, shape, quota).await,
        }
    }

    /// Forgets a text that was not sent after all.
    pub async fn forget_text(&self, user: UserId, id: Uuid) {
        match self {
            Self::Local(limits) => limits.forget_text(user, id),
            Self::Redis(limits) => limits.forget_text(user, id).await,
        }
    }

    /// Checks both clocks and, when both allow, reserves them for (author, nonce), in one step. A reservation of the same
    /// author and nonce is found again rather than refused.
    ///
    /// # Errors
    /// `service.unavailable` with the coordinator down.
    pub async fn reserve(&self, keys: &SlowModeKeys, clocks: Clocks, nonce: &str) -> Result<Reservation> {
        match self {
            Self::Local(limits) => Ok(limits.reserve(keys, clocks, nonce)),
            Self::Redis(limits) => limits.reserve(keys, clocks, nonce).await,
        }
    }

    /// Gives a reservation back because its message was not stored.
    ///
    /// # Errors
    /// `service.unavailable` with the coordinator down; the clocks then run out by themselves.
    pub async fn release(&self, keys: &SlowModeKeys, nonce: &str) -> Result<()> {
        match self {
            Self::Local(limits) => {
                limits.release(keys, nonce);
                Ok(())
            }
            Self::Redis(limits) => limits.release(keys, nonce).await,
        }
    }

    /// How long the person has to wait now, without reserving.
    ///
    /// # Errors
    /// `service.unavailable` with the coordinator down.
    pub async fn waiting(&self, keys: &SlowModeKeys, clocks: Clocks) -> Result<Wait> {
        match self {
            Self::Local(limits) => Ok(limits.waiting(keys, clocks)),
            Self::Redis(limits) => limits.waiting(keys, clocks).await,
        }
    }

    /// Notes how these people are on one node until their lease ends (none = they are gone from it), and gives how each is
    /// over all nodes, before and after.
    ///
    /// # Errors
    /// `service.unavailable` with the coordinator down.
    pub async fn set_presence(
        &self,
        node: Uuid,
        people: &[(UserId, Option<Presence>)],
        lease: Duration,
    ) -> Result<Vec<Shift>> {
        match self {
            Self::Local(limits) => Ok(limits.set_presence(node, people, lease)),
            Self::Redis(limits) => limits.set_presence(node, people, lease).await,
        }
    }

    /// How these people are over all nodes, in the order asked.
    ///
    /// # Errors
    /// `service.unavailable` with the coordinator down.
    pub async fn presence(&self, people: &[UserId]) -> Result<Vec<Presence>> {
        match self {
            Self::Local(limits) => Ok(limits.presence(people)),
            Self::Redis(limits) => limits.presence(people).await,
        }
    }

    /// How many people have an open client, over all nodes.
    ///
    /// # Errors
    /// `service.unavailable` with the coordinator down.
    pub async fn online(&self) -> Result<u64> {
        match self {
            Self::Local(limits) => Ok(limits.online()),
            Self::Redis(limits) => limits.online().await,
        }
    }

    /// Notes that these people are in these conversations until their lease ends.
    ///
    /// # Errors
    /// `service.unavailable` with the coordinator down.
    pub async fn lease(&self, present: &[(ConversationId, UserId)], lease: Duration) -> Result<()> {
        match self {
            Self::Local(limits) => {
                limits.lease(present, lease);
                Ok(())
            }
            Self::Redis(limits) => limits.lease(present, lease).await,
        }
    }

    /// Ends these leases early.
    ///
    /// # Errors
    /// `service.unavailable` with the coordinator down; the leases then run out.
    pub async fn end_leases(&self, gone: &[(ConversationId, UserId)]) -> Result<()> {
        match self {
            Self::Local(limits) => {
                limits.end_leases(gone);
                Ok(())
            }
            Self::Redis(limits) => limits.end_leases(gone).await,
        }
    }

    /// Who is in a conversation.
    ///
    /// # Errors
    /// `service.unavailable` with the coordinator down.
    pub async fn present_people(&self, conversation: ConversationId) -> Result<HashSet<UserId>> {
        match self {
            Self::Local(limits) => Ok(limits.present_people(conversation)),
            Self::Redis(limits) => limits.present_people(conversation).await,
        }
    }

    /// How many people are in each conversation, in the order asked.
    ///
    /// # Errors
    /// `service.unavailable` with the coordinator down.
    pub async fn present(&self, conversations: &[ConversationId]) -> Result<Vec<u64>> {
        match self {
            Self::Local(limits) => Ok(limits.present(conversations)),
            Self::Redis(limits) => limits.present(conversations).await,
        }
    }
}

/// Which of two waits ends last.
fn later(room: u64, user: u64) -> (u64, Option<SlowModeScope>) {
    match (room, user) {
        (0, 0) => (0, None),
        (room, user) if room > user => (room, Some(SlowModeScope::Room)),
        (_, user) => (user, Some(SlowModeScope::User)),
    }
}

/// A wait as the clocks found it at `now`.
fn wait_of(room: u64, user: u64, now: Timestamp) -> Wait {
    let (retry_after_ms, scope) = later(room, user);
    Wait { retry_after_ms, scope, server_time: now }
}
