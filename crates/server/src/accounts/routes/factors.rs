//! Second factors, and logging in by a passkey.

use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use praca_api::PasskeyId;
use praca_api::accounts::{Session, Transport};
use praca_api::factors::{
    ConfirmTotp, Factors, NewPasskey, NewTotp, PasskeyAdded, PasskeyCeremony, PasskeyLogin, PasskeyProof, RecoveryCodes,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Accounts;
use super::super::devices::Device;
use super::enter;
use crate::error::Result;
use crate::http::layers::limit_auth;
use crate::http::openapi::Problems;
use crate::http::{Caller, Json, Path};

/// The routes; guessing is slowed.
pub fn routes(accounts: &Accounts) -> OpenApiRouter<Accounts> {
    let limited = OpenApiRouter::new()
        .routes(routes!(ask_for_passkey))
        .routes(routes!(log_in_by_passkey))
        .routes(routes!(reauthenticate_by_passkey))
        .routes(routes!(confirm_totp))
        .routes(routes!(begin_passkey))
        .routes(routes!(add_passkey))
        .layer(from_fn_with_state(accounts.0.base.clone(), limit_auth));
    OpenApiRouter::new()
        .merge(limited)
        .routes(routes!(list_factors))
        .routes(routes!(begin_totp, remove_totp))
        .routes(routes!(renew_recovery_codes))
        .routes(routes!(remove_passkey))
}

/// What a browser is to prove, so that somebody may log in by a passkey.
#[utoipa::path(post, path = "/auth/passkey/options", tag = "auth", operation_id = "ask_for_passkey",
    responses((status = 200, description = "What is asked", body = PasskeyCeremony), Problems))]
async fn ask_for_passkey(State(accounts): State<Accounts>) -> Result<Json<PasskeyCeremony>> {
    accounts.ask_for_passkey().await.map(Json)
}

/// Log in by a passkey alone, which is two factors in one.
#[utoipa::path(post, path = "/auth/passkey", tag = "auth", operation_id = "log_in_by_passkey", request_body = PasskeyLogin,
    responses((status = 200, description = "Logged in", body = Session), Problems))]
async fn log_in_by_passkey(
    State(accounts): State<Accounts>,
    device: Device,
    Json(login): Json<PasskeyLogin>,
) -> Result<Response> {
    let transport = login.transport.unwrap_or(Transport::Body);
    let proved = accounts.owner_of_passkey(login.proof).await?;
    let user = proved.user;
    let begun = accounts.start_session(proved, transport, device).await?;
    enter(&accounts, StatusCode::OK, user, transport, &begun).await
}

/// Prove by a passkey once more who one is, before changing what matters most: good for five minutes.
#[utoipa::path(post, path = "/auth/reauthenticate/passkey", tag = "auth", operation_id = "reauthenticate_by_passkey",
    request_body = PasskeyProof, security(("bearer" = [])), responses((status = 204, description = "Proved"), Problems))]
async fn reauthenticate_by_passkey(
    State(accounts): State<Accounts>,
    Caller(actor): Caller,
    Json(proof): Json<PasskeyProof>,
) -> Result<StatusCode> {
    accounts.reauthenticate_by_passkey(&actor, proof).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the caller proves themselves by, besides a password.
#[utoipa::path(get, path = "/me/factors", tag = "me", operation_id = "list_factors",
    security(("bearer" = [])), responses((status = 200, description = "The factors", body = Factors), Problems))]
async fn list_factors(State(accounts): State<Accounts>, Caller(actor): Caller) -> Result<Json<Factors>> {
    accounts.list_factors(&actor).await.map(Json)
}

/// Begin to take codes of an app, or of another app, after a recent proof of who one is; they count once one was given.
#[utoipa::path(post, path = "/me/factors/totp", tag = "me", operation_id = "begin_totp",
    security(("bearer" = [])), responses((status = 200, description = "What the app takes in", body = NewTotp), Problems))]
async fn begin_totp(State(accounts): State<Accounts>, Caller(actor): Caller) -> Result<Json<NewTotp>> {
    accounts.begin_totp(&actor).await.map(Json)
}

/// Take the codes of the app from now on, by one of them.
#[utoipa::path(post, path = "/me/factors/totp/confirm", tag = "me", operation_id = "confirm_totp", request_body = ConfirmTotp,
    security(("bearer" = [])), responses((status = 200, description = "Recovery codes, if it is the first factor", body = RecoveryCodes), Problems))]
async fn confirm_totp(
    State(accounts): State<Accounts>,
    Caller(actor): Caller,
    Json(wish): Json<ConfirmTotp>,
) -> Result<Json<RecoveryCodes>> {
    accounts.confirm_totp(&actor, &wish.code).await.map(Json)
}

/// Take no codes of an app any more, after a recent proof of who one is.
#[utoipa::path(delete, path = "/me/factors/totp", tag = "me", operation_id = "remove_totp",
    security(("bearer" = [])), responses((status = 204, description = "Removed"), Problems))]
async fn remove_totp(State(accounts): State<Accounts>, Caller(actor): Caller) -> Result<StatusCode> {
    accounts.remove_totp(&actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get other recovery codes, after a recent proof of who one is; those before are good no more.
#[utoipa::path(post, path = "/me/factors/recovery-codes", tag = "me", operation_id = "renew_recovery_codes",
    security(("bearer" = [])), responses((status = 200, description = "The codes, shown once", body = RecoveryCodes), Problems))]
async fn renew_recovery_codes(State(accounts): State<Accounts>, Caller(actor): Caller) -> Result<Json<RecoveryCodes>> {
    accounts.renew_recovery_codes(&actor).await.map(Json)
}

/// What the caller's browser is to make, after a recent proof of who one is.
#[utoipa::path(post, path = "/me/passkeys/options", tag = "me", operation_id = "begin_passkey",
    security(("bearer" = [])), responses((status = 200, description = "What is asked", body = PasskeyCeremony), Problems))]
async fn begin_passkey(State(accounts): State<Accounts>, Caller(actor): Caller) -> Result<Json<PasskeyCeremony>> {
    accounts.begin_passkey(&actor).await.map(Json)
}

/// Take the passkey that the browser made.
#[utoipa::path(post, path = "/me/passkeys", tag = "me", operation_id = "add_passkey", request_body = NewPasskey,
    security(("bearer" = [])), responses((status = 201, description = "The passkey", body = PasskeyAdded), Problems))]
async fn add_passkey(
    State(accounts): State<Accounts>,
    Caller(actor): Caller,
    device: Device,
    Json(wish): Json<NewPasskey>,
) -> Result<(StatusCode, Json<PasskeyAdded>)> {
    let added = accounts.add_passkey(&actor, wish, &device).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// Take a passkey no more, after a recent proof of who one is.
#[utoipa::path(delete, path = "/me/passkeys/{id}", tag = "me", operation_id = "remove_passkey",
    params(("id" = uuid::Uuid, Path, description = "The passkey")),
    security(("bearer" = [])), responses((status = 204, description = "Removed"), Problems))]
async fn remove_passkey(
    State(accounts): State<Accounts>,
    Caller(actor): Caller,
    Path(id): Path<PasskeyId>,
) -> Result<StatusCode> {
    accounts.remove_passkey(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
