//! The one task that stores messages, in groups (`db::groups`).
//!
//! Conversations are locked in one order, so that two nodes cannot wait for each other; nonces already stored are found
//! under that lock, so that a repeat takes no `seq`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use praca_api::accounts::Author;
use praca_api::messages::{Message, MessageKind, ReplyTo};
use praca_api::{ConversationId, MessageId, ProblemCode, Rev, Seq, Timestamp, UploadId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, Query, TableRef, ValueTuple};
use sea_orm::{ConnectionTrait, EntityTrait as _, ExprTrait as _};

use super::announce::{accept, announce};
use super::entity::{conversation, membership, message};
use super::mentions::Mentions;
use super::pairs::{Gate, gates};
use super::render::message_of;
use super::store;
use crate::accounts::Accounts;
use crate::base::Base;
use crate::db::Tx;
use crate::db::dialect::Dialect;
use crate::db::groups::{GroupWork, Groups};
use crate::error::{Error, Result};
use crate::events::Pair;
use crate::notices;
use crate::uploads::{Use, UsedPicture, take};

/// A checked message on its way to the database.
#[derive(Clone)]
pub struct Draft {
    pub id: MessageId,
    pub conversation: ConversationId,
    /// Whether the conversation is of two people: whether they may write is asked under its lock.
    pub of_two: bool,
    pub author: Author,
    pub body: String,
    pub nonce: String,
    pub mentions: Mentions,
    pub reply: Option<ReplyTo>,
    pub pictures: Vec<UploadId>,
    /// The room's own clock of slow mode, if this message starts it.
    pub room_wait: Option<Duration>,
    /// Another moment than that of storing it.
    pub written_at: Option<Timestamp>,
}

/// What became of a draft.
#[derive(Clone)]
pub enum Stored {
    /// It is stored.
    New(Arc<Message>),
    /// Its nonce was stored before.
    Repeated(Box<message::Model>),
    /// The other of the two refused or blocked, or was blocked, before it was stored; or a picture was used meanwhile.
    Refused(Error),
}

/// Stores messages, in groups.
pub struct Writer {
    base: Base,
    accounts: Accounts,
}

impl Writer {
    /// Starts its task.
    pub fn start(base: Base, accounts: Accounts) -> Groups<Self> {
        let most = base.config.message_group.size();
        Groups::start(Self { base, accounts }, most)
    }
}

impl GroupWork for Writer {
    type Wish = Draft;
    type Outcome = Stored;
    const SIZE: &'static str = "praca_message_group_size";
    const SECONDS: &'static str = "praca_message_commit_seconds";

    async fn run(&self, drafts: &[&Draft]) -> Result<Vec<Stored>> {
        store_group(self, drafts).await
    }
}

/// The counters of a locked conversation, and what they grew to.
struct Counters {
    seq: Seq,
    rev: Rev,
    /// When the newest message was written; none if there is no new one.
    grown: Option<Timestamp>,
}

impl Counters {
    fn of(row: &conversation::Model) -> Self {
        Self { seq: row.last_seq, rev: row.last_rev, grown: None }
    }
}

impl Draft {
    /// The message of its row.
    fn message(&self, row: message::Model) -> Message {
        let named = (self.mentions.people.clone(), self.mentions.here);
        message_of(row, Some(self.author.clone()), self.reply.clone(), Vec::new(), named)
    }
}

/// Stores a group in one transaction; the outcomes in the order of the drafts.
async fn store_group(Writer { base, accounts }: &Writer, drafts: &[&Draft]) -> Result<Vec<Stored>> {
    let mut tx = base.begin().await?;
    let mut ids: Vec<ConversationId> = drafts.iter().map(|draft| draft.conversation).collect();
    ids.sort_unstable();
    ids.dedup();
    let locked = store::lock_conversations(tx.conn(), &ids).await?;
    let mut counters: HashMap<ConversationId, Counters> =
        locked.into_iter().map(|row| (row.id, Counters::of(&row))).collect();
    let mut known = stored_nonces(tx.conn(), &ids, drafts).await?;
    let of_two: Vec<ConversationId> = drafts.iter().filter(|d| d.of_two).map(|d| d.conversation).collect();
    let mut gates = if of_two.is_empty() { HashMap::new() } else { gates(tx.conn(), accounts, &of_two).await? };
    let mut accepted = Vec::new();
    let now = base.clock.now();
    let mut rows = Vec::new();
    let mut outcomes = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let key = (draft.conversation, draft.author.id, draft.nonce.as_str());
        if let Some(stored) = known.get(&key) {
            outcomes.push(stored.clone());
            continue;
        }
        if draft.of_two && !gates.get(&draft.conversation).is_some_and(|gate| gate.lets(draft.author.id)) {
            outcomes.push(Stored::Refused(Error::denied()));
            continue;
        }
        let counter = counters.get_mut(&draft.conversation).ok_or_else(Error::not_found)?;
        let seq = counter.seq.next();
        let Some(pictures) = take_pictures(tx.conn(), draft, seq, now, &mut outcomes).await? else { continue };
        accepted.extend(gates.get_mut(&draft.conversation).and_then(|gate| answered(draft, gate)));
        let written = draft.written_at.unwrap_or(now);
        *counter = Counters { seq, rev: counter.rev.next(), grown: Some(written) };
        let row = row_of(draft, counter, &pictures, now);
        let stored = Stored::New(Arc::new(draft.message(row.clone())));
        rows.push(row);
        known.insert(key, stored.clone());
        outcomes.push(stored);
    }
    if !rows.is_empty() {
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        insert(tx.conn(), rows).await?;
        grow_counters(tx.conn(), &counters).await?;
        move_cursors(&mut tx, &outcomes, now).await?;
        accept(&mut tx, accepted, now).await?;
        announce(&mut tx, drafts, &outcomes, &gates).await?;
        tx.commit().await?;
        base.metrics.count_messages(count);
    }
    Ok(outcomes)
}

/// To answer a first contact, with a message that is stored, is to accept it.
fn answered(draft: &Draft, gate: &mut Gate) -> Option<(ConversationId, Pair)> {
    if gate.pair.accepted || gate.pair.requested_by == draft.author.id {
        return None;
    }
    let pair = gate.pair;
    gate.accept();
    Some((draft.conversation, pair))
}

/// Takes the pictures of a draft into use, for the message that will stand at `seq`; none, and its outcome, if one of them
/// cannot be used.
async fn take_pictures(
    conn: &impl ConnectionTrait,
    draft: &Draft,
    seq: Seq,
    now: Timestamp,
    outcomes: &mut Vec<Stored>,
) -> Result<Option<Vec<UsedPicture>>> {
    if draft.pictures.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let message = Use::Message { conversation: draft.conversation, seq, private: draft.of_two };
    match take(conn, draft.author.id, &draft.pictures, message, now).await {
        Ok(pictures) => Ok(Some(pictures)),
        Err(error) if error.is(ProblemCode::UploadsRejected) => {
            outcomes.push(Stored::Refused(error));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn row_of(draft: &Draft, counter: &Counters, pictures: &[UsedPicture], now: Timestamp) -> message::Model {
    message::Model {
        conversation_id: draft.conversation,
        seq: counter.seq,
        id: draft.id,
        kind: MessageKind::Text,
        author_id: Some(draft.author.id),
        body: draft.body.clone(),
        payload: None,
        mentions: draft.mentions.stored(),
        attachments: UsedPicture::store_all(pictures),
        reply_to_seq: draft.reply.as_ref().map(|reply| reply.seq),
        nonce: Some(draft.nonce.clone()),
        rev: counter.rev,
        created_at: draft.written_at.unwrap_or(now),
        edited_at: None,
        deleted_at: None,
        pinned_at: None,
    }
}

/// What is already stored of these drafts, a query a conversation.
async fn stored_nonces<'a>(
    conn: &impl ConnectionTrait,
    ids: &[ConversationId],
    drafts: &[&'a Draft],
) -> Result<HashMap<(ConversationId, UserId, &'a str), Stored>> {
    let mut known = HashMap::new();
    for id in ids {
        let here: Vec<&&Draft> = drafts.iter().filter(|draft| draft.conversation == *id).collect();
        let rows = store::messages_by_nonces(
            conn,
            *id,
            here.iter().map(|draft| draft.author.id).collect(),
            here.iter().map(|draft| draft.nonce.clone()).collect(),
        )
        .await?;
        for row in rows {
            let matching = |draft: &&&&'a Draft| {
                row.author_id == Some(draft.author.id) && row.nonce.as_deref() == Some(&draft.nonce)
            };
            if let Some(draft) = here.iter().find(matching) {
                known.insert((*id, draft.author.id, draft.nonce.as_str()), Stored::Repeated(Box::new(row)));
            }
        }
    }
    Ok(known)
}

async fn insert(conn: &impl ConnectionTrait, rows: Vec<message::Model>) -> Result<()> {
    let rows = rows.into_iter().map(|row| message::ActiveModel {
        conversation_id: Set(row.conversation_id),
        seq: Set(row.seq),
        id: Set(row.id),
        kind: Set(row.kind),
        author_id: Set(row.author_id),
        body: Set(row.body),
        payload: Set(row.payload),
        mentions: Set(row.mentions),
        attachments: Set(row.attachments),
        reply_to_seq: Set(row.reply_to_seq),
        nonce: Set(row.nonce),
        rev: Set(row.rev),
        created_at: Set(row.created_at),
        edited_at: Set(row.edited_at),
        deleted_at: Set(row.deleted_at),
        pinned_at: Set(row.pinned_at),
    });
    message::Entity::insert_many(rows).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes the grown counters, in one statement.
async fn grow_counters(conn: &impl ConnectionTrait, counters: &HashMap<ConversationId, Counters>) -> Result<()> {
    use conversation::{Column, Entity};
    let values = counters.iter().filter_map(|(id, counter)| {
        let written = counter.grown?;
        Some(ValueTuple::Many(vec![(*id).into(), counter.seq.into(), counter.rev.into(), written.into()]))
    });
    let mut update = Query::update();
    update
        .table(Entity)
        .value(Column::LastSeq, Expr::col(("v", "column2")))
        .value(Column::LastRev, Expr::col(("v", "column3")))
        .value(Column::ActiveAt, Expr::col(("v", "column4")))
        .from(TableRef::ValuesList(values.collect(), "v".into()))
        .and_where(Expr::col((Entity, Column::Id)).eq(Expr::col(("v", "column1"))));
    conn.execute(&update).await?;
    Ok(())
}

/// One's own message moves one's cursor: who writes has read what there was.
async fn move_cursors(tx: &mut Tx, outcomes: &[Stored], now: Timestamp) -> Result<()> {
    use membership::{Column, Entity};
    let mut newest: HashMap<(ConversationId, UserId), Seq> = HashMap::new();
    for message in outcomes.iter().filter_map(Stored::as_new) {
        if let Some(author) = &message.author {
            let cursor = newest.entry((message.conversation_id, author.id)).or_default();
            if *cursor < message.seq {
                *cursor = message.seq;
            }
        }
    }
    let places: Vec<(ConversationId, UserId)> = newest.keys().copied().collect();
    if Dialect::of(tx.conn()) == Dialect::Postgres {
        store::lock_memberships(tx.conn(), &places).await?;
    }
    let read: Vec<_> = newest.iter().map(|((id, user), seq)| (*id, *user, *seq)).collect();
    let values = newest.into_iter().map(|((id, user), seq)| ValueTuple::Three(id.into(), user.into(), seq.into()));
    let mut update = Query::update();
    update
        .table(Entity)
        .value(Column::LastReadSeq, Expr::col(("v", "column3")))
        .from(TableRef::ValuesList(values.collect(), "v".into()))
        .and_where(Expr::col((Entity, Column::ConversationId)).eq(Expr::col(("v", "column1"))))
        .and_where(Expr::col((Entity, Column::UserId)).eq(Expr::col(("v", "column2"))))
        .and_where(Expr::col((Entity, Column::LastReadSeq)).lt(Expr::col(("v", "column3"))));
    tx.conn().execute(&update).await?;
    notices::read_with(tx, &read, now).await
}

impl Stored {
    /// The message, if it was not stored before.
    pub fn as_new(&self) -> Option<&Arc<Message>> {
        match self {
            Self::New(message) => Some(message),
            Self::Repeated(_) | Self::Refused(_) => None,
        }
    }
}
