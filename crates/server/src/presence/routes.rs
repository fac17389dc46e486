//! `/users`.

use axum::extract::State;
use praca_api::people::{PersonSeen, Profile};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Presences;
use crate::error::{Error, Result};
use crate::http::openapi::Problems;
use crate::http::{Caller, Json, Path};

/// The slice's routes.
pub fn routes(presences: Presences) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_profile)).with_state(presences)
}

/// A person, as the caller may see them.
#[utoipa::path(get, path = "/users/{handle}", tag = "users", operation_id = "get_profile",
    params(("handle" = String, Path, description = "Their handle")),
    security(("bearer" = [])), responses((status = 200, description = "The person", body = Profile), Problems))]
async fn get_profile(
    State(presences): State<Presences>,
    Caller(actor): Caller,
    Path(handle): Path<String>,
) -> Result<Json<Profile>> {
    let handle = handle.trim_start_matches('@').to_lowercase();
    let ids = presences.accounts.ids_of(std::slice::from_ref(&handle)).await?;
    let id = *ids.get(&handle).ok_or_else(Error::not_found)?;
    let (author, role, created_at) = presences.accounts.card(id).await?;
    let seen = presences.seen(actor.id(), &[id]).await?.pop().ok_or_else(Error::not_found)?;
    let person = PersonSeen { author, presence: seen.state, last_seen_at: seen.last_seen_at };
    let blocked = presences.accounts.blocks(actor.id()).await?.mine.contains(&id);
    Ok(Json(Profile { person, role, created_at, blocked }))
}
