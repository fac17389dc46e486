//! For operators: is it alive, is it ready, how is it doing, which keys sign.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Json;
use super::openapi::Problems;
use crate::base::Base;
use crate::db::migrations;
use crate::error::{Error, Result};

/// Whether this node is of use.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// `ready`, `degraded` (works, with something missing) or `unavailable`.
    pub status: &'static str,
    /// What is missing.
    pub problems: Vec<&'static str>,
}

/// The routes.
pub fn routes(base: Base) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(healthz))
        .routes(routes!(readyz))
        .routes(routes!(jwks))
        .routes(routes!(metrics))
        .with_state(base)
}

/// `/metrics` on a listener of its own.
pub fn metrics_listener(base: Base) -> Router {
    Router::new().route("/metrics", get(async |State(base): State<Base>| render(&base))).with_state(base)
}

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, description = "Alive", body = str)))]
async fn healthz() -> &'static str {
    "ok\n"
}

/// The node is of use: 503 names what makes it useless; what is merely missing is reported as degraded with 200.
#[utoipa::path(get, path = "/readyz", tag = "operations", responses(
    (status = 200, description = "Ready, or degraded", body = Readiness),
    (status = 503, description = "Useless for now", body = Readiness),
))]
async fn readyz(State(base): State<Base>) -> Response {
    let mut fatal = Vec::new();
    if base.shutdown.is_cancelled() {
        fatal.push("shutting_down");
    }
    match migrations::pending(&base.db).await {
        Ok(pending) if pending.is_empty() => {}
        Ok(_) => fatal.push("migrations_pending"),
        Err(_) => fatal.push("database"),
    }
    if !fatal.is_empty() {
        let body = Readiness { status: "unavailable", problems: fatal };
        return (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response();
    }
    let mut problems = if base.bus.health().is_up() { vec![] } else { vec!["coordinator"] };
    problems.extend(base.outages.now());
    let status = if problems.is_empty() { "ready" } else { "degraded" };
    Json(Readiness { status, problems }).into_response()
}

/// Public keys of the access tokens (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "operations",
    responses((status = 200, description = "JSON Web Key Set", content_type = "application/jwk-set+json", body = serde_json::Value)))]
async fn jwks(State(base): State<Base>) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "application/jwk-set+json"), (header::CACHE_CONTROL, "public, max-age=60")];
    (headers, serde_json::to_string(&base.keys.jwks()).unwrap_or_default())
}

/// Counters and histograms for Prometheus: for bearers of the token, and for everyone only on loopback.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "Prometheus text format", body = str), Problems))]
async fn metrics(State(base): State<Base>, headers: HeaderMap) -> Result<Response> {
    if base.config.metrics_listen.is_some() {
        return Err(Error::not_found());
    }
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.strip_prefix("Bearer "));
    let token = base.config.metrics_token.as_ref();
    let bears_token = sent.zip(token).is_some_and(|(sent, token)| same(sent, token.reveal()));
    if !bears_token && !base.config.is_private() {
        return Err(Error::not_found());
    }
    Ok(render(&base))
}

fn render(base: &Base) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], base.metrics.render()).into_response()
}

/// Compares without telling by the time taken where two secrets differ.
fn same(a: &str, b: &str) -> bool {
    use sha2::Digest as _;
    sha2::Sha256::digest(a) == sha2::Sha256::digest(b)
}
