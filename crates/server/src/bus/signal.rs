//! The signals themselves.

use std::sync::Arc;

use praca_api::events::ServerEvent;
use praca_api::messages::Message;
use praca_api::{ConversationId, Rev, SessionId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// One change to a conversation's messages, at its `rev`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    /// The message as it is after the change; its `rev` is the number of the change.
    pub message: Arc<Message>,
    /// Whether the message is new.
    pub new: bool,
    /// For how long a new message makes everybody in the room wait, in milliseconds. Known only while it is live.
    pub room_wait_ms: Option<u64>,
}

impl Change {
    /// Number of the change.
    pub fn rev(&self) -> Rev {
        self.message.rev
    }
}

/// Who hears an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Audience {
    /// Sockets in a conversation, but for one.
    Conversation {
        /// Which.
        id: ConversationId,
        /// The socket it came from.
        except: Option<String>,
    },
    /// Sockets of a person, but for one.
    Person {
        /// Who.
        id: UserId,
        /// The socket it came from.
        except: Option<String>,
    },
}

/// A row whose copies are no longer true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CacheKey {
    /// A person and all their sessions.
    Person(UserId),
    /// A conversation and its settings.
    Conversation(ConversationId),
    /// A person's place in a conversation.
    Membership(ConversationId, UserId),
    /// The signing keys.
    SigningKeys,
}

/// What one node tells all.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Signal {
    /// Messages of a conversation changed, in ascending `rev`.
    Changes {
        /// Which conversation.
        conversation: ConversationId,
        /// The changes.
        changes: Vec<Change>,
    },
    /// An event for some sockets.
    Emit {
        /// For whom.
        to: Audience,
        /// Its name on the wire.
        name: String,
        /// Its payload, encoded once.
        payload: Box<RawValue>,
    },
    /// Sockets of these sessions close; of all the person's, if none is named.
    Close {
        /// Whose.
        user: UserId,
        /// Which sessions.
        sessions: Option<Vec<SessionId>>,
    },
    /// A person joined or left a conversation.
    Membership {
        /// Which.
        conversation: ConversationId,
        /// Who.
        user: UserId,
        /// Whether they are a member now.
        member: bool,
    },
    /// A person's last socket on one node left a conversation; a node where they still are says so to the coordinator.
    Left {
        /// Which.
        conversation: ConversationId,
        /// Who.
        user: UserId,
    },
    /// Drop copies of a row.
    Forget(CacheKey),
    /// Signals were lost: drop every copy and compare every conversation with the database. Never sent between nodes.
    #[serde(skip)]
    Resync,
}

impl Signal {
    /// An event for some sockets.
    pub fn emit(to: Audience, event: &ServerEvent) -> Self {
        let payload = serde_json::value::to_raw_value(event).unwrap_or_else(|error| {
            tracing::error!(%error, event = event.name(), "event cannot be encoded");
            RawValue::NULL.to_owned()
        });
        Self::Emit { to, name: event.name().into(), payload }
    }
}
