//! Slow mode: both twins against one model, and through the whole path.

use std::time::Duration;

use praca::clock::Clock;
use praca::limits::{Clocks, Limits, LocalLimits, RedisLimits, Reservation, SlowModeKeys};
use praca_api::accounts::Role;
use praca_api::{ConversationId, UserId};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use crate::world::{World, on_both_twins};

/// What somebody does, or what happens.
#[derive(Clone, Debug)]
enum Step {
    Send { user: u8, nonce: u8 },
    Release { user: u8, nonce: u8 },
    Pass { millis: u32 },
    Set { room: u8, user: u8 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3u8, 0..4u8).prop_map(|(user, nonce)| Step::Send { user, nonce }),
        1 => (0..3u8, 0..4u8).prop_map(|(user, nonce)| Step::Release { user, nonce }),
        3 => (1..20_000u32).prop_map(|millis| Step::Pass { millis }),
        1 => (0..12u8, 0..25u8).prop_map(|(room, user)| Step::Set { room, user }),
    ];
    prop::collection::vec(step, 1..40)
}

/// The rule, written as plainly as can be: for each clock who wrote last, when, and the interval then.
#[derive(Default)]
struct Model {
    now: u64,
    clocks: (u64, u64),
    room: Option<(u64, u64, String)>,
    users: std::collections::HashMap<u8, (u64, u64, String)>,
}

impl Model {
    fn left(&self, stamp: Option<&(u64, u64, String)>, interval: u64, owner: &str) -> u64 {
        match stamp {
            Some((at, then, by)) if by != owner => (at + interval.min(*then)).saturating_sub(self.now),
            _ => 0,
        }
    }

    fn send(&mut self, user: u8, nonce: u8) -> u64 {
        let owner = format!("{user}:{nonce}");
        let room = self.left(self.room.as_ref(), self.clocks.0, &owner);
        let person = self.left(self.users.get(&user), self.clocks.1, &owner);
        if room.max(person) == 0 {
            let alive = |stamp: Option<&(u64, u64, String)>, now: u64| {
                stamp.is_some_and(|(at, then, by)| *by == owner && at + then + 1_000 > now)
            };
            if self.clocks.0 > 0 && !alive(self.room.as_ref(), self.now) {
                self.room = Some((self.now, self.clocks.0, owner.clone()));
            }
            if self.clocks.1 > 0 && !alive(self.users.get(&user), self.now) {
                self.users.insert(user, (self.now, self.clocks.1, owner));
            }
        }
        room.max(person)
    }

    fn release(&mut self, user: u8, nonce: u8) {
        let owner = format!("{user}:{nonce}");
        self.room = self.room.take().filter(|stamp| stamp.2 != owner);
        self.users.retain(|_, stamp| stamp.2 != owner);
    }
}

/// Runs the steps on a twin and on the model; they must agree but for the milliseconds the twin's own clock moves by.
async fn compare(limits: Limits, clock: Clock, steps: Vec<Step>) {
    let room = ConversationId(Uuid::from_u128(rand::random()));
    let people: Vec<SlowModeKeys> = (0..3).map(|n| SlowModeKeys::new(room, UserId(Uuid::from_u128(n)))).collect();
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Pass { millis } => {
                clock.advance(Duration::from_millis(millis.into()));
                model.now += u64::from(millis);
            }
            Step::Set { room, user } => model.clocks = (u64::from(room) * 1_000, u64::from(user) * 1_000),
            Step::Release { user, nonce } => {
                model.release(user, nonce);
                limits.release(&people[usize::from(user)], &nonce.to_string()).await.unwrap();
            }
            Step::Send { user, nonce } => {
                let clocks = Clocks {
                    room: Duration::from_millis(model.clocks.0),
                    user: Duration::from_millis(model.clocks.1),
                    slack: Duration::from_secs(1),
                };
                let expected = model.send(user, nonce);
                let outcome = limits.reserve(&people[usize::from(user)], clocks, &nonce.to_string()).await.unwrap();
                let got = match outcome {
                    Reservation::Granted => 0,
                    Reservation::Blocked(wait) => wait.retry_after_ms,
                };
                // The twin's clock ran on while the steps were taken: a few milliseconds, a second at the very worst.
                assert!(expected.abs_diff(got) <= 1_000, "{expected} {got}");
                if expected > 1_000 {
                    assert!(got > 0, "the model waits {expected} ms, the twin not at all");
                }
                if expected == 0 {
                    assert_eq!(got, 0, "the model sends, the twin waits {got} ms");
                } else if got == 0 {
                    // So near the end that the twin's clock has passed it: make the model do the same.
                    model.now += expected;
                    assert_eq!(model.send(user, nonce), 0);
                }
            }
        }
    }
}

fn run(steps: Vec<Step>, make: impl AsyncFnOnce(Clock) -> Limits) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Clock::system();
        let limits = make(clock.clone()).await;
        compare(limits, clock, steps).await;
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_local_twin_follows_the_rule(steps in steps()) {
        run(steps, async |clock| Limits::Local(LocalLimits::new(clock)));
    }

    #[test]
    fn the_redis_twin_follows_the_rule(steps in steps()) {
        let url = std::env::var("PRACA_TEST_REDIS_URL").expect("run the tests with `cargo xtask test`");
        run(steps, async |clock| Limits::Redis(RedisLimits::connect(&url, clock).await.unwrap()));
    }
}

on_both_twins! {
    async fn the_room_and_the_person_wait_and_are_told_which_clock_ends_last(world: World) {
        let (rosa, bento) = (world.user("rosa").await, world.user("bento").await);
        let room = world.room("feira", 5, 15).await;
        world.say(&rosa, room, "primeira").await.ok();
        let answer = world.say(&bento, room, "eu").await;
        assert_eq!(answer.headers["retry-after"], "5");
        let blocked = answer.expect(429, "rooms.slow_mode");
        assert_eq!(blocked["scope"], "room");
        let wait = blocked["retryAfterMs"].as_u64().unwrap();
        assert!((4_000..=5_000).contains(&wait) && blocked["serverTime"].is_string(), "{blocked}");
        assert_eq!(world.say(&rosa, room, "segunda").await.expect(429, "rooms.slow_mode")["scope"], "user");
        world.pass(5);
        world.say(&bento, room, "agora sim").await.ok();
        world.say(&rosa, room, "ainda não").await.expect(429, "rooms.slow_mode");
        world.pass(10);
        world.say(&rosa, room, "segunda").await.ok();
    }

    async fn a_stored_nonce_is_answered_before_the_clocks(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("feira", 0, 60).await;
        let body = json!({ "body": "uma", "nonce": "n1" });
        let path = format!("/rooms/{room}/messages");
        let first = world.post(&path, Some(&rosa), body.clone()).await.ok();
        assert_eq!(world.post(&path, Some(&rosa), body).await.ok()["id"], first["id"]);
        world.say(&rosa, room, "outra").await.expect(429, "rooms.slow_mode");
    }

    async fn of_many_at_once_one_gets_through(world: World) {
        let room = world.room("feira", 30, 0).await;
        let mut people = Vec::new();
        for n in 0..6 {
            people.push(world.user(&format!("gente{}", ["a", "e", "o", "u", "x", "z"][n])).await);
        }
        let answers = futures_util::future::join_all(people.iter().map(|person| world.say(person, room, "eu"))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    }

    async fn a_message_that_is_refused_frees_the_clocks(world: World) {
        let rosa = world.user("rosa").await;
        let room = world.room("feira", 0, 60).await;
        let path = format!("/rooms/{room}/messages");
        world.say(&rosa, room, "").await.expect(422, "messages.empty");
        let stray = json!({ "body": "x", "nonce": "n", "replyToId": world.app.base.ids.uuid() });
        world.post(&path, Some(&rosa), stray).await.expect(404, "resource.not_found");
        world.say(&rosa, room, "boa").await.ok();
    }

    async fn moderators_do_not_wait_and_edits_cost_nothing(world: World) {
        let bia = world.person("bia", Role::Moderator).await;
        let rosa = world.user("rosa").await;
        let room = world.room("feira", 60, 60).await;
        for text in ["um", "dois", "três"] {
            world.say(&bia, room, text).await.ok();
        }
        let message = world.say(&rosa, room, "minha").await.ok();
        let path = format!("/rooms/{room}/messages/{}", message["id"].as_str().unwrap());
        for text in ["minha!", "minha?"] {
            world.patch(&path, &rosa, json!({ "body": text })).await.ok();
        }
        let mut socket = world.socket(&rosa).await;
        let joined = socket.done("rooms:join", json!({ "roomId": room })).await;
        assert!(joined["slowMode"]["retryAfterMs"].as_u64().unwrap() > 55_000, "{joined}");
    }

    async fn a_shortened_interval_shortens_the_wait_and_a_longer_one_counts_from_the_next(world: World) {
        let ana = world.person("ana", Role::Admin).await;
        let rosa = world.user("rosa").await;
        let room = world.room("feira", 0, 600).await;
        let set = async |seconds: u32| world.patch(&format!("/rooms/{room}"), &ana, json!({ "perUserSeconds": seconds })).await.ok();
        world.say(&rosa, room, "um").await.ok();
        set(10).await;
        world.pass(11);
        world.say(&rosa, room, "dois").await.ok();
        set(600).await;
        world.pass(11);
        world.say(&rosa, room, "três").await.ok();
        world.pass(11);
        world.say(&rosa, room, "quatro").await.expect(429, "rooms.slow_mode");
    }
}
