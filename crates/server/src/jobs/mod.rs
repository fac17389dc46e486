//! Background work: a queue in the database, so that a job is stored together with what caused it and outlives a kill.
//!
//! A worker claims a job by a lease. A job that fails is tried again with growing pauses; one whose worker died is
//! claimed anew when the lease ends. So every job may run twice: handlers are idempotent.

pub mod entity;
mod runner;

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter as _};
use serde_json::Value;

pub use runner::{Runner, sweep};

use crate::base::Base;
use crate::error::Result;
use entity::{Column, JobState};

/// A job to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Which handler.
    pub kind: &'static str,
    /// What it needs to know.
    pub payload: Value,
    /// How long from now.
    pub delay: Duration,
    /// How many jobs of the same person wait before it: so everybody's first comes before anybody's second.
    pub turn: u32,
    /// At most one job of this name exists; a second is not stored.
    pub unique_key: Option<String>,
}

impl NewJob {
    /// The kind that examines an upload.
    pub const PROCESS_UPLOAD: &str = "uploads.process";
    /// The kind that removes what was sent, once nothing can be sent any more.
    pub const CLEAR_UPLOAD: &str = "uploads.clear";
    /// The kind that removes uploads nothing shows any more.
    pub const REMOVE_UPLOADS: &str = "uploads.remove";
    /// The kind that tells a device.
    pub const PUSH: &str = "notifications.push";
    /// The kind that sends a mail.
    pub const MAIL: &str = "mail.send";
    /// The kind that writes one to whoever has an address.
    pub const LETTER: &str = "accounts.letter";

    /// The kind that tells those who look for an ad.
    pub const TELL_SEARCHERS: &str = "ads.tell_searchers";

    /// To be done at once.
    pub fn new(kind: &'static str, payload: Value) -> Self {
        Self { kind, payload, delay: Duration::ZERO, turn: 0, unique_key: None }
    }
}

/// Most jobs one statement stores.
const MOST_AT_ONCE: usize = 1_000;

/// What a handler returns.
pub type Outcome = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Does jobs of one kind.
pub type Handler = Arc<dyn Fn(Value) -> Outcome + Send + Sync>;

/// The handlers by kind, and what runs by the clock. Filled by `app`.
#[derive(Clone, Default)]
pub struct Registry {
    handlers: HashMap<&'static str, Handler>,
    /// Kinds of which a process runs so many at a time and no more, beside its other jobs.
    apart: HashMap<&'static str, usize>,
    schedules: Vec<Schedule>,
}

/// A job that runs once every period, on whichever node comes first.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    kind: &'static str,
    every: Duration,
}

impl Registry {
    /// Adds the handler of a kind.
    pub fn handle<F, Fut>(&mut self, kind: &'static str, handler: F)
    where
        F: Fn(Value) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        self.handlers.insert(kind, Arc::new(move |payload| Box::pin(handler(payload))));
    }

    /// Adds the handler of a kind that takes long: a process runs `most` of it at a time, and they keep no others waiting.
    pub fn handle_apart<F, Fut>(&mut self, kind: &'static str, most: usize, handler: F)
    where
        F: Fn(Value) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        self.apart.insert(kind, most);
        self.handle(kind, handler);
    }

    /// Adds a handler that runs once every period.
    pub fn every<F, Fut>(&mut self, every: Duration, kind: &'static str, handler: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        self.schedules.push(Schedule { kind, every });
        self.handle(kind, move |_| handler());
    }
}

/// How many jobs are due and not claimed.
///
/// # Errors
/// The database refuses.
pub async fn due(base: &Base) -> Result<u64> {
    let now = base.clock.now();
    let free = Condition::any().add(Column::LockedUntil.is_null()).add(Column::LockedUntil.lte(now));
    let due = entity::Entity::find().filter(Column::State.eq(JobState::Ready)).filter(Column::RunAt.lte(now));
    Ok(due.filter(free).count(base.db.read()).await?)
}

/// Stores jobs in the caller's transaction; those whose unique key exists already are left out.
pub async fn enqueue(base: &Base, conn: &impl ConnectionTrait, jobs: &[NewJob]) -> Result<()> {
    // As many as one statement of SQLite takes.
    for jobs in jobs.chunks(MOST_AT_ONCE) {
        enqueue_some(base, conn, jobs).await?;
    }
    Ok(())
}

async fn enqueue_some(base: &Base, conn: &impl ConnectionTrait, jobs: &[NewJob]) -> Result<()> {
    let now = base.clock.now();
    let rows = jobs.iter().map(|job| entity::ActiveModel {
        id: Set(base.ids.job()),
        kind: Set(job.kind.to_owned()),
        payload: Set(job.payload.clone()),
        state: Set(JobState::Ready),
        run_at: Set(now + job.delay),
        turn: Set(i32::try_from(job.turn).unwrap_or(i32::MAX)),
        attempts: Set(0),
        locked_until: Set(None),
        last_error: Set(None),
        unique_key: Set(job.unique_key.clone()),
        created_at: Set(now),
        finished_at: Set(None),
    });
    entity::Entity::insert_many(rows)
        .on_conflict_do_nothing_on([Column::UniqueKey])
        .exec_without_returning(conn)
        .await?;
    Ok(())
}
