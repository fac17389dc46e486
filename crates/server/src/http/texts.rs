//! Legal notice, privacy, terms and house rules, as they are served.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Path;
use super::openapi::Problems;
use crate::base::Base;
use crate::error::{Error, Result};

/// `/texts/{name}`.
pub fn routes(base: Base) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_text)).with_state(base)
}

/// Legal notice, privacy, terms or house rules, in one language: the operator's own, or ours.
#[utoipa::path(get, path = "/texts/{name}", tag = "operations", operation_id = "get_text",
    params(("name" = String, Path, description = "`notice`, `privacy`, `terms` or `rules`, with `.pt-BR.txt`, `.en.txt` or `.es.txt`")),
    responses((status = 200, description = "The text", body = str), Problems))]
async fn get_text(State(base): State<Base>, Path(name): Path<String>) -> Result<Response> {
    let text = base.texts.get(&name).ok_or_else(Error::not_found)?.to_owned();
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, text).into_response())
}
