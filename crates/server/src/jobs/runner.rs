//! Claims jobs, runs them side by side, and writes down how they went.

use std::collections::HashMap;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use praca_api::{ProblemCode, Timestamp};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::entity::{Column, Entity, JobState, Model};
use super::{NewJob, Registry, enqueue};
use crate::base::Base;
use crate::error::{Error, Result};

/// Jobs one process runs at a time.
const WORKERS: usize = 4;
/// How long a claim lasts, unless it is renewed: who works renews it, who died does not.
const LEASE: Duration = Duration::from_secs(120);
/// Longest pause between two looks at the queue.
const IDLE: Duration = Duration::from_secs(5);
/// Shortest and longest pause before a job is tried again whose service was away: between them, a tenth of its age.
const AWAY: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(300));
/// Tries before a job is given up.
const ATTEMPTS: i32 = 10;
/// Done jobs are kept so long; given-up ones until somebody looks.
const KEEP_DONE: Duration = Duration::from_secs(7 * 86_400);

/// The lane of kinds that have none of their own.
const COMMON: &str = "";

/// The jobs under way, by lane.
#[derive(Default)]
struct Running {
    tasks: JoinSet<&'static str>,
    counts: HashMap<&'static str, usize>,
}

impl Running {
    fn count(&self, lane: &str) -> usize {
        self.counts.get(lane).copied().unwrap_or_default()
    }

    fn start(&mut self, lane: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        *self.counts.entry(lane).or_default() += 1;
        self.tasks.spawn(async move {
            work.await;
            lane
        });
    }

    /// Waits for one to end; false if there is none.
    async fn one_ended(&mut self) -> bool {
        let Some(ended) = self.tasks.join_next().await else { return false };
        if let Ok(lane) = ended
            && let Some(count) = self.counts.get_mut(lane)
        {
            *count -= 1;
        }
        true
    }

    async fn all_ended(&mut self) {
        while self.one_ended().await {}
    }
}

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
        let mut running = Running::default();
        let mut next_upkeep = Instant::now();
        while !stop.is_cancelled() {
            if next_upkeep <= Instant::now() {
                next_upkeep = Instant::now() + IDLE;
                if let Err(error) = self.upkeep().await {
                    tracing::warn!(%error, "jobs cannot be looked after");
                }
            }
            let started = self.start_due(&mut running).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "jobs cannot be read");
                0
            });
            if started > 0 {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.base.jobs_due.notified() => {}
                () = tokio::time::sleep(IDLE) => {}
                true = running.one_ended() => {}
            }
        }
        running.all_ended().await;
    }

    /// Runs everything that is due and waits for it; how many jobs it ran. For tests.
    pub async fn run_due(&self) -> Result<usize> {
        let mut running = Running::default();
        self.upkeep().await?;
        let started = self.start_due(&mut running).await?;
        running.all_ended().await;
        Ok(started)
    }

    async fn upkeep(&self) -> Result<()> {
        self.enqueue_scheduled().await?;
        give_up_deadly(&self.base).await
    }

    /// Claims and starts as many jobs as there is room for.
    async fn start_due(&self, running: &mut Running) -> Result<usize> {
        let apart = &self.registry.apart;
        let mut lanes = vec![(Column::Kind.is_not_in(apart.keys().copied()), COMMON, WORKERS)];
        lanes.extend(apart.iter().map(|(kind, most)| (Column::Kind.eq(*kind), *kind, *most)));
        let mut started = 0;
        for (kinds, lane, most) in lanes {
            let claimed = claim(&self.base, kinds, most.saturating_sub(running.count(lane))).await?;
            started += claimed.len();
            for job in claimed {
                running.start(lane, self.work_on(job));
            }
        }
        Ok(started)
    }

    fn work_on(&self, job: Model) -> impl Future<Output = ()> + Send + use<> {
        let base = self.base.clone();
        let handler = self.registry.handlers.get(job.kind.as_str()).cloned();
        async move {
            let work = async {
                match handler {
                    Some(handler) => handler(job.payload.clone()).await,
                    None => Err(Error::internal(format!("no handler for {}", job.kind))),
                }
            };
            let outcome = tokio::select! {
                outcome = AssertUnwindSafe(work).catch_unwind() => outcome,
                // It ends with the work alone.
                never = renew(&base, &job) => match never {},
            };
            let outcome = outcome.unwrap_or_else(|_| Err(Error::internal("the handler panicked")));
            if let Err(error) = settle(&base, &job, outcome).await {
                tracing::warn!(%error, job.kind, "a job's outcome cannot be stored; it will run again");
            }
        }
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
                let unique_key = Some(format!("{}@{}", schedule.kind, now.millis() / period));
                NewJob { unique_key, ..NewJob::new(schedule.kind, json!({})) }
            })
            .collect();
        enqueue(&self.base, self.base.db.write(), &jobs).await
    }
}

/// Takes up to `limit` due jobs of these kinds for this worker, in one statement on both engines.
async fn claim(base: &Base, kinds: SimpleExpr, limit: usize) -> Result<Vec<Model>> {
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
        .filter(kinds)
        .filter(free)
        .order_by_asc(Column::Turn)
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

/// Keeps the claim of a job whose work takes long.
async fn renew(base: &Base, job: &Model) -> Infallible {
    loop {
        tokio::time::sleep(LEASE / 3).await;
        let renewed = Entity::update_many()
            .col_expr(Column::LockedUntil, Expr::value(base.clock.now() + LEASE))
            .filter(Column::Id.eq(job.id))
            .filter(Column::Attempts.eq(job.attempts))
            .exec(base.db.write());
        if let Err(error) = renewed.await {
            tracing::warn!(%error, job.kind, "a job's claim cannot be renewed; it may run twice");
        }
    }
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
    let mut attempts = job.attempts;
    let (state, error, run_at) = match outcome {
        Ok(()) => (JobState::Done, None, job.run_at),
        Err(error) if error.is(ProblemCode::ServiceUnavailable) => {
            // What it needs is away, which is no fault of the job: it waits as long as that takes.
            attempts -= 1;
            (JobState::Ready, Some(error.to_string()), now + pause_of_one_away(now.since(job.created_at)))
        }
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
        .col_expr(Column::Attempts, Expr::value(attempts))
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

fn pause_of_one_away(age: Duration) -> Duration {
    let (shortest, longest) = AWAY;
    (age / 10).clamp(shortest, longest)
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
