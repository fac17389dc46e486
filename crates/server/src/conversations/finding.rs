//! Finding messages by their words, among those a person may read.
//!
//! No plan of PostgreSQL's is quick for every word: for a frequent one it is to walk the newest messages until the page is
//! full, for a rare one to ask the index and sort. It cannot tell them apart by a word that was only begun. So the newest few
//! hundred tell how often the words are said: if a bounded walk should fill the page, it is walked, else the index is asked for
//! all. SQLite's index gives its rows in the order of their numbers, which is that of the messages.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use praca_api::messages::Message;
use praca_api::search::SearchOrder;
use praca_api::{ConversationId, MessageId, Page, Seq, Timestamp, UserId};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, TryGetable, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access::Read;
use super::lookups::readable;
use super::store::MessagePlaces;
use super::{Conversations, store};
use crate::auth::Actor;
use crate::db::dialect::Dialect;
use crate::db::page::{PageQuery, page_of};
use crate::db::walk::{SAMPLED, next_walk, planned_anew};
use crate::error::{Error, Result};
use crate::words::Words;

/// Messages that are walked at most before the index is asked.
const WALKED: u64 = 5_000;
/// The same, where the best are sought.
const WALKED_FOR_BEST: u64 = 20_000;
/// The newest that fit, of which the best come first.
const BEST_OF: u64 = 100;
/// How far apart the time in a message's id and the time it was stored at may be.
const AROUND: Duration = Duration::from_secs(60);
/// What stands round a word that was found, in a text that cannot have either: no text has control characters.
const MARKS: (char, char) = ('\u{1}', '\u{2}');

/// Which messages.
pub struct Wanted {
    /// What they have to have.
    pub words: Words,
    /// Only in this conversation.
    pub conversation: Option<ConversationId>,
    /// Only of this person.
    pub author: Option<UserId>,
    /// Only those written then or later.
    pub from: Option<Timestamp>,
    /// Only those written before.
    pub to: Option<Timestamp>,
    /// In which order.
    pub order: SearchOrder,
}

/// A message that was found.
pub struct Found {
    /// The message.
    pub message: Message,
    /// What of its text was looked for.
    pub highlights: Vec<[u32; 2]>,
}

/// Where a page goes on: a message's id on PostgreSQL, its number on SQLite.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
enum Mark {
    Message(MessageId),
    Number(i64),
}

/// Where a page of the best goes on: after what fits so well, whose rank is kept in its bits, and of several alike after the
/// newer.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct BestMark(u64, Mark);

impl BestMark {
    fn of(fit: &Fit) -> Self {
        Self(fit.rank.to_bits(), fit.mark)
    }

    /// The best first.
    fn compare(&self, other: &Self) -> Ordering {
        f64::from_bits(other.0).total_cmp(&f64::from_bits(self.0)).then(other.1.cmp(&self.1))
    }
}

/// A message that fits.
struct Fit {
    conversation: ConversationId,
    seq: Seq,
    mark: Mark,
    rank: f64,
}

/// A statement that is written piece by piece.
#[derive(Default)]
struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let number = self.values.len().to_string();
        self.push("$").push(&number)
    }

    fn statement(self, engine: DbBackend) -> Statement {
        Statement::from_sql_and_values(engine, self.text, self.values)
    }
}

impl Conversations {
    /// Messages with these words a person may read: of public rooms, and of what they are in; none of people they block.
    ///
    /// # Errors
    /// `resource.not_found` for a conversation they may not know of, `request.invalid` for a limit or cursor that is not ours.
    pub async fn find(&self, actor: &Arc<Actor>, wanted: &Wanted, page: &PageQuery) -> Result<Page<Found>> {
        let (user, limit) = (actor.id(), page.limit()?);
        let conn = self.0.base.db.read();
        let readable = self.readable(actor, wanted.conversation).await?;
        let blocked = self.0.accounts.blocks(user).await?.mine.iter().map(|id| id.0).collect();
        let mut search = Search { wanted, readable: readable.into_iter().collect(), blocked, after: None };
        let found = match wanted.order {
            SearchOrder::Newest => {
                search.after = page.key()?;
                let fits = search.newest(conn, limit + 1, WALKED).await?;
                page_of(fits, limit, |fit| fit.mark, |fit| fit)?
            }
            SearchOrder::Best => {
                let after: Option<BestMark> = page.key()?;
                let mut fits = search.newest(conn, BEST_OF, WALKED_FOR_BEST).await?;
                fits.retain(|fit| after.is_none_or(|after| BestMark::of(fit).compare(&after).is_gt()));
                fits.sort_by(|one, two| BestMark::of(one).compare(&BestMark::of(two)));
                page_of(fits, limit, BestMark::of, |fit| fit)?
            }
        };
        let items = self.show_found(conn, user, &wanted.words, found.items).await?;
        Ok(Page { items, next: found.next })
    }

    /// The conversations a person may read; the one, if it is one they may.
    async fn readable(&self, actor: &Arc<Actor>, only: Option<ConversationId>) -> Result<HashSet<ConversationId>> {
        let conn = self.0.base.db.read();
        let Some(id) = only else { return readable(conn, actor.id()).await };
        let kind = store::conversation(conn, id).await?.ok_or_else(Error::not_found)?.kind;
        self.access::<Read>(actor, kind, id).await?;
        Ok([id].into())
    }

    async fn show_found(
        &self,
        conn: &impl ConnectionTrait,
        user: UserId,
        words: &Words,
        fits: Vec<Fit>,
    ) -> Result<Vec<Found>> {
        let places = MessagePlaces::collect(fits.iter().map(|fit| (fit.conversation, fit.seq)));
        let rows = store::messages_at(conn, &places).await?;
        let stems = stems_in(conn, words, rows.iter().map(|row| row.body.clone()).collect()).await?;
        let places = rows.iter().map(|row| (row.conversation_id, row.seq));
        let mut stems: HashMap<_, _> = places.zip(stems).collect();
        let messages = self.render(conn, rows).await?;
        let mut messages: HashMap<_, _> =
            messages.into_iter().map(|message| ((message.conversation_id, message.seq), message)).collect();
        let found = |fit: Fit| {
            let place = (fit.conversation, fit.seq);
            let message = messages.remove(&place).filter(|message| message.deleted_at.is_none())?;
            let mut highlights = words.places_in(&message.body);
            highlights.extend(stems.remove(&place).unwrap_or_default());
            highlights.sort_unstable();
            highlights.dedup();
            Some(Found { message: self.for_reader(message, user), highlights })
        };
        Ok(fits.into_iter().filter_map(found).collect())
    }
}

/// A search, as an engine is asked it.
struct Search<'a> {
    wanted: &'a Wanted,
    readable: Vec<ConversationId>,
    blocked: Vec<Uuid>,
    after: Option<Mark>,
}

impl Search<'_> {
    /// The newest that fit.
    async fn newest(&self, conn: &sea_orm::DatabaseConnection, limit: u64, walked: u64) -> Result<Vec<Fit>> {
        if self.readable.is_empty() {
            return Ok(Vec::new());
        }
        match Dialect::of(conn) {
            Dialect::Sqlite => fits(conn.query_all_raw(self.on_sqlite(limit)).await?, Mark::Number),
            Dialect::Postgres => {
                let mark = |id: Uuid| Mark::Message(MessageId(id));
                let tx = planned_anew(conn).await?;
                let mut step = Some(SAMPLED);
                let rows = loop {
                    let rows = tx.query_all_raw(self.on_postgres(limit, step)).await?;
                    step = match step {
                        Some(done) if (rows.len() as u64) < limit => next_walk(done, rows.len() as u64, limit, walked),
                        _ => break rows,
                    };
                };
                tx.commit().await?;
                fits(rows, mark)
            }
        }
    }

    /// The newest `walked` messages, and those of them that fit; or all that fit.
    fn on_postgres(&self, limit: u64, walked: Option<u64>) -> Statement {
        let mut sql = Sql::default();
        sql.push("WITH fit AS ");
        if walked.is_none() {
            // Else the planner would walk after all.
            sql.push("MATERIALIZED ");
        }
        sql.push("(SELECT conversation_id, seq, id, ");
        if self.wanted.order == SearchOrder::Best {
            sql.push("ts_rank_cd(words, ");
            push_query(&mut sql, &self.wanted.words);
            sql.push(")::float8");
        } else {
            sql.push("0::float8");
        }
        sql.push(" AS rank FROM ");
        sql.push(if walked.is_some() { "(SELECT * FROM messages WHERE true" } else { "messages WHERE true" });
        if let Some(id) = self.wanted.conversation {
            sql.push(" AND conversation_id = ").bind(id.0);
        }
        self.push_bounds(&mut sql);
        if let Some(walked) = walked {
            sql.push(" ORDER BY id DESC LIMIT ").bind(walked).push(") AS newest WHERE true");
        }
        sql.push(" AND words @@ ");
        push_query(&mut sql, &self.wanted.words);
        let readable: Vec<Uuid> = self.readable.iter().map(|id| id.0).collect();
        sql.push(" AND conversation_id = ANY(").bind(readable).push(")");
        self.push_filters(&mut sql);
        sql.push(" AND author_id <> ALL(").bind(self.blocked.clone()).push("))");
        sql.push(" SELECT conversation_id, seq, id, rank FROM fit ORDER BY id DESC LIMIT ").bind(limit);
        sql.statement(DbBackend::Postgres)
    }

    /// Where the walk begins and ends: ids are in the order of time (RFC 9562, 5.7).
    fn push_bounds(&self, sql: &mut Sql) {
        if let Some(Mark::Message(id)) = self.after {
            sql.push(" AND id < ").bind(id.0);
        }
        if let Some(from) = self.wanted.from {
            sql.push(" AND id >= ").bind(first_id_of(from - AROUND));
        }
        if let Some(to) = self.wanted.to {
            sql.push(" AND id < ").bind(first_id_of(to + AROUND));
        }
    }

    fn push_filters(&self, sql: &mut Sql) {
        sql.push(" AND deleted_at IS NULL");
        if let Some(author) = self.wanted.author {
            sql.push(" AND author_id = ").bind(author.0);
        }
        if let Some(from) = self.wanted.from {
            sql.push(" AND created_at >= ").bind(from);
        }
        if let Some(to) = self.wanted.to {
            sql.push(" AND created_at < ").bind(to);
        }
    }

    fn on_sqlite(&self, limit: u64) -> Statement {
        let mut sql = Sql::default();
        let rank = if self.wanted.order == SearchOrder::Best { "-bm25(message_words)" } else { "0.0" };
        sql.push("SELECT m.conversation_id, m.seq, p.id, ").push(rank).push(" FROM message_words");
        // In this order: looking each message of a room up among the words takes a hundred times longer.
        sql.push(" CROSS JOIN message_places p ON p.id = message_words.rowid");
        sql.push(" CROSS JOIN messages m ON m.conversation_id = p.conversation_id AND m.seq = p.seq");
        sql.push(" WHERE message_words MATCH ").bind(self.wanted.words.for_fts5());
        if let Some(Mark::Number(number)) = self.after {
            sql.push(" AND message_words.rowid < ").bind(number);
        }
        sql.push(" AND p.conversation_id IN (");
        for (at, id) in self.readable.iter().enumerate() {
            sql.push(if at > 0 { ", " } else { "" }).bind(id.0);
        }
        sql.push(") AND author_id NOT IN (");
        for (at, id) in self.blocked.iter().enumerate() {
            sql.push(if at > 0 { ", " } else { "" }).bind(*id);
        }
        sql.push(")");
        self.push_filters(&mut sql);
        sql.push(" ORDER BY message_words.rowid DESC LIMIT ").bind(limit);
        sql.statement(DbBackend::Sqlite)
    }
}

/// The words as PostgreSQL is asked for them: whole ones by their stems; the begun one by its stem, or by how words begin.
fn push_query(sql: &mut Sql, words: &Words) {
    sql.push("(");
    for (at, word) in words.whole.iter().enumerate() {
        sql.push(if at > 0 { " && " } else { "" })
            .push("plainto_tsquery('praca_stems', ")
            .bind(word.as_str())
            .push(")");
    }
    if let Some(word) = &words.begun {
        sql.push(if words.whole.is_empty() { "" } else { " && " });
        sql.push("(plainto_tsquery('praca_stems', ").bind(word.as_str());
        sql.push(") || to_tsquery('praca_words', ").bind(format!("'{word}':*")).push("))");
    }
    sql.push(")");
}

/// The least id of a message written then.
fn first_id_of(time: Timestamp) -> Uuid {
    let millis = u64::try_from(time.millis()).unwrap_or_default();
    Uuid::from_u128(u128::from(millis) << 80)
}

fn fits<I: TryGetable>(rows: Vec<QueryResult>, mark: impl Fn(I) -> Mark) -> Result<Vec<Fit>> {
    let fit = |row: QueryResult| {
        Ok::<_, DbErr>(Fit {
            conversation: row.try_get_by_index(0)?,
            seq: row.try_get_by_index(1)?,
            mark: mark(row.try_get_by_index(2)?),
            rank: row.try_get_by_index(3)?,
        })
    };
    Ok(rows.into_iter().map(fit).collect::<std::result::Result<_, _>>()?)
}

/// Where each of these texts has words of the same stems; only PostgreSQL knows stems.
async fn stems_in(conn: &impl ConnectionTrait, words: &Words, texts: Vec<String>) -> Result<Vec<Vec<[u32; 2]>>> {
    if Dialect::of(conn) == Dialect::Sqlite || texts.is_empty() {
        return Ok(vec![Vec::new(); texts.len()]);
    }
    let mut sql = Sql::default();
    sql.push("SELECT ts_headline('praca_stems', translate(t.body, './@:_+=&?#%-', '            '), ");
    push_query(&mut sql, words);
    sql.push(&format!(", 'HighlightAll=true, StartSel={}, StopSel={}') FROM unnest(", MARKS.0, MARKS.1));
    sql.bind(texts).push(") WITH ORDINALITY AS t(body, number) ORDER BY t.number");
    let rows = conn.query_all_raw(sql.statement(DbBackend::Postgres)).await?;
    let marked: std::result::Result<Vec<String>, DbErr> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
    Ok(marked?.iter().map(|text| marks_in(text)).collect())
}

/// What stands between marks, counted without them.
fn marks_in(text: &str) -> Vec<[u32; 2]> {
    let (mut places, mut began, mut at) = (Vec::new(), 0, 0);
    for c in text.chars() {
        match c {
            c if c == MARKS.0 => began = at,
            c if c == MARKS.1 => places.push([began, at]),
            _ => at += 1,
        }
    }
    places
}
