//! A row of the queue.

use praca_api::{JobId, Timestamp};
use sea_orm::entity::prelude::*;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum JobState {
    /// Waits for its time or a worker.
    #[sea_orm(string_value = "ready")]
    Ready,
    /// Done.
    #[sea_orm(string_value = "done")]
    Done,
    /// Given up after the last try.
    #[sea_orm(string_value = "failed")]
    Failed,
}

/// A job.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// Which handler.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// What it needs to know.
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    /// Where it stands.
    pub state: JobState,
    /// Not before.
    pub run_at: Timestamp,
    /// Of the jobs that are due, those of lower turns come first.
    pub turn: i32,
    /// Tries so far.
    pub attempts: i32,
    /// Claimed by a worker until then.
    pub locked_until: Option<Timestamp>,
    /// Why the last try failed.
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    /// At most one job of this name.
    #[sea_orm(column_type = "Text", nullable)]
    pub unique_key: Option<String>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it was done or given up.
    pub finished_at: Option<Timestamp>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
