//! `/rooms`.

use axum::extract::State;
use axum::http::StatusCode;
use praca_api::events::Mentioned;
use praca_api::messages::{Message, NewMessage};
use praca_api::rooms::{
    Member, NewRoom, Pin, Room, RoomForMe, RoomPresence, SetMemberRole, Silence, UpdateMembership, UpdateRoom,
};
use praca_api::{ConversationId, MessageId, Page, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Rooms;
use super::list::RoomsQuery;
use crate::conversations::access::{Action, Administer, Moderate, Read, Write};
use crate::conversations::{self, ConversationAccess, Conversations, Kind, MembersQuery, MentionsQuery};
use crate::db::page::PageQuery;
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{AdminCaller, Caller, Json, Path, Query};

/// What the routes need.
#[derive(Clone)]
struct Slice {
    conversations: Conversations,
    rooms: Rooms,
}

impl Slice {
    async fn access<A: Action>(&self, Caller(actor): &Caller, id: ConversationId) -> Result<ConversationAccess<A>> {
        self.conversations.access(actor, Kind::Room, id).await
    }
}

/// The slice's routes.
pub fn routes(conversations: Conversations, rooms: Rooms) -> OpenApiRouter {
    let slice = Slice { conversations: conversations.clone(), rooms };
    let send = OpenApiRouter::new().routes(routes!(send_message)).with_state(slice.clone());
    OpenApiRouter::new()
        .routes(routes!(list_rooms, create_room))
        .routes(routes!(get_room, update_room, archive_room))
        .routes(routes!(join_room, mute_room, leave_room))
        .routes(routes!(list_pins))
        .routes(routes!(pin_message, unpin_message))
        .routes(routes!(list_mentions))
        .routes(routes!(get_room_presence))
        .routes(routes!(list_members))
        .routes(routes!(set_member_role))
        .routes(routes!(silence_member, lift_member_silence))
        .routes(routes!(silence_room, lift_room_silence))
        .with_state(slice)
        .nest("/rooms/{id}", conversations::routes(conversations, Kind::Room, "rooms").merge(send))
}

/// Public rooms and the unlisted ones the caller is in, the liveliest first.
#[utoipa::path(get, path = "/rooms", tag = "rooms", operation_id = "list_rooms", params(RoomsQuery),
    security(("bearer" = [])), responses((status = 200, description = "Rooms", body = Page<RoomForMe>), Problems))]
async fn list_rooms(
    State(slice): State<Slice>,
    Caller(actor): Caller,
    Query(query): Query<RoomsQuery>,
) -> Result<Json<Page<RoomForMe>>> {
    Ok(Json(Page::whole(match query.slug {
        Some(slug) => slice.rooms.find(&actor, &slug).await?,
        None => slice.rooms.list(&actor).await?,
    })))
}

/// Create a room. For administrators.
#[utoipa::path(post, path = "/rooms", tag = "rooms", operation_id = "create_room", request_body = NewRoom,
    security(("bearer" = [])), responses((status = 201, description = "The new room", body = Room), Problems))]
async fn create_room(
    State(slice): State<Slice>,
    AdminCaller(authority): AdminCaller,
    Json(wish): Json<NewRoom>,
) -> Result<(StatusCode, Json<Room>)> {
    Ok((StatusCode::CREATED, Json(slice.rooms.create(authority, wish).await?)))
}

/// One room.
#[utoipa::path(get, path = "/rooms/{id}", tag = "rooms", operation_id = "get_room",
    params(("id" = uuid::Uuid, Path, description = "The room")),
    security(("bearer" = [])), responses((status = 200, description = "The room", body = RoomForMe), Problems))]
async fn get_room(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<RoomForMe>> {
    let access = slice.access::<Read>(&caller, id).await?;
    slice.rooms.get(&access).await.map(Json)
}

/// Change a room's settings. For administrators.
#[utoipa::path(patch, path = "/rooms/{id}", tag = "rooms", operation_id = "update_room", request_body = UpdateRoom,
    params(("id" = uuid::Uuid, Path, description = "The room")),
    security(("bearer" = [])), responses((status = 200, description = "The room as it is now", body = Room), Problems))]
async fn update_room(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(wish): Json<UpdateRoom>,
) -> Result<Json<Room>> {
    let access = slice.access::<Administer>(&caller, id).await?;
    slice.rooms.update(&access, wish).await.map(Json)
}

/// Archive a room: it leaves the list and takes no more messages. For administrators.
#[utoipa::path(delete, path = "/rooms/{id}", tag = "rooms", operation_id = "archive_room",
    params(("id" = uuid::Uuid, Path, description = "The room")),
    security(("bearer" = [])), responses((status = 204, description = "Archived"), Problems))]
async fn archive_room(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<StatusCode> {
    let access = slice.access::<Administer>(&caller, id).await?;
    slice.rooms.archive(&access).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Become a member; the read cursor stands at the newest message.
#[utoipa::path(put, path = "/rooms/{id}/membership", tag = "rooms", operation_id = "join_room",
    params(("id" = uuid::Uuid, Path, description = "The room")),
    security(("bearer" = [])), responses((status = 200, description = "The room", body = RoomForMe), Problems))]
async fn join_room(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<RoomForMe>> {
    let access = slice.access::<Read>(&caller, id).await?;
    slice.conversations.join(&access).await?;
    slice.rooms.get(&access).await.map(Json)
}

/// Keep the room quiet, or not.
#[utoipa::path(patch, path = "/rooms/{id}/membership", tag = "rooms", operation_id = "mute_room", request_body = UpdateMembership,
    params(("id" = uuid::Uuid, Path, description = "The room")),
    security(("bearer" = [])), responses((status = 200, description = "The room", body = RoomForMe), Problems))]
async fn mute_room(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(wish): Json<UpdateMembership>,
) -> Result<Json<RoomForMe>> {
    let access = slice.access::<Read>(&caller, id).await?;
    slice.conversations.mute(&access, wish.muted).await?;
    slice.rooms.get(&access).await.map(Json)
}

/// Leave the room.
#[utoipa::path(delete, path = "/rooms/{id}/membership", tag = "rooms", operation_id = "leave_room",
    params(("id" = uuid::Uuid, Path, description = "The room")),
    security(("bearer" = [])), responses((status = 204, description = "Left"), Problems))]
async fn leave_room(State(slice): State<Slice>, caller: Caller, Path(id): Path<ConversationId>) -> Result<StatusCode> {
    let access = slice.access::<Read>(&caller, id).await?;
    slice.conversations.leave(&access).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a message. The same nonce again gives the same message.
#[utoipa::path(post, path = "/messages", tag = "rooms", operation_id = "send_message", request_body = NewMessage,
    params(("id" = uuid::Uuid, Path, description = "The room")),
    security(("bearer" = [])), responses((status = 201, description = "The message", body = Message), Problems))]
async fn send_message(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(message): Json<NewMessage>,
) -> Result<(StatusCode, Json<Message>)> {
    let access = slice.access::<Write>(&caller, id).await?;
    Ok((StatusCode::CREATED, Json(slice.rooms.send(access, message).await?)))
}

/// Messages kept in sight, the last pinned first.
#[utoipa::path(get, path = "/rooms/{id}/pins", tag = "rooms", operation_id = "list_pins",
    params(("id" = uuid::Uuid, Path, description = "The room"), PageQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of pins", body = Page<Pin>), Problems))]
async fn list_pins(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Pin>>> {
    let access = slice.access::<Read>(&caller, id).await?;
    slice.conversations.pins(&access, &page).await.map(Json)
}

/// Keep a message in sight. For those who keep order in the room.
#[utoipa::path(put, path = "/rooms/{id}/pins/{message_id}", tag = "rooms", operation_id = "pin_message",
    params(("id" = uuid::Uuid, Path, description = "The room"), ("message_id" = uuid::Uuid, Path, description = "The message")),
    security(("bearer" = [])), responses((status = 200, description = "The message as it is now", body = Message), Problems))]
async fn pin_message(
    State(slice): State<Slice>,
    caller: Caller,
    Path((id, message)): Path<(ConversationId, MessageId)>,
) -> Result<Json<Message>> {
    let access = slice.access::<Moderate>(&caller, id).await?;
    slice.conversations.pin(&access, message).await.map(Json)
}

/// Take a message out of sight again.
#[utoipa::path(delete, path = "/rooms/{id}/pins/{message_id}", tag = "rooms", operation_id = "unpin_message",
    params(("id" = uuid::Uuid, Path, description = "The room"), ("message_id" = uuid::Uuid, Path, description = "The message")),
    security(("bearer" = [])), responses((status = 200, description = "The message as it is now", body = Message), Problems))]
async fn unpin_message(
    State(slice): State<Slice>,
    caller: Caller,
    Path((id, message)): Path<(ConversationId, MessageId)>,
) -> Result<Json<Message>> {
    let access = slice.access::<Moderate>(&caller, id).await?;
    slice.conversations.unpin(&access, message).await.map(Json)
}

/// Where the caller is named: after a message, or in what they have not read, the oldest first.
#[utoipa::path(get, path = "/rooms/{id}/mentions", tag = "rooms", operation_id = "list_mentions",
    params(("id" = uuid::Uuid, Path, description = "The room"), MentionsQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of mentions", body = Page<Mentioned>), Problems))]
async fn list_mentions(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(query): Query<MentionsQuery>,
) -> Result<Json<Page<Mentioned>>> {
    let access = slice.access::<Read>(&caller, id).await?;
    slice.conversations.mentions_after(&access, query).await.map(Json)
}

/// Who is in the room right now: a count, and some names.
#[utoipa::path(get, path = "/rooms/{id}/presence", tag = "rooms", operation_id = "get_room_presence",
    params(("id" = uuid::Uuid, Path, description = "The room")),
    security(("bearer" = [])), responses((status = 200, description = "Who is there", body = RoomPresence), Problems))]
async fn get_room_presence(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<RoomPresence>> {
    let access = slice.access::<Read>(&caller, id).await?;
    slice.conversations.room_presence(&access).await.map(Json)
}

/// Members of a room.
#[utoipa::path(get, path = "/rooms/{id}/members", tag = "rooms", operation_id = "list_members",
    params(("id" = uuid::Uuid, Path, description = "The room"), MembersQuery),
    security(("bearer" = [])), responses((status = 200, description = "A page of members", body = Page<Member>), Problems))]
async fn list_members(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(query): Query<MembersQuery>,
) -> Result<Json<Page<Member>>> {
    let access = slice.access::<Read>(&caller, id).await?;
    slice.conversations.members(&access, query).await.map(Json)
}

/// Name or dismiss a moderator of the room. For administrators.
#[utoipa::path(put, path = "/rooms/{id}/members/{user_id}/role", tag = "rooms", operation_id = "set_member_role", request_body = SetMemberRole,
    params(("id" = uuid::Uuid, Path, description = "The room"), ("user_id" = uuid::Uuid, Path, description = "The member")),
    security(("bearer" = [])), responses((status = 204, description = "Done"), Problems))]
async fn set_member_role(
    State(slice): State<Slice>,
    caller: Caller,
    Path((id, user)): Path<(ConversationId, UserId)>,
    Json(wish): Json<SetMemberRole>,
) -> Result<StatusCode> {
    let access = slice.access::<Administer>(&caller, id).await?;
    slice.conversations.set_member_role(&access, user, wish.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Silence a person in the room. For those who keep order in it.
#[utoipa::path(put, path = "/rooms/{id}/silences/{user_id}", tag = "rooms", operation_id = "silence_member", request_body = Silence,
    params(("id" = uuid::Uuid, Path, description = "The room"), ("user_id" = uuid::Uuid, Path, description = "The person")),
    security(("bearer" = [])), responses((status = 204, description = "Silenced"), Problems))]
async fn silence_member(
    State(slice): State<Slice>,
    caller: Caller,
    Path((id, user)): Path<(ConversationId, UserId)>,
    Json(wish): Json<Silence>,
) -> Result<StatusCode> {
    let access = slice.access::<Moderate>(&caller, id).await?;
    let silence = slice.rooms.checked_silence(wish)?;
    slice.conversations.silence_member(&access, user, silence).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lift a person's silence in the room.
#[utoipa::path(delete, path = "/rooms/{id}/silences/{user_id}", tag = "rooms", operation_id = "lift_member_silence",
    params(("id" = uuid::Uuid, Path, description = "The room"), ("user_id" = uuid::Uuid, Path, description = "The person")),
    security(("bearer" = [])), responses((status = 204, description = "Lifted"), Problems))]
async fn lift_member_silence(
    State(slice): State<Slice>,
    caller: Caller,
    Path((id, user)): Path<(ConversationId, UserId)>,
) -> Result<StatusCode> {
    let access = slice.access::<Moderate>(&caller, id).await?;
    slice.conversations.lift_member_silence(&access, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Silence the room: only moderators write. For administrators.
#[utoipa::path(put, path = "/rooms/{id}/silence", tag = "rooms", operation_id = "silence_room", request_body = Silence,
    params(("id" = uuid::Uuid, Path, description = "The room")),
    security(("bearer" = [])), responses((status = 200, description = "The room as it is now", body = Room), Problems))]
async fn silence_room(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(wish): Json<Silence>,
) -> Result<Json<Room>> {
    let access = slice.access::<Administer>(&caller, id).await?;
    slice.rooms.silence(&access, wish).await.map(Json)
}

/// Lift the silence of the room. For administrators.
#[utoipa::path(delete, path = "/rooms/{id}/silence", tag = "rooms", operation_id = "lift_room_silence",
    params(("id" = uuid::Uuid, Path, description = "The room")),
    security(("bearer" = [])), responses((status = 200, description = "The room as it is now", body = Room), Problems))]
async fn lift_room_silence(
    State(slice): State<Slice>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<Room>> {
    let access = slice.access::<Administer>(&caller, id).await?;
    slice.rooms.lift_silence(&access).await.map(Json)
}
