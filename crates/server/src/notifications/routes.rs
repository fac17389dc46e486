//! `/me/notifications`.

use axum::extract::State;
use axum::http::StatusCode;
use praca_api::notifications::{NotificationPage, ReadNotifications, UnreadNotifications};
use praca_api::push::{PushKey, PushSubscription};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Notifications;
use super::push::DeviceQuery;
use crate::db::page::PageQuery;
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{Caller, Json, Query};

/// The slice's routes.
pub fn routes(notifications: Notifications) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_notifications))
        .routes(routes!(read_notifications))
        .routes(routes!(get_push_key))
        .routes(routes!(subscribe_device, unsubscribe_device))
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

/// The caller has read one of them, all up to one, or all there are.
#[utoipa::path(put, path = "/me/notifications/read", tag = "me", operation_id = "read_notifications",
    request_body = ReadNotifications, security(("bearer" = [])),
    responses((status = 200, description = "How many are unread now", body = UnreadNotifications), Problems))]
async fn read_notifications(
    State(notifications): State<Notifications>,
    Caller(actor): Caller,
    Json(read): Json<ReadNotifications>,
) -> Result<Json<UnreadNotifications>> {
    notifications.mark_read(actor.id(), read).await.map(Json)
}

/// The key with which a browser subscribes to being told while no page is open.
#[utoipa::path(get, path = "/me/push", tag = "me", operation_id = "get_push_key", security(("bearer" = [])),
    responses((status = 200, description = "The server's public key", body = PushKey), Problems))]
async fn get_push_key(State(notifications): State<Notifications>, _: Caller) -> Result<Json<PushKey>> {
    notifications.push_key().await.map(Json)
}

/// Tells this browser too, as long as the caller is logged in there.
#[utoipa::path(put, path = "/me/push/subscription", tag = "me", operation_id = "subscribe_device", request_body = PushSubscription,
    security(("bearer" = [])), responses((status = 204, description = "It is told from now on"), Problems))]
async fn subscribe_device(
    State(notifications): State<Notifications>,
    Caller(actor): Caller,
    Json(wish): Json<PushSubscription>,
) -> Result<StatusCode> {
    notifications.subscribe(&actor, wish).await.map(|()| StatusCode::NO_CONTENT)
}

/// Tells this browser no longer. Harmless for one that is not told.
#[utoipa::path(delete, path = "/me/push/subscription", tag = "me", operation_id = "unsubscribe_device", params(DeviceQuery),
    security(("bearer" = [])), responses((status = 204, description = "It is not told any more"), Problems))]
async fn unsubscribe_device(
    State(notifications): State<Notifications>,
    Caller(actor): Caller,
    Query(device): Query<DeviceQuery>,
) -> Result<StatusCode> {
    notifications.unsubscribe(&actor, &device.endpoint).await.map(|()| StatusCode::NO_CONTENT)
}
