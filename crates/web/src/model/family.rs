//! The two kinds of conversations, told apart only where the server is spoken to.

use praca_api::ConversationId;
use praca_api::events::{InDm, InRoom};
use serde::{Deserialize, Serialize};

/// What kind of conversation it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Family {
    /// A room.
    #[default]
    Room,
    /// Of two people.
    Dm,
}

impl Family {
    /// The address of the page of one of them, by its slug or the other's handle.
    pub fn address(self, name: &str) -> String {
        match self {
            Self::Room => format!("/salas/{name}"),
            Self::Dm => format!("/mensagens/{name}"),
        }
    }

    /// The name of an event: `message:send` of rooms is `rooms:message:send`.
    pub fn event(self, what: &str) -> String {
        match self {
            Self::Room => format!("rooms:{what}"),
            Self::Dm => format!("dms:{what}"),
        }
    }
}

/// A conversation, and what kind it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spot {
    /// Its kind.
    pub family: Family,
    /// Its id.
    pub id: ConversationId,
}

/// Something about a conversation, as its kind writes it.
#[derive(Serialize)]
#[serde(untagged)]
pub enum About<T> {
    /// About a room.
    Room(InRoom<T>),
    /// About a conversation of two.
    Dm(InDm<T>),
}

impl Spot {
    /// A room.
    pub fn room(id: ConversationId) -> Self {
        Self { family: Family::Room, id }
    }

    /// A conversation of two.
    pub fn dm(id: ConversationId) -> Self {
        Self { family: Family::Dm, id }
    }

    /// Something about it.
    pub fn about<T>(self, what: T) -> About<T> {
        match self.family {
            Family::Room => About::Room(InRoom { room_id: self.id, what }),
            Family::Dm => About::Dm(InDm { conversation_id: self.id, what }),
        }
    }

    /// Its address in the REST API.
    pub fn path(self) -> String {
        match self.family {
            Family::Room => format!("/rooms/{}", self.id),
            Family::Dm => format!("/dms/{}", self.id),
        }
    }
}
