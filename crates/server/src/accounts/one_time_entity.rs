//! A token's row.

use praca_api::{SessionId, Timestamp, UserId};
use sea_orm::entity::prelude::*;

use super::one_time::Purpose;

/// A token that a mail carries.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_tokens")]
pub struct Model {
    /// SHA-256 of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    pub user_id: UserId,
    pub purpose: Purpose,
    /// The address it was sent to.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    /// The same in lower case; absent in rows of before.
    #[sea_orm(column_type = "Text", nullable)]
    pub email_folded: Option<String>,
    /// The session it was asked for in, and ends with.
    pub session_id: Option<SessionId>,
    pub expires_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
