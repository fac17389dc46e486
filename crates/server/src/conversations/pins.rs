//! Messages kept in sight: pinned and unpinned by those who keep order, at most 50 a room.

use std::collections::HashMap;

use praca_api::limits::PINS;
use praca_api::messages::Message;
use praca_api::rooms::Pin;
use praca_api::{ConversationId, MessageId, Page, Seq, Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::Conversations;
use super::access::{ConversationAccess, Moderate, Read};
use super::change::{Held, Telling};
use super::entity::pin::{ActiveModel, Column, Entity, Model};
use super::store::{self, MessagePlaces};
use crate::bus::{ChangeKind, Hearers};
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};

impl Conversations {
    /// Keeps a message in sight. Harmless if it is.
    ///
    /// # Errors
    /// `resource.not_found`, `request.invalid` for one too many.
    pub async fn pin(&self, access: &ConversationAccess<Moderate>, id: MessageId) -> Result<Message> {
        let Held { tx, mut row, rev, now } = self.hold(access.id(), id).await?;
        if row.pinned_at.is_some() {
            drop(tx);
            return self.render_one(row, access.actor().id()).await;
        }
        let by = access.actor().id();
        if Entity::find().filter(Column::ConversationId.eq(access.id())).count(tx.conn()).await? >= PINS {
            return Err(Error::invalid_field("messageId", "too_many", "A room has at most 50 pinned messages."));
        }
        let pin = ActiveModel {
            conversation_id: Set(access.id()),
            message_seq: Set(row.seq),
            pinned_by: Set(by),
            pinned_at: Set(now),
        };
        Entity::insert(pin).exec_without_returning(tx.conn()).await?;
        row.pinned_at = Some(now);
        self.finish_change(tx, row, rev, Telling::of(ChangeKind::Pinned { by, at: now }, Hearers::Joined)).await
    }

    /// Takes a message out of sight again. Harmless if it is not pinned.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn unpin(&self, access: &ConversationAccess<Moderate>, id: MessageId) -> Result<Message> {
        let Held { tx, mut row, rev, now } = self.hold(access.id(), id).await?;
        if row.pinned_at.is_none() {
            drop(tx);
            return self.render_one(row, access.actor().id()).await;
        }
        remove(tx.conn(), access.id(), row.seq).await?;
        row.pinned_at = None;
        let by = access.actor().id();
        self.finish_change(tx, row, rev, Telling::of(ChangeKind::Unpinned { by, at: now }, Hearers::Joined)).await
    }

    /// Pinned messages, the last pinned first.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn pins(&self, access: &ConversationAccess<Read>, page: &PageQuery) -> Result<Page<Pin>> {
        let conn = self.0.base.db.read();
        let limit = page.limit()?;
        let mut select = Entity::find()
            .filter(Column::ConversationId.eq(access.id()))
            .order_by_desc(Column::PinnedAt)
            .order_by_desc(Column::MessageSeq)
            .limit(limit + 1);
        if let Some((at, seq)) = page.key::<(Timestamp, Seq)>()? {
            let tied = Condition::all().add(Column::PinnedAt.eq(at)).add(Column::MessageSeq.lt(seq));
            select = select.filter(Condition::any().add(Column::PinnedAt.lt(at)).add(tied));
        }
        let rows = select.all(conn).await?;
        let page = page_of(rows, limit, |row| (row.pinned_at, row.message_seq), |row| row)?;
        let places = MessagePlaces::collect(page.items.iter().map(|row| (row.conversation_id, row.message_seq)));
        let messages = self.render(conn, store::messages_at(conn, &places).await?).await?;
        let mut messages: HashMap<Seq, Message> = messages.into_iter().map(|message| (message.seq, message)).collect();
        let people: Vec<UserId> = page.items.iter().map(|row| row.pinned_by).collect();
        let people = self.0.accounts.authors(&people).await?;
        let pin = |row: Model| {
            let message = messages.remove(&row.message_seq)?;
            Some(Pin { message, pinned_by: people.get(&row.pinned_by)?.clone(), pinned_at: row.pinned_at })
        };
        Ok(Page { items: page.items.into_iter().filter_map(pin).collect(), next: page.next })
    }
}

/// Forgets a pin, if there is one.
pub(super) async fn remove(conn: &impl ConnectionTrait, id: ConversationId, seq: Seq) -> Result<()> {
    Entity::delete_by_id((id, seq)).exec(conn).await?;
    Ok(())
}
