//! A notification: what a person was told. It names what it is about; the words are made when it is read, so that names,
//! edits and deletions are followed.

use praca_api::notifications::NotificationCode;
use praca_api::{ConversationId, NotificationId, Seq, Timestamp, UploadId, UserId};
use sea_orm::entity::prelude::*;

/// A notification.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    pub user_id: UserId,
    pub code: NotificationCode,
    /// What those have in common that become one as long as it is unread.
    #[sea_orm(column_type = "Text")]
    pub topic: String,
    pub conversation_id: Option<ConversationId>,
    /// The newest message.
    pub seq: Option<Seq>,
    pub upload_id: Option<UploadId>,
    /// Who caused the newest event.
    pub author_id: Option<UserId>,
    /// Of how many events it tells.
    pub count: i32,
    /// What else its words are made of.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub params: Option<Json>,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
