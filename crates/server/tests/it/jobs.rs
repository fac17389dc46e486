//! The queue of jobs: done once, tried again with growing pauses, taken over from the dead, given up in the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use praca::base::Base;
use praca::error::Error;
use praca::jobs::entity::{Entity, JobState, Model};
use praca::jobs::{NewJob, Registry, Runner, enqueue};
use sea_orm::EntityTrait as _;
use serde_json::json;

use crate::world::{World, on_both_twins};

fn job(kind: &'static str, unique_key: Option<&str>) -> NewJob {
    NewJob { unique_key: unique_key.map(str::to_owned), ..NewJob::new(kind, json!({ "n": 7 })) }
}

async fn put(base: &Base, job: NewJob) {
    enqueue(base, base.db.write(), &[job]).await.unwrap();
}

/// The one job there is.
async fn only(base: &Base) -> Model {
    let jobs = Entity::find().all(base.db.write()).await.unwrap();
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    jobs.into_iter().next().unwrap()
}

/// A runner whose jobs of kind `work` count and then do as `outcome` says, and its count.
fn runner(world: &World, outcome: fn() -> Result<(), Error>) -> (Runner, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let mut registry = Registry::default();
    registry.handle("work", {
        let count = count.clone();
        move |payload| {
            assert_eq!(payload, json!({ "n": 7 }));
            count.fetch_add(1, Ordering::SeqCst);
            async move { outcome() }
        }
    });
    (Runner::new(world.app.base.clone(), registry), count)
}

on_both_twins! {
    async fn a_job_is_done_once_and_a_second_of_its_name_is_not_stored(world: World) {
        let base = &world.app.base;
        put(base, job("work", Some("one"))).await;
        put(base, job("work", Some("one"))).await;
        let (runner, count) = runner(&world, || Ok(()));
        assert_eq!((runner.run_due().await.unwrap(), runner.run_due().await.unwrap()), (1, 0));
        assert_eq!(count.load(Ordering::SeqCst), 1);
        assert_eq!(only(base).await.state, JobState::Done);
        world.clock.advance(Duration::from_secs(8 * 86_400));
        praca::jobs::sweep(base).await.unwrap();
        assert!(Entity::find().all(base.db.write()).await.unwrap().is_empty());
    }

    async fn a_failing_job_waits_longer_each_time_and_is_given_up(world: World) {
        let base = &world.app.base;
        put(base, job("work", None)).await;
        let (runner, count) = runner(&world, || Err(Error::internal("not today")));
        for attempt in 1..=10_u32 {
            assert_eq!(runner.run_due().await.unwrap(), 1, "try {attempt}");
            assert_eq!(runner.run_due().await.unwrap(), 0, "its pause has begun");
            let pause = Duration::from_secs((1 << attempt).min(3_600));
            if attempt < 10 {
                world.clock.advance(pause.saturating_sub(Duration::from_secs(1)));
                assert_eq!(runner.run_due().await.unwrap(), 0, "its pause is {pause:?}");
                world.clock.advance(Duration::from_secs(1));
            }
        }
        let given_up = only(base).await;
        assert_eq!((given_up.state, given_up.attempts), (JobState::Failed, 10));
        assert_eq!(given_up.last_error.as_deref(), Some("not today"));
        world.clock.advance(Duration::from_secs(86_400));
        assert_eq!((runner.run_due().await.unwrap(), count.load(Ordering::SeqCst)), (0, 10));
    }

    async fn a_handler_that_panics_fails_like_any_other(world: World) {
        let base = &world.app.base;
        put(base, job("work", None)).await;
        let (runner, _) = runner(&world, || panic!("on purpose"));
        assert_eq!(runner.run_due().await.unwrap(), 1);
        let failed = only(base).await;
        assert_eq!((failed.state, failed.last_error.as_deref()), (JobState::Ready, Some("the handler panicked")));
    }

    async fn the_job_of_a_dead_worker_is_taken_over_when_its_lease_ends(world: World) {
        let base = world.app.base.clone();
        put(&base, job("work", None)).await;
        // A worker that claims the job and is never heard of again.
        let mut registry = Registry::default();
        registry.handle("work", |_| std::future::pending());
        let dead = Runner::new(base.clone(), registry);
        let dead = tokio::spawn(async move { dead.run_due().await });
        while only(&base).await.locked_until.is_none() {
            tokio::task::yield_now().await;
        }
        dead.abort();
        let (runner, count) = runner(&world, || Ok(()));
        assert_eq!(runner.run_due().await.unwrap(), 0, "the lease still runs");
        world.clock.advance(Duration::from_secs(121));
        assert_eq!(runner.run_due().await.unwrap(), 1);
        assert_eq!((only(&base).await.state, count.load(Ordering::SeqCst)), (JobState::Done, 1));
    }

    async fn two_workers_never_take_the_same_job(world: World) {
        let base = &world.app.base;
        let jobs: Vec<NewJob> = (0..40).map(|_| job("work", None)).collect();
        enqueue(base, base.db.write(), &jobs).await.unwrap();
        let ((one, first), (two, second)) = (runner(&world, || Ok(())), runner(&world, || Ok(())));
        for _ in 0..20 {
            let (a, b) = tokio::join!(one.run_due(), two.run_due());
            if a.unwrap() + b.unwrap() == 0 {
                break;
            }
        }
        assert_eq!(first.load(Ordering::SeqCst) + second.load(Ordering::SeqCst), 40);
    }
}
