//! Sending into a room with slow mode, and telling how long to wait.

use std::time::Duration;

use praca_api::messages::{Message, NewMessage};
use praca_api::rooms::SlowMode;

use super::{Rooms, entity};
use crate::conversations::ConversationAccess;
use crate::conversations::access::{Read, Write};
use crate::error::Result;
use crate::limits::{Clocks, SlowModeKeys, Wait};

impl Rooms {
    /// Sends a message; slow mode decides when.
    ///
    /// # Errors
    /// As [`crate::conversations::Conversations::send`].
    pub async fn send(&self, access: ConversationAccess<Write>, new: NewMessage) -> Result<Message> {
        let clocks = self.clocks(&*self.settings(access.id()).await?);
        self.0.conversations.send(access, new, Some(clocks)).await
    }

    /// The clocks as the person finds them now. Moderators never wait.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn slow_mode(&self, access: &ConversationAccess<Read>) -> Result<SlowMode> {
        let room = self.settings(access.id()).await?;
        let clocks = self.clocks(&room);
        let free = Wait { retry_after_ms: 0, scope: None, server_time: self.0.base.clock.now() };
        let wait = if clocks.run() && !access.is_moderator() {
            let keys = SlowModeKeys::new(access.id(), access.actor().id());
            // Without the coordinator nobody can tell; sending will say so.
            self.0.base.limits.waiting(&keys, clocks).await.unwrap_or(free)
        } else {
            free
        };
        Ok(SlowMode {
            interval_global_seconds: seconds(room.interval_global_seconds),
            per_user_seconds: seconds(room.per_user_seconds),
            retry_after_ms: wait.retry_after_ms,
            scope: wait.scope,
            server_time: wait.server_time,
        })
    }

    fn clocks(&self, room: &entity::Model) -> Clocks {
        let duration = |seconds_of: i32| Duration::from_secs(u64::from(seconds(seconds_of)));
        Clocks {
            room: duration(room.interval_global_seconds),
            user: duration(room.per_user_seconds),
            slack: self.0.base.config.limits.slow_mode_slack,
        }
    }
}

/// A stored interval; the database checks its range.
pub(super) fn seconds(stored: i32) -> u32 {
    u32::try_from(stored).unwrap_or_default()
}
