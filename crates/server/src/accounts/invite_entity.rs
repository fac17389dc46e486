//! An invite's row.

use praca_api::{InviteId, Timestamp, UserId};
use sea_orm::entity::prelude::*;

/// An invite.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invites")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InviteId,
    /// What one types, without what makes it readable.
    #[sea_orm(column_type = "Text", unique)]
    pub code: String,
    /// Whom it is for, in the words of who made it.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    pub uses_left: i32,
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    pub ends_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
