//! `/admin`.

use axum::extract::State;
use praca_api::accounts::User;
use praca_api::admin::UpdateUser;
use praca_api::mail::Mail;
use praca_api::{Page, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::{AccountChange, Accounts, PeopleQuery};
use crate::base::Base;
use crate::db::page::PageQuery;
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{AdminCaller, Json, Path, Query};
use crate::mail;

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
        .routes(routes!(update_user))
        .routes(routes!(list_mail))
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

/// Change somebody's role or status, with a reason. A suspended person's sockets close on every node.
#[utoipa::path(patch, path = "/admin/users/{id}", tag = "admin", operation_id = "update_user", request_body = UpdateUser,
    params(("id" = uuid::Uuid, Path, description = "The person")),
    security(("bearer" = [])), responses((status = 200, description = "The person as they are now", body = User), Problems))]
async fn update_user(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Path(id): Path<UserId>,
    Json(wish): Json<UpdateUser>,
) -> Result<Json<User>> {
    let change = AccountChange::parse(wish, admin.base.clock.now())?;
    admin.accounts.change_account(authority, id, change).await.map(Json)
}

/// Mails, the newest first. What is in them is shown only where there is no mail server to send them.
#[utoipa::path(get, path = "/admin/mail", tag = "admin", operation_id = "list_mail", params(PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of mails", body = Page<Mail>), Problems))]
async fn list_mail(
    State(admin): State<Admin>,
    AdminCaller(authority): AdminCaller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Mail>>> {
    mail::list(&admin.base, authority, &page).await.map(Json)
}
