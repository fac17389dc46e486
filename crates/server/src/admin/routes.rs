//! `/admin`.

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use praca_api::accounts::{Invite, NewInvite, SessionInfo, User};
use praca_api::admin::{AuditEntry, Measures, UpdateUser};
use praca_api::mail::Mail;
use praca_api::{InviteId, Page, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit::{self, AuditQuery};
use super::{authority_for, recent_authority};
use crate::accounts::{AccountChange, Accounts, PeopleQuery};
use crate::auth::Authority;
use crate::base::Base;
use crate::db::page::PageQuery;
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{AdminCaller, Caller, Json, Path, Query};
use crate::mail;
use crate::measures::{self, MeasuresQuery};

/// What the routes need.
#[derive(Clone)]
struct Admin {
    base: Base,
    accounts: Accounts,
}

/// The slice's routes.
pub fn routes(base: Base, accounts: Accounts) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_users))
        .routes(routes!(get_user, update_user))
        .routes(routes!(list_sessions_of, end_sessions_of))
        .routes(routes!(remove_factors_of))
        .routes(routes!(list_invites, create_invite))
        .routes(routes!(end_invite))
        .routes(routes!(list_mail))
        .routes(routes!(list_measures))
        .routes(routes!(list_audit))
        .routes(routes!(export_audit))
        .with_state(Admin { base, accounts })
}

/// People, newest accounts first.
#[utoipa::path(get, path = "/admin/users", tag = "admin", operation_id = "list_users", params(PeopleQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of people", body = Page<User>), Problems))]
async fn list_users(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<Page<User>>> {
    admin.accounts.list_people(authority, &query).await.map(Json)
}

/// Somebody, as administrators see them.
#[utoipa::path(get, path = "/admin/users/{id}", tag = "admin", operation_id = "get_user",
    params(("id" = uuid::Uuid, Path, description = "The person")),
    security(("bearer" = [])), responses((status = 200, description = "The person", body = User), Problems))]
async fn get_user(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Path(id): Path<UserId>,
) -> Result<Json<User>> {
    admin.accounts.get_person(authority, id).await.map(Json)
}

/// Change somebody's role or status, with a reason; a role asks for a recent proof of who one is. A suspended person's sockets close on every node.
#[utoipa::path(patch, path = "/admin/users/{id}", tag = "admin", operation_id = "update_user", request_body = UpdateUser,
    params(("id" = uuid::Uuid, Path, description = "The person")),
    security(("bearer" = [])), responses((status = 200, description = "The person as they are now", body = User), Problems))]
async fn update_user(
    State(admin): State<Admin>,
    Caller(actor): Caller,
    Path(id): Path<UserId>,
    Json(wish): Json<UpdateUser>,
) -> Result<Json<User>> {
    let authority = authority_for(&wish, &actor, admin.base.clock.now())?;
    let change = AccountChange::parse(wish, admin.base.clock.now())?;
    admin.accounts.change_account(authority, id, change).await.map(Json)
}

/// Mails, the newest first. What is in them is shown only where there is no mail server to send them, to who has proved lately
/// who they are.
#[utoipa::path(get, path = "/admin/mail", tag = "admin", operation_id = "list_mail", params(PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of mails", body = Page<Mail>), Problems))]
async fn list_mail(
    State(admin): State<Admin>,
    Caller(actor): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Mail>>> {
    let authority = match admin.base.mailer {
        Some(_) => Authority::of(&actor)?,
        // Links that open the accounts of others.
        None => recent_authority(&actor, admin.base.clock.now())?,
    };
    mail::list(&admin.base, authority, &page).await.map(Json)
}

/// How the square did in the last hours: people, messages, answers and jobs, all nodes joined.
#[utoipa::path(get, path = "/admin/measures", tag = "admin", operation_id = "list_measures", params(MeasuresQuery),
    security(("bearer" = [])), responses((status = 200, description = "The measures", body = Measures), Problems))]
async fn list_measures(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Query(query): Query<MeasuresQuery>,
) -> Result<Json<Measures>> {
    measures::list(&admin.base, authority, query).await.map(Json)
}

/// What was done, the newest first.
#[utoipa::path(get, path = "/admin/audit", tag = "admin", operation_id = "list_audit", params(AuditQuery, PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of entries", body = Page<AuditEntry>), Problems))]
async fn list_audit(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Query(query): Query<AuditQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<AuditEntry>>> {
    audit::list(&admin.base, &admin.accounts, authority, &query, &page).await.map(Json)
}

/// The same as a file of comma-separated values: all that fit, however many.
#[utoipa::path(get, path = "/admin/audit.csv", tag = "admin", operation_id = "export_audit", params(AuditQuery),
    security(("bearer" = [])), responses((status = 200, description = "The entries", body = String, content_type = "text/csv"), Problems))]
async fn export_audit(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Query(query): Query<AuditQuery>,
) -> Result<Response> {
    let file = audit::export(admin.base, admin.accounts, authority, query).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"praca-audit.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(file)).into_response())
}

/// Invites that are still good, the newest first.
#[utoipa::path(get, path = "/admin/invites", tag = "admin", operation_id = "list_invites", params(PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of invites", body = Page<Invite>), Problems))]
async fn list_invites(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Invite>>> {
    admin.accounts.list_invites(authority, &page).await.map(Json)
}

/// Make an invite.
#[utoipa::path(post, path = "/admin/invites", tag = "admin", operation_id = "create_invite", request_body = NewInvite,
    security(("bearer" = [])), responses((status = 201, description = "The invite", body = Invite), Problems))]
async fn create_invite(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Json(wish): Json<NewInvite>,
) -> Result<(StatusCode, Json<Invite>)> {
    let invite = admin.accounts.create_invite(authority, wish).await?;
    Ok((StatusCode::CREATED, Json(invite)))
}

/// End an invite.
#[utoipa::path(delete, path = "/admin/invites/{id}", tag = "admin", operation_id = "end_invite",
    params(("id" = uuid::Uuid, Path, description = "The invite")),
    security(("bearer" = [])), responses((status = 204, description = "Ended"), Problems))]
async fn end_invite(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Path(id): Path<InviteId>,
) -> Result<StatusCode> {
    admin.accounts.end_invite(authority, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where somebody is logged in.
#[utoipa::path(get, path = "/admin/users/{id}/sessions", tag = "admin", operation_id = "list_sessions_of",
    params(("id" = uuid::Uuid, Path, description = "The person")),
    security(("bearer" = [])), responses((status = 200, description = "Sessions, last used first", body = Page<SessionInfo>), Problems))]
async fn list_sessions_of(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Path(id): Path<UserId>,
) -> Result<Json<Page<SessionInfo>>> {
    admin.accounts.list_sessions_of(authority, id).await.map(Json)
}

/// End all sessions of somebody; their sockets close on every node.
#[utoipa::path(delete, path = "/admin/users/{id}/sessions", tag = "admin", operation_id = "end_sessions_of",
    params(("id" = uuid::Uuid, Path, description = "The person")),
    security(("bearer" = [])), responses((status = 204, description = "Ended"), Problems))]
async fn end_sessions_of(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Path(id): Path<UserId>,
) -> Result<StatusCode> {
    admin.accounts.end_sessions_of(authority, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove every second factor of somebody who lost them; the administrator has proved lately who they are. The person gets a mail.
#[utoipa::path(delete, path = "/admin/users/{id}/factors", tag = "admin", operation_id = "remove_factors_of",
    params(("id" = uuid::Uuid, Path, description = "The person")),
    security(("bearer" = [])), responses((status = 204, description = "Removed"), Problems))]
async fn remove_factors_of(
    State(admin): State<Admin>,
    Caller(actor): Caller,
    Path(id): Path<UserId>,
) -> Result<StatusCode> {
    let authority = recent_authority(&actor, admin.base.clock.now())?;
    admin.accounts.remove_factors_of(authority, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
