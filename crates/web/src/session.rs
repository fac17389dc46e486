//! Who is logged in on this page, and the access token, which lives in memory alone.

use std::time::Duration;

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::accounts::{Refresh, Session as Answered, User};
use praca_api::{Problem, ProblemCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::net::{self, Answer, Trouble};

/// Tabs tell each other here that somebody logged out.
const CHANNEL: &str = "praca.session";

/// Where the page stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Not known yet.
    Unknown,
    /// Nobody.
    Out,
    /// Somebody.
    In(Box<User>),
}

/// The session of this page.
#[derive(Clone, Copy)]
pub struct Session {
    standing: RwSignal<Standing>,
    token: StoredValue<String>,
}

impl Session {
    /// Not known yet.
    pub fn new() -> Self {
        let session = Self { standing: RwSignal::new(Standing::Unknown), token: StoredValue::new(String::new()) };
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
        match self.standing.get_untracked() {
            Standing::In(user) => Some(*user),
            _ => None,
        }
    }

    /// Changes what is known of the person.
    pub fn set_user(self, user: User) {
        self.standing.set(Standing::In(Box::new(user)));
    }

    /// The access token.
    pub fn token(self) -> String {
        self.token.get_value()
    }

    /// Takes a new session in, and renews it before it ends.
    pub fn enter(self, answered: Answered) {
        self.token.set_value(answered.access_token);
        let known = matches!(self.standing.get_untracked(), Standing::In(ref user) if **user == answered.user);
        if !known {
            self.set_user(answered.user);
        }
        let renew_in = Duration::from_secs(answered.expires_in.saturating_sub(60).max(30));
        set_timeout(move || self.resume(), renew_in);
    }

    /// Asks for a new access token with the cookie. The server gives two tabs that ask at once the same one.
    pub fn resume(self) {
        spawn_local(async move {
            if self.standing.get_untracked() == Standing::Out {
                return;
            }
            match net::send(Method::POST, "/auth/refresh", None, Some(&Refresh::default())).await {
                Ok(answered) => self.enter(answered),
                Err(Trouble::Problem(_)) => self.standing.set(Standing::Out),
                Err(Trouble::Network) if self.standing.get_untracked() == Standing::Unknown => {
                    self.standing.set(Standing::Out);
                }
                Err(Trouble::Network) => set_timeout(move || self.resume(), Duration::from_secs(5)),
            }
        });
    }

    /// Sends a request as the person; an ended access token is renewed once.
    pub async fn send<B: Serialize, T: DeserializeOwned>(
        self,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> Answer<T> {
        let first = net::send(method.clone(), path, Some(&self.token()), body).await;
        match first {
            Err(Trouble::Problem(problem)) if problem.is(ProblemCode::AuthExpiredToken) => {
                let answered: Answered =
                    net::send(Method::POST, "/auth/refresh", None, Some(&Refresh::default())).await?;
                self.enter(answered);
                net::send(method, path, Some(&self.token()), body).await
            }
            Err(Trouble::Problem(problem)) if is_over(&problem) => {
                self.standing.set(Standing::Out);
                Err(Trouble::Problem(problem))
            }
            other => other,
        }
    }

    /// Logs out here, or everywhere, and in every tab.
    pub fn leave(self, everywhere: bool) {
        let path = if everywhere { "/auth/logout-all" } else { "/auth/logout" };
        spawn_local(async move {
            let _: Answer<()> = net::send(Method::POST, path, Some(&self.token()), Some(&Refresh::default())).await;
            self.token.set_value(String::new());
            self.standing.set(Standing::Out);
            if let Ok(channel) = BroadcastChannel::new(CHANNEL) {
                let _ = channel.post_message(&"out".into());
            }
        });
    }

    fn hear_other_tabs(self) {
        let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
        let hear = Closure::<dyn Fn(MessageEvent)>::new(move |_| self.standing.set(Standing::Out));
        channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        // Both live as long as the page.
        hear.forget();
        std::mem::forget(channel);
    }
}

fn is_over(problem: &Problem) -> bool {
    problem.is(ProblemCode::AuthInvalidToken)
}
