//! A conversation: its counters, and what decides who may read and write.

use praca_api::{ConversationId, Rev, Seq, Timestamp};
use sea_orm::entity::prelude::*;

/// What kind of conversation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// A room; who may find it is its own setting.
    #[sea_orm(string_value = "room")]
    Room,
    /// Of two people.
    #[sea_orm(string_value = "dm")]
    Dm,
    /// Of two people about one ad.
    #[sea_orm(string_value = "deal")]
    Deal,
}

/// Who may know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Access {
    /// Everyone, and it is listed.
    #[sea_orm(string_value = "public")]
    Public,
    /// Everyone who has its link.
    #[sea_orm(string_value = "unlisted")]
    Unlisted,
    /// Its members.
    #[sea_orm(string_value = "private")]
    Private,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conversations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConversationId,
    pub kind: Kind,
    pub visibility: Access,
    /// Set while only moderators write.
    #[sea_orm(column_type = "Text", nullable)]
    pub silence_reason: Option<String>,
    pub silence_until: Option<Timestamp>,
    pub last_seq: Seq,
    pub last_rev: Rev,
    pub epoch: i32,
    pub created_at: Timestamp,
    /// When its newest message was written; when it was opened, before the first.
    pub active_at: Timestamp,
    pub archived_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
