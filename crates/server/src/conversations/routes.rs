//! What every kind of conversation has: history, changing messages, reactions, the read cursor. Mounted under `/rooms/{id}`
//! and `/dms/{id}` alike.

use axum::extract::State;
use praca_api::messages::{EditMessage, MarkRead, Message, MessagePage, ReadState, Revision};
use praca_api::{ConversationId, MessageId, Page};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{Action, Read, Write};
use super::{ConversationAccess, Conversations, HistoryQuery, Kind};
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{Caller, Json, Path, Query};

/// The conversations of one kind.
#[derive(Clone)]
struct Slice {
    conversations: Conversations,
    kind: Kind,
}

impl Slice {
    async fn access<A: Action>(&self, Caller(actor): &Caller, id: ConversationId) -> Result<ConversationAccess<A>> {
        self.conversations.access(actor, self.kind, id).await
    }
}

/// The routes of one kind, below its `{id}`. In the API document they carry the `tag`, which also begins the names of their
/// operations, so that these are unique.
pub fn routes(conversations: Conversations, kind: Kind, tag: &str) -> OpenApiRouter {
    let mut router = OpenApiRouter::new()
        .routes(routes!(list_messages))
        .routes(routes!(edit_message, delete_message))
        .routes(routes!(list_revisions))
        .routes(routes!(add_reaction, remove_reaction))
        .routes(routes!(mark_read))
        .with_state(Slice { conversations, kind });
    for item in router.get_openapi_mut().paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().filter_map(Option::as_mut) {
            operation.tags = Some(vec![tag.to_owned()]);
            operation.operation_id = operation.operation_id.take().map(|id| format!("{tag}_{id}"));
        }
    }
    router
}

/// A page of messages in ascending `seq`.
#[utoipa::path(get, path = "/messages", operation_id = "list_messages",
    params(("id" = uuid::Uuid, Path, description = "The conversation"), HistoryQuery),
    security(("bearer" = [])), responses((status = 200, description = "Messages", body = MessagePage), Problems))]
async fn list_messages(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<MessagePage>> {
    let access = slice.access::<Read>(&caller, id).await?;
    slice.conversations.history(&access, query).await.map(Json)
}

/// Replace the text of one's own message.
#[utoipa::path(patch, path = "/messages/{message_id}", operation_id = "edit_message", request_body = EditMessage,
    params(("id" = uuid::Uuid, Path, description = "The conversation"), ("message_id" = uuid::Uuid, Path, description = "The message")),
    security(("bearer" = [])), responses((status = 200, description = "The message as it is now", body = Message), Problems))]
async fn edit_message(
    State(slice): State<Slice>,
    caller: Caller,
    Path((id, message)): Path<(ConversationId, MessageId)>,
    Json(edit): Json<EditMessage>,
) -> Result<Json<Message>> {
    let access = slice.access::<Write>(&caller, id).await?;
    slice.conversations.edit(&access, message, &edit.body).await.map(Json)
}

/// Delete a message: one's own, or, in rooms, anybody's for moderators. Its place stays.
#[utoipa::path(delete, path = "/messages/{message_id}", operation_id = "delete_message",
    params(("id" = uuid::Uuid, Path, description = "The conversation"), ("message_id" = uuid::Uuid, Path, description = "The message")),
    security(("bearer" = [])), responses((status = 200, description = "What is left of it", body = Message), Problems))]
async fn delete_message(
    State(slice): State<Slice>,
    caller: Caller,
    Path((id, message)): Path<(ConversationId, MessageId)>,
) -> Result<Json<Message>> {
    let access = slice.access::<Write>(&caller, id).await?;
    slice.conversations.delete(&access, message).await.map(Json)
}

/// Earlier texts of a message: for its author and, in rooms, moderators.
#[utoipa::path(get, path = "/messages/{message_id}/revisions", operation_id = "list_revisions",
    params(("id" = uuid::Uuid, Path, description = "The conversation"), ("message_id" = uuid::Uuid, Path, description = "The message")),
    security(("bearer" = [])), responses((status = 200, description = "Texts, oldest first", body = Page<Revision>), Problems))]
async fn list_revisions(
    State(slice): State<Slice>,
    caller: Caller,
    Path((id, message)): Path<(ConversationId, MessageId)>,
) -> Result<Json<Page<Revision>>> {
    let access = slice.access::<Read>(&caller, id).await?;
    Ok(Json(Page::whole(slice.conversations.revisions(&access, message).await?)))
}

/// React with an emoji.
#[utoipa::path(put, path = "/messages/{message_id}/reactions/{emoji}", operation_id = "add_reaction",
    params(("id" = uuid::Uuid, Path, description = "The conversation"), ("message_id" = uuid::Uuid, Path, description = "The message"),
        ("emoji" = String, Path, description = "One emoji")),
    security(("bearer" = [])), responses((status = 200, description = "The message as it is now", body = Message), Problems))]
async fn add_reaction(
    State(slice): State<Slice>,
    caller: Caller,
    Path((id, message, emoji)): Path<(ConversationId, MessageId, String)>,
) -> Result<Json<Message>> {
    let access = slice.access::<Write>(&caller, id).await?;
    slice.conversations.react(&access, message, &emoji, true).await.map(Json)
}

/// Take a reaction back.
#[utoipa::path(delete, path = "/messages/{message_id}/reactions/{emoji}", operation_id = "remove_reaction",
    params(("id" = uuid::Uuid, Path, description = "The conversation"), ("message_id" = uuid::Uuid, Path, description = "The message"),
        ("emoji" = String, Path, description = "One emoji")),
    security(("bearer" = [])), responses((status = 200, description = "The message as it is now", body = Message), Problems))]
async fn remove_reaction(
    State(slice): State<Slice>,
    caller: Caller,
    Path((id, message, emoji)): Path<(ConversationId, MessageId, String)>,
) -> Result<Json<Message>> {
    let access = slice.access::<Write>(&caller, id).await?;
    slice.conversations.react(&access, message, &emoji, false).await.map(Json)
}

/// Move the read cursor forward.
#[utoipa::path(put, path = "/read", operation_id = "mark_read", request_body = MarkRead,
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    security(("bearer" = [])), responses((status = 200, description = "Where the caller stands", body = ReadState), Problems))]
async fn mark_read(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(read): Json<MarkRead>,
) -> Result<Json<ReadState>> {
    let access = slice.access::<Read>(&caller, id).await?;
    slice.conversations.mark_read(&access, read.seq, None).await.map(Json)
}
