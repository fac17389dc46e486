//! Read cursors: how far a person has read. They only go forward, and never past the newest message.

use praca_api::messages::ReadState;
use praca_api::{ConversationId, Seq, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::access::{ConversationAccess, Read};
use super::entity::membership::{Column, Entity};
use super::{Conversations, store};
use crate::error::{Error, Result};
use crate::events::Event;

/// Unread messages, given both counters: a subtraction.
pub fn read_state(conversation_id: ConversationId, last_seq: Seq, last_read_seq: Seq) -> ReadState {
    ReadState { conversation_id, last_read_seq, unread: (last_seq.0 - last_read_seq.0).max(0), mentions: 0 }
}

impl Conversations {
    /// Moves the person's cursor forward, and tells their other sockets.
    ///
    /// # Errors
    /// `access.denied` for one who is not a member.
    pub async fn mark_read(
        &self,
        access: &ConversationAccess<Read>,
        seq: Seq,
        socket: Option<String>,
    ) -> Result<ReadState> {
        let (id, user) = (access.id(), access.actor().id());
        let base = &self.0.base;
        let conversation = store::conversation(base.db.read(), id).await?.ok_or_else(Error::not_found)?;
        let seq = seq.min(conversation.last_seq);
        let cursor = self.cursor(id, user).await?.ok_or_else(Error::denied)?;
        if cursor >= seq {
            // Nothing moves, so the one writer of SQLite is left to who needs it.
            return Ok(read_state(id, conversation.last_seq, cursor));
        }
        let mut tx = base.begin().await?;
        let moved = Entity::update_many()
            .col_expr(Column::LastReadSeq, Expr::value(seq))
            .filter(Column::ConversationId.eq(id))
            .filter(Column::UserId.eq(user))
            .filter(Column::LastReadSeq.lt(seq))
            .exec(tx.conn())
            .await?;
        if moved.rows_affected > 0 {
            let state = read_state(id, conversation.last_seq, seq);
            tx.emit(Event::CursorMoved { user, state, socket });
            tx.commit().await?;
            return Ok(state);
        }
        drop(tx);
        let cursor = self.cursor(id, user).await?.ok_or_else(Error::denied)?;
        Ok(read_state(id, conversation.last_seq, cursor))
    }

    async fn cursor(&self, id: ConversationId, user: UserId) -> Result<Option<Seq>> {
        Ok(store::membership(self.0.base.db.read(), id, user).await?.map(|row| row.last_read_seq))
    }
}
