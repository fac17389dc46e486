//! What one logs in with: proving, changing and recovering it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use praca_api::accounts::{ChangeEmail, ChangePassword, ForgotPassword, Reauthenticate, ResetPassword, VerifyEmail};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Accounts;
use super::super::devices::Device;
use crate::error::Result;
use crate::http::layers::limit_auth;
use crate::http::openapi::Problems;
use crate::http::{Caller, Json};

/// The routes; guessing is slowed.
pub fn routes(accounts: &Accounts) -> OpenApiRouter<Accounts> {
    OpenApiRouter::new()
        .routes(routes!(verify_email))
        .routes(routes!(resend_verification))
        .routes(routes!(forgot_password))
        .routes(routes!(reset_password))
        .routes(routes!(reauthenticate))
        .routes(routes!(change_password))
        .routes(routes!(change_email))
        .layer(from_fn_with_state(accounts.0.base.clone(), limit_auth))
}

/// Prove an address by the link of a mail: the account's own, or a new one, which then takes its place.
#[utoipa::path(post, path = "/auth/email/verify", tag = "auth", operation_id = "verify_email", request_body = VerifyEmail,
    responses((status = 204, description = "The address is proved"), Problems))]
async fn verify_email(State(accounts): State<Accounts>, Json(wish): Json<VerifyEmail>) -> Result<StatusCode> {
    accounts.verify_email(&wish.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send the mail that proves the caller's address once more; nothing if it is proved.
#[utoipa::path(post, path = "/auth/email/resend", tag = "auth", operation_id = "resend_verification",
    security(("bearer" = [])), responses((status = 202, description = "The mail is on its way, or not needed"), Problems))]
async fn resend_verification(State(accounts): State<Accounts>, Caller(actor): Caller) -> Result<StatusCode> {
    accounts.resend_verification(&actor).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Ask for a mail to choose a new password. The answer is the same for addresses nobody has.
#[utoipa::path(post, path = "/auth/password/forgot", tag = "auth", operation_id = "forgot_password", request_body = ForgotPassword,
    responses((status = 202, description = "If somebody has this address, a mail is on its way"), Problems))]
async fn forgot_password(
    State(accounts): State<Accounts>,
    device: Device,
    Json(wish): Json<ForgotPassword>,
) -> Result<StatusCode> {
    accounts.forgot_password(&wish.email, device).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Choose a new password by the link of a mail; every session ends.
#[utoipa::path(post, path = "/auth/password/reset", tag = "auth", operation_id = "reset_password", request_body = ResetPassword,
    responses((status = 204, description = "The password is changed"), Problems))]
async fn reset_password(
    State(accounts): State<Accounts>,
    device: Device,
    Json(wish): Json<ResetPassword>,
) -> Result<StatusCode> {
    accounts.reset_password(wish, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Prove once more who one is, before changing what matters most: good for five minutes.
#[utoipa::path(post, path = "/auth/reauthenticate", tag = "auth", operation_id = "reauthenticate", request_body = Reauthenticate,
    security(("bearer" = [])), responses((status = 204, description = "Proved"), Problems))]
async fn reauthenticate(
    State(accounts): State<Accounts>,
    Caller(actor): Caller,
    device: Device,
    Json(wish): Json<Reauthenticate>,
) -> Result<StatusCode> {
    accounts.reauthenticate(&actor, wish.password, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change the caller's password; their other sessions end.
#[utoipa::path(post, path = "/me/password", tag = "me", operation_id = "change_password", request_body = ChangePassword,
    security(("bearer" = [])), responses((status = 204, description = "The password is changed"), Problems))]
async fn change_password(
    State(accounts): State<Accounts>,
    Caller(actor): Caller,
    device: Device,
    Json(wish): Json<ChangePassword>,
) -> Result<StatusCode> {
    accounts.change_password(&actor, wish, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begin to change the caller's address: a mail to the new one proves it.
#[utoipa::path(post, path = "/me/email", tag = "me", operation_id = "change_email", request_body = ChangeEmail,
    security(("bearer" = [])), responses((status = 202, description = "A mail is on its way to the new address"), Problems))]
async fn change_email(
    State(accounts): State<Accounts>,
    Caller(actor): Caller,
    Json(wish): Json<ChangeEmail>,
) -> Result<StatusCode> {
    accounts.change_email(&actor, &wish.email).await?;
    Ok(StatusCode::ACCEPTED)
}
