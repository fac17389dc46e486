//! What somebody has to know of conversations who tells people of them.

use std::collections::{HashMap, HashSet};

use praca_api::{ConversationId, Seq, UserId};
use sea_orm::sea_query::{ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::entity::conversation::Kind;
use super::entity::{conversation, dm, membership, mention};
use super::store::MessagePlaces;
use super::{Conversations, store};
use crate::db::dialect::Dialect;
use crate::error::Result;
use crate::events::Pair;

/// A member's place in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standpoint {
    /// How far they have read.
    pub read: Seq,
    /// Whether it stays quiet for them.
    pub muted: bool,
}

impl Conversations {
    /// What these conversations are; those that are gone are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn kinds(&self, ids: &[ConversationId]) -> Result<HashMap<ConversationId, Kind>> {
        let rows = store::conversations(self.0.base.db.read(), ids).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.kind)).collect())
    }

    /// The two of each of these conversations, where they are of two.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn pairs(&self, ids: impl IntoIterator<Item = ConversationId>) -> Result<HashMap<ConversationId, Pair>> {
        let rows = dm::Entity::find().filter(dm::Column::ConversationId.is_in(ids)).all(self.0.base.db.read()).await?;
        Ok(rows.iter().map(|row| (row.conversation_id, Pair::from(row))).collect())
    }

    /// Where these people stand in these conversations, held until the transaction ends; who is no member is left out.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn hold_standpoints(
        &self,
        conn: &impl ConnectionTrait,
        places: &[(ConversationId, UserId)],
    ) -> Result<HashMap<(ConversationId, UserId), Standpoint>> {
        if places.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = store::lock_memberships(conn, places).await?;
        let standpoint = |row: &membership::Model| Standpoint { read: row.last_read_seq, muted: row.muted };
        Ok(rows.iter().map(|row| ((row.conversation_id, row.user_id), standpoint(row))).collect())
    }

    /// Whom these messages name now; [`crate::events::EVERYBODY`] for a call.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn named_in(
        &self,
        places: impl IntoIterator<Item = (ConversationId, Seq)>,
    ) -> Result<HashSet<(ConversationId, Seq, UserId)>> {
        let conn = self.0.base.db.read();
        let (conversation, seq) = (mention::Column::ConversationId, mention::Column::MessageSeq);
        let rows = MessagePlaces::collect(places).select::<mention::Entity>(Dialect::of(conn), conversation, seq);
        let rows = match rows {
            Some(rows) => rows.all(conn).await?,
            None => Vec::new(),
        };
        Ok(rows.into_iter().map(|row| (row.conversation_id, row.message_seq, row.user_id)).collect())
    }

    /// The texts of these messages as they are now; those that were deleted are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn texts(
        &self,
        places: impl IntoIterator<Item = (ConversationId, Seq)>,
    ) -> Result<HashMap<(ConversationId, Seq), String>> {
        let rows = store::messages_at(self.0.base.db.read(), &MessagePlaces::collect(places)).await?;
        let there = rows.into_iter().filter(|row| row.deleted_at.is_none());
        Ok(there.map(|row| ((row.conversation_id, row.seq), row.body)).collect())
    }

    /// Up to `most` members, in the order of their ids, those after `beyond`.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn members_beyond(&self, id: ConversationId, beyond: Option<UserId>, most: u64) -> Result<Vec<UserId>> {
        let mut members = membership::Entity::find()
            .select_only()
            .column(membership::Column::UserId)
            .filter(membership::Column::ConversationId.eq(id));
        if let Some(beyond) = beyond {
            members = members.filter(membership::Column::UserId.gt(beyond));
        }
        Ok(members.order_by_asc(membership::Column::UserId).limit(most).into_tuple().all(self.0.base.db.read()).await?)
    }

    /// The conversations a person may read and would be shown.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn readable_by(&self, user: UserId) -> Result<HashSet<ConversationId>> {
        readable(self.0.base.db.read(), user).await
    }
}

/// The conversations a person may read and would be shown: public rooms, and what they are in; none that is archived.
pub async fn readable(conn: &impl ConnectionTrait, user: UserId) -> Result<HashSet<ConversationId>> {
    use conversation::{Access, Column, Entity};
    let joined = Query::select()
        .column(membership::Column::ConversationId)
        .from(membership::Entity)
        .and_where(membership::Column::UserId.eq(user))
        .to_owned();
    let public = Column::Kind.eq(Kind::Room).and(Column::Visibility.eq(Access::Public));
    let rows: Vec<ConversationId> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::ArchivedAt.is_null())
        .filter(public.or(Column::Id.in_subquery(joined)))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}
