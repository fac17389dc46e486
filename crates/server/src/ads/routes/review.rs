//! `/moderation/ads`: what waits for moderators.

use axum::extract::State;
use axum::http::StatusCode;
use praca_api::ads::review::{ApproveAds, ApprovedAds, ReviewItem};
use praca_api::{AdId, Page};

use super::super::Ads;
use crate::db::page::PageQuery;
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{Caller, Json, Path, Query};

/// Ads and changes of ads that wait for a moderator, what waits longest first. For moderators.
#[utoipa::path(get, path = "/moderation/ads", tag = "ads", operation_id = "list_waiting_ads", params(PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of what waits", body = Page<ReviewItem>), Problems))]
pub(super) async fn list_waiting_ads(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ReviewItem>>> {
    ads.waiting(&actor, &page).await.map(Json)
}

/// Look at an ad that waits, so that no other moderator does: for five minutes, or until it is decided on. For moderators.
#[utoipa::path(put, path = "/moderation/ads/{id}/claim", tag = "ads", operation_id = "claim_ad",
    params(("id" = uuid::Uuid, Path, description = "The ad")),
    security(("bearer" = [])), responses((status = 200, description = "The ad, to be decided on", body = ReviewItem), Problems))]
pub(super) async fn claim_ad(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Path(id): Path<AdId>,
) -> Result<Json<ReviewItem>> {
    ads.claim(&actor, id).await.map(Json)
}

/// Look at an ad no more. For moderators.
#[utoipa::path(delete, path = "/moderation/ads/{id}/claim", tag = "ads", operation_id = "release_ad_claim",
    params(("id" = uuid::Uuid, Path, description = "The ad")),
    security(("bearer" = [])), responses((status = 204, description = "Others may look at it"), Problems))]
pub(super) async fn release_ad_claim(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Path(id): Path<AdId>,
) -> Result<StatusCode> {
    ads.release(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Approve several pending ads at once, each for itself. For moderators.
#[utoipa::path(post, path = "/moderation/ads/approve", tag = "ads", operation_id = "approve_ads", request_body = ApproveAds,
    security(("bearer" = [])), responses((status = 200, description = "What became of each", body = ApprovedAds), Problems))]
pub(super) async fn approve_ads(
    State(ads): State<Ads>,
    Caller(actor): Caller,
    Json(wish): Json<ApproveAds>,
) -> Result<Json<ApprovedAds>> {
    ads.approve_some(&actor, wish.ads).await.map(Json)
}
