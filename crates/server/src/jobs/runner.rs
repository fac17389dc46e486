//! Claims jobs, runs them side by side, and writes down how they went.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use praca_api::Timestamp;
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::entity::{Column, Entity, JobState, Model};
use super::{NewJob, Registry, enqueue};
use crate::base::Base;
use crate::error::{Error, Result};

/// Jobs one process runs at a time.
const WORKERS: usize = 4;
/// How long a claim lasts; a job that takes longer is claimed by another worker too.
const LEASE: Duration = Duration::from_secs(120);
/// Longest pause between two looks at the queue.
const IDLE: Duration = Duration::from_secs(5);
/// Tries before a job is given up.
const ATTEMPTS: i32 = 10;
/// Done jobs are kept so long; given-up ones until somebody looks.
const KEEP_DONE: Duration = Duration::from_secs(7 * 86_400);

/// Runs the jobs of one process.
pub struct Runner {
    base: Base,
    registry: Registry,
}

impl Runner {
    /// A runner over these handlers.
    pub fn new(base: Base, registry: Registry) -> Self {
        Self { base, registry }
    }

    /// Works until stopped, then finishes what it has begun.
    pub async fn run(self, stop: CancellationToken) {
        let mut running = JoinSet::new();
        while !stop.is_cancelled() {
            let started = self.start_due(&mut running).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "jobs cannot be read");
                0
            });
            if started > 0 && running.len() < WORKERS {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.base.jobs_due.notified(), if running.len() < WORKERS => {}
                () = tokio::time::sleep(IDLE), if running.len() < WORKERS => {}
                Some(_) = running.join_next(), if !running.is_empty() => {}
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Runs everything that is due and waits for it; how many jobs it ran. For tests.
    pub async fn run_due(&self) -> Result<usize> {
        let mut running = JoinSet::new();
        let started = self.start_due(&mut running).await?;
        while running.join_next().await.is_some() {}
        Ok(started)
    }

    async fn start_due(&self, running: &mut JoinSet<()>) -> Result<usize> {
        self.enqueue_scheduled().await?;
        give_up_deadly(&self.base).await?;
        let claimed = claim(&self.base, WORKERS.saturating_sub(running.len())).await?;
        let count = claimed.len();
        for job in claimed {
            let base = self.base.clone();
            let handler = self.registry.handlers.get(job.kind.as_str()).cloned();
            running.spawn(async move {
                let work = async {
                    match handler {
                        Some(handler) => handler(job.payload.clone()).await,
                        None => Err(Error::internal(format!("no handler for {}", job.kind))),
                    }
                };
                let outcome = AssertUnwindSafe(work).catch_unwind().await;
                let outcome = outcome.unwrap_or_else(|_| Err(Error::internal("the handler panicked")));
                if let Err(error) = settle(&base, &job, outcome).await {
                    tracing::warn!(%error, job.kind, "a job's outcome cannot be stored; it will run again");
                }
            });
        }
        Ok(count)
    }

    /// Stores this period's job of each schedule, unless some node has.
    async fn enqueue_scheduled(&self) -> Result<()> {
        let now = self.base.clock.now();
        let jobs: Vec<NewJob> = self
            .registry
            .schedules
            .iter()
            .map(|schedule| {
                let period = i64::try_from(schedule.every.as_millis()).unwrap_or(i64::MAX).max(1);
                NewJob {
                    kind: schedule.kind,
                    payload: json!({}),
                    delay: Duration::ZERO,
                    unique_key: Some(format!("{}@{}", schedule.kind, now.millis() / period)),
                }
            })
            .collect();
        enqueue(&self.base, self.base.db.write(), &jobs).await
    }
}

/// Takes up to `limit` due jobs for this worker, in one statement on both engines.
async fn claim(base: &Base, limit: usize) -> Result<Vec<Model>> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let now = base.clock.now();
    let free = Condition::any().add(Column::LockedUntil.is_null()).add(Column::LockedUntil.lte(now));
    let due = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::State.eq(JobState::Ready))
        .filter(Column::RunAt.lte(now))
        .filter(free)
        .order_by_asc(Column::RunAt)
        .limit(u64::try_from(limit).unwrap_or(u64::MAX))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_query();
    let jobs = Entity::update_many()
        .col_expr(Column::LockedUntil, Expr::value(now + LEASE))
        .col_expr(Column::Attempts, sea_orm::ExprTrait::add(Expr::col(Column::Attempts), 1))
        .filter(Column::Id.in_subquery(due))
        .exec_with_returning(base.db.write())
        .await?;
    Ok(jobs)
}

/// Gives up jobs whose every try ended with the death of its worker: nobody settled them.
async fn give_up_deadly(base: &Base) -> Result<()> {
    let now = base.clock.now();
    let given_up = Entity::update_many()
        .col_expr(Column::State, Expr::value(JobState::Failed))
        .col_expr(Column::LastError, Expr::value("every try ended with its worker"))
        .col_expr(Column::LockedUntil, Expr::value(None::<Timestamp>))
        .col_expr(Column::FinishedAt, Expr::value(now))
        .filter(Column::State.eq(JobState::Ready))
        .filter(Column::Attempts.gte(ATTEMPTS))
        .filter(Column::LockedUntil.lte(now))
        .exec(base.db.write())
        .await?;
    if given_up.rows_affected > 0 {
        tracing::warn!(jobs = given_up.rows_affected, "jobs given up: every try ended with its worker");
    }
    Ok(())
}

async fn settle(base: &Base, job: &Model, outcome: Result<()>) -> Result<()> {
    let now = base.clock.now();
    let (state, error, run_at) = match outcome {
        Ok(()) => (JobState::Done, None, job.run_at),
        Err(error) if job.attempts >= ATTEMPTS => (JobState::Failed, Some(error.to_string()), job.run_at),
        Err(error) => (JobState::Ready, Some(error.to_string()), now + pause(job.attempts)),
    };
    let word = match state {
        JobState::Done => "done",
        JobState::Ready => "retried",
        JobState::Failed => "failed",
    };
    metrics::counter!("praca_jobs_total", "kind" => job.kind.clone(), "outcome" => word).increment(1);
    if let Some(error) = &error {
        tracing::warn!(job.kind, job.attempts, error, "job failed");
    }
    let finished: Option<Timestamp> = (state != JobState::Ready).then_some(now);
    Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::LockedUntil, Expr::value(None::<Timestamp>))
        .col_expr(Column::LastError, Expr::value(error))
        .col_expr(Column::RunAt, Expr::value(run_at))
        .col_expr(Column::FinishedAt, Expr::value(finished))
        .filter(Column::Id.eq(job.id))
        // A worker whose lease ended meanwhile must not overwrite what the next one did.
        .filter(Column::Attempts.eq(job.attempts))
        .exec(base.db.write())
        .await?;
    Ok(())
}

/// 2 s, 4 s, 8 s … up to an hour.
fn pause(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts).unwrap_or_default().min(12);
    Duration::from_secs((1_u64 << doublings).min(3_600))
}

/// Removes jobs done long ago.
///
/// # Errors
/// The database refuses.
pub async fn sweep(base: &Base) -> Result<()> {
    Entity::delete_many()
        .filter(Column::State.eq(JobState::Done))
        .filter(Column::FinishedAt.lt(base.clock.now() - KEEP_DONE))
        .exec(base.db.write())
        .await?;
    Ok(())
}
