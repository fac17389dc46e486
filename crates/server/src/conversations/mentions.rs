//! `@handle` and `@aqui` in messages: whom a text names, found when it is written, so that a renamed handle stays right.
//!
//! Where the names stand is kept with the message; who is to be told is a row of its own, counted while it is unread. A
//! call of everybody is one such row, not one a member.

use std::collections::{HashMap, HashSet};

use praca_api::accounts::Author;
use praca_api::events::Mentioned;
use praca_api::mentions::{HERE, Named, named};
use praca_api::messages::{Mention, Span};
use praca_api::{ConversationId, Page, Seq, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::access::{ConversationAccess, Read, Write};
use super::entity::{mention, message};
use super::{Conversations, store};
use crate::db::Tx;
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};
use crate::events::{EVERYBODY, Told};

/// Whom a text names.
#[derive(Clone, Debug, Default)]
pub struct Mentions {
    /// People, in the order of the text.
    pub people: Vec<Mention>,
    /// Where it calls everybody.
    pub here: Option<Span>,
    /// Who is told: members who do not block the author; [`EVERYBODY`] among them for a call.
    pub told: Vec<UserId>,
    /// Who blocks the author, if everybody is called.
    pub without: Vec<UserId>,
}

/// Which mentions.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MentionsQuery {
    /// Those after this message; after the caller's read cursor when absent.
    #[param(value_type = Option<i64>)]
    pub seq: Option<Seq>,
    /// Most items, 1 to 100; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// The same as it is stored with the message: without handles, which change.
#[derive(Serialize, Deserialize)]
struct Places {
    people: Vec<(UserId, u32, u32)>,
    here: Option<Span>,
}

impl Mentions {
    /// As it is stored; nothing, for a text that names nobody.
    pub fn stored(&self) -> Option<serde_json::Value> {
        if self.people.is_empty() && self.here.is_none() {
            return None;
        }
        let people = self.people.iter().map(|mention| (mention.user_id, mention.start, mention.end)).collect();
        serde_json::to_value(Places { people, here: self.here }).ok()
    }
}

/// What a stored text names.
pub struct Stored(Option<Places>);

impl Stored {
    /// Reads a row's column.
    pub fn read(column: Option<&serde_json::Value>) -> Self {
        Self(column.and_then(|value| Places::deserialize(value).ok()))
    }

    /// Whom.
    pub fn people(&self) -> impl Iterator<Item = UserId> + '_ {
        self.0.iter().flat_map(|places| places.people.iter().map(|(user, ..)| *user))
    }

    /// With the handles they have now.
    pub fn shown(self, authors: &HashMap<UserId, Author>) -> (Vec<Mention>, Option<Span>) {
        let Some(places) = self.0 else { return (Vec::new(), None) };
        let mention = |(user_id, start, end): (UserId, u32, u32)| {
            let handle = authors.get(&user_id)?.handle.clone();
            Some(Mention { user_id, handle, start, end })
        };
        (places.people.into_iter().filter_map(mention).collect(), places.here)
    }
}

impl Conversations {
    /// Whom a text names, written by somebody here.
    pub(super) async fn mentions(&self, access: &ConversationAccess<Write>, body: &str) -> Result<Mentions> {
        let named = named(body);
        if named.is_empty() {
            return Ok(Mentions::default());
        }
        let calls = |named: &&Named| HERE.contains(&named.handle.as_str());
        let here = named
            .iter()
            .find(calls)
            .map(|named| named.span)
            .filter(|_| access.pair().is_none() && access.is_moderator());
        let handles: Vec<String> = named.iter().map(|named| named.handle.clone()).collect();
        let ids = self.0.accounts.ids_of(&handles).await?;
        let among = |id: &UserId| access.pair().is_none_or(|pair| pair.has(*id));
        let mention = |Named { handle, span }: Named| {
            let user_id = *ids.get(&handle).filter(|id| among(id))?;
            Some(Mention { user_id, handle, start: span.start, end: span.end })
        };
        let people: Vec<Mention> = named.into_iter().filter_map(mention).collect();
        let told = match here {
            // Who is called with everybody is told once.
            Some(_) => vec![EVERYBODY],
            None if access.pair().is_none() => self.told(access, &people).await?,
            None => Vec::new(),
        };
        let without = if here.is_some() { self.blockers_of(access.actor().id()).await? } else { Vec::new() };
        Ok(Mentions { people, here, told, without })
    }

    /// Stores whom a changed message names now; who hears of it, because it did not name them before, or does no longer.
    pub(super) async fn retell(&self, tx: &Tx, row: &message::Model, names: &[UserId]) -> Result<Vec<Told>> {
        let (id, seq) = (row.conversation_id, row.seq);
        let before = untell(tx.conn(), id, seq).await?;
        let now: HashSet<UserId> = names.iter().copied().collect();
        let Some(author) = row.author_id else { return Ok(Vec::new()) };
        tell(tx.conn(), names.iter().map(|user| (id, seq, author, *user))).await?;
        if before == now {
            return Ok(Vec::new());
        }
        let without = self.blockers_of(author).await?;
        let heard = before.symmetric_difference(&now).filter(|user| !without.contains(user));
        let told = |user: &UserId| Told {
            user: *user,
            author,
            seq,
            without: if *user == EVERYBODY { without.clone() } else { Vec::new() },
            named: now.contains(user),
        };
        Ok(heard.map(told).collect())
    }

    /// Members among the people named, but for the author and whoever blocks them. Whom the author blocks is told: that
    /// nothing came would show the block.
    async fn told(&self, access: &ConversationAccess<Write>, people: &[Mention]) -> Result<Vec<UserId>> {
        let author = access.actor().id();
        let mut ids: Vec<UserId> = people.iter().map(|mention| mention.user_id).filter(|id| *id != author).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(ids);
        }
        let blocks = self.0.accounts.blocks(author).await?;
        ids.retain(|id| !blocks.theirs.contains(id));
        store::members_among(self.0.base.db.read(), access.id(), &ids).await
    }

    /// Where the person is named after a message, or in what they have not read, the oldest first.
    ///
    /// # Errors
    /// `access.denied` for one who is not a member; `request.invalid` for a limit or cursor that is not ours.
    pub async fn mentions_after(
        &self,
        access: &ConversationAccess<Read>,
        query: MentionsQuery,
    ) -> Result<Page<Mentioned>> {
        let (conversation_id, user) = (access.id(), access.actor().id());
        let conn = self.0.base.db.read();
        let page = PageQuery { limit: query.limit, after: query.after };
        let limit = page.limit()?;
        let place = store::membership(conn, conversation_id, user).await?.ok_or_else(Error::denied)?;
        let from = query.seq.unwrap_or(place.last_read_seq);
        let after = page.key::<Seq>()?.unwrap_or(from).max(from);
        let blocks = self.0.accounts.blocks(user).await?;
        let rows = mention::Entity::find()
            .filter(mention::Column::ConversationId.eq(conversation_id))
            .filter(mention::Column::UserId.is_in([user, EVERYBODY]))
            .filter(mention::Column::MessageSeq.gt(after))
            .filter(mention::Column::AuthorId.is_not_in(blocks.mine.iter().copied().chain([user])))
            .order_by_asc(mention::Column::MessageSeq)
            .limit(limit + 1)
            .all(conn)
            .await?;
        let mentioned =
            |row: mention::Model| Mentioned { conversation_id, seq: row.message_seq, author_id: row.author_id };
        page_of(rows, limit, |row| row.message_seq, mentioned)
    }
}

/// Stores who is told of messages: conversation, place, author, and whom.
pub async fn tell(
    conn: &impl ConnectionTrait,
    told: impl Iterator<Item = (ConversationId, Seq, UserId, UserId)>,
) -> Result<()> {
    let rows: Vec<_> = told
        .map(|(conversation, seq, author, user)| mention::ActiveModel {
            conversation_id: Set(conversation),
            user_id: Set(user),
            message_seq: Set(seq),
            author_id: Set(author),
        })
        .collect();
    if !rows.is_empty() {
        mention::Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Nobody is told of a message any more; who was.
async fn untell(conn: &impl ConnectionTrait, id: ConversationId, seq: Seq) -> Result<HashSet<UserId>> {
    let of_message =
        Condition::all().add(mention::Column::ConversationId.eq(id)).add(mention::Column::MessageSeq.eq(seq));
    let rows = mention::Entity::find().filter(of_message.clone()).all(conn).await?;
    mention::Entity::delete_many().filter(of_message).exec(conn).await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}
