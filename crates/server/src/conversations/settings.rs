//! What a conversation is to everyone: who may know of it, its silence, where its counters stand. For the slices that
//! give conversations their kinds.

use praca_api::rooms::Silence;
use praca_api::{ConversationId, Rev, Seq, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::access::{Administer, ConversationAccess};
use super::entity::conversation::{Access, ActiveModel, Column, Entity, Kind, Model};
use super::{Conversations, store};
use crate::db::Tx;
use crate::error::{Error, Result};

/// A conversation as everyone finds it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which.
    pub id: ConversationId,
    /// Who may know of it.
    pub visibility: Access,
    /// Its silence, while it runs.
    pub silence: Option<Silence>,
    /// The newest message's `seq`.
    pub last_seq: Seq,
    /// The newest change's `rev`.
    pub last_rev: Rev,
    /// When its newest message was written.
    pub active_at: Timestamp,
    /// Changes when a restore rewound it.
    pub epoch: i32,
    /// Set once it is archived.
    pub archived_at: Option<Timestamp>,
}

impl Conversations {
    /// Opens an empty conversation.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn open(&self, tx: &Tx, kind: Kind, visibility: Access) -> Result<ConversationId> {
        let id = self.0.base.ids.conversation();
        let now = self.0.base.clock.now();
        let row = ActiveModel {
            id: Set(id),
            kind: Set(kind),
            visibility: Set(visibility),
            silence_reason: Set(None),
            silence_until: Set(None),
            last_seq: Set(Seq::ZERO),
            last_rev: Set(Rev::ZERO),
            epoch: Set(1),
            created_at: Set(now),
            active_at: Set(now),
            archived_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(tx.conn()).await?;
        Ok(id)
    }

    /// Conversations of a kind that are public or among `mine`, but for archived ones.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn listed(
        &self,
        conn: &impl ConnectionTrait,
        kind: Kind,
        mine: impl Iterator<Item = ConversationId>,
    ) -> Result<Vec<Standing>> {
        let listed = Condition::any().add(Column::Visibility.eq(Access::Public)).add(Column::Id.is_in(mine));
        let rows = Entity::find()
            .filter(Column::Kind.eq(kind))
            .filter(Column::ArchivedAt.is_null())
            .filter(listed)
            .order_by_asc(Column::Id)
            .all(conn)
            .await?;
        let now = self.0.base.clock.now();
        Ok(rows.into_iter().map(|row| standing(row, now)).collect())
    }

    /// One conversation of a kind, read on `conn`.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn standing(&self, conn: &impl ConnectionTrait, kind: Kind, id: ConversationId) -> Result<Standing> {
        let row = store::conversation(conn, id).await?.filter(|row| row.kind == kind).ok_or_else(Error::not_found)?;
        Ok(standing(row, self.0.base.clock.now()))
    }

    /// Changes who may know of it.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn set_visibility(&self, tx: &Tx, access: &ConversationAccess<Administer>, to: Access) -> Result<()> {
        change(tx, access, ActiveModel { visibility: Set(to), ..ActiveModel::default() }).await
    }

    /// Lets nobody but moderators write, or everybody again.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn set_silence(
        &self,
        tx: &Tx,
        access: &ConversationAccess<Administer>,
        to: Option<&Silence>,
    ) -> Result<()> {
        let row = ActiveModel {
            silence_reason: Set(to.map(|silence| silence.reason.clone())),
            silence_until: Set(to.and_then(|silence| silence.until)),
            ..ActiveModel::default()
        };
        change(tx, access, row).await
    }

    /// Takes it from every list; it takes no more messages.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn archive(&self, tx: &Tx, access: &ConversationAccess<Administer>) -> Result<()> {
        change(tx, access, ActiveModel { archived_at: Set(Some(self.0.base.clock.now())), ..ActiveModel::default() })
            .await
    }
}

async fn change(tx: &Tx, access: &ConversationAccess<Administer>, row: ActiveModel) -> Result<()> {
    Entity::update_many().set(row).filter(Column::Id.eq(access.id())).exec(tx.conn()).await?;
    Ok(())
}

fn standing(row: Model, now: Timestamp) -> Standing {
    let reason = row.silence_reason.filter(|_| row.silence_until.is_none_or(|until| until > now));
    Standing {
        id: row.id,
        visibility: row.visibility,
        silence: reason.map(|reason| Silence { reason, until: row.silence_until }),
        last_seq: row.last_seq,
        last_rev: row.last_rev,
        active_at: row.active_at,
        epoch: row.epoch,
        archived_at: row.archived_at,
    }
}
