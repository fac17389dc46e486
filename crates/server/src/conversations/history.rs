//! Reading messages: pages by `seq`, and what changed while away.

use praca_api::limits::CHANGED_MESSAGES;
use praca_api::messages::{Message, MessagePage, Revision};
use praca_api::{ConversationId, MessageId, Rev, Seq, UserId};
use sea_orm::{ConnectionTrait, Order};
use serde::Deserialize;
use utoipa::IntoParams;

use super::access::{ConversationAccess, Moderate, Read};
use super::store::MessagePlaces;
use super::{Conversations, store};
use crate::db::page::checked_limit;
use crate::error::{Error, Result};

/// Catch-ups a node reads at a time: fewer than it has connections to its database, so that a crowd that comes back at once
/// waits for its turn and who is there does not.
pub const CATCH_UPS: usize = 6;

/// Which messages; at most one of the three. None = the newest.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Messages older than this `seq`.
    #[param(value_type = Option<i64>)]
    pub before: Option<Seq>,
    /// Messages newer than this `seq`.
    #[param(value_type = Option<i64>)]
    pub after: Option<Seq>,
    /// Messages round this `seq`.
    #[param(value_type = Option<i64>)]
    pub around: Option<Seq>,
    /// Most items, 1 to 100; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
}

/// What a client that was away has missed.
pub struct Catchup {
    /// The newest messages, or those after its `afterSeq`.
    pub page: MessagePage,
    /// Older ones changed since its `afterRev`.
    pub changed: Vec<Message>,
    /// It has to start over with `page`.
    pub reset: bool,
    /// All changes up to this one are in here.
    pub rev: Rev,
    /// All messages up to this one are in here, or stand between the page and it.
    pub seq: Seq,
}

/// Conversations asked for in one query, with two values each: well below what SQLite takes in one statement.
const PLACES_AT_ONCE: usize = 200;

impl Conversations {
    /// A page of messages in ascending `seq`.
    ///
    /// # Errors
    /// `request.invalid` for two anchors or a limit out of range.
    pub async fn history(&self, access: &ConversationAccess<Read>, query: HistoryQuery) -> Result<MessagePage> {
        let limit = checked_limit(query.limit)?;
        let page = match (query.before, query.after, query.around) {
            (before, None, None) => self.page_before(access.id(), before, limit).await,
            (None, Some(after), None) => self.page_between(access.id(), after, Seq(i64::MAX - 1), limit).await,
            (None, None, Some(around)) => self.page_around(access.id(), around, limit).await,
            _ => Err(Error::invalid_field("before", "exclusive", "Give one of `before`, `after` and `around`.")),
        }?;
        Ok(MessagePage { items: self.all_for_reader(page.items, access.actor().id()), ..page })
    }

    /// The messages with the private addresses in them signed for a person.
    fn all_for_reader(&self, messages: Vec<Message>, reader: UserId) -> Vec<Message> {
        messages.into_iter().map(|message| self.for_reader(message, reader)).collect()
    }

    async fn page_before(&self, id: ConversationId, before: Option<Seq>, limit: u64) -> Result<MessagePage> {
        let conn = self.0.base.db.read();
        let mut rows = store::messages_between(conn, id, None, before, Order::Desc, limit + 1).await?;
        let has_before = cut(&mut rows, limit);
        rows.reverse();
        let has_after = match before {
            None => false,
            Some(before) => {
                !store::messages_between(conn, id, Some(Seq(before.0.saturating_sub(1))), None, Order::Asc, 1)
                    .await?
                    .is_empty()
            }
        };
        Ok(MessagePage { items: self.render(conn, rows).await?, has_before, has_after })
    }

    /// The oldest messages after `after` up to `until`.
    async fn page_between(&self, id: ConversationId, after: Seq, until: Seq, limit: u64) -> Result<MessagePage> {
        let conn = self.0.base.db.read();
        let mut rows =
            store::messages_between(conn, id, Some(after), Some(until.next()), Order::Asc, limit + 1).await?;
        let has_after = cut(&mut rows, limit);
        // `seq` has no gaps: there are older ones unless the page begins with the first.
        let has_before = rows.first().map_or(after > Seq::ZERO, |row| row.seq > Seq(1));
        Ok(MessagePage { items: self.render(conn, rows).await?, has_before, has_after })
    }

    async fn page_around(&self, id: ConversationId, around: Seq, limit: u64) -> Result<MessagePage> {
        let conn = self.0.base.db.read();
        let older = limit / 2;
        let mut rows = store::messages_between(conn, id, None, Some(around), Order::Desc, older + 1).await?;
        let has_before = cut(&mut rows, older);
        rows.reverse();
        let mut newer = store::messages_between(
            conn,
            id,
            Some(Seq(around.0.saturating_sub(1))),
            None,
            Order::Asc,
            limit - older + 1,
        )
        .await?;
        let has_after = cut(&mut newer, limit - older);
        rows.append(&mut newer);
        Ok(MessagePage { items: self.render(conn, rows).await?, has_before, has_after })
    }

    /// What a client needs to be up to date, having all up to `after_seq` and all changes up to `after_rev`.
    ///
    /// # Errors
    /// `request.invalid` for a limit out of range.
    pub async fn catch_up(
        &self,
        access: &ConversationAccess<Read>,
        limit: Option<u64>,
        after_seq: Option<Seq>,
        after_rev: Option<Rev>,
    ) -> Result<Catchup> {
        let limit = checked_limit(limit)?;
        let id = access.id();
        let _turn = self.0.catch_ups.acquire().await.map_err(|_| Error::internal("nobody closes the turns"))?;
        let conn = self.0.base.db.read();
        // The counters are read first, and nothing beyond them: what is stored later arrives as a live change, once.
        let now = store::conversation(conn, id).await?.ok_or_else(Error::not_found)?;
        let ahead = after_seq.is_some_and(|seq| seq > now.last_seq) || after_rev.is_some_and(|rev| rev > now.last_rev);
        let known = after_seq.filter(|_| !ahead);
        let mut reset = ahead;
        let mut changed = Vec::new();
        if let (Some(seq), Some(rev)) = (known, after_rev) {
            let mut rows = store::messages_changed(conn, id, rev, seq, CHANGED_MESSAGES + 1).await?;
            reset = cut(&mut rows, CHANGED_MESSAGES);
            if !reset {
                changed = self.render(conn, rows).await?;
            }
        }
        let page = match known.filter(|_| !reset) {
            Some(seq) => self.page_between(id, seq, now.last_seq, limit).await?,
            None => MessagePage { has_after: false, ..self.page_before(id, Some(now.last_seq.next()), limit).await? },
        };
        let reader = access.actor().id();
        let page = MessagePage { items: self.all_for_reader(page.items, reader), ..page };
        let changed = self.all_for_reader(changed, reader);
        Ok(Catchup { page, changed, reset, rev: now.last_rev, seq: now.last_seq })
    }

    /// Earlier texts of a message, oldest first: for its author, and for moderators; once it is deleted, for moderators alone.
    ///
    /// # Errors
    /// `resource.not_found`, `access.denied`.
    pub async fn revisions(&self, access: &ConversationAccess<Read>, message: MessageId) -> Result<Vec<Revision>> {
        let conn = self.0.base.db.read();
        let row = store::message(conn, access.id(), message).await?.ok_or_else(Error::not_found)?;
        if row.author_id != Some(access.actor().id()) || row.deleted_at.is_some() {
            self.access::<Moderate>(access.actor(), access.conversation().kind, access.id()).await?;
        }
        let rows = store::revisions(conn, access.id(), row.seq).await?;
        let revision = |row: super::entity::revision::Model| Revision {
            body: row.body,
            written_at: row.written_at,
            replaced_at: row.replaced_at,
        };
        Ok(rows.into_iter().map(revision).collect())
    }

    /// The newest message of each conversation that has one; private addresses are still to be signed.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn last_messages(
        &self,
        conn: &impl ConnectionTrait,
        newest: &[(ConversationId, Seq)],
    ) -> Result<Vec<Message>> {
        let mut messages = Vec::with_capacity(newest.len());
        for some in newest.chunks(PLACES_AT_ONCE) {
            let places = MessagePlaces::collect(some.iter().copied().filter(|(_, seq)| *seq > Seq::ZERO));
            let rows = store::messages_at(conn, &places).await?;
            messages.extend(self.render(conn, rows).await?);
        }
        Ok(messages)
    }
}

/// Cuts `limit + 1` rows to `limit`; whether there was one more.
fn cut<T>(rows: &mut Vec<T>, limit: u64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    more
}
