//! Refresh tokens, the links of mails and locks, used in any order at any time: what is good follows a model of a few lines.

use std::time::Duration;

use praca::limits::Slowing;
use praca_api::Timestamp;
use praca_api::accounts::Role;
use praca_api::mail::MailTemplate;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::world::{PASSWORD, Person, Twin, World};

/// A token before the present one is good so long.
const GRACE: Duration = Duration::from_secs(20);
/// A log-in that is not used for so long ends.
const IDLE: Duration = Duration::from_secs(30 * 86_400);
const PASSWORDS: [&str; 2] = [PASSWORD, "ipê florido no largo"];

/// Runs stories of random steps in one world.
fn check<S: std::fmt::Debug>(
    twin: Twin,
    cases: u32,
    steps: impl Strategy<Value = Vec<S>>,
    story: impl AsyncFn(&World, Vec<S>),
) {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::new(twin, &[]));
    // What failed is told by the steps; the world's clock has moved on since.
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let told = TestRunner::new(config).run(&steps, |steps| {
        runtime.block_on(story(&world, steps));
        Ok(())
    });
    told.unwrap_or_else(|error| panic!("{error}"));
}

/// Somebody new.
async fn newcomer(world: &World) -> (String, Person) {
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    ChangeEmail,
    ResetPassword,
}

#[derive(Clone, Debug)]
enum Deed {
    Ask(Kind),
    /// Opens the link that came so many before the newest.
    Open(usize),
    Pass(u64),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let kind = prop_oneof![Just(Kind::ChangeEmail), Just(Kind::ResetPassword)];
    vec(
        prop_oneof![
            3 => kind.prop_map(Deed::Ask),
            4 => prop_oneof![3 => Just(0), 2 => 1_usize..6].prop_map(Deed::Open),
            1 => prop_oneof![0_u64..700, 0_u64..4_000].prop_map(Deed::Pass),
        ],
        1..14,
    )
}

/// A link that came by mail.
struct Link {
    kind: Kind,
    token: String,
    email: String,
    ends: Timestamp,
    is_live: bool,
}

/// Somebody who gets links and opens them.
struct Owner {
    handle: String,
    person: Person,
    email: String,
    password: usize,
    links: Vec<Link>,
    asked: usize,
}

impl Owner {
    fn end(&mut self, kinds: &[Kind]) {
        self.links.iter_mut().filter(|link| kinds.contains(&link.kind)).for_each(|link| link.is_live = false);
    }

    /// Asks for a link; it comes, unless too many were asked for.
    async fn ask(&mut self, world: &World, kind: Kind) {
        self.asked += 1;
        let (template, lifetime, to) = match kind {
            Kind::ChangeEmail => {
                let proof = json!({ "password": PASSWORDS[self.password] });
                world.post("/auth/reauthenticate", Some(&self.person), proof).await.expect(204, "");
                let email = format!("{}-{}@praca.example", self.handle, self.asked);
                world.post("/me/email", Some(&self.person), json!({ "email": email })).await;
                (MailTemplate::ChangeEmail, 3_600, email)
            }
            Kind::ResetPassword => {
                world.post("/auth/password/forgot", None, json!({ "email": self.email })).await.expect(202, "");
                (MailTemplate::ResetPassword, 600, self.email.clone())
            }
        };
        let mails = world.mails().await;
        let mine = mails.iter().rev().find(|mail| mail.to == to && mail.template == template);
        let token = mine.and_then(|mail| mail.text.split_once("?token=")).map(|(_, rest)| rest);
        let Some(token) = token.and_then(|rest| rest.split_whitespace().next()) else { return };
        if self.links.iter().any(|link| link.token == token) {
            return;
        }
        if kind == Kind::ChangeEmail {
            self.end(&[Kind::ChangeEmail]);
        }
        let ends = world.clock.now() + Duration::from_secs(lifetime);
        self.links.push(Link { kind, token: token.to_owned(), email: to, ends, is_live: true });
    }

    async fn open(&mut self, world: &World, at: usize) -> (bool, crate::world::Answer) {
        let link = &mut self.links[at];
        let is_good = link.is_live && link.ends > world.clock.now();
        link.is_live = link.is_live && !is_good;
        let (kind, token, email) = (link.kind, link.token.clone(), link.email.clone());
        let answer = match kind {
            Kind::ChangeEmail => world.post("/auth/email/verify", None, json!({ "token": token })).await,
            Kind::ResetPassword => {
                let wish = json!({ "token": token, "password": PASSWORDS[1 - self.password] });
                world.post("/auth/password/reset", None, wish).await
            }
        };
        match kind {
            _ if !is_good => {}
            Kind::ChangeEmail => {
                self.email = email;
                self.end(&[Kind::ResetPassword]);
            }
            Kind::ResetPassword => {
                self.password = 1 - self.password;
                self.end(&[Kind::ResetPassword, Kind::ChangeEmail]);
            }
        }
        (is_good, answer)
    }
}

async fn follow_links(world: &World, deeds: Vec<Deed>) {
    let (handle, person) = newcomer(world).await;
    let email = format!("{handle}@praca.example");
    let mut owner = Owner { handle, person, email, password: 0, links: Vec::new(), asked: 0 };
    for (number, deed) in deeds.iter().enumerate() {
        match deed {
            Deed::Pass(seconds) => world.pass(*seconds),
            Deed::Ask(kind) => owner.ask(world, *kind).await,
            Deed::Open(_) if owner.links.is_empty() => {}
            Deed::Open(back) => {
                let at = owner.links.len() - 1 - (*back).min(owner.links.len() - 1);
                let (is_good, answer) = owner.open(world, at).await;
                let expected = if is_good { 204 } else { 422 };
                assert_eq!(answer.status, expected, "deed {number} of {deeds:?}: {}", answer.body);
            }
        }
        let wish = json!({ "login": owner.email, "password": PASSWORDS[owner.password] });
        let session = world.post("/auth/login", None, wish).await;
        assert_eq!(session.status, 200, "after deed {number} of {deeds:?}: {}", session.body);
        session.body["accessToken"].as_str().unwrap().clone_into(&mut owner.person.token);
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
fn links_follow_their_model_on_sqlite_and_local() {
    check(Twin::Embedded, 16, deeds(), follow_links);
}

#[test]
fn links_follow_their_model_on_postgres_and_redis() {
    check(Twin::Shared, 16, deeds(), follow_links);
}
