//! Cursors: how far a person has read, and, between two people, how far the other may know they have come. They only go
//! forward, and never past the newest message.

use praca_api::events::Receipt;
use praca_api::messages::ReadState;
use praca_api::{ConversationId, Seq, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::access::{ConversationAccess, Read};
use super::entity::membership::{Column, Entity, Model};
use super::{Conversations, entity, store};
use crate::error::{Error, Result};
use crate::events::Event;

/// Unread messages, given both counters: a subtraction.
pub fn read_state(conversation_id: ConversationId, last_seq: Seq, last_read_seq: Seq, mentions: i64) -> ReadState {
    ReadState { conversation_id, last_read_seq, unread: (last_seq.0 - last_read_seq.0).max(0), mentions }
}

/// The cursors of one person.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Cursors {
    read: Seq,
    delivered: Seq,
    receipt: Seq,
}

impl Cursors {
    fn of(row: &Model) -> Self {
        Self { read: row.last_read_seq, delivered: row.delivered_seq, receipt: row.receipt_seq }
    }

    /// The farther of each.
    fn max(self, other: Self) -> Self {
        Self {
            read: self.read.max(other.read),
            delivered: self.delivered.max(other.delivered),
            receipt: self.receipt.max(other.receipt),
        }
    }
}

impl Conversations {
    /// Moves the person's read cursor forward, and tells their other sockets; between two people, also the other, if the
    /// person shares that.
    ///
    /// # Errors
    /// `access.denied` for one who is not a member.
    pub async fn mark_read(
        &self,
        access: &ConversationAccess<Read>,
        seq: Seq,
        socket: Option<String>,
    ) -> Result<ReadState> {
        let shares = access.reaches_peer() && self.0.accounts.preferences_of(access.actor().id()).await?.read_receipts;
        let reach = |seq: Seq| Cursors {
            read: seq,
            delivered: if access.reaches_peer() { seq } else { Seq::ZERO },
            receipt: if shares { seq } else { Seq::ZERO },
        };
        let (last_seq, now) = self.advance(access, seq, reach, socket).await?;
        let mentions = self.mentions_in(access).await?;
        Ok(read_state(access.id(), last_seq, now.read, mentions))
    }

    /// Notes that a client of the person has all messages up to `seq`.
    ///
    /// # Errors
    /// As [`Conversations::mark_read`].
    pub async fn mark_delivered(&self, access: &ConversationAccess<Read>, seq: Seq) -> Result<()> {
        if !access.reaches_peer() {
            return Ok(());
        }
        let reach = |seq: Seq| Cursors { read: Seq::ZERO, delivered: seq, receipt: Seq::ZERO };
        self.advance(access, seq, reach, None).await.map(drop)
    }

    /// Moves cursors to where `reach` says for `seq`, or for the newest message before it.
    async fn advance(
        &self,
        access: &ConversationAccess<Read>,
        seq: Seq,
        reach: impl Fn(Seq) -> Cursors,
        socket: Option<String>,
    ) -> Result<(Seq, Cursors)> {
        let (id, user) = (access.id(), access.actor().id());
        let base = &self.0.base;
        let last_seq = store::conversation(base.db.read(), id).await?.ok_or_else(Error::not_found)?.last_seq;
        let wish = reach(seq.min(last_seq));
        let cursors = async |conn: &_| {
            let row = store::membership(conn, id, user).await?.ok_or_else(Error::denied)?;
            Ok::<Cursors, Error>(Cursors::of(&row))
        };
        let before = cursors(base.db.read()).await?;
        if before.max(wish) == before {
            // Nothing moves, so the one writer of SQLite is left to who needs it.
            return Ok((last_seq, before));
        }
        let mut tx = base.begin().await?;
        let before = lock_place(tx.conn(), id, user).await?.map(|row| Cursors::of(&row)).ok_or_else(Error::denied)?;
        let now = before.max(wish);
        if now == before {
            return Ok((last_seq, now));
        }
        Entity::update_many()
            .col_expr(Column::LastReadSeq, Expr::value(now.read))
            .col_expr(Column::DeliveredSeq, Expr::value(now.delivered))
            .col_expr(Column::ReceiptSeq, Expr::value(now.receipt))
            .filter(Column::ConversationId.eq(id))
            .filter(Column::UserId.eq(user))
            .exec(tx.conn())
            .await?;
        self.tell_cursors(&mut tx, access, (before, now), last_seq, socket).await?;
        tx.commit().await?;
        self.measure(access, (before, now)).await;
        Ok((last_seq, now))
    }

    /// Says what moved: to the person's own sockets, and to the other of the two.
    async fn tell_cursors(
        &self,
        tx: &mut crate::db::Tx,
        access: &ConversationAccess<Read>,
        (before, now): (Cursors, Cursors),
        last_seq: Seq,
        socket: Option<String>,
    ) -> Result<()> {
        let (id, user) = (access.id(), access.actor().id());
        let Some(pair) = access.pair() else {
            let mentions = store::unread_mentions(tx.conn(), user, Some(id), self.blocked(user).await?).await?;
            let mentions = mentions.get(&id).copied().unwrap_or_default();
            let state = read_state(id, last_seq, now.read, mentions);
            tx.emit(Event::CursorMoved { user, state, socket });
            return Ok(());
        };
        let receipt = |read_seq| Receipt { conversation_id: id, user_id: user, delivered_seq: now.delivered, read_seq };
        let told = (before.delivered, before.receipt) != (now.delivered, now.receipt);
        let peer = pair.other(user);
        let theirs = if told && access.reaches_peer() {
            let sees = self.0.accounts.preferences_of(peer).await?.read_receipts;
            Some((peer, receipt(if sees { now.receipt } else { Seq::ZERO })))
        } else {
            None
        };
        tx.emit(Event::ReceiptMoved { mine: receipt(now.read), theirs, socket });
        Ok(())
    }

    /// Counts what was delivered and read, and how long after it was written the newest of it was.
    async fn measure(&self, access: &ConversationAccess<Read>, (before, now): (Cursors, Cursors)) {
        let moved = [
            ("praca_messages_delivered_total", "praca_message_delivered_seconds", before.delivered, now.delivered),
            ("praca_messages_read_total", "praca_message_read_seconds", before.read, now.read),
        ];
        for (total, seconds, from, to) in moved.into_iter().filter(|(.., from, to)| from < to) {
            metrics::counter!(total).increment(u64::try_from(to.0 - from.0).unwrap_or_default());
            let newest = entity::message::Entity::find_by_id((access.id(), to)).one(self.0.base.db.read()).await;
            if let Ok(Some(message)) = newest {
                let waited = self.0.base.clock.now().since(message.created_at);
                metrics::histogram!(seconds).record(waited.as_secs_f64());
            }
        }
    }

    /// How often the person is named in what they have not read here.
    pub(super) async fn mentions_in(&self, access: &ConversationAccess<Read>) -> Result<i64> {
        if access.pair().is_some() {
            return Ok(0);
        }
        let user = access.actor().id();
        let conn = self.0.base.db.read();
        let counts = store::unread_mentions(conn, user, Some(access.id()), self.blocked(user).await?).await?;
        Ok(counts.get(&access.id()).copied().unwrap_or_default())
    }

    /// Everybody with whom a person has a block.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn blocked(&self, user: UserId) -> Result<Vec<UserId>> {
        Ok(self.0.accounts.blocks(user).await?.all().collect())
    }
}

/// A person's place, held until the transaction ends.
async fn lock_place(conn: &impl ConnectionTrait, id: ConversationId, user: UserId) -> Result<Option<Model>> {
    let mut select = Entity::find_by_id((id, user));
    crate::db::dialect::Dialect::of(conn).lock_rows(sea_orm::QueryTrait::query(&mut select));
    Ok(select.one(conn).await?)
}
