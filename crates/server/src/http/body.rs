//! Bodies of requests, taken in before the handler: bounded in size and time.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use http_body::Body as _;
use praca_api::ProblemCode;
use tokio::time::{Instant, timeout, timeout_at};

use crate::error::{Error, Result};

/// Longest a body may take to arrive.
const ARRIVES_WITHIN: Duration = Duration::from_secs(10);
/// Longest we go on reading a body that is too large, so that its sender gets to see the answer.
const DRAINS_WITHIN: Duration = Duration::from_secs(5);
/// Bytes of it that are read at most.
const DRAINED_BYTES: usize = 16 * 1024 * 1024;

/// Takes the body in, of at most so many bytes, or says why not.
pub async fn take_in(State(most): State<usize>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match read(body, most).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(error) => error.into_response(),
    }
}

async fn read(body: Body, most: usize) -> Result<Bytes> {
    let deadline = Instant::now() + ARRIVES_WITHIN;
    let mut parts = body.into_data_stream();
    let mut bytes = Vec::new();
    loop {
        let part = timeout_at(deadline, parts.next()).await;
        let part =
            part.map_err(|_| Error::problem(ProblemCode::RequestTimeout, "The body took too long to arrive."))?;
        match part {
            None => return Ok(bytes.into()),
            Some(Err(_)) => return Err(Error::problem(ProblemCode::RequestMalformed, "The body cannot be read.")),
            Some(Ok(part)) if bytes.len() + part.len() > most => {
                drain(&mut parts).await;
                return Err(Error::problem(ProblemCode::RequestTooLarge, "The body is larger than this route takes."));
            }
            Some(Ok(part)) => bytes.extend_from_slice(&part),
        }
    }
}

/// Reads on in a body that is refused: a connection closed while its sender still writes loses the answer. Whoever has much
/// more to send, or sends too slowly, may miss it all the same.
pub async fn drain(parts: &mut BodyDataStream) {
    let mut drained = 0;
    let drain = async {
        while let Some(Ok(part)) = parts.next().await {
            drained += part.len();
            if drained > DRAINED_BYTES {
                return;
            }
        }
    };
    let _ = timeout(DRAINS_WITHIN, drain).await;
}
