//! Refresh tokens and locks, used in any order at any time: what is good follows a model of a few lines.

use std::time::Duration;

use praca::limits::Slowing;
use praca_api::Timestamp;
use praca_api::accounts::Role;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::locks::device_of;
use crate::world::{PASSWORD, Person, Twin, World, somewhere};

/// A token before the present one is good so long.
const GRACE: Duration = Duration::from_secs(20);
/// A log-in that is not used for so long ends.
const IDLE: Duration = Duration::from_secs(30 * 86_400);

/// Runs stories of random steps in one world.
pub fn check<S: std::fmt::Debug>(
    twin: Twin,
    cases: u32,
    stories: impl Strategy<Value = S>,
    story: impl AsyncFn(&World, S),
) {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::new(twin, &[]));
    // What failed is told by the steps; the world's clock has moved on since.
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let told = TestRunner::new(config).run(&stories, |steps| {
        runtime.block_on(story(&world, steps));
        Ok(())
    });
    told.unwrap_or_else(|error| panic!("{error}"));
}

/// Somebody new.
pub async fn newcomer(world: &World) -> (String, Person) {
    let handle = format!("p{}", &world.app.base.ids.uuid().simple().to_string()[12..30]);
    let person = world.person(&handle, Role::User).await;
    (handle, person)
}

#[derive(Clone, Debug)]
enum Turn {
    /// Presents the token so many before the newest.
    Present(usize),
    Pass(u64),
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let present = prop_oneof![4 => Just(0), 3 => Just(1), 1 => 2_usize..5].prop_map(Turn::Present);
    let pass = prop_oneof![4 => 0_u64..25, 1 => 0_u64..3_000_000].prop_map(Turn::Pass);
    vec(prop_oneof![3 => present, 1 => pass], 1..16)
}

async fn rotate(world: &World, turns: Vec<Turn>) {
    let (_, person) = newcomer(world).await;
    let mut tokens = vec![person.refresh];
    let (mut rotated, mut ended) = (world.clock.now(), false);
    for (at, turn) in turns.iter().enumerate() {
        let back = match turn {
            Turn::Pass(seconds) => {
                world.pass(*seconds);
                continue;
            }
            Turn::Present(back) => (*back).min(tokens.len() - 1),
        };
        let age = world.clock.now().since(rotated);
        let presented = tokens[tokens.len() - 1 - back].clone();
        let answer = world.post("/auth/refresh", None, json!({ "refreshToken": presented })).await;
        let told = format!("turn {at} of {turns:?}: {}", answer.body);
        if ended || age >= IDLE {
            assert_eq!(answer.code(), "auth.invalid_token", "{told}");
        } else if back == 0 {
            assert_eq!(answer.status, 200, "{told}");
            tokens.push(answer.body["refreshToken"].as_str().unwrap().to_owned());
            rotated = world.clock.now();
        } else if back == 1 && age <= GRACE {
            assert_eq!(answer.status, 200, "{told}");
            assert_eq!(
                answer.body["refreshToken"].as_str(),
                tokens.last().map(String::as_str),
                "the same successor: {told}"
            );
        } else {
            assert_eq!(answer.code(), "auth.refresh_reused", "{told}");
            ended = true;
        }
    }
}

/// How log-ins are slowed.
const SLOWING: Slowing = Slowing {
    from: 5,
    shortest: Duration::from_secs(1),
    longest: Duration::from_secs(900),
    kept: Duration::from_secs(86_400),
};
/// The coordinator's clock goes on while a story is told.
const CLOCKS_APART: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
enum Guess {
    Fail,
    Look,
    Succeed,
    Pass(u64),
}

fn guesses() -> impl Strategy<Value = Vec<Guess>> {
    let pass = prop_oneof![6 => 0_u64..40, 1 => Just(100_000)].prop_map(Guess::Pass);
    vec(prop_oneof![6 => Just(Guess::Fail), 3 => Just(Guess::Look), 1 => Just(Guess::Succeed), 2 => pass], 1..40)
}

async fn lock(world: &World, guesses: Vec<Guess>) {
    let (limits, key) = (&world.app.base.limits, format!("model:{}", world.app.base.ids.uuid()));
    let begins = world.clock.now();
    let (mut count, mut until, mut forgotten) = (0, begins, begins);
    for (number, guess) in guesses.iter().enumerate() {
        let now = world.clock.now();
        if forgotten <= now {
            (count, until) = (0, now);
        }
        match guess {
            Guess::Pass(seconds) => world.pass(*seconds),
            Guess::Succeed => {
                limits.forget_failures(&key).await;
                (count, until, forgotten) = (0, now, now);
            }
            Guess::Fail => {
                count += 1;
                assert_eq!(limits.note_failure(&key, &SLOWING).await, count, "guess {number} of {guesses:?}");
                (until, forgotten) = (now + SLOWING.pause(count), now + SLOWING.kept);
            }
            Guess::Look => {
                let waits = limits.failures_wait(&key).await.unwrap_or_default();
                let expected = if until > now { until.since(now) } else { Duration::ZERO };
                assert!(
                    waits.abs_diff(expected) < CLOCKS_APART,
                    "guess {number} of {guesses:?}: {waits:?}, {expected:?}"
                );
            }
        }
    }
}

/// A log-in that is tried: by which of the person's names, from where, with the right password or not, and on a device they
/// know or not.
#[derive(Clone, Debug)]
enum Step {
    Try { name: usize, source: usize, right: bool, known: bool },
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let often = |odds| proptest::bool::weighted(odds);
    let tried = (0_usize..2, 0_usize..2, often(0.15), often(0.1));
    let tried = tried.prop_map(|(name, source, right, known)| Step::Try { name, source, right, known });
    // Waits are seconds; failures are forgotten after a day.
    let pass = prop_oneof![8 => 0_u64..6, 1 => Just(90_000)].prop_map(Step::Pass);
    vec(prop_oneof![5 => tried, 1 => pass], 8..40)
}

/// Failures in a row of one name from one source.
#[derive(Clone, Copy, Default)]
struct Row {
    count: u32,
    /// When the next try is let in, and when the row is forgotten.
    ends: Option<(Timestamp, Timestamp)>,
}

impl Row {
    fn at(self, now: Timestamp) -> Self {
        if self.ends.is_some_and(|(_, forgotten)| forgotten <= now) { Self::default() } else { self }
    }

    fn wait(self, now: Timestamp) -> Option<Duration> {
        self.ends.filter(|(until, _)| *until > now).map(|(until, _)| until.since(now))
    }

    fn failed(self, now: Timestamp) -> Self {
        let count = self.count + 1;
        Self { count, ends: Some((now + SLOWING.pause(count), now + SLOWING.kept)) }
    }
}

async fn log_in(world: &World, steps: Vec<Step>) {
    let (handle, _) = newcomer(world).await;
    let names = [handle.clone(), format!("{handle}@praca.example")];
    let sources = [somewhere(), somewhere()];
    let device = device_of(&world.try_from(&somewhere(), &handle, PASSWORD, None).await);
    let mut rows = [[Row::default(); 2]; 2];
    for (number, step) in steps.iter().enumerate() {
        let (name, source, right, known) = match *step {
            Step::Try { name, source, right, known } => (name, source, right, known),
            Step::Pass(seconds) => {
                world.pass(seconds);
                continue;
            }
        };
        let left = rows[source][name].at(world.clock.now()).wait(world.clock.now());
        if left.is_some_and(|left| left < CLOCKS_APART / 4) {
            // Not where the machine's own haste decides.
            world.pass(1);
        }
        let now = world.clock.now();
        let row = rows[source][name].at(now);
        let password = if right { PASSWORD } else { "errada mesmo" };
        let answer = world.try_from(&sources[source], &names[name], password, known.then_some(&*device)).await;
        let told = format!("step {number} of {steps:?}: {}", answer.body);
        match row.wait(now).filter(|_| !known) {
            Some(wait) => {
                assert_eq!(answer.code(), "auth.locked", "{told}");
                let millis = Duration::from_millis(answer.body["retryAfterMs"].as_u64().unwrap());
                assert!(millis.abs_diff(wait) < CLOCKS_APART, "{wait:?}: {told}");
            }
            None if right => {
                assert_eq!(answer.status, 200, "{told}");
                rows[source] = [Row::default(); 2];
            }
            None => {
                assert_eq!(answer.code(), "auth.invalid_credentials", "{told}");
                rows[source][name] = row.failed(world.clock.now());
            }
        }
    }
}

#[test]
fn locks_follow_their_model_on_sqlite_and_local() {
    check(Twin::Embedded, 256, guesses(), lock);
}

#[test]
fn locks_follow_their_model_on_postgres_and_redis() {
    check(Twin::Shared, 256, guesses(), lock);
}

#[test]
fn refresh_tokens_follow_their_model_on_sqlite_and_local() {
    check(Twin::Embedded, 32, turns(), rotate);
}

#[test]
fn refresh_tokens_follow_their_model_on_postgres_and_redis() {
    check(Twin::Shared, 32, turns(), rotate);
}

#[test]
fn log_ins_follow_their_model_on_sqlite_and_local() {
    check(Twin::Embedded, 24, steps(), log_in);
}

#[test]
fn log_ins_follow_their_model_on_postgres_and_redis() {
    check(Twin::Shared, 24, steps(), log_in);
}
