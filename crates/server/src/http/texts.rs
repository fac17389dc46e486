//! Legal notice, privacy, terms and house rules: our own, unless the operator put a file of that name under `texts` in the
//! data folder.

use std::io::ErrorKind;
use std::path::PathBuf;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Path;
use super::openapi::Problems;
use crate::error::{Error, Result};

/// Declares the texts by file name.
macro_rules! texts {
    ($($name:literal),*) => {
        &[$(($name, include_str!(concat!("../../texts/", $name)))),*]
    };
}

/// Each text in each language.
const TEXTS: &[(&str, &str)] = texts![
    "notice.pt-BR.txt",
    "notice.en.txt",
    "notice.es.txt",
    "privacy.pt-BR.txt",
    "privacy.en.txt",
    "privacy.es.txt",
    "terms.pt-BR.txt",
    "terms.en.txt",
    "terms.es.txt",
    "rules.pt-BR.txt",
    "rules.en.txt",
    "rules.es.txt"
];

/// `/texts/{name}`.
pub fn routes(data_dir: PathBuf) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_text)).with_state(data_dir)
}

/// Legal notice, privacy, terms or house rules, in one language: the operator's own, or ours.
#[utoipa::path(get, path = "/texts/{name}", tag = "operations", operation_id = "get_text",
    params(("name" = String, Path, description = "`notice`, `privacy`, `terms` or `rules`, with `.pt-BR.txt`, `.en.txt` or `.es.txt`")),
    responses((status = 200, description = "The text", body = str), Problems))]
async fn get_text(State(data_dir): State<PathBuf>, Path(name): Path<String>) -> Result<Response> {
    // Only names of the list are ever looked up, so that no path leads out of the folder.
    let (name, ours) = TEXTS.iter().find(|(known, _)| *known == name).ok_or_else(Error::not_found)?;
    let text = match tokio::fs::read_to_string(data_dir.join("texts").join(name)).await {
        Ok(own) => own,
        Err(error) if error.kind() == ErrorKind::NotFound => (*ours).to_owned(),
        // Never ours in the place of the operator's own.
        Err(error) => return Err(error.into()),
    };
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, text).into_response())
}
