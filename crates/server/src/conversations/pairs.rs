//! Conversations of two: who they are, and how far the first contact has come.
//!
//! A first contact is a request. Its writer may write; the other hears of the first message, and of nothing more before
//! they accept. To answer is to accept. To refuse, like a block, looks to the writer like nothing at all until they write.

use std::collections::HashMap;

use praca_api::rooms::MemberRole;
use praca_api::{ConversationId, ProblemCode, Seq, Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::access::{ConversationAccess, Read};
use super::entity::conversation::{Access, Kind};
use super::entity::{conversation, dm, membership};
use super::{Conversations, store};
use crate::accounts::Accounts;
use crate::db::Tx;
use crate::db::dialect::is_duplicate;
use crate::error::{Error, Result};
use crate::events::{Event, Pair, PairStep};
use crate::notices;

impl From<&dm::Model> for Pair {
    fn from(row: &dm::Model) -> Self {
        Self {
            low: row.low_id,
            high: row.high_id,
            requested_by: row.requested_by,
            accepted: row.accepted_at.is_some(),
            refused: row.refused_at.is_some(),
        }
    }
}

/// A conversation of two as one of them finds it.
#[derive(Clone, Debug)]
pub struct PairFound {
    /// The conversation's row.
    pub conversation: conversation::Model,
    /// The two.
    pub pair: Pair,
    /// How far the person has read, and whether it stays quiet.
    pub mine: membership::Model,
    /// The other's place.
    pub theirs: membership::Model,
}

impl Conversations {
    /// The conversation of these two, if there is one.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn pair_of(
        &self,
        conn: &impl ConnectionTrait,
        one: UserId,
        two: UserId,
    ) -> Result<Option<ConversationId>> {
        let (low, high) = in_order(one, two);
        let found = dm::Entity::find().filter(dm::Column::LowId.eq(low)).filter(dm::Column::HighId.eq(high));
        Ok(found.one(conn).await?.map(|row| row.conversation_id))
    }

    /// Locks the conversation of these two, if there is one, so that nothing is written in it meanwhile.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn lock_pair(&self, tx: &Tx, one: UserId, two: UserId) -> Result<Option<(ConversationId, Pair)>> {
        let Some(id) = self.pair_of(tx.conn(), one, two).await? else { return Ok(None) };
        store::lock_conversations(tx.conn(), &[id]).await?;
        let row = dm::Entity::find_by_id(id).one(tx.conn()).await?.ok_or_else(Error::not_found)?;
        Ok(Some((id, Pair::from(&row))))
    }

    /// First contacts a person made since `since`, the oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn contacts_made(
        &self,
        conn: &impl ConnectionTrait,
        by: UserId,
        since: Timestamp,
    ) -> Result<Vec<Timestamp>> {
        Ok(dm::Entity::find()
            .select_only()
            .column(dm::Column::CreatedAt)
            .filter(dm::Column::RequestedBy.eq(by))
            .filter(dm::Column::CreatedAt.gt(since))
            .order_by_asc(dm::Column::CreatedAt)
            .into_tuple()
            .all(conn)
            .await?)
    }

    /// Opens a conversation of two. The other learns of it with the first message.
    ///
    /// # Errors
    /// `request.conflict` if another request opened it meanwhile.
    pub async fn open_pair(&self, tx: &mut Tx, by: UserId, with: UserId) -> Result<ConversationId> {
        let id = self.open(tx, Kind::Dm, Access::Private).await?;
        let now = self.0.base.clock.now();
        let (low, high) = in_order(by, with);
        let row = dm::ActiveModel {
            conversation_id: Set(id),
            low_id: Set(low),
            high_id: Set(high),
            requested_by: Set(by),
            created_at: Set(now),
            accepted_at: Set(None),
            refused_at: Set(None),
        };
        let inserted = dm::Entity::insert(row).exec_without_returning(tx.conn()).await;
        if inserted.as_ref().is_err_and(|error| is_duplicate(error, "ux_dms_pair", "dms.low_id")) {
            return Err(Error::problem(ProblemCode::RequestConflict, "The conversation was opened meanwhile."));
        }
        inserted?;
        let places = [by, with].map(|user| membership::ActiveModel {
            conversation_id: Set(id),
            user_id: Set(user),
            role: Set(MemberRole::Member),
            muted: Set(false),
            last_read_seq: Set(Seq::ZERO),
            delivered_seq: Set(Seq::ZERO),
            receipt_seq: Set(Seq::ZERO),
            joined_at: Set(now),
        });
        membership::Entity::insert_many(places).exec_without_returning(tx.conn()).await?;
        tx.emit(Event::PairOpened { conversation: id, people: [by, with] });
        Ok(id)
    }

    /// Accepts a first contact.
    ///
    /// # Errors
    /// `access.denied` for the one who made it, or with a block between the two.
    pub async fn accept(&self, access: &ConversationAccess<Read>) -> Result<()> {
        let pair = *access.pair().ok_or_else(Error::not_found)?;
        if !pair.accepted && pair.requested_by == access.actor().id() {
            return Err(Error::denied());
        }
        let base = &self.0.base;
        let mut tx = base.begin().await?;
        store::lock_conversations(tx.conn(), &[access.id()]).await?;
        let gates = gates(tx.conn(), &self.0.accounts, &[access.id()]).await?;
        let gate = gates.get(&access.id()).ok_or_else(Error::not_found)?;
        if gate.pair.accepted {
            return Ok(());
        }
        if gate.blocked {
            return Err(Error::denied());
        }
        settle(&mut tx, &[access.id()], Some(base.clock.now()), None).await?;
        tx.emit(Event::PairChanged { conversation: access.id(), pair, step: PairStep::Accepted });
        tx.commit().await
    }

    /// Refuses a first contact: it leaves the list, and its writer may write no more.
    ///
    /// # Errors
    /// `access.denied` for the one who made it, `request.conflict` once it is accepted.
    pub async fn refuse(&self, access: &ConversationAccess<Read>) -> Result<()> {
        let pair = *access.pair().ok_or_else(Error::not_found)?;
        if pair.requested_by == access.actor().id() {
            return Err(Error::denied());
        }
        let base = &self.0.base;
        let mut tx = base.begin().await?;
        store::lock_conversations(tx.conn(), &[access.id()]).await?;
        let now = dm::Entity::find_by_id(access.id()).one(tx.conn()).await?.ok_or_else(Error::not_found)?;
        if now.accepted_at.is_some() {
            return Err(Error::problem(
                ProblemCode::RequestConflict,
                "It is accepted already; block the person instead.",
            ));
        }
        if now.refused_at.is_some() {
            return Ok(());
        }
        settle(&mut tx, &[access.id()], None, Some(base.clock.now())).await?;
        // What was told of it is over, too.
        notices::read_with(&mut tx, &[(access.id(), access.actor().id(), Seq(i64::MAX))], base.clock.now()).await?;
        tx.emit(Event::PairChanged { conversation: access.id(), pair, step: PairStep::Refused });
        tx.commit().await
    }

    /// One conversation of two, as a person finds it.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn pair_found(&self, id: ConversationId, user: UserId) -> Result<PairFound> {
        let conn = self.0.base.db.read();
        let row = conversation::Entity::find_by_id(id).one(conn).await?.ok_or_else(Error::not_found)?;
        found(conn, vec![row], user).await?.pop().ok_or_else(Error::not_found)
    }

    /// A person's conversations of two, the liveliest first, beginning after `after`: those both agreed to or the person
    /// opened, and requests that have something in them and were not refused.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn pairs_found(
        &self,
        user: UserId,
        after: Option<(Timestamp, ConversationId)>,
        only_accepted: bool,
        limit: u64,
    ) -> Result<Vec<PairFound>> {
        use conversation::Column;
        let conn = self.0.base.db.read();
        let mine = Condition::any().add(dm::Column::LowId.eq(user)).add(dm::Column::HighId.eq(user));
        let own = Condition::any()
            .add(dm::Column::RequestedBy.eq(user))
            .add(dm::Column::AcceptedAt.is_not_null())
            .add(Condition::all().add(dm::Column::RefusedAt.is_null()).add(Column::LastSeq.gt(Seq::ZERO)));
        let mut select = conversation::Entity::find()
            .join(
                sea_orm::JoinType::InnerJoin,
                conversation::Entity::belongs_to(dm::Entity).from(Column::Id).to(dm::Column::ConversationId).into(),
            )
            .filter(mine)
            .filter(own)
            .order_by_desc(Column::ActiveAt)
            .order_by_desc(Column::Id)
            .limit(limit);
        if only_accepted {
            select = select.filter(dm::Column::AcceptedAt.is_not_null());
        }
        if let Some((at, id)) = after {
            let tied = Condition::all().add(Column::ActiveAt.eq(at)).add(Column::Id.lt(id));
            select = select.filter(Condition::any().add(Column::ActiveAt.lt(at)).add(tied));
        }
        let rows = select.all(conn).await?;
        found(conn, rows, user).await
    }

    /// Those of these people the person may see: who shares a room, or an accepted conversation of two.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn acquainted(&self, user: UserId, others: &[UserId]) -> Result<Vec<UserId>> {
        let request = Query::select()
            .expr(Expr::val(1))
            .from(dm::Entity)
            .and_where(
                Expr::col((dm::Entity, dm::Column::ConversationId))
                    .equals((membership::Entity, membership::Column::ConversationId)),
            )
            .and_where(dm::Column::AcceptedAt.is_null())
            .to_owned();
        let mine = Query::select()
            .column(membership::Column::ConversationId)
            .from(membership::Entity)
            .and_where(membership::Column::UserId.eq(user))
            .to_owned();
        Ok(membership::Entity::find()
            .select_only()
            .column(membership::Column::UserId)
            .distinct()
            .filter(membership::Column::UserId.is_in(others.iter().copied()))
            .filter(membership::Column::ConversationId.in_subquery(mine))
            .filter(Expr::exists(request).not())
            .into_tuple()
            .all(self.0.base.db.read())
            .await?)
    }
}

/// The lesser id first.
fn in_order(one: UserId, two: UserId) -> (UserId, UserId) {
    if one < two { (one, two) } else { (two, one) }
}

/// Notes that first contacts were accepted or refused.
pub(super) async fn settle(
    tx: &mut Tx,
    ids: &[ConversationId],
    accepted_at: Option<Timestamp>,
    refused_at: Option<Timestamp>,
) -> Result<()> {
    dm::Entity::update_many()
        .col_expr(dm::Column::AcceptedAt, Expr::value(accepted_at))
        .col_expr(dm::Column::RefusedAt, Expr::value(refused_at))
        .filter(dm::Column::ConversationId.is_in(ids.iter().copied()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Two people as they stand under the lock of their conversation, which blocks and refusals take too.
pub(super) struct Gate {
    pub pair: Pair,
    blocked: bool,
    /// Whether a first contact is one the other wants none of.
    unwanted: bool,
}

impl Gate {
    /// The first contact was answered.
    pub fn accept(&mut self) {
        self.pair.accepted = true;
        self.unwanted = false;
    }

    /// Whether somebody may change what is written. Who is asked to talk answers first.
    pub fn lets_change(&self, user: UserId) -> bool {
        self.lets(user) && (self.pair.accepted || user == self.pair.requested_by)
    }

    /// Whether somebody may write.
    pub fn lets(&self, user: UserId) -> bool {
        !self.blocked && self.pair.may_write(user) && !(self.unwanted && user == self.pair.requested_by)
    }
}

/// The gates of those of these conversations that are of two people. The caller holds their locks.
pub(super) async fn gates(
    conn: &impl ConnectionTrait,
    accounts: &Accounts,
    ids: &[ConversationId],
) -> Result<HashMap<ConversationId, Gate>> {
    let pairs = pairs(conn, ids).await?;
    let people: Vec<UserId> = pairs.iter().flat_map(|row| [row.low_id, row.high_id]).collect();
    let blocks = accounts.blocks_among(conn, &people).await?;
    let mut gates = HashMap::new();
    for row in pairs {
        let blocked = blocks.contains(&(row.low_id, row.high_id)) || blocks.contains(&(row.high_id, row.low_id));
        let pair = Pair::from(&row);
        let unwanted = !pair.accepted && is_unwanted(conn, accounts, &pair).await?;
        gates.insert(row.conversation_id, Gate { pair, blocked, unwanted });
    }
    Ok(gates)
}

/// Whether who is asked wants no strangers, and the two share no room.
async fn is_unwanted(conn: &impl ConnectionTrait, accounts: &Accounts, pair: &Pair) -> Result<bool> {
    let asked = pair.other(pair.requested_by);
    if accounts.preferences_of(asked).await?.strangers {
        return Ok(false);
    }
    let shared = membership::Entity::find()
        .filter(membership::Column::UserId.eq(pair.requested_by))
        .filter(membership::Column::ConversationId.in_subquery(store::select_rooms_of(asked)));
    Ok(shared.one(conn).await?.is_none())
}

/// Which of these conversations are of two people.
async fn pairs(conn: &impl ConnectionTrait, ids: &[ConversationId]) -> Result<Vec<dm::Model>> {
    Ok(dm::Entity::find().filter(dm::Column::ConversationId.is_in(ids.iter().copied())).all(conn).await?)
}

/// The same conversations with their two people and places, in the order given.
async fn found(conn: &impl ConnectionTrait, rows: Vec<conversation::Model>, user: UserId) -> Result<Vec<PairFound>> {
    let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
    let pairs = pairs(conn, &ids).await?;
    let places = membership::Entity::find().filter(membership::Column::ConversationId.is_in(ids)).all(conn).await?;
    let place = |id: ConversationId, whose: UserId| {
        places.iter().find(|row| row.conversation_id == id && row.user_id == whose).cloned()
    };
    let pair_of = |id: ConversationId| pairs.iter().find(|row| row.conversation_id == id).map(Pair::from);
    let one = |conversation: conversation::Model| {
        let pair = pair_of(conversation.id)?;
        let (mine, theirs) = (place(conversation.id, user)?, place(conversation.id, pair.other(user))?);
        Some(PairFound { conversation, pair, mine, theirs })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}
