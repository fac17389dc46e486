//! The one task that stores messages, in groups.
//!
//! It takes what queued while its last transaction ran and stores it in the next: no timer, so idle costs no delay, and a
//! burst shares one commit. Conversations are locked in one order, so that two nodes cannot wait for each other; nonces
//! already stored are found under that lock, so that a repeat takes no `seq`. A group that fails is tried one by one.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use praca_api::accounts::Author;
use praca_api::messages::{Message, MessageKind, ReplyTo};
use praca_api::{ConversationId, MessageId, ProblemCode, Rev, Seq, Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, Query, TableRef, ValueTuple};
use sea_orm::{ConnectionTrait, EntityTrait as _, ExprTrait as _};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::announce::{accept, announce};
use super::entity::{conversation, membership, message};
use super::mentions::Mentions;
use super::pairs::{Gate, gates};
use super::render::message_of;
use super::store;
use crate::accounts::Accounts;
use crate::base::Base;
use crate::error::{Error, Result};
use crate::events::Pair;

/// Messages that may wait; more are refused.
const QUEUE: usize = 8_192;

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
    /// The other of the two refused or blocked, or was blocked, before it was stored.
    Denied,
}

struct Order {
    draft: Draft,
    queued: Instant,
    done: oneshot::Sender<Result<Stored>>,
}

/// A handle to the task.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Order>,
    stop: CancellationToken,
    task: TaskTracker,
}

impl Writer {
    /// Starts the task.
    pub fn start(base: Base, accounts: Accounts) -> Self {
        let (queue, orders) = mpsc::channel(QUEUE);
        let stop = CancellationToken::new();
        let task = TaskTracker::new();
        task.spawn(run(Store { base, accounts }, orders, stop.clone()));
        task.close();
        Self { queue, stop, task }
    }

    /// Stores a message; returns once it is committed.
    ///
    /// # Errors
    /// `service.unavailable` when the queue is full or the database is gone.
    pub async fn store(&self, draft: Draft) -> Result<Stored> {
        let (done, stored) = oneshot::channel();
        let order = Order { draft, queued: Instant::now(), done };
        if self.stop.is_cancelled() || self.queue.try_send(order).is_err() {
            return Err(Error::unavailable("Too many messages are waiting; try again in a moment."));
        }
        stored.await.unwrap_or_else(|_| Err(Error::unavailable("The message was not stored; try again.")))
    }

    /// Stores what is queued and stops.
    pub async fn finish(&self) {
        self.stop.cancel();
        self.task.wait().await;
    }
}

/// What storing needs.
struct Store {
    base: Base,
    accounts: Accounts,
}

async fn run(store: Store, mut orders: mpsc::Receiver<Order>, stop: CancellationToken) {
    let most = store.base.config.message_group.size();
    loop {
        let mut group = Vec::new();
        let taken = tokio::select! {
            biased;
            taken = orders.recv_many(&mut group, most) => taken,
            () = stop.cancelled(), if !orders.is_closed() => {
                // What is queued is still stored; then the empty, closed queue ends the loop.
                orders.close();
                continue;
            }
        };
        if taken == 0 {
            return;
        }
        // Whoever waits for a group that panicked is told to try again; the next one is stored.
        if AssertUnwindSafe(store_all(&store, group)).catch_unwind().await.is_err() {
            tracing::error!("storing a group of messages panicked");
        }
    }
}

async fn store_all(store: &Store, orders: Vec<Order>) {
    let drafts: Vec<&Draft> = orders.iter().map(|order| &order.draft).collect();
    let outcomes = match store_group(store, &drafts).await {
        Ok(stored) => stored.into_iter().map(Ok).collect(),
        Err(error) if drafts.len() == 1 => vec![Err(error)],
        // One by one they would all wait for the same database in vain.
        Err(error) if error.is(ProblemCode::ServiceUnavailable) => drafts.iter().map(|_| Err(error.clone())).collect(),
        Err(error) => {
            tracing::warn!(%error, group = drafts.len(), "a group of messages failed; trying one by one");
            let mut outcomes = Vec::with_capacity(drafts.len());
            for draft in &drafts {
                outcomes.push(store_group(store, &[draft]).await.map(|mut stored| stored.remove(0)));
            }
            outcomes
        }
    };
    metrics::histogram!("praca_message_group_size").record(u32::try_from(orders.len()).unwrap_or(u32::MAX));
    for (order, outcome) in orders.into_iter().zip(outcomes) {
        metrics::histogram!("praca_message_commit_seconds").record(order.queued.elapsed().as_secs_f64());
        // The sender may have gone; the message stays.
        let _ = order.done.send(outcome);
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
async fn store_group(Store { base, accounts }: &Store, drafts: &[&Draft]) -> Result<Vec<Stored>> {
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
        if draft.of_two && !let_in(draft, &mut gates, &mut accepted) {
            outcomes.push(Stored::Denied);
            continue;
        }
        let counter = counters.get_mut(&draft.conversation).ok_or_else(Error::not_found)?;
        let written = draft.written_at.unwrap_or(now);
        *counter = Counters { seq: counter.seq.next(), rev: counter.rev.next(), grown: Some(written) };
        let row = row_of(draft, counter, now);
        let stored = Stored::New(Arc::new(draft.message(row.clone())));
        rows.push(row);
        known.insert(key, stored.clone());
        outcomes.push(stored);
    }
    if !rows.is_empty() {
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        insert(tx.conn(), rows).await?;
        grow_counters(tx.conn(), &counters).await?;
        move_cursors(tx.conn(), &outcomes).await?;
        accept(&mut tx, accepted, now).await?;
        announce(&mut tx, drafts, &outcomes, &gates).await?;
        tx.commit().await?;
        metrics::counter!("praca_messages_stored_total").increment(count);
    }
    Ok(outcomes)
}

/// Whether the two may write: asked under the lock of their conversation. To answer a first contact is to accept it.
fn let_in(
    draft: &Draft,
    gates: &mut HashMap<ConversationId, Gate>,
    accepted: &mut Vec<(ConversationId, Pair)>,
) -> bool {
    let Some(gate) = gates.get_mut(&draft.conversation).filter(|gate| gate.lets(draft.author.id)) else { return false };
    if !gate.pair.accepted && gate.pair.requested_by != draft.author.id {
        accepted.push((draft.conversation, gate.pair));
        gate.pair.accepted = true;
    }
    true
}

fn row_of(draft: &Draft, counter: &Counters, now: Timestamp) -> message::Model {
    message::Model {
        conversation_id: draft.conversation,
        seq: counter.seq,
        id: draft.id,
        kind: MessageKind::Text,
        author_id: Some(draft.author.id),
        body: draft.body.clone(),
        payload: None,
        mentions: draft.mentions.stored(),
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

/// One's own message moves one's cursor.
async fn move_cursors(conn: &impl ConnectionTrait, outcomes: &[Stored]) -> Result<()> {
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
    let values = newest.into_iter().map(|((id, user), seq)| ValueTuple::Three(id.into(), user.into(), seq.into()));
    let mut update = Query::update();
    update
        .table(Entity)
        .value(Column::LastReadSeq, Expr::col(("v", "column3")))
        .from(TableRef::ValuesList(values.collect(), "v".into()))
        .and_where(Expr::col((Entity, Column::ConversationId)).eq(Expr::col(("v", "column1"))))
        .and_where(Expr::col((Entity, Column::UserId)).eq(Expr::col(("v", "column2"))))
        .and_where(Expr::col((Entity, Column::LastReadSeq)).lt(Expr::col(("v", "column3"))));
    conn.execute(&update).await?;
    Ok(())
}

impl Stored {
    /// The message, if it was not stored before.
    pub fn as_new(&self) -> Option<&Arc<Message>> {
        match self {
            Self::New(message) => Some(message),
            Self::Repeated(_) | Self::Denied => None,
        }
    }
}
