//! The AsyncAPI document, generated from the events.

use std::borrow::Cow;
use std::collections::BTreeMap;

use praca_api::Problem;
use praca_api::events::{
    Activity, ClientEvent, EditRoomMessage, Handshake, JoinRoom, Joined, MessageDeleted, MessageDone, MessageRef,
    MessageSent, MessageUpdated, Nothing, ReactToMessage, ReadRoom, Renewed, Restarting, RoleChanged, RoomItems,
    RoomRef, RoomUpdated, SendMessage, ServerEvent, StatusChanged, Typing,
};
use praca_api::messages::ReadState;
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
            ClientEvent::RoomsJoin => (self.add::<JoinRoom>(), self.add::<Joined>()),
            ClientEvent::RoomsLeave | ClientEvent::RoomsTyping => (self.add::<RoomRef>(), self.add::<Nothing>()),
            ClientEvent::RoomsMessageSend => (self.add::<SendMessage>(), self.add::<MessageDone>()),
            ClientEvent::RoomsMessageEdit => (self.add::<EditRoomMessage>(), self.add::<MessageDone>()),
            ClientEvent::RoomsMessageDelete => (self.add::<MessageRef>(), self.add::<MessageDone>()),
            ClientEvent::RoomsMessageReact => (self.add::<ReactToMessage>(), self.add::<MessageDone>()),
            ClientEvent::RoomsRead => (self.add::<ReadRoom>(), self.add::<ReadState>()),
            ClientEvent::AuthRenew => (self.add::<Handshake>(), self.add::<Renewed>()),
        }
    }

    /// Payload of a server event.
    fn server(&mut self, name: &str) -> Option<Value> {
        Some(match name {
            "rooms:message:new" => self.add::<MessageSent>(),
            "rooms:message:updated" => self.add::<MessageUpdated>(),
            "rooms:message:deleted" => self.add::<MessageDeleted>(),
            "rooms:updated" => self.add::<RoomUpdated>(),
            "rooms:typing" => self.add::<Typing>(),
            "rooms:activity" => self.add::<Activity>(),
            "rooms:read" => self.add::<ReadState>(),
            "account:status" => self.add::<StatusChanged>(),
            "account:role" => self.add::<RoleChanged>(),
            "auth:expired" => self.add::<Nothing>(),
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
