//! `/categories`: what ads are sorted into.

use axum::extract::State;
use axum::http::StatusCode;
use praca_api::Page;
use praca_api::ads::Category;
use praca_api::ads::arranging::PutCategory;

use super::super::Ads;
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{AdminCaller, Caller, Json, Path};

/// What ads are sorted into, in the order of their places.
#[utoipa::path(get, path = "/categories", tag = "ads", operation_id = "list_categories",
    security(("bearer" = [])), responses((status = 200, description = "Every category", body = Page<Category>), Problems))]
pub(super) async fn list_categories(State(ads): State<Ads>, _caller: Caller) -> Result<Json<Page<Category>>> {
    Ok(Json(Page::whole(ads.categories().await?.all().to_vec())))
}

/// Make a category, or change it. For administrators.
#[utoipa::path(put, path = "/categories/{slug}", tag = "ads", operation_id = "put_category", request_body = PutCategory,
    params(("slug" = String, Path, description = "Its name in addresses: 2 to 60 of a to z, 0 to 9 and single hyphens")),
    security(("bearer" = [])), responses((status = 200, description = "The category", body = Category), Problems))]
pub(super) async fn put_category(
    State(ads): State<Ads>,
    AdminCaller(authority): AdminCaller,
    Path(slug): Path<String>,
    Json(wish): Json<PutCategory>,
) -> Result<Json<Category>> {
    ads.put_category(authority, &slug, wish).await.map(Json)
}

/// Remove a category that has no ads and no parts. For administrators.
#[utoipa::path(delete, path = "/categories/{slug}", tag = "ads", operation_id = "delete_category",
    params(("slug" = String, Path, description = "Its name in addresses")),
    security(("bearer" = [])), responses((status = 204, description = "Removed"), Problems))]
pub(super) async fn delete_category(
    State(ads): State<Ads>,
    AdminCaller(authority): AdminCaller,
    Path(slug): Path<String>,
) -> Result<StatusCode> {
    ads.delete_category(authority, &slug).await?;
    Ok(StatusCode::NO_CONTENT)
}
