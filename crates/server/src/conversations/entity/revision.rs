//! An earlier text of an edited or deleted message, kept for moderators.

use praca_api::{ConversationId, Rev, Seq, Timestamp};
use sea_orm::entity::prelude::*;

/// A text that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: ConversationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_seq: Seq,
    /// The change that replaced it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub rev: Rev,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub written_at: Timestamp,
    pub replaced_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
