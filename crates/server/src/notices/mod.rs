//! What people are to be told, noted in the transaction of what happened, and what they were told, until they read it.
//!
//! The base writes both tables: with what happened, and with the cursor of who reads it. A moment later, when who is looking has read it anyhow, the slice `notifications` takes these notes up and makes
//! notifications of them, in one transaction: so each event is told once, whoever is killed meanwhile.

pub mod devices;
mod entity;
pub mod told;

use std::collections::HashSet;
use std::time::Duration;

use praca_api::notifications::{NotificationCode, NotificationParams};
use praca_api::{AdId, ConversationId, Seq, Timestamp, UploadId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _, LockBehavior, LockType, Query, TableRef, ValueTuple};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use crate::base::Base;
use crate::db::Tx;
use crate::error::Result;
use crate::events::Event;

pub use entity::Model as Notice;

/// How long somebody has who is looking, before they are told.
pub const PATIENCE: Duration = Duration::from_millis(1_500);

/// Something a person is to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNotice {
    /// Whom; [`crate::events::EVERYBODY`] for all members of the conversation.
    pub user: UserId,
    /// What.
    pub code: NotificationCode,
    /// The message it is about.
    pub message: Option<(ConversationId, Seq)>,
    /// The room it is about, where it is about no message of it.
    pub room: Option<ConversationId>,
    /// The picture it is about.
    pub upload: Option<UploadId>,
    /// The ad it is about.
    pub ad: Option<AdId>,
    /// Who caused it.
    pub author: Option<UserId>,
    /// What else its words are made of.
    pub params: Option<NotificationParams>,
}

impl NewNotice {
    /// Of what somebody wrote.
    pub fn of_message(code: NotificationCode, user: UserId, author: UserId, message: (ConversationId, Seq)) -> Self {
        let about = Self::of_person(code, user, NotificationParams::default());
        Self { message: Some(message), author: Some(author), params: None, ..about }
    }

    /// Of what a room is to the person.
    pub fn of_room(code: NotificationCode, user: UserId, room: ConversationId, params: NotificationParams) -> Self {
        Self { room: Some(room), ..Self::of_person(code, user, params) }
    }

    /// Of what concerns the person alone.
    pub fn of_person(code: NotificationCode, user: UserId, params: NotificationParams) -> Self {
        Self { user, code, message: None, room: None, upload: None, ad: None, author: None, params: Some(params) }
    }
}

/// Notes these in the caller's transaction.
///
/// # Errors
/// The database refuses.
pub async fn note(base: &Base, conn: &impl ConnectionTrait, notices: Vec<NewNotice>) -> Result<()> {
    if notices.is_empty() {
        return Ok(());
    }
    let now = base.clock.now();
    let mut rows = Vec::with_capacity(notices.len());
    for notice in notices {
        // What is about messages waits for those who read them at once.
        let due = if notice.message.is_some() { now + PATIENCE } else { now };
        rows.push(entity::ActiveModel {
            id: Set(base.ids.uuid()),
            user_id: Set(notice.user),
            code: Set(notice.code),
            conversation_id: Set(notice.message.map(|(id, _)| id).or(notice.room)),
            seq: Set(notice.message.map(|(_, seq)| seq)),
            upload_id: Set(notice.upload),
            ad_id: Set(notice.ad),
            author_id: Set(notice.author),
            params: Set(notice.params.map(serde_json::to_value).transpose()?),
            due_at: Set(due),
            beyond: Set(None),
        });
    }
    entity::Entity::insert_many(rows).exec_without_returning(conn).await?;
    Ok(())
}

/// Up to `most` notes that are due, the oldest first.
///
/// # Errors
/// The database refuses.
pub async fn due(conn: &impl ConnectionTrait, now: Timestamp, most: u64) -> Result<Vec<Notice>> {
    let due = entity::Entity::find().filter(entity::Column::DueAt.lte(now));
    Ok(due.order_by_asc(entity::Column::DueAt).order_by_asc(entity::Column::Id).limit(most).all(conn).await?)
}

/// Takes these out of the table; those another node has, or had, are left to it.
///
/// # Errors
/// The database refuses.
pub async fn take(conn: &impl ConnectionTrait, ids: HashSet<Uuid>) -> Result<HashSet<Uuid>> {
    let free = entity::Entity::find()
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::Id.is_in(ids))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query();
    let taken = entity::Entity::delete_many().filter(entity::Column::Id.in_subquery(free));
    Ok(taken.exec_with_returning(conn).await?.into_iter().map(|row| row.id).collect())
}

/// Puts one back that was taken, as it is now: of everybody, some are still to be told.
///
/// # Errors
/// The database refuses.
pub async fn put_back(conn: &impl ConnectionTrait, notice: Notice) -> Result<()> {
    entity::Entity::insert(notice.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// Who has read so far in a conversation has read what they were told of it, too.
///
/// # Errors
/// The database refuses.
pub async fn read_with(tx: &mut Tx, places: &[(ConversationId, UserId, Seq)], now: Timestamp) -> Result<()> {
    use told::{Column, Entity};
    if places.is_empty() {
        return Ok(());
    }
    let values = places.iter().map(|(id, user, seq)| ValueTuple::Three((*id).into(), (*user).into(), (*seq).into()));
    let column = |column: Column| Expr::col((Entity, column));
    let mut update = Query::update();
    update
        .table(Entity)
        .value(Column::ReadAt, now)
        .from(TableRef::ValuesList(values.collect(), "v".into()))
        .and_where(column(Column::ConversationId).eq(Expr::col(("v", "column1"))))
        .and_where(column(Column::UserId).eq(Expr::col(("v", "column2"))))
        .and_where(column(Column::Seq).lte(Expr::col(("v", "column3"))))
        .and_where(column(Column::ReadAt).is_null())
        .returning(Query::returning().column((Entity, Column::UserId)));
    let rows = tx.conn().query_all(&update).await?;
    let mut people = Vec::new();
    for row in rows {
        people.push(row.try_get_by_index::<UserId>(0)?);
    }
    people.sort_unstable();
    people.dedup();
    for user in people {
        tx.emit(Event::NotificationsRead { user });
    }
    Ok(())
}
