//! Who is logged in on this page, and the access token, which lives in memory alone.
//!
//! Tabs of one browser share one session: one of them renews the token and hands it to the others, and a log-in or log-out
//! in one is a log-in or log-out in all.

use std::time::Duration;

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::accounts::{Refresh, Session as Answered, User};
use praca_api::{Problem, ProblemCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::bindings::{one_tab_at_a_time, pause};
use crate::net::{self, Answer, Trouble, device};
use crate::{format, store};

/// Where tabs speak with each other, and the name of the lock under which one of them renews.
const CHANNEL: &str = "praca.session";
/// Where the browser remembers a log-out that has not reached the server.
const LEAVING: &str = "praca.leaving";
/// Where the browser remembers that somebody is logged in, which the page's first script looks at.
const INSIDE: &str = "praca.inside";
/// Seconds before the end of a token at which it is renewed.
const MARGIN: u64 = 60;
/// Where the browser remembers the last renewal, by a name of its own, so that a tab finds that there was another.
const RENEWAL: &str = "praca.renewal";
/// Whoever waits longer for its turn (in milliseconds) waits for another tab.
const WAITED_MS: f64 = 20.0;
/// How often, and after how many milliseconds, a tab looks for what another was given.
const HEARINGS: u32 = 20;
const HEARING_MS: i32 = 100;
/// Pause after a renewal that failed without an answer.
const PAUSE: Duration = Duration::from_secs(5);

/// What one tab tells the others.
#[derive(Serialize, Deserialize)]
enum Told {
    /// There is a new token.
    Entered(Box<Answered>),
    /// The person logged out.
    Left,
}

/// Where the page stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Not known yet.
    Unknown,
    /// Not known, and the server is out of reach; the page tries again by itself.
    Unreachable,
    /// Nobody.
    Out,
    /// Somebody.
    In(Box<User>),
}

/// The session of this page.
#[derive(Clone, Copy)]
pub struct Session {
    standing: RwSignal<Standing>,
    token: RwSignal<String>,
    /// When the token is to be renewed, in milliseconds of this machine's clock.
    renew_at: StoredValue<f64>,
    /// The last renewal this tab knows of.
    renewal: StoredValue<Option<String>>,
    channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
}

impl Session {
    /// Not known yet.
    pub fn new() -> Self {
        let session = Self {
            standing: RwSignal::new(Standing::Unknown),
            token: RwSignal::new(String::new()),
            renew_at: StoredValue::new(0.0),
            renewal: StoredValue::new(store::read(RENEWAL)),
            channel: StoredValue::new_local(BroadcastChannel::new(CHANNEL).ok()),
        };
        session.hear_other_tabs();
        session
    }

    /// Where the page stands.
    pub fn standing(self) -> Standing {
        self.standing.get()
    }

    /// The person, if there is one.
    pub fn user(self) -> Option<User> {
        match self.standing.get() {
            Standing::In(user) => Some(*user),
            _ => None,
        }
    }

    /// The person, without following changes.
    pub fn user_untracked(self) -> Option<User> {
        untrack(|| self.user())
    }

    /// Changes what is known of the person.
    pub fn set_user(self, user: User) {
        self.standing.set(Standing::In(Box::new(user)));
    }

    /// The access token.
    pub fn token(self) -> String {
        self.token.get()
    }

    /// Takes a new session in, here and in the other tabs.
    pub fn enter(self, answered: Answered) {
        store::forget(LEAVING);
        self.tell_other_tabs(&Told::Entered(Box::new(answered.clone())));
        self.take(answered);
    }

    /// Takes a new session in, and renews it before it ends.
    fn take(self, answered: Answered) {
        let other = self.user_untracked().is_some_and(|user| user.author.id != answered.user.author.id);
        if other {
            // Somebody else logged in: nothing on this page is theirs.
            let _ = window().location().reload();
            return;
        }
        let known = matches!(self.standing.get_untracked(), Standing::In(ref user) if **user == answered.user);
        store::write(INSIDE, "1");
        self.token.set(answered.access_token);
        self.renewal.set_value(store::read(RENEWAL));
        if !known {
            self.set_user(answered.user);
        }
        let renew_in = Duration::from_secs(answered.expires_in.saturating_sub(MARGIN).max(MARGIN / 2));
        self.renew_at.set_value(format::now() + renew_in.as_secs_f64() * 1_000.0);
        set_timeout(move || self.renew_if_due(), renew_in);
    }

    fn renew_if_due(self) {
        // The token may have been renewed since by another tab or a request; then another timer runs.
        if format::now() + 1_000.0 >= self.renew_at.get_value() {
            self.resume();
        }
    }

    /// Asks for an access token with the cookie, unless another tab just did; again and again while the server is out of
    /// reach.
    pub fn resume(self) {
        spawn_local(async move {
            if self.standing.get_untracked() == Standing::Out {
                return;
            }
            let renewed = if self.finish_leaving().await { self.renew().await } else { Err(Trouble::Network) };
            match renewed {
                Ok(()) => {}
                Err(Trouble::Problem(problem)) if is_over(&problem) => self.out(),
                Err(_) => {
                    if self.standing.get_untracked() == Standing::Unknown {
                        self.standing.set(Standing::Unreachable);
                    }
                    set_timeout(move || self.resume(), PAUSE);
                }
            }
        });
    }

    /// Renews the token, one tab at a time: whoever waited finds the one before has done it.
    async fn renew(self) -> Answer<()> {
        let (before, last) = (self.token.get_untracked(), self.renewal.get_value());
        let asked = format::now();
        one_tab_at_a_time(CHANNEL, async move {
            // Another tab renewed that this one has not heard of: what it got is on its way here. What that tab noted may be
            // on its way too, if it is another process; but who had to wait knows that there was one.
            let elsewhere = format::now() - asked > WAITED_MS || store::read(RENEWAL) != last;
            for _ in 0..if elsewhere { HEARINGS } else { 0 } {
                if self.token.get_untracked() != before {
                    break;
                }
                pause(HEARING_MS).await;
            }
            if self.token.get_untracked() != before {
                return Ok(());
            }
            let answered = net::send(Method::POST, "/auth/refresh", None, Some(&Refresh::default())).await?;
            store::write(RENEWAL, &js_sys::Math::random().to_string());
            self.enter(answered);
            Ok(())
        })
        .await
        .unwrap_or(Err(Trouble::Network))
    }

    /// Sends a request as the person; an ended access token is renewed once.
    pub async fn send<B: Serialize, T: DeserializeOwned>(
        self,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> Answer<T> {
        net::read(&self.send_text(method, path, body).await?)
    }

    /// Fetches a file and hands it to the browser under a name.
    ///
    /// # Errors
    /// The server refuses it, or the browser.
    pub async fn download(self, path: &str, name: &str) -> Answer<()> {
        let text = self.send_text(Method::GET, path, None::<&()>).await?;
        net::save::save(&text, name).map_err(|_| Trouble::Network)
    }

    async fn send_text<B: Serialize>(self, method: Method, path: &str, body: Option<&B>) -> Answer<String> {
        let token = self.token.get_untracked();
        match net::send_text(method.clone(), path, Some(&token), body).await {
            Err(Trouble::Problem(problem)) if problem.is(ProblemCode::AuthExpiredToken) => {
                if self.token.get_untracked() == token {
                    self.renew().await.inspect_err(|trouble| self.note_end(trouble))?;
                }
                net::send_text(method, path, Some(&self.token.get_untracked()), body).await
            }
            answer => answer.inspect_err(|trouble| self.note_end(trouble)),
        }
    }

    /// A session that is no more is over on this page too.
    fn note_end(self, trouble: &Trouble) {
        if matches!(trouble, Trouble::Problem(problem) if is_over(problem)) {
            self.out();
        }
    }

    /// Logs out here, or everywhere, and in every tab.
    pub fn leave(self, everywhere: bool) {
        let path = if everywhere { "/auth/logout-all" } else { "/auth/logout" };
        spawn_local(async move {
            device::forget().await;
            // Remembered until it is done, so that a reload does not log in again with the cookie.
            store::write(LEAVING, path);
            let answer: Answer<()> = self.send(Method::POST, path, Some(&Refresh::default())).await;
            if !matches!(answer, Err(Trouble::Network)) {
                store::forget(LEAVING);
            }
            self.tell_other_tabs(&Told::Left);
            self.out();
        });
    }

    /// Does what a log-out without a connection left undone. False while the server is still out of reach.
    async fn finish_leaving(self) -> bool {
        if store::read(LEAVING).is_none() {
            return true;
        }
        let answer: Answer<()> = net::send(Method::POST, "/auth/logout", None, Some(&Refresh::default())).await;
        if matches!(answer, Err(Trouble::Network)) {
            return false;
        }
        store::forget(LEAVING);
        true
    }

    fn out(self) {
        store::forget(INSIDE);
        self.standing.set(Standing::Out);
        self.token.set(String::new());
        self.renew_at.set_value(f64::MAX);
    }

    fn tell_other_tabs(self, told: &Told) {
        if let (Some(channel), Ok(text)) = (self.channel.get_value(), serde_json::to_string(told)) {
            // A tab that misses it renews by itself.
            let _ = channel.post_message(&text.into());
        }
    }

    fn hear_other_tabs(self) {
        let Some(channel) = self.channel.get_value() else { return };
        let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            match event.data().as_string().and_then(|text| serde_json::from_str(&text).ok()) {
                Some(Told::Entered(answered)) => self.take(*answered),
                Some(Told::Left) => self.out(),
                None => {}
            }
        });
        channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        // It listens as long as the page lives.
        hear.forget();
    }
}

/// Whether the server says that this session is no more; anything else may pass.
fn is_over(problem: &Problem) -> bool {
    problem.is(ProblemCode::AuthInvalidToken) || problem.is(ProblemCode::AuthRefreshReused)
}
