//! `/dms`, `/contacts` and `/me/blocks`.

use axum::extract::State;
use axum::http::StatusCode;
use praca_api::dms::Dm;
use praca_api::messages::{Message, NewMessage};
use praca_api::people::{BlockedPerson, Contact};
use praca_api::rooms::UpdateMembership;
use praca_api::{ConversationId, Page, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Dms;
use super::contacts::ContactsQuery;
use crate::conversations::access::{Action, Read, Write};
use crate::conversations::{self, ConversationAccess, Kind};
use crate::db::page::PageQuery;
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{Caller, Json, Path, Query};

impl Dms {
    async fn access<A: Action>(&self, Caller(actor): &Caller, id: ConversationId) -> Result<ConversationAccess<A>> {
        self.0.conversations.access(actor, Kind::Dm, id).await
    }
}

/// The slice's routes.
pub fn routes(dms: Dms) -> OpenApiRouter {
    let shared = conversations::routes(dms.0.conversations.clone(), Kind::Dm, "dms");
    let send = OpenApiRouter::new().routes(routes!(send_dm)).with_state(dms.clone());
    OpenApiRouter::new()
        .routes(routes!(list_dms))
        .routes(routes!(open_dm))
        .routes(routes!(get_dm))
        .routes(routes!(accept_dm, refuse_dm))
        .routes(routes!(mute_dm))
        .routes(routes!(list_contacts))
        .routes(routes!(list_blocks))
        .routes(routes!(block_person, unblock_person))
        .with_state(dms)
        .nest("/dms/{id}", shared.merge(send))
}

/// The caller's conversations of two, the liveliest first.
#[utoipa::path(get, path = "/dms", tag = "dms", operation_id = "list_dms", params(PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "Conversations", body = Page<Dm>), Problems))]
async fn list_dms(
    State(dms): State<Dms>,
    Caller(actor): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Dm>>> {
    dms.list(&actor, &page).await.map(Json)
}

/// Open the conversation with somebody, or get it. A first contact is a request, which the other accepts or refuses.
#[utoipa::path(put, path = "/dms/with/{user_id}", tag = "dms", operation_id = "open_dm",
    params(("user_id" = uuid::Uuid, Path, description = "The person")),
    security(("bearer" = [])), responses((status = 200, description = "The conversation", body = Dm), Problems))]
async fn open_dm(State(dms): State<Dms>, Caller(actor): Caller, Path(user): Path<UserId>) -> Result<Json<Dm>> {
    let id = dms.open(&actor, user).await?;
    dms.get(id, actor.id()).await.map(Json)
}

/// One conversation of two.
#[utoipa::path(get, path = "/dms/{id}", tag = "dms", operation_id = "get_dm",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    security(("bearer" = [])), responses((status = 200, description = "The conversation", body = Dm), Problems))]
async fn get_dm(State(dms): State<Dms>, caller: Caller, Path(id): Path<ConversationId>) -> Result<Json<Dm>> {
    dms.access::<Read>(&caller, id).await?;
    dms.get(id, caller.0.id()).await.map(Json)
}

/// Accept a first contact.
#[utoipa::path(put, path = "/dms/{id}/acceptance", tag = "dms", operation_id = "accept_dm",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    security(("bearer" = [])), responses((status = 200, description = "The conversation", body = Dm), Problems))]
async fn accept_dm(State(dms): State<Dms>, caller: Caller, Path(id): Path<ConversationId>) -> Result<Json<Dm>> {
    let access = dms.access::<Read>(&caller, id).await?;
    dms.0.conversations.accept(&access).await?;
    dms.get(id, caller.0.id()).await.map(Json)
}

/// Refuse a first contact: it leaves the list, and its writer may write no more.
#[utoipa::path(delete, path = "/dms/{id}/acceptance", tag = "dms", operation_id = "refuse_dm",
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    security(("bearer" = [])), responses((status = 204, description = "Refused"), Problems))]
async fn refuse_dm(State(dms): State<Dms>, caller: Caller, Path(id): Path<ConversationId>) -> Result<StatusCode> {
    let access = dms.access::<Read>(&caller, id).await?;
    dms.0.conversations.refuse(&access).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keep the conversation quiet, or not.
#[utoipa::path(patch, path = "/dms/{id}/membership", tag = "dms", operation_id = "mute_dm", request_body = UpdateMembership,
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    security(("bearer" = [])), responses((status = 200, description = "The conversation", body = Dm), Problems))]
async fn mute_dm(
    State(dms): State<Dms>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(wish): Json<UpdateMembership>,
) -> Result<Json<Dm>> {
    let access = dms.access::<Read>(&caller, id).await?;
    dms.0.conversations.mute(&access, wish.muted).await?;
    dms.get(id, caller.0.id()).await.map(Json)
}

/// Send a message. The same nonce again gives the same message.
#[utoipa::path(post, path = "/messages", tag = "dms", operation_id = "send_dm", request_body = NewMessage,
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    security(("bearer" = [])), responses((status = 201, description = "The message", body = Message), Problems))]
async fn send_dm(
    State(dms): State<Dms>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(message): Json<NewMessage>,
) -> Result<(StatusCode, Json<Message>)> {
    let access = dms.access::<Write>(&caller, id).await?;
    Ok((StatusCode::CREATED, Json(dms.0.conversations.send(access, message, None).await?)))
}

/// People the caller has a conversation of two with.
#[utoipa::path(get, path = "/contacts", tag = "users", operation_id = "list_contacts", params(ContactsQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of contacts", body = Page<Contact>), Problems))]
async fn list_contacts(
    State(dms): State<Dms>,
    Caller(actor): Caller,
    Query(query): Query<ContactsQuery>,
) -> Result<Json<Page<Contact>>> {
    dms.contacts(&actor, query).await.map(Json)
}

/// Whom the caller blocks, the newest first.
#[utoipa::path(get, path = "/me/blocks", tag = "me", operation_id = "list_blocks", params(PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of people", body = Page<BlockedPerson>), Problems))]
async fn list_blocks(
    State(dms): State<Dms>,
    Caller(actor): Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<BlockedPerson>>> {
    dms.0.accounts.blocked_people(actor.id(), &page).await.map(Json)
}

/// Block somebody. They are not told.
#[utoipa::path(put, path = "/me/blocks/{user_id}", tag = "me", operation_id = "block_person",
    params(("user_id" = uuid::Uuid, Path, description = "The person")),
    security(("bearer" = [])), responses((status = 204, description = "Blocked"), Problems))]
async fn block_person(State(dms): State<Dms>, Caller(actor): Caller, Path(user): Path<UserId>) -> Result<StatusCode> {
    dms.block(&actor, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a block.
#[utoipa::path(delete, path = "/me/blocks/{user_id}", tag = "me", operation_id = "unblock_person",
    params(("user_id" = uuid::Uuid, Path, description = "The person")),
    security(("bearer" = [])), responses((status = 204, description = "Not blocked any more"), Problems))]
async fn unblock_person(State(dms): State<Dms>, Caller(actor): Caller, Path(user): Path<UserId>) -> Result<StatusCode> {
    dms.unblock(&actor, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
