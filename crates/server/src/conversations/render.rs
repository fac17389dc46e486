//! Rows to messages, with authors, replies and reactions, in a fixed number of queries a page.

use std::collections::HashMap;

use praca_api::accounts::Author;
use praca_api::limits::{REACTION_USER_IDS, SNIPPET_CHARS};
use praca_api::messages::{Message, Reaction, ReplyTo};
use praca_api::text::snippet;
use praca_api::{ConversationId, Seq, UserId};
use sea_orm::ConnectionTrait;

use super::entity::{message, reaction};
use super::{Conversations, store};
use crate::error::Result;

impl Conversations {
    /// These messages of one conversation, in the order given, read on `conn`.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn render(
        &self,
        conn: &impl ConnectionTrait,
        id: ConversationId,
        rows: Vec<message::Model>,
    ) -> Result<Vec<Message>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let seqs: Vec<Seq> = rows.iter().filter(|row| row.deleted_at.is_none()).map(|row| row.seq).collect();
        let replied: Vec<Seq> = rows.iter().filter_map(|row| row.reply_to_seq).collect();
        let replied = store::messages_at(conn, id, &replied).await?;
        let mut reactions = group_reactions(store::reactions(conn, id, &seqs).await?);
        let mut people: Vec<UserId> = rows.iter().chain(&replied).filter_map(|row| row.author_id).collect();
        people.sort_unstable();
        people.dedup();
        let mut authors = HashMap::with_capacity(people.len());
        for person in people {
            authors.insert(person, self.0.accounts.author(person).await?);
        }
        let replied: HashMap<Seq, ReplyTo> = replied.iter().map(|row| (row.seq, reply_to(row, &authors))).collect();
        let message = |row: message::Model| {
            let reply = row.reply_to_seq.and_then(|seq| replied.get(&seq).cloned());
            let author = row.author_id.and_then(|author| authors.get(&author).cloned());
            let reactions = reactions.remove(&row.seq).unwrap_or_default();
            message_of(row, author, reply, reactions)
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
) -> Message {
    Message {
        id: row.id,
        conversation_id: row.conversation_id,
        seq: row.seq,
        kind: row.kind,
        author,
        body: row.body,
        payload: row.payload,
        mentions: Vec::new(),
        reply_to,
        attachments: Vec::new(),
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
    }
}

/// By message, then by emoji in the order of first use.
fn group_reactions(rows: Vec<reaction::Model>) -> HashMap<Seq, Vec<Reaction>> {
    let mut grouped: HashMap<Seq, Vec<Reaction>> = HashMap::new();
    for row in rows {
        let of_message = grouped.entry(row.message_seq).or_default();
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
