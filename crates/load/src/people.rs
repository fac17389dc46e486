//! The people and rooms of a run, made over REST.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail, ensure};
use praca_api::accounts::{Login, Register, Session};
use praca_api::rooms::{NewRoom, Room};
use praca_api::uploads::PutTicket;
use praca_api::{ConversationId, Problem, UserId};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The password of everyone made here.
const PASSWORD: &str = "coreto com sombra de jaca";

/// Where the server is.
#[derive(Clone, Debug)]
pub struct Square {
    /// Its listener.
    pub address: SocketAddr,
    http: Client,
}

/// Somebody with an open session.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their handle.
    pub handle: String,
    /// Their access token, good for a quarter of an hour.
    pub token: String,
}

impl Person {
    fn of(session: Session) -> Self {
        let Session { user, access_token: token, .. } = session;
        Self { id: user.author.id, handle: user.author.handle, token }
    }
}

impl Square {
    /// A server to speak to.
    pub fn at(address: SocketAddr) -> Self {
        Self { address, http: Client::new() }
    }

    /// Logs somebody in.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn log_in(&self, login: &str, password: &str) -> Result<Person> {
        let body = Login { login: login.to_owned(), password: password.to_owned(), transport: None, totp: None };
        let session: Session = answer(self.http.post(self.url("/auth/login")).json(&body)).await?;
        Ok(Person::of(session))
    }

    /// Registers somebody, or logs them in if they are there.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn person(&self, handle: &str) -> Result<Person> {
        let (email, name) = (format!("{handle}@praca.example"), format!("Vizinha {handle}"));
        let body = Register::new(email, handle.to_owned(), name, PASSWORD.to_owned());
        let response = self.http.post(self.url("/auth/register")).json(&body).send().await?;
        if response.status() == StatusCode::CONFLICT {
            return self.person_again(handle).await;
        }
        let session: Session = read(response).await?;
        Ok(Person::of(session))
    }

    /// Logs somebody in who was made here.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn person_again(&self, handle: &str) -> Result<Person> {
        self.log_in(handle, PASSWORD).await
    }

    /// So many people, `load0`, `load1` and so on.
    ///
    /// # Errors
    /// The server refuses one of them.
    pub async fn people(&self, count: usize) -> Result<Vec<Person>> {
        let bar = crate::report::progress("people", count);
        let mut people = Vec::with_capacity(count);
        for number in 0..count {
            people.push(self.person(&format!("load{number}")).await?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(people)
    }

    /// A new public room, made by somebody who may.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn room(&self, admin: &Person, slug: &str) -> Result<ConversationId> {
        let body = NewRoom {
            name: format!("Sala {slug}"),
            slug: Some(slug.to_owned()),
            topic: String::new(),
            visibility: None,
            interval_global_seconds: 0,
            per_user_seconds: 0,
        };
        let request = self.http.post(self.url("/rooms")).bearer_auth(&admin.token).json(&body);
        let room: Room = answer(request).await?;
        Ok(room.id)
    }

    /// Reads something.
    ///
    /// # Errors
    /// The server refuses, or gives something else.
    pub async fn get<T: DeserializeOwned>(&self, path: &str, person: &Person) -> Result<T> {
        answer(self.http.get(self.url(path)).bearer_auth(&person.token)).await
    }

    /// Changes something; what it is now.
    ///
    /// # Errors
    /// The server refuses, or gives something else.
    pub async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        person: &Person,
        body: &(impl Serialize + Sync),
    ) -> Result<T> {
        answer(self.http.patch(self.url(path)).bearer_auth(&person.token).json(body)).await
    }

    /// Puts something there, without a body; what it is now.
    ///
    /// # Errors
    /// The server refuses, or gives something else.
    pub async fn put<T: DeserializeOwned>(&self, path: &str, person: &Person) -> Result<T> {
        answer(self.http.put(self.url(path)).bearer_auth(&person.token)).await
    }

    /// Adds something; what it is.
    ///
    /// # Errors
    /// The server refuses, or gives something else.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        person: &Person,
        body: &(impl Serialize + Sync),
    ) -> Result<T> {
        answer(self.http.post(self.url(path)).bearer_auth(&person.token).json(body)).await
    }

    /// Asks something without an account, through a proxy, from a network; the status of the answer.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn ask(&self, path: &str, body: &(impl Serialize + Sync), source: &str) -> Result<u16> {
        let response = self.http.post(self.url(path)).header("x-forwarded-for", source).json(body).send().await?;
        let status = response.status().as_u16();
        // The whole answer counts.
        response.bytes().await?;
        Ok(status)
    }

    /// Sends a file as its ticket says.
    ///
    /// # Errors
    /// It is not taken.
    pub async fn send_file(&self, ticket: &PutTicket, file: Vec<u8>) -> Result<()> {
        let mut request = self.http.put(&ticket.url);
        for (name, value) in &ticket.headers {
            request = request.header(name, value);
        }
        let status = request.body(file).send().await?.status();
        ensure!(status.is_success(), "a file was refused with {status}");
        Ok(())
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.address)
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T> {
    read(request.send().await?).await
}

async fn read<T: DeserializeOwned>(response: reqwest::Response) -> Result<T> {
    let status = response.status();
    let bytes = response.bytes().await?;
    if status.is_success() {
        return serde_json::from_slice(&bytes).context("an answer of another shape");
    }
    match serde_json::from_slice::<Problem>(&bytes) {
        Ok(problem) => bail!("refused: {} ({})", problem.detail, problem.code),
        Err(_) => bail!("refused with {status}"),
    }
}
