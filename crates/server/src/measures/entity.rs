//! Rows of `measures`.

use praca_api::Timestamp;
use sea_orm::entity::prelude::*;

/// One minute of one node.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "measures")]
pub struct Model {
    /// The beginning of the minute.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at: Timestamp,
    /// Which node.
    #[sea_orm(primary_key, auto_increment = false)]
    pub node: Uuid,
    /// People with an open client, over all nodes.
    pub online: i64,
    /// Messages this node stored.
    pub messages: i64,
    /// How long this node took at most for 99 of 100 answers; 0 without any.
    pub p99_millis: f64,
    /// Jobs that were due, over all nodes.
    pub queue: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
