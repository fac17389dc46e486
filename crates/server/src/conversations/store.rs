//! The slice's queries. Each names the conversation, so that PostgreSQL asks one partition.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use praca_api::rooms::Silence;
use praca_api::{ConversationId, MessageId, Rev, Seq, UserId};
use sea_orm::sea_query::{
    Expr, ExprTrait as _, IntoIden as _, IntoValueTuple as _, Query, SelectStatement, TableRef, ValueTuple,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

use super::access::Place;
use super::entity::conversation::Kind;
use super::entity::{conversation, dm, membership, mention, message, reaction, revision, silence};
use crate::base::Base;
use crate::db::dialect::Dialect;
use crate::error::Result;
use crate::events::{EVERYBODY, Pair};

pub async fn conversation(conn: &impl ConnectionTrait, id: ConversationId) -> Result<Option<conversation::Model>> {
    Ok(conversation::Entity::find_by_id(id).one(conn).await?)
}

pub async fn conversations(conn: &impl ConnectionTrait, ids: &[ConversationId]) -> Result<Vec<conversation::Model>> {
    Ok(conversation::Entity::find().filter(conversation::Column::Id.is_in(ids.iter().copied())).all(conn).await?)
}

/// The conversations, their rows held in one order until the transaction ends.
pub async fn lock_conversations(
    conn: &impl ConnectionTrait,
    ids: &[ConversationId],
) -> Result<Vec<conversation::Model>> {
    let mut select = conversation::Entity::find()
        .filter(conversation::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(conversation::Column::Id);
    Dialect::of(conn).lock_rows(QueryTrait::query(&mut select));
    Ok(select.all(conn).await?)
}

pub async fn membership(
    conn: &impl ConnectionTrait,
    id: ConversationId,
    user: UserId,
) -> Result<Option<membership::Model>> {
    Ok(membership::Entity::find_by_id((id, user)).one(conn).await?)
}

/// Places in conversations; those that are none are left out.
pub async fn memberships(
    conn: &impl ConnectionTrait,
    places: &[(ConversationId, UserId)],
) -> Result<Vec<membership::Model>> {
    Ok(among_memberships(places).all(conn).await?)
}

/// The same, their rows held in one order until the transaction ends.
pub async fn lock_memberships(
    conn: &impl ConnectionTrait,
    places: &[(ConversationId, UserId)],
) -> Result<Vec<membership::Model>> {
    let mut select = among_memberships(places)
        .order_by_asc(membership::Column::ConversationId)
        .order_by_asc(membership::Column::UserId);
    Dialect::of(conn).lock_rows(QueryTrait::query(&mut select));
    Ok(select.all(conn).await?)
}

fn among_memberships(places: &[(ConversationId, UserId)]) -> Select<membership::Entity> {
    let column = |column: membership::Column| Expr::col((membership::Entity, column));
    let place = Expr::tuple([column(membership::Column::ConversationId), column(membership::Column::UserId)]);
    membership::Entity::find().filter(place.in_tuples(places.iter().copied()))
}

/// Writes cursors, in one statement: read, delivered and receipt of each place.
pub async fn write_cursors(
    conn: &impl ConnectionTrait,
    places: impl Iterator<Item = ((ConversationId, UserId), [Seq; 3])>,
) -> Result<()> {
    use membership::{Column, Entity};
    let values = places.map(|((id, user), cursors)| {
        ValueTuple::Many([id.into(), user.into()].into_iter().chain(cursors.map(Into::into)).collect())
    });
    let mut update = Query::update();
    update
        .table(Entity)
        .value(Column::LastReadSeq, Expr::col(("v", "column3")))
        .value(Column::DeliveredSeq, Expr::col(("v", "column4")))
        .value(Column::ReceiptSeq, Expr::col(("v", "column5")))
        .from(TableRef::ValuesList(values.collect(), "v".into()))
        .and_where(Expr::col((Entity, Column::ConversationId)).eq(Expr::col(("v", "column1"))))
        .and_where(Expr::col((Entity, Column::UserId)).eq(Expr::col(("v", "column2"))));
    conn.execute(&update).await?;
    Ok(())
}

pub async fn memberships_of(conn: &impl ConnectionTrait, user: UserId) -> Result<Vec<membership::Model>> {
    Ok(membership::Entity::find().filter(membership::Column::UserId.eq(user)).all(conn).await?)
}

/// The rooms a person is a member of.
pub async fn rooms_of(conn: &impl ConnectionTrait, user: UserId) -> Result<Vec<ConversationId>> {
    let rows = conn.query_all(&select_rooms_of(user)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<std::result::Result<_, DbErr>>()?)
}

/// The same, as a part of a query.
pub fn select_rooms_of(user: UserId) -> SelectStatement {
    let column = |column: membership::Column| (membership::Entity, column);
    Query::select()
        .column(column(membership::Column::ConversationId))
        .from(membership::Entity)
        .inner_join(
            conversation::Entity,
            Expr::col((conversation::Entity, conversation::Column::Id))
                .equals(column(membership::Column::ConversationId)),
        )
        .and_where(Expr::col(column(membership::Column::UserId)).eq(user))
        .and_where(Expr::col((conversation::Entity, conversation::Column::Kind)).eq(Kind::Room))
        .to_owned()
}

/// Those of these people who are members.
pub async fn members_among(conn: &impl ConnectionTrait, id: ConversationId, users: &[UserId]) -> Result<Vec<UserId>> {
    Ok(membership::Entity::find()
        .select_only()
        .column(membership::Column::UserId)
        .filter(membership::Column::ConversationId.eq(id))
        .filter(membership::Column::UserId.is_in(users.iter().copied()))
        .into_tuple()
        .all(conn)
        .await?)
}

/// How often a person is named in what they have not read, by conversation.
pub async fn unread_mentions(
    conn: &impl ConnectionTrait,
    user: UserId,
    blocked: Vec<UserId>,
) -> Result<HashMap<ConversationId, i64>> {
    let membership = |column: membership::Column| Expr::col((membership::Entity, column));
    let counts = mention::Entity::find()
        .select_only()
        .column(mention::Column::ConversationId)
        .column_as(mention::Column::MessageSeq.count(), "count")
        .join_as(
            JoinType::InnerJoin,
            mention::Entity::belongs_to(membership::Entity)
                .from(mention::Column::ConversationId)
                .to(membership::Column::ConversationId)
                .into(),
            membership::Entity,
        )
        .filter(membership(membership::Column::UserId).eq(user))
        .filter(mention::Column::UserId.is_in([user, EVERYBODY]))
        .filter(mention::Column::AuthorId.is_not_in(blocked.into_iter().chain([user])))
        .filter(
            Expr::col((mention::Entity, mention::Column::MessageSeq)).gt(membership(membership::Column::LastReadSeq)),
        )
        .group_by(mention::Column::ConversationId)
        .into_tuple::<(ConversationId, i64)>()
        .all(conn)
        .await?;
    Ok(counts.into_iter().collect())
}

/// How often a person is named in a room after a message.
pub async fn mentions_after(
    conn: &impl ConnectionTrait,
    (id, user): (ConversationId, UserId),
    after: Seq,
    blocked: Vec<UserId>,
) -> Result<i64> {
    let count = mention::Entity::find()
        .filter(mention::Column::ConversationId.eq(id))
        .filter(mention::Column::UserId.is_in([user, EVERYBODY]))
        .filter(mention::Column::AuthorId.is_not_in(blocked.into_iter().chain([user])))
        .filter(mention::Column::MessageSeq.gt(after))
        .count(conn)
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Members, or those `among` them, in the order of their ids, after `after`.
pub async fn members(
    conn: &impl ConnectionTrait,
    id: ConversationId,
    among: Option<SelectStatement>,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<membership::Model>> {
    let mut select = membership::Entity::find()
        .filter(membership::Column::ConversationId.eq(id))
        .order_by_asc(membership::Column::UserId)
        .limit(limit);
    if let Some(among) = among {
        select = select.filter(membership::Column::UserId.in_subquery(among));
    }
    if let Some(after) = after {
        select = select.filter(membership::Column::UserId.gt(after));
    }
    Ok(select.all(conn).await?)
}

pub async fn silences(
    conn: &impl ConnectionTrait,
    id: ConversationId,
    users: &[UserId],
) -> Result<Vec<silence::Model>> {
    Ok(silence::Entity::find()
        .filter(silence::Column::ConversationId.eq(id))
        .filter(silence::Column::UserId.is_in(users.iter().copied()))
        .all(conn)
        .await?)
}

pub async fn silences_of(conn: &impl ConnectionTrait, user: UserId) -> Result<Vec<silence::Model>> {
    Ok(silence::Entity::find().filter(silence::Column::UserId.eq(user)).all(conn).await?)
}

pub async fn place(base: &Base, kind: Kind, id: ConversationId, user: UserId) -> Result<Place> {
    let conn = base.db.read();
    let membership = membership(conn, id, user).await?;
    let silence = silence::Entity::find_by_id((id, user)).one(conn).await?;
    let pair = match kind {
        Kind::Room => None,
        Kind::Dm | Kind::Deal => dm::Entity::find_by_id(id).one(conn).await?,
    };
    Ok(Place {
        role: membership.map(|row| row.role),
        silence: silence.map(|row| Silence { reason: row.reason, until: row.until }),
        pair: pair.as_ref().map(Pair::from),
    })
}

pub async fn message(
    conn: &impl ConnectionTrait,
    id: ConversationId,
    message: MessageId,
) -> Result<Option<message::Model>> {
    let select = message::Entity::find().filter(message::Column::ConversationId.eq(id));
    Ok(select.filter(message::Column::Id.eq(message)).one(conn).await?)
}

pub async fn message_by_nonce(
    conn: &impl ConnectionTrait,
    id: ConversationId,
    author: UserId,
    nonce: &str,
) -> Result<Option<message::Model>> {
    Ok(message::Entity::find()
        .filter(message::Column::ConversationId.eq(id))
        .filter(message::Column::AuthorId.eq(author))
        .filter(message::Column::Nonce.eq(nonce))
        .one(conn)
        .await?)
}

/// Name of a list of places within a query.
const LISTED: &str = "places";

/// Places of messages, by conversation.
pub struct MessagePlaces(BTreeMap<ConversationId, BTreeSet<Seq>>);

impl MessagePlaces {
    pub fn collect(places: impl IntoIterator<Item = (ConversationId, Seq)>) -> Self {
        let mut by_conversation: BTreeMap<ConversationId, BTreeSet<Seq>> = BTreeMap::new();
        for (id, seq) in places {
            by_conversation.entry(id).or_default().insert(seq);
        }
        Self(by_conversation)
    }

    /// The rows at these places; none if there are no places.
    ///
    /// Several conversations are a list that is joined: as alternatives, PostgreSQL plans each of them for each partition.
    pub fn select<E: EntityTrait>(
        &self,
        dialect: Dialect,
        conversation: E::Column,
        seq: E::Column,
    ) -> Option<Select<E>> {
        let mut rows = E::find();
        match self.0.iter().next() {
            None => return None,
            Some((id, seqs)) if self.0.len() == 1 => {
                rows = rows.filter(conversation.eq(*id)).filter(seq.is_in(seqs.iter().copied()));
            }
            Some(_) => {
                let place = |id: ConversationId| move |seq: &Seq| (id.0, seq.0).into_value_tuple();
                let list = self.0.iter().flat_map(|(id, seqs)| seqs.iter().map(place(*id))).collect();
                let same = |column: E::Column, listed| Expr::col(column.as_column_ref()).equals((LISTED, listed));
                let here = same(conversation, "column1").and(same(seq, "column2"));
                let list = TableRef::ValuesList(list, LISTED.into_iden());
                dialect.look_up(QueryTrait::query(&mut rows), E::default().table_name(), list, here);
            }
        }
        Some(rows)
    }
}

pub async fn messages_at(conn: &impl ConnectionTrait, places: &MessagePlaces) -> Result<Vec<message::Model>> {
    let dialect = Dialect::of(conn);
    match places.select::<message::Entity>(dialect, message::Column::ConversationId, message::Column::Seq) {
        Some(rows) => Ok(rows.all(conn).await?),
        None => Ok(Vec::new()),
    }
}

/// Messages with `seq` above `above` and below `below` (where given), from one end or the other.
pub async fn messages_between(
    conn: &impl ConnectionTrait,
    id: ConversationId,
    above: Option<Seq>,
    below: Option<Seq>,
    order: Order,
    limit: u64,
) -> Result<Vec<message::Model>> {
    let mut select = message::Entity::find()
        .filter(message::Column::ConversationId.eq(id))
        .order_by(message::Column::Seq, order)
        .limit(limit);
    if let Some(above) = above {
        select = select.filter(message::Column::Seq.gt(above));
    }
    if let Some(below) = below {
        select = select.filter(message::Column::Seq.lt(below));
    }
    Ok(select.all(conn).await?)
}

/// Messages up to `until` changed after `rev`, in the order of the changes.
pub async fn messages_changed(
    conn: &impl ConnectionTrait,
    id: ConversationId,
    after: Rev,
    until: Seq,
    limit: u64,
) -> Result<Vec<message::Model>> {
    Ok(message::Entity::find()
        .filter(message::Column::ConversationId.eq(id))
        .filter(message::Column::Rev.gt(after))
        .filter(message::Column::Seq.lte(until))
        .order_by_asc(message::Column::Rev)
        .limit(limit)
        .all(conn)
        .await?)
}

/// Reactions to these messages, in the order they were given.
pub async fn reactions(conn: &impl ConnectionTrait, places: &MessagePlaces) -> Result<Vec<reaction::Model>> {
    let dialect = Dialect::of(conn);
    let rows =
        places.select::<reaction::Entity>(dialect, reaction::Column::ConversationId, reaction::Column::MessageSeq);
    let Some(rows) = rows else { return Ok(Vec::new()) };
    Ok(rows.order_by_asc(reaction::Column::CreatedAt).order_by_asc(reaction::Column::UserId).all(conn).await?)
}

pub async fn revisions(conn: &impl ConnectionTrait, id: ConversationId, seq: Seq) -> Result<Vec<revision::Model>> {
    Ok(revision::Entity::find()
        .filter(revision::Column::ConversationId.eq(id))
        .filter(revision::Column::MessageSeq.eq(seq))
        .order_by_asc(revision::Column::Rev)
        .all(conn)
        .await?)
}

/// Messages of one of these authors with one of these nonces.
pub async fn messages_by_nonces(
    conn: &impl ConnectionTrait,
    id: ConversationId,
    authors: Vec<UserId>,
    nonces: Vec<String>,
) -> Result<Vec<message::Model>> {
    Ok(message::Entity::find()
        .filter(message::Column::ConversationId.eq(id))
        .filter(message::Column::AuthorId.is_in(authors))
        .filter(message::Column::Nonce.is_in(nonces))
        .all(conn)
        .await?)
}
