//! `/uploads`.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use praca_api::uploads::{Announced, NewUpload, UpdateUpload, Upload};
use praca_api::{ProblemCode, UploadId};
use tokio::time::timeout;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Uploads;
use super::receive::{PutPermit, Sent};
use crate::error::{Error, Result};
use crate::http::openapi::Problems;
use crate::http::{Caller, Json, Path, Query, body};

/// Longest wait for the next bytes of a file.
const NEXT_WITHIN: Duration = Duration::from_secs(30);

/// The slice's routes.
pub fn routes(uploads: Uploads) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(announce_upload))
        .routes(routes!(get_upload, update_upload, discard_upload))
        .routes(routes!(complete_upload))
        .with_state(uploads)
}

/// The route files come in by: larger and slower than other bodies may be.
pub fn receiving(uploads: Uploads) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(send_upload)).with_state(uploads)
}

/// Announce a picture; the answer says where to send the file, once, within 15 minutes.
#[utoipa::path(post, path = "/uploads", tag = "uploads", operation_id = "announce_upload", request_body = NewUpload,
    security(("bearer" = [])), responses((status = 201, description = "Announced", body = Announced), Problems))]
async fn announce_upload(
    State(uploads): State<Uploads>,
    Caller(actor): Caller,
    Json(new): Json<NewUpload>,
) -> Result<Response> {
    let announced = uploads.announce(&actor, new).await?;
    Ok((StatusCode::CREATED, Json(announced)).into_response())
}

/// An upload of the caller's.
#[utoipa::path(get, path = "/uploads/{id}", tag = "uploads", operation_id = "get_upload",
    params(("id" = uuid::Uuid, Path, description = "The upload")),
    security(("bearer" = [])), responses((status = 200, description = "The upload", body = Upload), Problems))]
async fn get_upload(
    State(uploads): State<Uploads>,
    Caller(actor): Caller,
    Path(id): Path<UploadId>,
) -> Result<Json<Upload>> {
    uploads.get(actor.id(), id).await.map(Json)
}

/// Say what a picture shows, before it is used.
#[utoipa::path(patch, path = "/uploads/{id}", tag = "uploads", operation_id = "update_upload", request_body = UpdateUpload,
    params(("id" = uuid::Uuid, Path, description = "The upload")),
    security(("bearer" = [])), responses((status = 200, description = "The upload", body = Upload), Problems))]
async fn update_upload(
    State(uploads): State<Uploads>,
    Caller(actor): Caller,
    Path(id): Path<UploadId>,
    Json(change): Json<UpdateUpload>,
) -> Result<Json<Upload>> {
    uploads.update(&actor, id, change).await.map(Json)
}

/// Give up an upload that is not used.
#[utoipa::path(delete, path = "/uploads/{id}", tag = "uploads", operation_id = "discard_upload",
    params(("id" = uuid::Uuid, Path, description = "The upload")),
    security(("bearer" = [])), responses((status = 204, description = "Given up"), Problems))]
async fn discard_upload(
    State(uploads): State<Uploads>,
    Caller(actor): Caller,
    Path(id): Path<UploadId>,
) -> Result<StatusCode> {
    uploads.discard(actor.id(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file is sent: examine it. `uploads:status` and `GET /uploads/{id}` say what becomes of it.
#[utoipa::path(post, path = "/uploads/{id}/complete", tag = "uploads", operation_id = "complete_upload",
    params(("id" = uuid::Uuid, Path, description = "The upload")),
    security(("bearer" = [])), responses((status = 202, description = "It is being examined", body = Upload), Problems))]
async fn complete_upload(
    State(uploads): State<Uploads>,
    Caller(actor): Caller,
    Path(id): Path<UploadId>,
) -> Result<Response> {
    let upload = uploads.complete(&actor, id).await?;
    Ok((StatusCode::ACCEPTED, Json(upload)).into_response())
}

/// Send an announced file, by the address its announcement gave.
#[utoipa::path(put, path = "/uploads/{id}/file", tag = "uploads", operation_id = "send_upload",
    params(("id" = uuid::Uuid, Path, description = "The upload"), ("until" = i64, Query, description = "As given"),
        ("signature" = String, Query, description = "As given")),
    request_body(content(("image/jpeg"), ("image/png"), ("image/webp"), ("image/gif"))),
    responses((status = 204, description = "It is here"), Problems))]
async fn send_upload(
    State(uploads): State<Uploads>,
    Path(id): Path<UploadId>,
    Query(permit): Query<PutPermit>,
    request: Request,
) -> Result<StatusCode> {
    let (head, body) = request.into_parts();
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
    let bytes = text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let mut parts = body.into_data_stream();
    let taken = uploads.receive(
        id,
        &permit,
        Sent { content_type, bytes },
        stream::unfold(&mut parts, async |parts| {
            let next = timeout(NEXT_WITHIN, futures_util::StreamExt::next(parts)).await;
            let part = match next {
                Err(_) => Err(Error::problem(ProblemCode::RequestTimeout, "The file took too long to arrive.")),
                Ok(None) => return None,
                Ok(Some(part)) => {
                    part.map_err(|_| Error::problem(ProblemCode::RequestMalformed, "The file cannot be read."))
                }
            };
            Some((part, parts))
        }),
    );
    let taken = taken.await;
    if taken.is_err() {
        body::drain(&mut parts).await;
    }
    taken.map(|()| StatusCode::NO_CONTENT)
}
