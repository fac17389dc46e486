//! An upload's row.

use praca_api::uploads::{Purpose, UploadReason, UploadStatus};
use praca_api::{ConversationId, Seq, Timestamp, UploadId, UserId};
use sea_orm::entity::prelude::*;

/// An upload, from its announcement until its files are removed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "uploads")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UploadId,
    pub user_id: UserId,
    pub purpose: Purpose,
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    /// As announced.
    #[sea_orm(column_type = "Text")]
    pub content_type: String,
    /// As announced.
    pub bytes: i64,
    pub status: UploadStatus,
    pub reason: Option<UploadReason>,
    #[sea_orm(column_type = "Text")]
    pub alt: String,
    /// Random; names the folder of its files.
    #[sea_orm(column_type = "Text")]
    pub folder: String,
    /// How often work on it has begun and ended without an outcome.
    pub tries: i32,
    /// What was made of it, as `used.rs` stores it.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub picture: Option<Json>,
    /// Length of all its files.
    pub stored_bytes: i64,
    /// The message that shows it.
    pub conversation_id: Option<ConversationId>,
    pub message_seq: Option<Seq>,
    /// When it was used, for a message or as a portrait.
    pub used_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// Until when the file may be sent.
    pub expires_at: Timestamp,
    /// When its status last changed.
    pub changed_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
