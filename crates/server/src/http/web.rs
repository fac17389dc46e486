//! The web client: files with hashed names, kept for ever; one page for every address of the client.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::error::Error;

/// A file of the client, with its compressed forms.
pub struct Asset {
    /// Its address.
    pub path: &'static str,
    /// Its media type.
    pub media: &'static str,
    /// As it is.
    pub plain: &'static [u8],
    /// With Brotli.
    pub brotli: &'static [u8],
    /// With gzip.
    pub gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Answers everything no other route does.
pub fn routes() -> Router {
    Router::new().fallback(serve)
}

async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") || path == "/api" {
        return Error::not_found().into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Error::not_found().into_response();
    }
    if let Some(asset) = find(path) {
        return answer(asset, request.headers());
    }
    // What looks like a file is one we do not have; every other address is a page of the client.
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return Error::not_found().into_response();
    }
    match find("/index.html") {
        Some(page) => answer(page, request.headers()),
        None => {
            (StatusCode::NOT_FOUND, "The web client was not built into this program; see README.md.\n").into_response()
        }
    }
}

/// The addresses of what the client's page links to as `stylesheet`, `icon` and the like, in their order; none if it was not built into this
/// program.
pub fn linked(rel: &str) -> Vec<String> {
    let page = find("/index.html").and_then(|page| std::str::from_utf8(page.plain).ok()).unwrap_or_default();
    let rel = format!("rel=\"{rel}\"");
    let links = page.split("<link ").skip(1).filter_map(|link| Some(link.split_once('>')?.0));
    let address = |link: &str| Some(link.split_once("href=\"")?.1.split_once('"')?.0.to_owned());
    links.filter(|link| link.contains(&rel)).filter_map(address).collect()
}

fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok().and_then(|at| ASSETS.get(at))
}

fn answer(asset: &'static Asset, request: &HeaderMap) -> Response {
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts =
        |coding: &str| accepted.split(',').any(|part| part.split(';').next().is_some_and(|c| c.trim() == coding));
    let (body, coding) = match () {
        () if !asset.brotli.is_empty() && accepts("br") => (asset.brotli, Some("br")),
        () if !asset.gzip.is_empty() && accepts("gzip") => (asset.gzip, Some("gzip")),
        () => (asset.plain, None),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // A hashed name never means another content; all other files are asked for again.
    let hashed = asset.path.starts_with("/assets/");
    let cache = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}
