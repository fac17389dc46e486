//! What the gateway reads when live changes were missed.

use std::pin::Pin;
use std::sync::Arc;

use praca_api::{ConversationId, Rev, Seq, UserId};

use super::{Conversations, store};
use crate::bus::{Change, ChangeKind};
use crate::error::{Error, Result};
use crate::gateway::{Backlog, Missed, Newest};

/// Most changes read at once; whoever missed more reads on.
const MISSED: u64 = 1_000;

impl Backlog for Conversations {
    fn missed(
        &self,
        id: ConversationId,
        after: Rev,
        seen: Seq,
    ) -> Pin<Box<dyn Future<Output = Result<Missed>> + Send + '_>> {
        Box::pin(async move {
            let conn = self.0.base.db.read();
            let now = store::conversation(conn, id).await?.ok_or_else(Error::not_found)?;
            let rows = store::messages_changed(conn, id, after, now.last_seq, MISSED).await?;
            let more = u64::try_from(rows.len()).is_ok_and(|count| count >= MISSED);
            let last = rows.last().map_or(now.last_rev, |row| row.rev);
            let mut changes: Vec<Change> = self
                .render(conn, rows)
                .await?
                .into_iter()
                .map(|message| {
                    let new = message.seq > seen;
                    let kind = if new { ChangeKind::New { room_wait_ms: None } } else { ChangeKind::of(&message) };
                    Change { message: Arc::new(message), kind }
                })
                .collect();
            // New messages first, in their order; a later edit is already in their text.
            changes.sort_by_key(|change| {
                (!change.is_new(), if change.is_new() { change.message.seq.0 } else { change.rev().0 })
            });
            let newest = if more {
                Newest { id, rev: last, seq: seen }
            } else {
                Newest { id, rev: now.last_rev, seq: now.last_seq }
            };
            Ok(Missed { changes, newest, more })
        })
    }

    fn newest<'a>(
        &'a self,
        ids: &'a [ConversationId],
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Newest>>> + Send + 'a>> {
        Box::pin(async move {
            let rows = store::conversations(self.0.base.db.read(), ids).await?;
            Ok(rows.into_iter().map(|row| Newest { id: row.id, rev: row.last_rev, seq: row.last_seq }).collect())
        })
    }

    fn rooms_of(&self, user: UserId) -> Pin<Box<dyn Future<Output = Result<Vec<ConversationId>>> + Send + '_>> {
        Box::pin(store::rooms_of(self.0.base.db.read(), user))
    }
}
