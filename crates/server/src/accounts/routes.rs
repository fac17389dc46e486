//! `/auth` and `/me`.

mod credentials;
mod factors;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use praca_api::accounts::{
    AcceptTexts, Login, Refresh, Register, RegistrationRules, Session, SessionInfo, Transport, UpdateMe, User,
};
use praca_api::people::{Preferences, UpdatePreferences};
use praca_api::{Page, SessionId, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::devices::Device;
use super::login::{Begun, Proof, Proved};
use super::{Accounts, cookie};
use crate::auth::refresh::RefreshToken;
use crate::auth::tokens;
use crate::error::Result;
use crate::http::address::source_of;
use crate::http::layers::{ClientAddress, limit_auth};
use crate::http::openapi::Problems;
use crate::http::{AnyCaller, Caller, Json, Path};

/// Longest name of a program that is kept.
const USER_AGENT_CHARS: usize = 256;

/// The slice's routes.
pub fn routes(accounts: Accounts) -> OpenApiRouter {
    let limited = OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(log_in))
        .routes(routes!(refresh))
        .layer(from_fn_with_state(accounts.0.base.clone(), limit_auth));
    OpenApiRouter::new()
        .merge(limited)
        .merge(credentials::routes(&accounts))
        .merge(factors::routes(&accounts))
        .routes(routes!(get_registration_rules))
        .routes(routes!(log_out))
        .routes(routes!(log_out_everywhere))
        .routes(routes!(list_sessions, end_other_sessions))
        .routes(routes!(end_session))
        .routes(routes!(get_me, update_me))
        .routes(routes!(accept_texts))
        .routes(routes!(get_preferences, update_preferences))
        .with_state(accounts)
}

/// Who may register, and what is asked of them.
#[utoipa::path(get, path = "/auth/registration", tag = "auth", operation_id = "get_registration_rules",
    responses((status = 200, description = "The rules", body = RegistrationRules), Problems))]
async fn get_registration_rules(State(accounts): State<Accounts>) -> Json<RegistrationRules> {
    Json(accounts.registration_rules())
}

/// Open an account and log in; where people prove their address first, a mail is on its way, for known addresses too.
#[utoipa::path(post, path = "/auth/register", tag = "auth", operation_id = "register", request_body = Register,
    responses(
        (status = 201, description = "Registered and logged in", body = Session),
        (status = 202, description = "A mail tells how to go on"),
        Problems,
    ))]
async fn register(State(accounts): State<Accounts>, device: Device, Json(wish): Json<Register>) -> Result<Response> {
    let transport = wish.transport.unwrap_or(Transport::Body);
    let Some(user) = accounts.register(wish).await? else {
        return Ok(StatusCode::ACCEPTED.into_response());
    };
    let proved = Proved { user, by: Proof::Registration };
    let begun = accounts.start_session(proved, transport, device).await?;
    enter(&accounts, StatusCode::CREATED, user, transport, &begun).await
}

/// Log in by e-mail address or handle, a password, and a code where the account asks for a second factor.
#[utoipa::path(post, path = "/auth/login", tag = "auth", operation_id = "log_in", request_body = Login,
    responses((status = 200, description = "Logged in", body = Session), Problems))]
async fn log_in(State(accounts): State<Accounts>, device: Device, Json(login): Json<Login>) -> Result<Response> {
    let transport = login.transport.unwrap_or(Transport::Body);
    let proved = accounts.authenticate(login, &device).await?;
    let user = proved.user;
    let begun = accounts.start_session(proved, transport, device).await?;
    enter(&accounts, StatusCode::OK, user, transport, &begun).await
}

/// Get a new access token. The refresh token changes with each use.
#[utoipa::path(post, path = "/auth/refresh", tag = "auth", operation_id = "refresh", request_body = Option<Refresh>,
    responses((status = 200, description = "Refreshed", body = Session), Problems))]
async fn refresh(
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    device: Device,
    body: Option<Json<Refresh>>,
) -> Result<Response> {
    let token = presented_refresh(&accounts, &headers, body)?.ok_or_else(tokens::invalid)?;
    let refreshed = accounts.refresh(&token, device).await?;
    let in_body = refreshed.transport == Transport::Body;
    let session = accounts.session_answer(refreshed.user, &refreshed.token, in_body).await?;
    answer(&accounts, StatusCode::OK, refreshed.transport, &refreshed.token, session)
}

/// End the session, by its access or refresh token.
#[utoipa::path(post, path = "/auth/logout", tag = "auth", operation_id = "log_out", request_body = Option<Refresh>,
    security((), ("bearer" = [])), responses((status = 204, description = "Logged out"), Problems))]
async fn log_out(
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    caller: Result<AnyCaller>,
    body: Option<Json<Refresh>>,
) -> Result<Response> {
    let presented = presented_refresh(&accounts, &headers, body)?;
    let mut sessions = Vec::new();
    if let Some(token) = &presented {
        sessions.extend(accounts.session_of(token).await?);
    }
    match caller {
        Ok(AnyCaller(actor)) => sessions.push((actor.id(), actor.session)),
        Err(error) if presented.is_none() => return Err(error),
        Err(_) => {}
    }
    for (user, session) in sessions {
        match accounts.end_sessions(user, Some(session)).await {
            Err(error) if !error.is(praca_api::ProblemCode::ResourceNotFound) => return Err(error),
            // A session that has ended already is logged out.
            _ => {}
        }
    }
    let cookie = cookie::clear(&accounts.0.base.config)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// End all of the caller's sessions.
#[utoipa::path(post, path = "/auth/logout-all", tag = "auth", operation_id = "log_out_everywhere",
    security(("bearer" = [])), responses((status = 204, description = "Logged out everywhere"), Problems))]
async fn log_out_everywhere(State(accounts): State<Accounts>, AnyCaller(actor): AnyCaller) -> Result<Response> {
    accounts.end_sessions(actor.id(), None).await?;
    let cookie = cookie::clear(&accounts.0.base.config)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Where the caller is logged in.
#[utoipa::path(get, path = "/auth/sessions", tag = "auth", operation_id = "list_sessions",
    security(("bearer" = [])), responses((status = 200, description = "Sessions, last used first", body = Page<SessionInfo>), Problems))]
async fn list_sessions(State(accounts): State<Accounts>, Caller(actor): Caller) -> Result<Json<Page<SessionInfo>>> {
    accounts.list_sessions(&actor).await.map(Json)
}

/// End the caller's sessions, but for the one that asks.
#[utoipa::path(delete, path = "/auth/sessions", tag = "auth", operation_id = "end_other_sessions",
    security(("bearer" = [])), responses((status = 204, description = "Ended"), Problems))]
async fn end_other_sessions(State(accounts): State<Accounts>, Caller(actor): Caller) -> Result<StatusCode> {
    accounts.end_other_sessions(&actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End one of the caller's sessions.
#[utoipa::path(delete, path = "/auth/sessions/{id}", tag = "auth", operation_id = "end_session",
    params(("id" = uuid::Uuid, Path, description = "The session")),
    security(("bearer" = [])), responses((status = 204, description = "Ended"), Problems))]
async fn end_session(
    State(accounts): State<Accounts>,
    Caller(actor): Caller,
    Path(id): Path<SessionId>,
) -> Result<StatusCode> {
    accounts.end_sessions(actor.id(), Some(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's account.
#[utoipa::path(get, path = "/me", tag = "me", operation_id = "get_me",
    security(("bearer" = [])), responses((status = 200, description = "The account", body = User), Problems))]
async fn get_me(State(accounts): State<Accounts>, AnyCaller(actor): AnyCaller) -> Result<Json<User>> {
    accounts.me(&actor).await.map(Json)
}

/// Change name or language.
#[utoipa::path(patch, path = "/me", tag = "me", operation_id = "update_me", request_body = UpdateMe,
    security(("bearer" = [])), responses((status = 200, description = "The account as it is now", body = User), Problems))]
async fn update_me(
    State(accounts): State<Accounts>,
    Caller(actor): Caller,
    Json(change): Json<UpdateMe>,
) -> Result<Json<User>> {
    accounts.update_me(&actor, change).await.map(Json)
}

/// Accept the house rules and the legal notice as they are: `mustAcceptTexts` names the version to read.
#[utoipa::path(put, path = "/me/texts", tag = "me", operation_id = "accept_texts", request_body = AcceptTexts,
    security(("bearer" = [])), responses((status = 204, description = "Accepted"), Problems))]
async fn accept_texts(
    State(accounts): State<Accounts>,
    Caller(actor): Caller,
    Json(wish): Json<AcceptTexts>,
) -> Result<StatusCode> {
    accounts.accept_texts(&actor, wish.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the caller shares of themselves.
#[utoipa::path(get, path = "/me/preferences", tag = "me", operation_id = "get_preferences",
    security(("bearer" = [])), responses((status = 200, description = "The preferences", body = Preferences), Problems))]
async fn get_preferences(State(accounts): State<Accounts>, Caller(actor): Caller) -> Result<Json<Preferences>> {
    accounts.preferences_of(actor.id()).await.map(Json)
}

/// Change what one shares: who does not share receipts, or presence, sees none of others'.
#[utoipa::path(patch, path = "/me/preferences", tag = "me", operation_id = "update_preferences", request_body = UpdatePreferences,
    security(("bearer" = [])), responses((status = 200, description = "The preferences as they are now", body = Preferences), Problems))]
async fn update_preferences(
    State(accounts): State<Accounts>,
    Caller(actor): Caller,
    Json(change): Json<UpdatePreferences>,
) -> Result<Json<Preferences>> {
    accounts.update_preferences(&actor, change).await.map(Json)
}

/// The refresh token of the body or, guarded against other sites, of the cookie.
fn presented_refresh(accounts: &Accounts, headers: &HeaderMap, body: Option<Json<Refresh>>) -> Result<Option<String>> {
    match body.and_then(|Json(body)| body.refresh_token) {
        Some(token) => Ok(Some(token)),
        None => cookie::read(&accounts.0.base.config, headers),
    }
}

/// The answer to a log-in, which the device is told again by.
async fn enter(
    accounts: &Accounts,
    status: StatusCode,
    user: UserId,
    transport: Transport,
    begun: &Begun,
) -> Result<Response> {
    let session = accounts.session_answer(user, &begun.token, transport == Transport::Body).await?;
    let mut response = answer(accounts, status, transport, &begun.token, session)?;
    let cookie = cookie::mark_device(&accounts.0.base.config, begun.device)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

fn answer(
    accounts: &Accounts,
    status: StatusCode,
    transport: Transport,
    token: &RefreshToken,
    session: Session,
) -> Result<Response> {
    let mut response = (status, Json(session)).into_response();
    if transport == Transport::Cookie {
        let cookie = cookie::store(&accounts.0.base.config, &accounts.encode_refresh(token))?;
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Device {
    type Rejection = crate::error::Error;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let user_agent = praca_api::text::clean_line(agent).chars().take(USER_AGENT_CHARS).collect();
        let address = parts.extensions.get::<ClientAddress>().map(|ClientAddress(address)| *address);
        Ok(Self {
            user_agent,
            address: address.map(|address| address.to_string()).unwrap_or_default(),
            source: address.map(source_of).unwrap_or_default(),
            token: cookie::device(&parts.headers),
        })
    }
}
