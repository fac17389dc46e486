//! The links of mails, asked for and opened in any order at any time: which are good, and what they leave behind, follows a
//! model.

use std::time::Duration;

use praca::accounts::NewAccount;
use praca_api::Timestamp;
use praca_api::accounts::Register;
use praca_api::mail::MailTemplate;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use serde_json::json;

use crate::state_machines::{check, newcomer};
use crate::world::{Answer, PASSWORD, Person, Twin, World};

const PASSWORDS: [&str; 2] = [PASSWORD, "ipê florido no largo"];

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    VerifyEmail,
    ChangeEmail,
    ResetPassword,
    TakeBack,
}

impl Kind {
    fn of(template: MailTemplate) -> Option<Self> {
        match template {
            MailTemplate::VerifyEmail => Some(Self::VerifyEmail),
            MailTemplate::ChangeEmail => Some(Self::ChangeEmail),
            MailTemplate::ResetPassword => Some(Self::ResetPassword),
            MailTemplate::EmailChanged | MailTemplate::PasswordChanged => Some(Self::TakeBack),
            _ => None,
        }
    }

    fn lifetime(self) -> Duration {
        Duration::from_secs(match self {
            Self::VerifyEmail => 86_400,
            Self::ChangeEmail => 3_600,
            Self::ResetPassword => 600,
            Self::TakeBack => 3 * 86_400,
        })
    }
}

#[derive(Clone, Debug)]
enum Deed {
    /// Asks for the mail that proves the address once more.
    Resend,
    /// Asks for another address: a new one, or the one had so many before.
    Move(Option<usize>),
    Forget,
    ChangePassword,
    /// Opens the link that came so many before the newest.
    Open(usize),
    Pass(u64),
}

fn stories() -> impl Strategy<Value = Vec<Deed>> {
    let one = |deed| vec![deed];
    let back = prop_oneof![1 => Just(0), 2 => 1_usize..6];
    let to = || prop_oneof![2 => Just(None), 1 => (0_usize..3).prop_map(Some)];
    let pass = prop_oneof![0_u64..700, 0_u64..4_000, 0_u64..300_000];
    let deeds = prop_oneof![
        1 => Just(one(Deed::Resend)),
        2 => to().prop_map(move |to| one(Deed::Move(to))),
        // Most people open the mail they asked for.
        4 => to().prop_map(|to| vec![Deed::Move(to), Deed::Open(0)]),
        2 => Just(one(Deed::Forget)),
        1 => Just(one(Deed::ChangePassword)),
        7 => back.prop_map(move |back| one(Deed::Open(back))),
        1 => pass.prop_map(move |seconds| one(Deed::Pass(seconds))),
    ];
    vec(deeds, 4..20).prop_map(|deeds| deeds.concat())
}

/// A link that came by mail.
struct Link {
    kind: Kind,
    token: String,
    email: String,
    ends: Timestamp,
    is_live: bool,
}

/// What a deed sends: a link of this kind to this address.
type Sent = Option<(Kind, String)>;

/// Somebody who gets links and opens them.
struct Owner {
    handle: String,
    person: Person,
    /// The addresses they had or asked for; the account's is `email`.
    addresses: Vec<String>,
    email: String,
    is_proved: bool,
    password: usize,
    links: Vec<Link>,
}

impl Owner {
    fn end(&mut self, kinds: &[Kind]) {
        self.links.iter_mut().filter(|link| kinds.contains(&link.kind)).for_each(|link| link.is_live = false);
    }

    /// Reads the mail. What was sent is there, and nothing else; `may_miss` where too many were asked for.
    async fn read_mail(&mut self, world: &World, sent: Sent, may_miss: bool, told: &str) {
        let mut came = Vec::new();
        for mail in world.mails().await.into_iter().filter(|mail| mail.to.starts_with(&self.handle)) {
            let token = mail.text.split_once("?token=").and_then(|(_, rest)| rest.split_whitespace().next());
            let (Some(kind), Some(token)) = (Kind::of(mail.template), token) else { continue };
            if self.links.iter().all(|link| link.token != token) {
                came.push((kind, mail.to.clone(), token.to_owned()));
            }
        }
        let seen: Vec<_> = came.iter().map(|(kind, to, _)| (*kind, to.clone())).collect();
        assert!(seen == Vec::from_iter(sent.clone()) || may_miss && seen.is_empty(), "{seen:?}, not {sent:?}: {told}");
        for (kind, email, token) in came {
            if matches!(kind, Kind::VerifyEmail | Kind::ChangeEmail) {
                // The newest alone is good.
                self.end(&[kind]);
            }
            let ends = world.clock.now() + kind.lifetime();
            self.links.push(Link { kind, token, email, ends, is_live: true });
        }
    }

    async fn prove(&self, world: &World) {
        let proof = json!({ "password": PASSWORDS[self.password] });
        world.post("/auth/reauthenticate", Some(&self.person), proof).await.expect(204, "");
    }

    async fn resend(&self, world: &World) -> Sent {
        world.post("/auth/email/resend", Some(&self.person), json!({})).await;
        (!self.is_proved).then(|| (Kind::VerifyEmail, self.email.clone()))
    }

    async fn ask_to_move(&mut self, world: &World, back: Option<usize>) -> Sent {
        let others: Vec<_> = self.addresses.iter().rev().filter(|address| **address != self.email).cloned().collect();
        let new = format!("{}-{}@praca.example", self.handle, self.addresses.len());
        let email = back.and_then(|back| others.get(back).cloned()).unwrap_or(new);
        self.prove(world).await;
        world.post("/me/email", Some(&self.person), json!({ "email": email })).await;
        if !self.addresses.contains(&email) {
            self.addresses.push(email.clone());
        }
        Some((Kind::ChangeEmail, email))
    }

    async fn forget(&self, world: &World) -> Sent {
        world.post("/auth/password/forgot", None, json!({ "email": self.email })).await.expect(202, "");
        Some((Kind::ResetPassword, self.email.clone()))
    }

    async fn change_password(&mut self, world: &World) -> Sent {
        let wish = json!({ "currentPassword": PASSWORDS[self.password], "newPassword": PASSWORDS[1 - self.password] });
        world.post("/me/password", Some(&self.person), wish).await.expect(204, "");
        self.password = 1 - self.password;
        self.end(&[Kind::ChangeEmail, Kind::ResetPassword]);
        self.is_proved.then(|| (Kind::TakeBack, self.email.clone()))
    }

    /// Opens a link; whether it is good, the answer, and what it sends.
    async fn open(&mut self, world: &World, at: usize) -> (bool, Answer, Sent) {
        let link = &mut self.links[at];
        let is_good = link.is_live && link.ends > world.clock.now();
        link.is_live &= !is_good;
        let (kind, token, email) = (link.kind, link.token.clone(), link.email.clone());
        let answer = match kind {
            Kind::VerifyEmail | Kind::ChangeEmail => {
                world.post("/auth/email/verify", None, json!({ "token": token })).await
            }
            Kind::ResetPassword | Kind::TakeBack => {
                let wish = json!({ "token": token, "password": PASSWORDS[1 - self.password] });
                world.post("/auth/password/reset", None, wish).await
            }
        };
        let sent = if is_good { self.opened(at, kind, email, world.clock.now()) } else { None };
        (is_good, answer, sent)
    }

    fn opened(&mut self, at: usize, kind: Kind, email: String, now: Timestamp) -> Sent {
        let (before, was_proved) = (std::mem::replace(&mut self.email, email), self.is_proved);
        self.is_proved = true;
        if before != self.email {
            self.end(&[Kind::VerifyEmail, Kind::ResetPassword]);
        }
        match kind {
            Kind::VerifyEmail => None,
            Kind::ChangeEmail => {
                let takes_back = |link: &Link| link.kind == Kind::TakeBack && link.is_live && link.ends > now;
                // Who comes home leaves those they take it from nothing.
                let home = self.links.iter().position(|link| takes_back(link) && link.email == self.email);
                if let Some(home) = home.filter(|_| was_proved) {
                    self.end_later(home);
                }
                (was_proved && home.is_none()).then_some((Kind::TakeBack, before))
            }
            Kind::ResetPassword | Kind::TakeBack => {
                self.password = 1 - self.password;
                self.end(&[Kind::ResetPassword, Kind::ChangeEmail]);
                if kind == Kind::TakeBack {
                    self.end_later(at);
                }
                None
            }
        }
    }

    /// Ends what takes the account back and came after a link.
    fn end_later(&mut self, at: usize) {
        let later = self.links[at + 1..].iter_mut().filter(|link| link.kind == Kind::TakeBack);
        later.for_each(|link| link.is_live = false);
    }
}

/// Somebody whose address is proved, or has yet to be.
async fn owner(world: &World, is_proved: bool) -> Owner {
    let (handle, person) = if is_proved { newcomer(world).await } else { unproved(world).await };
    let email = format!("{handle}@praca.example");
    let mut owner =
        Owner { handle, person, addresses: vec![email.clone()], email, is_proved, password: 0, links: Vec::new() };
    let sent = (!is_proved).then(|| (Kind::VerifyEmail, owner.email.clone()));
    owner.read_mail(world, sent, false, "at first").await;
    owner
}

async fn unproved(world: &World) -> (String, Person) {
    let handle = format!("p{}", &world.app.base.ids.uuid().simple().to_string()[12..30]);
    let wish =
        Register::new(format!("{handle}@praca.example"), handle.clone(), "Sem Prova".into(), PASSWORD.to_owned());
    world.app.accounts.create_account(NewAccount::parse(wish).unwrap()).await.unwrap();
    let person = world.log_in(&handle).await;
    (handle, person)
}

async fn follow(world: &World, (is_proved, deeds): (bool, Vec<Deed>)) {
    let mut owner = owner(world, is_proved).await;
    for (number, deed) in deeds.iter().enumerate() {
        let told = format!("deed {number} of {is_proved} {deeds:?}");
        let (sent, may_miss) = match deed {
            Deed::Resend => (owner.resend(world).await, true),
            Deed::Move(back) => (owner.ask_to_move(world, *back).await, true),
            Deed::Forget => (owner.forget(world).await, true),
            Deed::ChangePassword => (owner.change_password(world).await, false),
            Deed::Pass(seconds) => {
                world.pass(*seconds);
                (None, false)
            }
            Deed::Open(_) if owner.links.is_empty() => (None, false),
            Deed::Open(back) => {
                let at = owner.links.len() - 1 - (*back).min(owner.links.len() - 1);
                let (is_good, answer, sent) = owner.open(world, at).await;
                assert_eq!(answer.status, if is_good { 204 } else { 422 }, "{told}: {}", answer.body);
                (sent, false)
            }
        };
        owner.read_mail(world, sent, may_miss, &told).await;
        let wish = json!({ "login": owner.email, "password": PASSWORDS[owner.password] });
        let session = world.post("/auth/login", None, wish).await;
        assert_eq!(session.status, 200, "after {told}: {}", session.body);
        assert_eq!(session.body["user"]["emailVerified"], owner.is_proved, "after {told}");
        session.body["accessToken"].as_str().unwrap().clone_into(&mut owner.person.token);
    }
}

#[test]
fn links_follow_their_model_on_sqlite_and_local() {
    check(Twin::Embedded, 48, (proptest::bool::ANY, stories()), follow);
}

#[test]
fn links_follow_their_model_on_postgres_and_redis() {
    check(Twin::Shared, 48, (proptest::bool::ANY, stories()), follow);
}
