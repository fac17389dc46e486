//! A message kept in sight.

use praca_api::{ConversationId, Seq, Timestamp, UserId};
use sea_orm::entity::prelude::*;

/// A pin.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pins")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: ConversationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_seq: Seq,
    pub pinned_by: UserId,
    pub pinned_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
