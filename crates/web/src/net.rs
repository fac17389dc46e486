//! Speaking with the server: REST below, the live socket in `net::live`.

pub mod device;
pub mod live;
pub mod put;
pub mod save;
pub mod version;

use gloo_net::http::{Method, RequestBuilder};
use praca_api::{Problem, ProblemCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::RequestCredentials;

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// The server said why.
    Problem(Box<Problem>),
    /// The server was not reached, or its answer not understood.
    Network,
}

impl Trouble {
    /// Whether the server said this.
    pub fn is(&self, code: ProblemCode) -> bool {
        matches!(self, Self::Problem(problem) if problem.is(code))
    }
}

/// The answer of a request.
pub type Answer<T> = Result<T, Trouble>;

/// Sends JSON and reads JSON, below `/api/v1`.
pub async fn send<B: Serialize, T: DeserializeOwned>(
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Option<&B>,
) -> Answer<T> {
    read(&send_text(method, path, token, body).await?)
}

/// Reads the JSON of an answer; nothing is `null`.
pub fn read<T: DeserializeOwned>(text: &str) -> Answer<T> {
    serde_json::from_str(if text.is_empty() { "null" } else { text }).map_err(|_| Trouble::Network)
}

/// Sends JSON and gives the answer as it is, below `/api/v1`.
pub async fn send_text<B: Serialize>(
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Option<&B>,
) -> Answer<String> {
    let mut request = RequestBuilder::new(&format!("/api/v1{path}"))
        .method(method)
        .credentials(RequestCredentials::SameOrigin)
        .header("x-praca-csrf", "1");
    if let Some(token) = token {
        request = request.header("authorization", &format!("Bearer {token}"));
    }
    let request = match body {
        Some(body) => request.json(body),
        None => request.build(),
    };
    let response = request.map_err(|_| Trouble::Network)?.send().await.map_err(|_| Trouble::Network)?;
    let text = response.text().await.map_err(|_| Trouble::Network)?;
    if response.ok() {
        return Ok(text);
    }
    Err(serde_json::from_str(&text).map_or(Trouble::Network, |problem| Trouble::Problem(Box::new(problem))))
}

/// A text of the server's own files.
pub async fn fetch_text(path: &str) -> Answer<String> {
    let response = RequestBuilder::new(path).send().await.map_err(|_| Trouble::Network)?;
    if !response.ok() {
        return Err(Trouble::Network);
    }
    response.text().await.map_err(|_| Trouble::Network)
}
