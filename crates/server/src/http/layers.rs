//! What every request passes through: request id, log and metrics, security headers, identification, flood limits.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::{Instrument, info_span};

use super::address::{client_address, source_of};
use super::gatekeeper::Gatekeeper;
use crate::auth::tokens::Claims;
use crate::base::Base;
use crate::config::Quota;
use crate::error::Error;
use crate::metrics::Metrics;
use crate::request_id::RequestId;

/// Header of the request id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Pictures one may load for each other request: a page of a room has several times as many.
const PICTURES: u32 = 10;
/// Longest a request may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What the access token of a request says, or why it is refused. Absent when none was sent.
#[derive(Clone)]
pub struct Presented(pub Result<Claims, Error>);

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// Where the addresses of the API begin; pictures and long polls take the time they take.
const API: &str = "/api/v1/";
/// Files, too.
const FILES: &str = "/api/v1/uploads/{id}/file";

/// Outermost: gives each request its id, span and metrics, and answers in the id's name.
pub async fn trace(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let sent = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let id = sent.and_then(RequestId::from_client).unwrap_or_else(RequestId::random);
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = info_span!("http", request.id = %id, http.method = %method, http.route = route);
    let started = Instant::now();
    let mut response = id.clone().scope(next.run(request)).instrument(span.clone()).await;
    let took = started.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| tracing::debug!(http.status = status, duration_ms = took.as_secs_f64() * 1_000.0, "answered"));
    if route.starts_with(API) && route != FILES {
        metrics.count_answer(took);
    }
    metrics::histogram!(
        "praca_http_request_duration_seconds",
        "route" => route, "method" => method_label(&method), "status" => status.to_string()
    )
    .record(took.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// One of a few words, whatever a client makes up: each label is kept for ever.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Holds back floods of new sockets, by address; a node that stops takes none. Requests of a socket that stands carry its
/// id.
pub async fn limit_handshakes(State(base): State<Base>, request: Request, next: Next) -> Response {
    if base.shutdown.is_cancelled() {
        // A socket that was told to come back later would find this node once more.
        return Error::unavailable("The server is stopping; connect again in a moment.").into_response();
    }
    let stands = request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("sid=")));
    let quota = base.config.limits.requests.filter(|_| !stands);
    limit_address(&base, "sockets", quota, request, next).await
}

/// Holds back floods of pictures, by address.
pub async fn limit_pictures(State(base): State<Base>, request: Request, next: Next) -> Response {
    let many = |quota: Quota| Quota { count: quota.count.saturating_mul(PICTURES), ..quota };
    limit_address(&base, "pictures", base.config.limits.requests.map(many), request, next).await
}

async fn limit_address(base: &Base, what: &str, quota: Option<Quota>, request: Request, next: Next) -> Response {
    let Some(quota) = quota else { return next.run(request).await };
    let (parts, body) = request.into_parts();
    let address = client_address(&parts, &base.config.trusted_proxies);
    if let Some(wait) = base.limits.take(&format!("{what}:{}", source_of(address)), quota).await {
        return too_fast(wait);
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Ends a request that takes too long. Its transaction is given up as a whole, or, once it is being committed, goes on.
pub async fn limit_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::unavailable("This took too long; try again in a moment.").into_response(),
    }
}

/// A panic in a handler: caught, logged, answered.
pub fn answer_panic(panic: Box<dyn std::any::Any + Send>) -> Response {
    let message = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Error::internal(format!("a handler panicked: {message}")).into_response()
}

/// What browsers are told of every answer.
pub struct Security {
    policy: HeaderValue,
    https: bool,
}

impl Security {
    /// As configured: pages may send files to the object store, and reach nothing else but us.
    pub fn new(base: &Base) -> Self {
        let policy = match base.blobs.origin() {
            Some(store) => {
                CONTENT_SECURITY_POLICY.replace("connect-src 'self'", &format!("connect-src 'self' {store}"))
            }
            None => CONTENT_SECURITY_POLICY.to_owned(),
        };
        let policy = HeaderValue::try_from(policy);
        Self {
            policy: policy.unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
            https: base.config.public_url.starts_with("https://"),
        }
    }
}

/// Headers every answer carries.
pub async fn secure(State(security): State<Arc<Security>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| security.policy.clone());
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if security.https {
        let value = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

/// No inline script or style, nothing from elsewhere; `wasm-unsafe-eval` lets the client's WebAssembly start.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/// Finds out who asks and from where, and holds floods back: by person with a good token, otherwise by address.
pub async fn identify(State((base, gatekeeper)): State<(Base, Gatekeeper)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let address = client_address(&parts, &base.config.trusted_proxies);
    let bearer = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        bearer.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let token = token.map(|(_, token)| token.trim().to_owned());
    let mut key = format!("requests:{}", source_of(address));
    if let Some(token) = token {
        let claims = gatekeeper.verify(&token).await;
        if let Ok(claims) = &claims {
            key = format!("requests:{}", claims.sub);
        }
        parts.extensions.insert(Presented(claims));
    }
    if let Some(quota) = base.config.limits.requests
        && let Some(wait) = base.limits.take(&key, quota).await
    {
        return too_fast(wait);
    }
    parts.extensions.insert(ClientAddress(address));
    parts.extensions.insert(gatekeeper);
    next.run(Request::from_parts(parts, body)).await
}

/// Holds back floods of log-ins, registrations and refreshes, by address.
pub async fn limit_auth(State(base): State<Base>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ClientAddress>().map(|ClientAddress(address)| *address);
    if let (Some(quota), Some(address)) = (base.config.limits.auth_requests, address)
        && let Some(wait) = base.limits.take(&format!("auth:{}", source_of(address)), quota).await
    {
        return too_fast(wait);
    }
    next.run(request).await
}

fn too_fast(wait: Duration) -> Response {
    Error::rate_limited(wait).into_response()
}

/// Lets pages of the configured origins call us, and read what tells them to wait.
pub fn cors(origins: &[String]) -> CorsLayer {
    let origins: Arc<[HeaderValue]> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| origins.contains(origin)))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            REQUEST_ID,
            header::IF_NONE_MATCH,
            HeaderName::from_static("x-praca-csrf"),
        ])
        .allow_credentials(true)
        .expose_headers([REQUEST_ID, header::RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}

/// The address exists, the method does not.
pub async fn method_not_allowed() -> Error {
    Error::problem(praca_api::ProblemCode::RequestMethodNotAllowed, "This address does not take that method.")
}
