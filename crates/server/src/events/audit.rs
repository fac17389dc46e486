//! The audit log: who did what to whom, and why. Rows are only ever added, in the transaction of the deed.

use praca_api::{Timestamp, UserId};
use sea_orm::entity::prelude::*;
use serde_json::Value;

/// A row of the log.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// In the order of time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who; none = the program or its command line.
    pub actor_id: Option<UserId>,
    /// What, such as `account.set_status`.
    #[sea_orm(column_type = "Text")]
    pub action: String,
    /// What kind of thing it was done to.
    #[sea_orm(column_type = "Text")]
    pub target_type: String,
    /// Which.
    #[sea_orm(column_type = "Text")]
    pub target_id: String,
    /// Why.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// What more there is to know.
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
}

/// No relations: the log outlives what it tells of.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What an event leaves in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Who.
    pub actor: Option<UserId>,
    /// What.
    pub action: &'static str,
    /// Kind of target.
    pub target_type: &'static str,
    /// Which target.
    pub target_id: String,
    /// Why.
    pub reason: Option<String>,
    /// What more there is to know.
    pub data: Value,
}

impl Entry {
    /// An entry without actor, reason or data.
    pub fn new(action: &'static str, target_type: &'static str, target_id: impl ToString) -> Self {
        Self {
            actor: None,
            action,
            target_type,
            target_id: target_id.to_string(),
            reason: None,
            data: Value::Object(serde_json::Map::new()),
        }
    }

    /// With who did it.
    pub fn by(self, actor: Option<UserId>) -> Self {
        Self { actor, ..self }
    }

    /// With why.
    pub fn because(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }

    /// With more.
    pub fn with(self, data: Value) -> Self {
        Self { data, ..self }
    }
}
