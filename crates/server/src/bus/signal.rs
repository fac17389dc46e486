//! The signals themselves.

use std::sync::Arc;

use praca_api::events::ServerEvent;
use praca_api::messages::Message;
use praca_api::people::Presence;
use praca_api::{ConversationId, Rev, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// One change to a conversation's messages, at its `rev`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    /// The message as it is after the change; its `rev` is the number of the change.
    pub message: Arc<Message>,
    /// What happened to it.
    pub kind: ChangeKind,
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeKind {
    /// It is new.
    New {
        /// For how long it makes everybody in the room wait, in milliseconds. Known only while it is live.
        room_wait_ms: Option<u64>,
    },
    /// Its text or its reactions changed.
    Updated,
    /// It was deleted.
    Deleted {
        /// The moderator who deleted somebody else's message. Known only while it is live.
        moderator: Option<UserId>,
    },
    /// It was pinned.
    Pinned {
        /// Who pinned it.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// It was unpinned.
    Unpinned {
        /// Who unpinned it.
        by: UserId,
        /// When.
        at: Timestamp,
    },
}

impl ChangeKind {
    /// What can be told of an older message's last change from its row.
    pub fn of(message: &Message) -> Self {
        if message.deleted_at.is_some() { Self::Deleted { moderator: None } } else { Self::Updated }
    }
}

impl Change {
    /// Number of the change.
    pub fn rev(&self) -> Rev {
        self.message.rev
    }

    /// Whether the message is new.
    pub fn is_new(&self) -> bool {
        matches!(self.kind, ChangeKind::New { .. })
    }
}

/// Whose sockets get the changes of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Hearers {
    /// Those that joined it.
    Joined,
    /// Those that joined it, and all of these people.
    People(Vec<UserId>),
}

/// Who hears an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Audience {
    /// Sockets in a conversation.
    Conversation {
        /// Which.
        id: ConversationId,
        /// But for the one it came from.
        except: Option<String>,
        /// And for those of these people.
        without: Vec<UserId>,
    },
    /// Sockets of a conversation's members, wherever they are.
    Members {
        /// Which.
        id: ConversationId,
        /// But for those of these people.
        without: Vec<UserId>,
    },
    /// Sockets of a person, but for one.
    Person {
        /// Who.
        id: UserId,
        /// The socket it came from.
        except: Option<String>,
    },
}

/// A person came, went, or is idle: over all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// Who.
    pub user: UserId,
    /// How they are now.
    pub state: Presence,
    /// Since when.
    pub at: Timestamp,
}

/// Somebody may see others, or be seen by them, who did not, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sight {
    /// Who sees and is seen.
    pub of: UserId,
    /// By whom, and whom; everybody, if none.
    pub with: Option<UserId>,
    /// Whether it may be more than before; else less.
    pub gains: bool,
}

/// A row whose copies are no longer true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CacheKey {
    /// A person and all their sessions.
    Person(UserId),
    /// A conversation and its settings.
    Conversation(ConversationId),
    /// The blocks a person has part in.
    Blocks(UserId),
    /// A person's place in a conversation.
    Membership(ConversationId, UserId),
    /// The signing keys.
    SigningKeys,
    /// What ads are sorted into.
    Categories,
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
        /// Whose sockets get them.
        hearers: Hearers,
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
    /// People whose last socket on one node left a conversation; a node where they still are says so to the coordinator.
    Left(Vec<(ConversationId, UserId)>),
    /// People came, went, or are idle.
    Seen(Vec<Sighting>),
    /// Who sees whether others are there may have changed.
    Sight(Sight),
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
