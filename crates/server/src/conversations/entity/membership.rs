//! A person's place in a conversation.

use praca_api::rooms::MemberRole;
use praca_api::{ConversationId, Seq, Timestamp, UserId};
use sea_orm::entity::prelude::*;

/// A membership.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "memberships")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: ConversationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    pub role: MemberRole,
    pub muted: bool,
    /// The newest message read; it never goes back.
    pub last_read_seq: Seq,
    /// In a conversation of two: the newest message the other may know a client of this person has.
    pub delivered_seq: Seq,
    /// In a conversation of two: the newest message the other may know this person has read.
    pub receipt_seq: Seq,
    pub joined_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
