//! A note of what somebody is to be told.

use praca_api::notifications::NotificationCode;
use praca_api::{AdId, ConversationId, Seq, Timestamp, UploadId, UserId};
use sea_orm::entity::prelude::*;

/// A note, until it is taken up.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whom; the nil person stands for everybody in the room.
    pub user_id: UserId,
    pub code: NotificationCode,
    pub conversation_id: Option<ConversationId>,
    pub seq: Option<Seq>,
    pub upload_id: Option<UploadId>,
    pub ad_id: Option<AdId>,
    pub author_id: Option<UserId>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub params: Option<Json>,
    /// Not before then.
    pub due_at: Timestamp,
    /// Of everybody, those up to here have been told.
    pub beyond: Option<UserId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
