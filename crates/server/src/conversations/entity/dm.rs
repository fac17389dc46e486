//! The two people of a conversation, and how far the first contact has come.

use praca_api::{ConversationId, Timestamp, UserId};
use sea_orm::entity::prelude::*;

/// A pair.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: ConversationId,
    /// The one whose id is less.
    pub low_id: UserId,
    pub high_id: UserId,
    /// Who made the first contact.
    pub requested_by: UserId,
    pub created_at: Timestamp,
    /// When the other accepted it.
    pub accepted_at: Option<Timestamp>,
    /// When the other refused it.
    pub refused_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
