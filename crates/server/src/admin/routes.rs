//! `/admin`.

use axum::extract::State;
use praca_api::accounts::User;
use praca_api::admin::UpdateUser;
use praca_api::{Page, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::{AccountChange, Accounts, PeopleQuery};
use crate::base::Base;
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{AdminCaller, Json, Path, Query};

/// What the routes need.
#[derive(Clone)]
struct Admin {
    base: Base,
    accounts: Accounts,
}

/// The slice's routes.
pub fn routes(base: Base, accounts: Accounts) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_users)).routes(routes!(update_user)).with_state(Admin { base, accounts })
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
