//! Conversations of two.

use serde::{Deserialize, Serialize};

use crate::messages::Message;
use crate::people::PersonSeen;
use crate::wire::words;
use crate::{ConversationId, Rev, Seq, UserId};

words! {
    /// What a conversation of two is to the one asking.
    DmState {
        /// Both may write.
        Open = "open",
        /// First contact, which the one asked has not accepted yet.
        Requested = "requested",
        /// I block the other.
        Blocked = "blocked",
    }
}

/// How far the other has come, as far as they tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PeerCursors {
    /// The newest message a client of theirs has.
    pub delivered_seq: Seq,
    /// The newest message they have read; 0 when one of the two keeps that to themselves.
    pub read_seq: Seq,
}

/// A conversation of two, as one of them sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Dm {
    /// Its id.
    pub id: ConversationId,
    /// The other.
    pub with: PersonSeen,
    /// The newest message's `seq`.
    pub last_seq: Seq,
    /// The newest change's `rev`.
    pub last_rev: Rev,
    /// The newest message.
    pub last_message: Option<Message>,
    /// Messages after my cursor.
    pub unread: i64,
    /// Whether it stays quiet for me.
    pub muted: bool,
    /// My read cursor.
    pub last_read_seq: Seq,
    /// How far the other has come.
    pub peer: PeerCursors,
    /// Whether I may write.
    pub state: DmState,
    /// Who made the first contact (the viewer, while nothing is written): while it is `requested`, the other accepts or
    /// refuses.
    pub requested_by: UserId,
    /// Changes when a restore rewound it: then start over.
    pub epoch: i32,
}
