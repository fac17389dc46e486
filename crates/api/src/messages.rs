//! Messages of a conversation, the same for rooms and (later) direct messages and deals.

use serde::{Deserialize, Serialize};

use crate::accounts::Author;
use crate::uploads::Attachment;
use crate::wire::words;
use crate::{ConversationId, MessageId, Rev, Seq, Timestamp, UploadId, UserId};

words! {
    /// What a message is.
    MessageKind {
        /// Somebody wrote it.
        Text = "text",
        /// The program wrote it; `payload` says what happened.
        System = "system",
    }
}

/// A person named inside a body; `start` and `end` count Unicode scalar values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Mention {
    /// Who.
    pub user_id: UserId,
    /// Their handle as it is now, whatever the text says.
    pub handle: String,
    /// First character.
    pub start: u32,
    /// One after the last character.
    pub end: u32,
}

/// Characters of a body, counted as Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Span {
    /// The first.
    pub start: u32,
    /// One after the last.
    pub end: u32,
}

/// What a message answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReplyTo {
    /// The message answered.
    pub id: MessageId,
    /// Its place.
    pub seq: Seq,
    /// Who wrote it; none for system messages.
    pub author: Option<Author>,
    /// Its beginning; empty once it is deleted, and where it has pictures alone.
    pub snippet: String,
    /// How many pictures it has.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pictures: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Everyone who reacted with one emoji.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// How many people.
    pub count: u32,
    /// The first 20 of them.
    pub user_ids: Vec<UserId>,
}

/// A message as everyone in the conversation sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Where it stands.
    pub conversation_id: ConversationId,
    /// Its place: 1, 2, 3 … without gaps.
    pub seq: Seq,
    /// Text or system.
    pub kind: MessageKind,
    /// Who wrote it.
    pub author: Option<Author>,
    /// The text; empty once deleted.
    pub body: String,
    /// What a system message tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<serde_json::Value>,
    /// People named in the body, in its order.
    pub mentions: Vec<Mention>,
    /// Where the body calls everybody in the room (`@aqui`), if a moderator did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<Span>,
    /// What it answers.
    pub reply_to: Option<ReplyTo>,
    /// Pictures, in the order their author gave them.
    pub attachments: Vec<Attachment>,
    /// Reactions, in the order of their first use.
    pub reactions: Vec<Reaction>,
    /// Number of its last change.
    pub rev: Rev,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its text last changed.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// When it was pinned.
    pub pinned_at: Option<Timestamp>,
    /// The sender's own name for it, which makes a repeated send harmless.
    pub nonce: Option<String>,
}

/// A page of messages in ascending `seq`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessagePage {
    /// The messages.
    pub items: Vec<Message>,
    /// Whether older ones exist.
    pub has_before: bool,
    /// Whether newer ones exist.
    pub has_after: bool,
}

/// `POST …/messages` and the inner part of `rooms:message:send`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewMessage {
    /// Up to 4,000 characters; may be empty beside pictures.
    pub body: String,
    /// The sender's own name for it, 1 to 64 characters: the same again gives the same message.
    pub nonce: String,
    /// The message answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_id: Option<MessageId>,
    /// Pictures: up to 10 uploads of the sender's, ready and unused, in the order they are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachment_ids: Vec<UploadId>,
}

impl NewMessage {
    /// A text that answers nothing.
    pub fn text(body: impl Into<String>, nonce: impl Into<String>) -> Self {
        Self { body: body.into(), nonce: nonce.into(), reply_to_id: None, attachment_ids: Vec::new() }
    }
}

/// `PATCH …/messages/{messageId}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditMessage {
    /// The new text, up to 4,000 characters.
    pub body: String,
}

/// An earlier text of an edited message, for its author and moderators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// The text as it was.
    pub body: String,
    /// From when it stood.
    pub written_at: Timestamp,
    /// When it was replaced.
    pub replaced_at: Timestamp,
}

/// `PUT …/read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MarkRead {
    /// The newest message seen; beyond the newest counts as the newest, and the cursor never goes back.
    pub seq: Seq,
}

/// Where a person stands in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReadState {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The newest message read.
    pub last_read_seq: Seq,
    /// Messages after it.
    pub unread: i64,
    /// Mentions among them.
    pub mentions: i64,
}
