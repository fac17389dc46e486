//! A log-in's row.

use praca_api::accounts::Transport;
use praca_api::{SessionId, Timestamp, UserId};
use sea_orm::entity::prelude::*;

/// A log-in on one device.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub user_id: UserId,
    pub transport: Transport,
    #[sea_orm(column_type = "Text")]
    pub user_agent: String,
    #[sea_orm(column_type = "Text")]
    pub address: String,
    /// Rotations so far.
    pub generation: i64,
    /// Hash of the token that is good now.
    pub current_hash: Vec<u8>,
    /// Hash of the one before, good for a moment longer.
    pub previous_hash: Option<Vec<u8>>,
    pub rotated_at: Timestamp,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// When the person last proved who they are; at the log-in when absent.
    pub authenticated_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
