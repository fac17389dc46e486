//! Cursors: how far a person has read, and, between two people, how far the other may know they have come. They only go
//! forward, and never past the newest message.
//!
//! They move in groups (`db::groups`): between two people each message moves some, and a transaction each would keep the
//! messages themselves waiting.

use std::collections::HashMap;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use praca_api::events::Receipt;
use praca_api::messages::ReadState;
use praca_api::{ConversationId, Seq, Timestamp, UserId};

use super::access::{ConversationAccess, Read};
use super::entity::membership::Model;
use super::store::MessagePlaces;
use super::{Conversations, store};
use crate::accounts::Accounts;
use crate::base::Base;
use crate::db::Tx;
use crate::db::groups::{GroupWork, Groups};
use crate::error::{Error, Result};
use crate::events::{Event, Pair};
use crate::notices;

/// Wishes that share a transaction.
const GROUP: usize = 256;
/// People whose mentions are counted at a time.
const COUNTED_AT_ONCE: usize = 4;
/// What is counted, and timed, of messages that arrived.
const DELIVERED: (&str, &str) = ("praca_messages_delivered_total", "praca_message_delivered_seconds");
/// The same of messages that were read.
const READ: (&str, &str) = ("praca_messages_read_total", "praca_message_read_seconds");

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

    /// As the row has them.
    fn row(self) -> [Seq; 3] {
        [self.read, self.delivered, self.receipt]
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

/// How far a person says they are.
pub struct Wish {
    id: ConversationId,
    user: UserId,
    /// The two, of whom the other learns of it only if it reaches them; none in a room.
    pair: Option<(Pair, bool)>,
    seq: Seq,
    /// Whether they have read so far; else it has only been delivered.
    read: bool,
    /// Whether both share how far they read.
    shares: bool,
    /// The socket that says so.
    socket: Option<String>,
}

impl Wish {
    fn of(access: &ConversationAccess<Read>, seq: Seq) -> Self {
        Self {
            id: access.id(),
            user: access.actor().id(),
            pair: access.pair().map(|pair| (*pair, access.reaches_peer())),
            seq,
            read: false,
            shares: false,
            socket: None,
        }
    }

    fn place(&self) -> (ConversationId, UserId) {
        (self.id, self.user)
    }

    /// The other of the two, if they may learn of it.
    fn peer(&self) -> Option<UserId> {
        self.pair.filter(|(_, reaches)| *reaches).map(|(pair, _)| pair.other(self.user))
    }

    /// Where the cursors are to be at least, the newest message being `last`.
    fn reach(&self, last: Seq) -> Cursors {
        let seq = self.seq.min(last);
        let when = |holds: bool| if holds { seq } else { Seq::ZERO };
        let reaches = self.peer().is_some();
        Cursors { read: when(self.read), delivered: when(reaches), receipt: when(self.read && reaches && self.shares) }
    }
}

/// Where a person stands after a wish.
#[derive(Clone, Copy)]
pub struct Moved {
    last_seq: Seq,
    before: Cursors,
    now: Cursors,
    /// Unread mentions of a room, if the cursor moved.
    mentions: Option<i64>,
}

/// Moves cursors, in groups.
pub struct CursorWriter {
    base: Base,
    accounts: Accounts,
}

impl CursorWriter {
    /// Starts its task.
    pub fn start(base: Base, accounts: Accounts) -> Groups<Self> {
        Groups::start(Self { base, accounts }, GROUP)
    }

    /// The rows of these places, as they were read last.
    fn by_place(rows: Vec<Model>) -> HashMap<(ConversationId, UserId), Cursors> {
        rows.into_iter().map(|row| ((row.conversation_id, row.user_id), Cursors::of(&row))).collect()
    }

    /// Moves each cursor to where its wish says, in their order. Who is not a member is refused.
    fn advance(
        wishes: &[&Wish],
        newest: &HashMap<ConversationId, Seq>,
        places: &mut HashMap<(ConversationId, UserId), Cursors>,
    ) -> Vec<Result<Moved>> {
        let advance = |wish: &&Wish| {
            let last_seq = *newest.get(&wish.id).ok_or_else(Error::not_found)?;
            let place = places.get_mut(&wish.place()).ok_or_else(Error::denied)?;
            let before = *place;
            *place = before.max(wish.reach(last_seq));
            Ok(Moved { last_seq, before, now: *place, mentions: None })
        };
        wishes.iter().map(advance).collect()
    }

    /// Counts the unread mentions of those who move in rooms. Before the transaction, which so keeps nobody waiting; a
    /// mention that comes meanwhile is told apart.
    async fn count_mentions(&self, wishes: &[&Wish], outcomes: &[Result<Moved>]) -> Result<Vec<Option<i64>>> {
        let to_count = |(wish, outcome): (&&Wish, &Result<Moved>)| {
            let moved = outcome.as_ref().ok().filter(|moved| wish.pair.is_none() && moved.before != moved.now)?;
            Some((wish.place(), moved.now.read))
        };
        let places: Vec<_> = wishes.iter().zip(outcomes).map(to_count).collect();
        let count = async |place: Option<((ConversationId, UserId), Seq)>| {
            let Some((place, read)) = place else { return Ok(None) };
            let blocked = self.accounts.blocks(place.1).await?.mine.iter().copied().collect();
            store::mentions_after(self.base.db.read(), place, read, blocked).await.map(Some)
        };
        stream::iter(places).map(count).buffered(COUNTED_AT_ONCE).try_collect().await
    }

    /// Says what moved: to the person's own sockets, and to the other of the two.
    async fn tell(&self, tx: &mut Tx, wish: &Wish, moved: &Moved) -> Result<()> {
        let Moved { last_seq, before, now, mentions } = *moved;
        let (id, user, socket) = (wish.id, wish.user, wish.socket.clone());
        if wish.pair.is_none() {
            let mentions = mentions.unwrap_or_default();
            tx.emit(Event::CursorMoved { user, state: read_state(id, last_seq, now.read, mentions), socket });
            return Ok(());
        }
        let receipt = |read_seq| Receipt { conversation_id: id, user_id: user, delivered_seq: now.delivered, read_seq };
        let theirs = match wish.peer() {
            Some(peer) => {
                let sees = self.accounts.preferences_of(peer).await?.read_receipts;
                let shown = |cursors: Cursors| if sees { cursors.receipt } else { Seq::ZERO };
                // Of what they see nothing of, its coming would tell too.
                let news = (before.delivered, shown(before)) != (now.delivered, shown(now));
                news.then(|| (peer, receipt(shown(now))))
            }
            None => None,
        };
        tx.emit(Event::ReceiptMoved { mine: receipt(now.read), theirs, socket });
        Ok(())
    }
}

impl GroupWork for CursorWriter {
    type Wish = Wish;
    type Outcome = Result<Moved>;
    const SIZE: &'static str = "praca_cursor_group_size";
    const SECONDS: &'static str = "praca_cursor_commit_seconds";

    async fn run(&self, wishes: &[&Wish]) -> Result<Vec<Result<Moved>>> {
        let read = self.base.db.read();
        let ids: Vec<ConversationId> = wishes.iter().map(|wish| wish.id).collect();
        let newest = store::conversations(read, &ids).await?.into_iter().map(|row| (row.id, row.last_seq)).collect();
        let all: Vec<_> = wishes.iter().map(|wish| wish.place()).collect();
        let mut places = Self::by_place(store::memberships(read, &all).await?);
        let outcomes = Self::advance(wishes, &newest, &mut places);
        if !outcomes.iter().flatten().any(|moved| moved.before != moved.now) {
            // Nothing moves, so the one writer of SQLite is left to who needs it.
            return Ok(outcomes);
        }
        let mentions = self.count_mentions(wishes, &outcomes).await?;
        let mut tx = self.base.begin().await?;
        let mut places = Self::by_place(store::lock_memberships(tx.conn(), &all).await?);
        let before = places.clone();
        let mut outcomes = Self::advance(wishes, &newest, &mut places);
        places.retain(|place, now| before.get(place) != Some(now));
        if places.is_empty() {
            // Another node moved them meanwhile.
            return Ok(outcomes);
        }
        let read_up_to: Vec<_> = places.iter().map(|((id, user), now)| (*id, *user, now.read)).collect();
        store::write_cursors(tx.conn(), places.into_iter().map(|(place, now)| (place, now.row()))).await?;
        notices::read_with(&mut tx, &read_up_to, self.base.clock.now()).await?;
        let mut moved = Vec::new();
        for ((wish, outcome), mentions) in wishes.iter().zip(&mut outcomes).zip(mentions) {
            if let Ok(outcome) = outcome
                && outcome.before != outcome.now
            {
                outcome.mentions = mentions;
                self.tell(&mut tx, wish, outcome).await?;
                moved.push((wish.id, *outcome));
            }
        }
        tx.commit().await?;
        // Nobody waits for what is counted.
        tokio::spawn(measure(self.base.clone(), moved));
        Ok(outcomes)
    }
}

/// Counts what was delivered and read, and how long after it was written the newest of it was.
async fn measure(base: Base, moved: Vec<(ConversationId, Moved)>) {
    let steps = moved.iter().flat_map(|(id, moved)| {
        let Moved { before, now, .. } = moved;
        [(*id, &DELIVERED, before.delivered, now.delivered), (*id, &READ, before.read, now.read)]
    });
    let steps: Vec<_> = steps.filter(|(.., from, to)| from < to).collect();
    let places = MessagePlaces::collect(steps.iter().map(|(id, .., to)| (*id, *to)));
    // Without the database there is nothing to count for long.
    let rows = store::messages_at(base.db.read(), &places).await.unwrap_or_default();
    let written: HashMap<(ConversationId, Seq), Timestamp> =
        rows.into_iter().map(|row| ((row.conversation_id, row.seq), row.created_at)).collect();
    let now = base.clock.now();
    for (id, (total, seconds), from, to) in steps {
        metrics::counter!(*total).increment(u64::try_from(to.0 - from.0).unwrap_or_default());
        if let Some(written) = written.get(&(id, to)) {
            metrics::histogram!(*seconds).record(now.since(*written).as_secs_f64());
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
        let shares = match access.pair().filter(|_| access.reaches_peer()) {
            // What is read while one of the two keeps reading to themselves is never told.
            Some(pair) => {
                let preferences = self.0.accounts.preferences(&pair.people()).await?;
                preferences.values().all(|preferences| preferences.read_receipts)
            }
            None => false,
        };
        let wish = Wish { read: true, shares, socket, ..Wish::of(access, seq) };
        let moved = self.0.cursors.ask(wish).await??;
        let mentions = match moved.mentions {
            Some(mentions) => mentions,
            None => self.mentions_in(access, moved.now.read).await?,
        };
        Ok(read_state(access.id(), moved.last_seq, moved.now.read, mentions))
    }

    /// Notes that a client of the person has all messages up to `seq`.
    ///
    /// # Errors
    /// As [`Conversations::mark_read`].
    pub async fn mark_delivered(&self, access: &ConversationAccess<Read>, seq: Seq) -> Result<()> {
        if access.reaches_peer() {
            self.0.cursors.ask(Wish::of(access, seq)).await??;
        }
        Ok(())
    }

    /// How often a room names the person after what they have read.
    pub(super) async fn mentions_in(&self, access: &ConversationAccess<Read>, last_read: Seq) -> Result<i64> {
        if access.pair().is_some() {
            return Ok(0);
        }
        let user = access.actor().id();
        let blocked = self.blocks_of(user).await?;
        store::mentions_after(self.0.base.db.read(), (access.id(), user), last_read, blocked).await
    }

    /// Whom a person blocks.
    pub(super) async fn blocks_of(&self, user: UserId) -> Result<Vec<UserId>> {
        Ok(self.0.accounts.blocks(user).await?.mine.iter().copied().collect())
    }

    /// Who blocks a person.
    pub(super) async fn blockers_of(&self, user: UserId) -> Result<Vec<UserId>> {
        Ok(self.0.accounts.blocks(user).await?.theirs.iter().copied().collect())
    }

    /// Everybody with whom a person has a block.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn blocked(&self, user: UserId) -> Result<Vec<UserId>> {
        Ok(self.0.accounts.blocks(user).await?.all().collect())
    }
}
