//! The row of an app's codes.

use praca_api::{Timestamp, UserId};
use sea_orm::entity::prelude::*;

/// Codes of an app.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "totp_factors")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// The secret that counts, sealed.
    pub sealed: Option<Vec<u8>>,
    /// One that an app may have taken in, sealed; it counts once a code of it was given.
    pub pending: Option<Vec<u8>>,
    /// The newest step of which a code was used.
    pub last_step: i64,
    /// Since when it counts.
    pub since: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
