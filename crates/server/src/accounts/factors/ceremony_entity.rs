//! The row of what a browser was asked.

use praca_api::{CeremonyId, Timestamp, UserId};
use sea_orm::entity::prelude::*;

/// What a browser was asked to make or prove.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey_ceremonies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CeremonyId,
    /// Who makes a passkey; nobody yet, where one is to be proved.
    pub user_id: Option<UserId>,
    /// The challenge, as the library keeps it.
    #[sea_orm(column_type = "JsonBinary")]
    pub state: Json,
    pub expires_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
