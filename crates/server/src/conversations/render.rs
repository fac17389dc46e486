//! Rows to messages, with authors, replies and reactions, in at most three queries, however many messages.

use std::collections::HashMap;

use praca_api::accounts::Author;
use praca_api::limits::{REACTION_USER_IDS, SNIPPET_CHARS};
use praca_api::markup::snippet;
use praca_api::messages::{Mention, Message, Reaction, ReplyTo, Span};
use praca_api::{ConversationId, Seq, UserId};
use sea_orm::ConnectionTrait;

use super::entity::{message, reaction};
use super::mentions::Stored;
use super::store::MessagePlaces;
use super::{Conversations, store};
use crate::error::Result;
use crate::uploads::UsedPicture;

impl Conversations {
    /// These messages, in the order given, read on `conn`.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn render(&self, conn: &impl ConnectionTrait, rows: Vec<message::Model>) -> Result<Vec<Message>> {
        let shown = rows.iter().filter(|row| row.deleted_at.is_none()).map(|row| (row.conversation_id, row.seq));
        let reactions = store::reactions(conn, &MessagePlaces::collect(shown)).await?;
        let replied = rows.iter().filter_map(|row| Some((row.conversation_id, row.reply_to_seq?)));
        let replied = store::messages_at(conn, &MessagePlaces::collect(replied)).await?;
        let mut people: Vec<UserId> = rows.iter().chain(&replied).filter_map(|row| row.author_id).collect();
        people.extend(rows.iter().flat_map(|row| Stored::read(row.mentions.as_ref()).people().collect::<Vec<_>>()));
        people.sort_unstable();
        people.dedup();
        let authors = self.0.accounts.authors(&people).await?;
        let replied: HashMap<_, ReplyTo> =
            replied.iter().map(|row| ((row.conversation_id, row.seq), reply_to(row, &authors))).collect();
        let mut reactions = group_reactions(reactions);
        let message = |row: message::Model| {
            let reply = row.reply_to_seq.and_then(|seq| replied.get(&(row.conversation_id, seq)).cloned());
            let author = row.author_id.and_then(|author| authors.get(&author).cloned());
            let reactions = reactions.remove(&(row.conversation_id, row.seq)).unwrap_or_default();
            let named = Stored::read(row.mentions.as_ref()).shown(&authors);
            message_of(row, author, reply, reactions, named)
        };
        Ok(rows.into_iter().map(message).collect())
    }
}

/// One message from its row and what belongs to it.
pub fn message_of(
    row: message::Model,
    author: Option<Author>,
    reply_to: Option<ReplyTo>,
    reactions: Vec<Reaction>,
    (mentions, here): (Vec<Mention>, Option<Span>),
) -> Message {
    let pictures = UsedPicture::read_all(row.attachments.as_ref());
    Message {
        id: row.id,
        conversation_id: row.conversation_id,
        seq: row.seq,
        kind: row.kind,
        author,
        body: row.body,
        payload: row.payload,
        mentions,
        here,
        reply_to,
        attachments: pictures.iter().map(UsedPicture::attachment).collect(),
        reactions,
        rev: row.rev,
        created_at: row.created_at,
        edited_at: row.edited_at,
        deleted_at: row.deleted_at,
        pinned_at: row.pinned_at,
        nonce: row.nonce,
    }
}

/// What a reply shows of the message it answers.
pub fn reply_to(row: &message::Model, authors: &HashMap<UserId, Author>) -> ReplyTo {
    ReplyTo {
        id: row.id,
        seq: row.seq,
        author: row.author_id.and_then(|author| authors.get(&author).cloned()),
        snippet: snippet(&row.body, SNIPPET_CHARS),
        pictures: UsedPicture::read_all(row.attachments.as_ref()).len(),
    }
}

/// By message, then by emoji in the order of first use.
fn group_reactions(rows: Vec<reaction::Model>) -> HashMap<(ConversationId, Seq), Vec<Reaction>> {
    let mut grouped: HashMap<_, Vec<Reaction>> = HashMap::new();
    for row in rows {
        let of_message = grouped.entry((row.conversation_id, row.message_seq)).or_default();
        let at = of_message.iter().position(|reaction| reaction.emoji == row.emoji).unwrap_or(of_message.len());
        if at == of_message.len() {
            of_message.push(Reaction { emoji: row.emoji, count: 0, user_ids: Vec::new() });
        }
        if let Some(reaction) = of_message.get_mut(at) {
            reaction.count += 1;
            if reaction.user_ids.len() < REACTION_USER_IDS {
                reaction.user_ids.push(row.user_id);
            }
        }
    }
    grouped
}
