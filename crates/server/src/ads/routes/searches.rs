//! `/me/searches`: what somebody looks for again and again.

use axum::extract::State;
use axum::http::StatusCode;
use praca_api::ads::searches::{NewSearch, SavedSearch};
use praca_api::{Page, SearchId};

use super::super::Ads;
use crate::db::page::PageQuery;
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{Caller, Json, Path, Query};

/// The searches one has saved, the last first.
#[utoipa::path(get, path = "/me/searches", tag = "ads", operation_id = "list_searches", params(PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of searches", body = Page<SavedSearch>), Problems))]
pub(super) async fn list_searches(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<SavedSearch>>> {
    ads.searches(&actor, &page).await.map(Json)
}

/// Save a search: one is told of each ad that comes on display and fits, once. The same search twice is one.
#[utoipa::path(post, path = "/me/searches", tag = "ads", operation_id = "save_search", request_body = NewSearch,
    security(("bearer" = [])), responses((status = 201, description = "The search", body = SavedSearch), Problems))]
pub(super) async fn save_search(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Json(wish): Json<NewSearch>,
) -> Result<(StatusCode, Json<SavedSearch>)> {
    Ok((StatusCode::CREATED, Json(ads.save_search(&actor, wish).await?)))
}

/// Forget a search of one's own.
#[utoipa::path(delete, path = "/me/searches/{id}", tag = "ads", operation_id = "forget_search",
    params(("id" = uuid::Uuid, Path, description = "The search")),
    security(("bearer" = [])), responses((status = 204, description = "Forgotten"), Problems))]
pub(super) async fn forget_search(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Path(id): Path<SearchId>,
) -> Result<StatusCode> {
    ads.forget_search(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
