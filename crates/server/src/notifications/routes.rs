//! `/me/notifications`.

use axum::extract::State;
use praca_api::notifications::{NotificationPage, ReadNotifications, UnreadNotifications};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Notifications;
use crate::db::page::PageQuery;
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{Caller, Json, Query};

/// The slice's routes.
pub fn routes(notifications: Notifications) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_notifications))
        .routes(routes!(read_notifications))
        .with_state(notifications)
}

/// What the caller was told, the newest first.
#[utoipa::path(get, path = "/me/notifications", tag = "me", operation_id = "list_notifications", params(PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "The notifications", body = NotificationPage), Problems))]
async fn list_notifications(
    State(notifications): State<Notifications>,
    Caller(actor): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<NotificationPage>> {
    notifications.list(actor.id(), &page).await.map(Json)
}

/// The caller has read all up to one of them, or all there are.
#[utoipa::path(put, path = "/me/notifications/read", tag = "me", operation_id = "read_notifications",
    request_body = ReadNotifications, security(("bearer" = [])),
    responses((status = 200, description = "How many are unread now", body = UnreadNotifications), Problems))]
async fn read_notifications(
    State(notifications): State<Notifications>,
    Caller(actor): Caller,
    Json(read): Json<ReadNotifications>,
) -> Result<Json<UnreadNotifications>> {
    notifications.mark_read(actor.id(), read.up_to).await.map(Json)
}
