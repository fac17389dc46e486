//! A message's row.

use praca_api::messages::MessageKind;
use praca_api::{ConversationId, MessageId, Rev, Seq, Timestamp, UserId};
use sea_orm::entity::prelude::*;

/// A message. Deleted ones stay, without text, in their place.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: ConversationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: Seq,
    pub id: MessageId,
    pub kind: MessageKind,
    pub author_id: Option<UserId>,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub payload: Option<Json>,
    pub reply_to_seq: Option<Seq>,
    /// Whom the text names, and where, as `mentions.rs` stores it.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub mentions: Option<Json>,
    /// Its pictures, as `uploads` stores them.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub attachments: Option<Json>,
    #[sea_orm(column_type = "Text", nullable)]
    pub nonce: Option<String>,
    /// Number of its last change.
    pub rev: Rev,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    pub pinned_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
