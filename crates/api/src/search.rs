//! What somebody finds: messages and people.

use serde::{Deserialize, Serialize};

use crate::ConversationId;
use crate::messages::Message;
use crate::wire::words;

words! {
    /// In which order messages are found.
    SearchOrder {
        /// The newest first.
        Newest = "newest",
        /// Those that fit best first, of the newest that fit.
        Best = "best",
    }
}

words! {
    /// What a conversation is.
    ConversationKind {
        /// A room.
        Room = "room",
        /// Of two people.
        Dm = "dm",
        /// Of the two of a deal.
        Deal = "deal",
    }
}

/// Where a message was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FoundIn {
    /// Which conversation.
    pub id: ConversationId,
    /// What it is.
    pub kind: ConversationKind,
    /// The room's name, or the other's.
    pub name: String,
    /// What the address of its page ends with: the room's slug, or the other's handle.
    pub address: String,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// The message.
    pub message: Message,
    /// Where it stands.
    pub conversation: FoundIn,
    /// What of its text was looked for, from and up to, in Unicode scalar values.
    pub highlights: Vec<[u32; 2]>,
}
