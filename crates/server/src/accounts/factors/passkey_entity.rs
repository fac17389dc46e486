//! A passkey's row.

use praca_api::{PasskeyId, Timestamp, UserId};
use sea_orm::entity::prelude::*;

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkeys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasskeyId,
    pub user_id: UserId,
    /// What the authenticator names it by.
    pub credential_id: Vec<u8>,
    /// Its public key and counter, as the library keeps them.
    #[sea_orm(column_type = "JsonBinary")]
    pub credential: Json,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
