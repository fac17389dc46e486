//! `/ads`, `/categories`, and the places ads are in.

mod categories;
mod review;
mod searches;

use axum::extract::State;
use axum::http::StatusCode;
use praca_api::ads::facets::AdFacets;
use praca_api::ads::{Ad, AdPatch, AdReason, AdStep, NewAd};
use praca_api::{AdId, Page};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Ads;
use super::find::AdsQuery;
use super::moves::{Verb, Why};
use crate::db::page::PageQuery;
use crate::error::{Error, Result};
use crate::http::openapi::Problems;
use crate::http::{Caller, Json, Path, Query};
use crate::localities;

/// The slice's routes.
pub fn routes(ads: Ads) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_ads, create_ad))
        .routes(routes!(count_ads))
        .routes(routes!(get_ad, update_ad, delete_ad))
        .routes(routes!(get_ad_history))
        .routes(routes!(list_similar_ads))
        .routes(routes!(approve_ad))
        .routes(routes!(reject_ad))
        .routes(routes!(suspend_ad))
        .routes(routes!(reinstate_ad))
        .routes(routes!(pause_ad))
        .routes(routes!(publish_ad))
        .routes(routes!(renew_ad))
        .routes(routes!(conclude_ad))
        .routes(routes!(accept_ad_change))
        .routes(routes!(refuse_ad_change))
        .routes(routes!(keep_ad, release_ad))
        .routes(routes!(list_my_ads))
        .routes(routes!(list_favorites))
        .routes(routes!(searches::list_searches, searches::save_search))
        .routes(routes!(searches::forget_search))
        .routes(routes!(review::list_waiting_ads))
        .routes(routes!(review::claim_ad, review::release_ad_claim))
        .routes(routes!(review::approve_ads))
        .routes(routes!(categories::list_categories))
        .routes(routes!(categories::put_category, categories::delete_category))
        .routes(routes!(list_states))
        .routes(routes!(list_cities))
        .with_state(ads)
}

/// Ads on display that fit; off display, one's own, or for moderators.
#[utoipa::path(get, path = "/ads", tag = "ads", operation_id = "list_ads", params(AdsQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of ads", body = Page<Ad>), Problems))]
async fn list_ads(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Query(query): Query<AdsQuery>,
) -> Result<Json<Page<Ad>>> {
    ads.list(&actor, query).await.map(Json)
}

/// How many ads on display there are of each kind, category and condition, the other filters being as they are; counted up to 100.
/// Whose they are, their status and order are no matter.
#[utoipa::path(get, path = "/ads/facets", tag = "ads", operation_id = "count_ads", params(AdsQuery),
    security(("bearer" = [])), responses((status = 200, description = "The counts", body = AdFacets), Problems))]
async fn count_ads(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Query(query): Query<AdsQuery>,
) -> Result<Json<AdFacets>> {
    ads.facets(&actor, &query).await.map(Json)
}

/// Write an ad. A moderator looks at it before it is on display.
#[utoipa::path(post, path = "/ads", tag = "ads", operation_id = "create_ad", request_body = NewAd,
    security(("bearer" = [])), responses((status = 201, description = "The ad, pending", body = Ad), Problems))]
async fn create_ad(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Json(wish): Json<NewAd>,
) -> Result<(StatusCode, Json<Ad>)> {
    Ok((StatusCode::CREATED, Json(ads.create(&actor, wish).await?)))
}

/// One ad.
#[utoipa::path(get, path = "/ads/{id}", tag = "ads", operation_id = "get_ad",
    params(("id" = uuid::Uuid, Path, description = "The ad")),
    security(("bearer" = [])), responses((status = 200, description = "The ad", body = Ad), Problems))]
async fn get_ad(State(ads): State<Ads>, Caller(actor): Caller, Path(id): Path<AdId>) -> Result<Json<Ad>> {
    ads.get(&actor, id).await.map(Json)
}

/// Change an ad of one's own. A rejected one is reviewed again; of one that passed review, a new title, category, pictures or a price
/// that changes by half wait for a moderator.
#[utoipa::path(patch, path = "/ads/{id}", tag = "ads", operation_id = "update_ad", request_body = AdPatch,
    params(("id" = uuid::Uuid, Path, description = "The ad")),
    security(("bearer" = [])), responses(
        (status = 200, description = "The ad as it is now", body = Ad),
        (status = 202, description = "The ad as it is now; some of the change waits for a moderator", body = Ad),
        Problems))]
async fn update_ad(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Path(id): Path<AdId>,
    Json(patch): Json<AdPatch>,
) -> Result<(StatusCode, Json<Ad>)> {
    let edited = ads.edit(&actor, id, patch).await?;
    let status = if edited.waits { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(edited.ad)))
}

/// Delete an ad, for good. For its owner and moderators.
#[utoipa::path(delete, path = "/ads/{id}", tag = "ads", operation_id = "delete_ad", request_body = Option<AdReason>,
    params(("id" = uuid::Uuid, Path, description = "The ad")),
    security(("bearer" = [])), responses((status = 204, description = "Deleted"), Problems))]
async fn delete_ad(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Path(id): Path<AdId>,
    why: Option<Json<AdReason>>,
) -> Result<StatusCode> {
    ads.delete(&actor, id, said(why).reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Its steps: who did what, when and why. For its owner and moderators.
#[utoipa::path(get, path = "/ads/{id}/history", tag = "ads", operation_id = "get_ad_history",
    params(("id" = uuid::Uuid, Path, description = "The ad"), PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of steps, the oldest first", body = Page<AdStep>), Problems))]
async fn get_ad_history(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Path(id): Path<AdId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<AdStep>>> {
    ads.history(&actor, id, &page).await.map(Json)
}

/// Ads like one, on display: of its category, the nearest first; at most 6, and none of its owner's.
#[utoipa::path(get, path = "/ads/{id}/similar", tag = "ads", operation_id = "list_similar_ads",
    params(("id" = uuid::Uuid, Path, description = "The ad")),
    security(("bearer" = [])), responses((status = 200, description = "All of them, on one page", body = Page<Ad>), Problems))]
async fn list_similar_ads(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Path(id): Path<AdId>,
) -> Result<Json<Page<Ad>>> {
    Ok(Json(Page { items: ads.similar(&actor, id).await?, next: None }))
}

fn said(why: Option<Json<AdReason>>) -> Why {
    why.map(|Json(why)| why.into()).unwrap_or_default()
}

/// Declares the routes that take a step with an ad.
macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident $path:literal $verb:ident;)*) => {$(
        $(#[$doc])*
        #[utoipa::path(post, path = $path, tag = "ads", request_body = Option<AdReason>,
            params(("id" = uuid::Uuid, Path, description = "The ad")),
            security(("bearer" = [])), responses((status = 200, description = "The ad as it is now", body = Ad), Problems))]
        async fn $name(
            State(ads): State<Ads>,
            Caller(actor): Caller,
            Path(id): Path<AdId>,
            why: Option<Json<AdReason>>,
        ) -> Result<Json<Ad>> {
            ads.step(&actor, id, Verb::$verb, said(why)).await.map(Json)
        }
    )*};
}

steps! {
    /// A pending ad passes review and goes on display. For moderators.
    approve_ad "/ads/{id}/approve" Approve;
    /// A pending ad does not pass review, for a reason. For moderators.
    reject_ad "/ads/{id}/reject" Reject;
    /// Take an ad from display, for a reason. For moderators.
    suspend_ad "/ads/{id}/suspend" Suspend;
    /// Give a suspended ad back. For moderators.
    reinstate_ad "/ads/{id}/reinstate" Reinstate;
    /// Take an ad of one's own from display for a while.
    pause_ad "/ads/{id}/pause" Pause;
    /// Show a paused ad of one's own again, while its time runs.
    publish_ad "/ads/{id}/publish" Publish;
    /// Have the time of an ad of one's own begin anew, within 180 days of its end.
    renew_ad "/ads/{id}/renew" Renew;
    /// An ad of one's own came to its purpose.
    conclude_ad "/ads/{id}/conclude" Conclude;
}

/// What the owner of an ad wants to change holds. For moderators.
#[utoipa::path(post, path = "/ads/{id}/change/accept", tag = "ads", request_body = Option<AdReason>,
    params(("id" = uuid::Uuid, Path, description = "The ad")),
    security(("bearer" = [])), responses((status = 200, description = "The ad as it is now", body = Ad), Problems))]
async fn accept_ad_change(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Path(id): Path<AdId>,
    why: Option<Json<AdReason>>,
) -> Result<Json<Ad>> {
    ads.decide(&actor, id, true, said(why)).await.map(Json)
}

/// What the owner of an ad wants to change does not hold, for a reason. For moderators.
#[utoipa::path(post, path = "/ads/{id}/change/refuse", tag = "ads", request_body = Option<AdReason>,
    params(("id" = uuid::Uuid, Path, description = "The ad")),
    security(("bearer" = [])), responses((status = 200, description = "The ad as it is now", body = Ad), Problems))]
async fn refuse_ad_change(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Path(id): Path<AdId>,
    why: Option<Json<AdReason>>,
) -> Result<Json<Ad>> {
    ads.decide(&actor, id, false, said(why)).await.map(Json)
}

/// Keep an ad.
#[utoipa::path(put, path = "/ads/{id}/favorite", tag = "ads", operation_id = "keep_ad",
    params(("id" = uuid::Uuid, Path, description = "The ad")),
    security(("bearer" = [])), responses((status = 204, description = "Kept"), Problems))]
async fn keep_ad(State(ads): State<Ads>, Caller(actor): Caller, Path(id): Path<AdId>) -> Result<StatusCode> {
    ads.keep(&actor, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keep an ad no longer.
#[utoipa::path(delete, path = "/ads/{id}/favorite", tag = "ads", operation_id = "release_ad",
    params(("id" = uuid::Uuid, Path, description = "The ad")),
    security(("bearer" = [])), responses((status = 204, description = "No longer kept"), Problems))]
async fn release_ad(State(ads): State<Ads>, Caller(actor): Caller, Path(id): Path<AdId>) -> Result<StatusCode> {
    ads.keep(&actor, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own ads, wherever they stand, the last written first.
#[utoipa::path(get, path = "/me/ads", tag = "ads", operation_id = "list_my_ads", params(PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of ads", body = Page<Ad>), Problems))]
async fn list_my_ads(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Ad>>> {
    ads.own(&actor, &page).await.map(Json)
}

/// Ads one keeps and may see, the last kept first.
#[utoipa::path(get, path = "/me/favorites", tag = "ads", operation_id = "list_favorites", params(PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of ads", body = Page<Ad>), Problems))]
async fn list_favorites(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Ad>>> {
    ads.favorites(&actor, &page).await.map(Json)
}

/// A state of Brazil.
#[derive(Serialize, ToSchema)]
struct BrazilianState {
    /// Its two letters.
    code: &'static str,
    /// Its name.
    name: &'static str,
}

/// The states of Brazil, by name.
#[utoipa::path(get, path = "/states", tag = "ads", operation_id = "list_states",
    security(("bearer" = [])), responses((status = 200, description = "Every state", body = Page<BrazilianState>), Problems))]
async fn list_states(_caller: Caller) -> Json<Page<BrazilianState>> {
    let state = |state: localities::State| BrazilianState { code: state.letters, name: state.name };
    Json(Page::whole(localities::states().into_iter().map(state).collect()))
}

/// A municipality.
#[derive(Serialize, ToSchema)]
struct City {
    /// IBGE's code, of seven digits.
    code: i32,
    /// Its name.
    name: &'static str,
}

/// The municipalities of a state, by name.
#[utoipa::path(get, path = "/states/{code}/cities", tag = "ads", operation_id = "list_cities",
    params(("code" = String, Path, description = "Two letters")),
    security(("bearer" = [])), responses((status = 200, description = "Its municipalities", body = Page<City>), Problems))]
async fn list_cities(_caller: Caller, Path(code): Path<String>) -> Result<Json<Page<City>>> {
    let state = localities::state(&code).ok_or_else(Error::not_found)?;
    let city = |place: localities::Municipality| City { code: place.code, name: place.name };
    Ok(Json(Page::whole(state.municipalities().into_iter().map(city).collect())))
}
