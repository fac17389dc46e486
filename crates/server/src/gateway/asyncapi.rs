//! The AsyncAPI document, generated from the events.

use std::borrow::Cow;
use std::collections::BTreeMap;

use praca_api::Problem;
use praca_api::ads::AdUpdated;
use praca_api::events::{
    Activity, BlockChanged, ClientEvent, DmItems, DmJoined, DmOpened, DmUpdated, EditAt, Handshake, InDm, InRoom, Join,
    Joined, Mentioned, MessageAt, MessageDeleted, MessageDone, MessageSent, MessageUpdated, Muted, Nothing, OpenDm,
    PinChanged, PresenceChanged, ReactAt, Receipt, Renewed, Restarting, RoleChanged, RoomItems, RoomOnline,
    RoomUpdated, ServerEvent, SetPresence, StatusChanged, Typing, Watch, Watched,
};
use praca_api::messages::{MarkRead, NewMessage, ReadState};
use praca_api::notifications::NotificationNew;
use praca_api::uploads::UploadChanged;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Schemas by name.
#[derive(Default)]
struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    /// Adds a type and all it is made of; a reference to it.
    fn add<T: ToSchema>(&mut self) -> Value {
        let mut found = Vec::new();
        T::schemas(&mut found);
        found.push((T::name().into_owned(), T::schema()));
        for (name, schema) in found {
            self.0.insert(name, serde_json::to_value(schema).unwrap_or_default());
        }
        json!({ "$ref": format!("#/components/schemas/{}", T::name()) })
    }

    /// Payload and data of a client event.
    fn client(&mut self, event: ClientEvent) -> (Value, Value) {
        match event {
            ClientEvent::RoomsList => (self.add::<Nothing>(), self.add::<RoomItems>()),
            ClientEvent::RoomsJoin => (self.add::<InRoom<Join>>(), self.add::<Joined>()),
            ClientEvent::RoomsLeave | ClientEvent::RoomsTyping => {
                (self.add::<InRoom<Nothing>>(), self.add::<Nothing>())
            }
            ClientEvent::RoomsMessageSend => (self.add::<InRoom<NewMessage>>(), self.add::<MessageDone>()),
            ClientEvent::RoomsMessageEdit => (self.add::<InRoom<EditAt>>(), self.add::<MessageDone>()),
            ClientEvent::RoomsMessageDelete | ClientEvent::RoomsPin | ClientEvent::RoomsUnpin => {
                (self.add::<InRoom<MessageAt>>(), self.add::<MessageDone>())
            }
            ClientEvent::RoomsMessageReact => (self.add::<InRoom<ReactAt>>(), self.add::<MessageDone>()),
            ClientEvent::RoomsRead => (self.add::<InRoom<MarkRead>>(), self.add::<ReadState>()),
            ClientEvent::DmsList => (self.add::<Nothing>(), self.add::<DmItems>()),
            ClientEvent::DmsOpen => (self.add::<OpenDm>(), self.add::<DmOpened>()),
            ClientEvent::DmsJoin => (self.add::<InDm<Join>>(), self.add::<DmJoined>()),
            ClientEvent::DmsLeave | ClientEvent::DmsTyping => (self.add::<InDm<Nothing>>(), self.add::<Nothing>()),
            ClientEvent::DmsMessageSend => (self.add::<InDm<NewMessage>>(), self.add::<MessageDone>()),
            ClientEvent::DmsMessageEdit => (self.add::<InDm<EditAt>>(), self.add::<MessageDone>()),
            ClientEvent::DmsMessageDelete => (self.add::<InDm<MessageAt>>(), self.add::<MessageDone>()),
            ClientEvent::DmsMessageReact => (self.add::<InDm<ReactAt>>(), self.add::<MessageDone>()),
            ClientEvent::DmsDelivered => (self.add::<InDm<MarkRead>>(), self.add::<Nothing>()),
            ClientEvent::DmsRead => (self.add::<InDm<MarkRead>>(), self.add::<ReadState>()),
            ClientEvent::PresenceWatch => (self.add::<Watch>(), self.add::<Watched>()),
            ClientEvent::PresenceSet => (self.add::<SetPresence>(), self.add::<Nothing>()),
            ClientEvent::AuthRenew => (self.add::<Handshake>(), self.add::<Renewed>()),
        }
    }

    /// Payload of a server event.
    fn server(&mut self, name: &str) -> Option<Value> {
        Some(match name {
            "rooms:message:new" | "dms:message:new" => self.add::<MessageSent>(),
            "rooms:message:updated" | "dms:message:updated" => self.add::<MessageUpdated>(),
            "rooms:message:deleted" | "dms:message:deleted" => self.add::<MessageDeleted>(),
            "rooms:pinned" | "rooms:unpinned" => self.add::<PinChanged>(),
            "rooms:updated" => self.add::<RoomUpdated>(),
            "rooms:online" => self.add::<RoomOnline>(),
            "rooms:typing" | "dms:typing" => self.add::<Typing>(),
            "rooms:activity" => self.add::<Activity>(),
            "rooms:read" => self.add::<ReadState>(),
            "rooms:mentioned" | "rooms:unmentioned" => self.add::<Mentioned>(),
            "rooms:muted" | "dms:muted" => self.add::<Muted>(),
            "dms:receipt" => self.add::<Receipt>(),
            "dms:updated" => self.add::<DmUpdated>(),
            "blocks:changed" => self.add::<BlockChanged>(),
            "uploads:status" => self.add::<UploadChanged>(),
            "ads:updated" => self.add::<AdUpdated>(),
            "notifications:new" => self.add::<NotificationNew>(),
            "presence:changed" => self.add::<PresenceChanged>(),
            "account:status" => self.add::<StatusChanged>(),
            "account:role" => self.add::<RoleChanged>(),
            "account:updated" | "notifications:read" | "auth:expired" | "server:resynced" => self.add::<Nothing>(),
            "server:restarting" => self.add::<Restarting>(),
            _ => return None,
        })
    }
}

/// The document (AsyncAPI 3.0). Messages are named by their events.
pub fn document() -> Value {
    let mut schemas = Schemas::default();
    let mut messages = Map::new();
    let mut operations = Map::new();
    describe_client_events(&mut schemas, &mut messages, &mut operations);
    for name in ServerEvent::NAMES {
        let payload = schemas.server(name).unwrap_or_else(|| json!({}));
        messages.insert((*name).into(), json!({ "name": name, "payload": payload }));
        let operation = json!({ "action": "send", "channel": channel(), "messages": [reference(name)] });
        operations.insert(key("send", name), operation);
    }
    let handshake = schemas.add::<Handshake>();
    let description = "Socket.IO v5 at `/socket.io/`, namespace `/`, over WebSocket and long polling. Every client event takes \
                       one object and an acknowledgement.";
    json!({
        "asyncapi": "3.0.0",
        "info": { "title": "Praça, live", "version": env!("CARGO_PKG_VERSION"), "description": description },
        "defaultContentType": "application/json",
        "channels": { "main": { "address": "/", "messages": messages, "x-handshake-auth": handshake } },
        "operations": operations,
        "components": { "schemas": schemas.0 },
    })
}

/// Each client event, and its acknowledgement.
fn describe_client_events(
    schemas: &mut Schemas,
    messages: &mut Map<String, Value>,
    operations: &mut Map<String, Value>,
) {
    let problem = schemas.add::<Problem>();
    for event in ClientEvent::ALL {
        let (payload, data) = schemas.client(*event);
        let name = event.name();
        let answer = format!("{name}.ack");
        messages.insert(name.into(), json!({ "name": name, "payload": payload }));
        messages.insert(answer.clone(), json!({ "name": answer, "payload": ack(&data, &problem) }));
        let operation = json!({
            "action": "receive",
            "channel": channel(),
            "messages": [reference(name)],
            "reply": { "channel": channel(), "messages": [reference(&answer)] },
        });
        operations.insert(key("receive", name), operation);
    }
}

/// The one channel.
fn channel() -> Value {
    json!({ "$ref": "#/channels/main" })
}

fn ack(data: &Value, problem: &Value) -> Value {
    let done = json!({ "type": "object", "required": ["ok", "data"],
        "properties": { "ok": { "const": true }, "data": data } });
    let refused = json!({ "type": "object", "required": ["ok", "error"],
        "properties": { "ok": { "const": false }, "error": problem } });
    json!({ "oneOf": [done, refused] })
}

/// A reference to a message of the channel; `/` is written `~1` in a JSON pointer.
fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/channels/main/messages/{}", name.replace('/', "~1")) })
}

fn key(action: &str, name: &str) -> String {
    let name: Cow<'_, str> = name.replace(':', "_").into();
    format!("{action}_{name}")
}
