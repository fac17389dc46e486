//! What handlers are given: typed bodies, queries and paths whose refusals are problems, and the caller.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use praca_api::ProblemCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::gatekeeper::Gatekeeper;
use super::layers::Presented;
use crate::auth::{Actor, Authority, tokens};
use crate::error::Error;

/// A JSON body, in and out.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        if !is_json(request.headers()) {
            let detail = "Send JSON, with `Content-Type: application/json`.";
            return Err(Error::problem(ProblemCode::RequestUnsupportedMedia, detail));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(refuse_body)?;
        parse_json(&bytes).map(Self)
    }
}

/// A body that may be left out.
impl<T: DeserializeOwned + Default, S: Send + Sync> axum::extract::OptionalFromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Error> {
        let json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(refuse_body)?;
        // Who has nothing to say may say null.
        if bytes.is_empty() || !json || bytes.trim_ascii() == b"null" {
            return Ok(None);
        }
        parse_json(&bytes).map(Self).map(Some)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
                (headers, body).into_response()
            }
            Err(error) => Error::internal(error).into_response(),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
}

fn refuse_body(rejection: BytesRejection) -> Error {
    if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return Error::problem(ProblemCode::RequestTooLarge, "The body is larger than this route takes.");
    }
    Error::problem(ProblemCode::RequestMalformed, "The body cannot be read.")
}

/// Reads JSON; what is wrong with it is said in the parser's words, to whoever sent it.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let parsed = serde_json::from_slice(bytes).map_err(|error| {
        let what = if error.is_data() { "The JSON has the wrong shape" } else { "The body is not JSON" };
        Error::problem(ProblemCode::RequestMalformed, format!("{what}: {error}."))
    })?;
    // The parser takes an array for an object whose fields it lists.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(Error::problem(
            ProblemCode::RequestMalformed,
            "The JSON has the wrong shape: an object is expected.",
        ));
    }
    Ok(parsed)
}

/// The query string.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|error| Error::problem(ProblemCode::RequestMalformed, format!("{}.", error.body_text())))
    }
}

/// The parts of the path. One that cannot be an id names nothing we have.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Self(path)),
            Err(_) => Err(Error::not_found()),
        }
    }
}

/// The person asking, who may use the square: not suspended.
#[derive(Clone, Debug)]
pub struct Caller(pub Arc<Actor>);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let AnyCaller(actor) = AnyCaller::from_request_parts(parts, state).await?;
        actor.require_not_suspended()?;
        Ok(Self(actor))
    }
}

/// The person asking, who runs the square.
#[derive(Clone, Copy, Debug)]
pub struct AdminCaller(pub Authority);

impl<S: Send + Sync> FromRequestParts<S> for AdminCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Caller(actor) = Caller::from_request_parts(parts, state).await?;
        Authority::of(&actor).map(Self)
    }
}

/// The person asking, suspended or not: for the few routes of a restricted session.
#[derive(Clone, Debug)]
pub struct AnyCaller(pub Arc<Actor>);

impl<S: Send + Sync> FromRequestParts<S> for AnyCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let gatekeeper = parts.extensions.get::<Gatekeeper>().cloned();
        let gatekeeper = gatekeeper.ok_or_else(|| Error::internal("the gatekeeper layer is missing"))?;
        match parts.extensions.remove::<Presented>() {
            Some(Presented(Ok(claims))) => gatekeeper.admit(claims.sub, claims.sid).await.map(Self),
            Some(Presented(Err(error))) => Err(error),
            None => Err(tokens::invalid()),
        }
    }
}
