//! Legal notice, privacy, terms and house rules: our own, unless the operator put a file of that name under `texts` in the
//! data folder.

use std::path::PathBuf;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::extract::Path;
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
pub fn routes(data_dir: PathBuf) -> Router {
    Router::new().route("/texts/{name}", get(serve)).with_state(data_dir)
}

async fn serve(State(data_dir): State<PathBuf>, Path(name): Path<String>) -> Result<Response> {
    // Only names of the list are ever looked up, so that no path leads out of the folder.
    let (name, ours) = TEXTS.iter().find(|(known, _)| *known == name).ok_or_else(Error::not_found)?;
    let own = tokio::fs::read_to_string(data_dir.join("texts").join(name)).await;
    let text = own.unwrap_or_else(|_| (*ours).to_owned());
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, text).into_response())
}
