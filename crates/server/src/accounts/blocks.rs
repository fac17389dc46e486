//! Who blocks whom. A block is told to nobody but the one who made it.

use std::collections::HashSet;
use std::sync::Arc;

use praca_api::limits::BLOCKS;
use praca_api::people::BlockedPerson;
use praca_api::{Page, Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, TryInsertResult,
};

use super::Accounts;
use super::block_entity::{ActiveModel, Column, Entity};
use crate::db::Tx;
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};
use crate::events::Event;

/// The blocks a person has part in.
#[derive(Clone, Debug, Default)]
pub struct Blocks {
    /// Whom they block.
    pub mine: HashSet<UserId>,
    /// Who blocks them.
    pub theirs: HashSet<UserId>,
}

impl Blocks {
    /// Whether one of the two blocks the other.
    pub fn between(&self, other: UserId) -> bool {
        self.mine.contains(&other) || self.theirs.contains(&other)
    }

    /// Everybody with whom there is a block.
    pub fn all(&self) -> impl Iterator<Item = UserId> + '_ {
        self.mine.union(&self.theirs).copied()
    }
}

impl Accounts {
    /// The blocks a person has part in.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn blocks(&self, user: UserId) -> Result<Arc<Blocks>> {
        let load = async {
            let part = Condition::any().add(Column::BlockerId.eq(user)).add(Column::BlockedId.eq(user));
            let mut blocks = Blocks::default();
            for row in Entity::find().filter(part).all(self.0.base.db.read()).await? {
                if row.blocker_id == user {
                    blocks.mine.insert(row.blocked_id);
                } else {
                    blocks.theirs.insert(row.blocker_id);
                }
            }
            Ok(Arc::new(blocks))
        };
        self.0.blocks.get_or_load(user, load).await
    }

    /// The blocks among these people, as (who, whom), read on `conn`.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn blocks_among(
        &self,
        conn: &impl ConnectionTrait,
        people: &[UserId],
    ) -> Result<HashSet<(UserId, UserId)>> {
        let rows = Entity::find()
            .filter(Column::BlockerId.is_in(people.iter().copied()))
            .filter(Column::BlockedId.is_in(people.iter().copied()));
        Ok(rows.all(conn).await?.into_iter().map(|row| (row.blocker_id, row.blocked_id)).collect())
    }

    /// Blocks somebody. Harmless if they are. True if they were not.
    ///
    /// # Errors
    /// `resource.not_found` for nobody, `request.invalid` for oneself, or for one too many.
    pub async fn block(&self, tx: &mut Tx, by: UserId, whom: UserId) -> Result<bool> {
        if by == whom {
            return Err(Error::invalid_field("userId", "self", "Nobody blocks themselves."));
        }
        self.person(whom).await?;
        let blocked = Entity::find().filter(Column::BlockerId.eq(by)).filter(Column::BlockedId.ne(whom));
        if blocked.count(tx.conn()).await? >= BLOCKS {
            return Err(Error::invalid_field("userId", "too_many", "Somebody blocks at most 1,000 people."));
        }
        let row = ActiveModel { blocker_id: Set(by), blocked_id: Set(whom), created_at: Set(self.0.base.clock.now()) };
        let columns = [Column::BlockerId, Column::BlockedId];
        let done = Entity::insert_many([row]).on_conflict_do_nothing_on(columns).exec_without_returning(tx.conn());
        let new = matches!(done.await?, TryInsertResult::Inserted(count) if count > 0);
        if new {
            tx.emit(Event::BlockChanged { by, whom, blocked: true });
        }
        Ok(new)
    }

    /// Ends a block. Harmless if there is none. True if there was one.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn unblock(&self, tx: &mut Tx, by: UserId, whom: UserId) -> Result<bool> {
        let ended = Entity::delete_by_id((by, whom)).exec(tx.conn()).await?.rows_affected > 0;
        if ended {
            tx.emit(Event::BlockChanged { by, whom, blocked: false });
        }
        Ok(ended)
    }

    /// Whom a person blocks, the newest first.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn blocked_people(&self, by: UserId, page: &PageQuery) -> Result<Page<BlockedPerson>> {
        let limit = page.limit()?;
        let mut select = Entity::find()
            .filter(Column::BlockerId.eq(by))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::BlockedId)
            .limit(limit + 1);
        if let Some((at, id)) = page.key::<(Timestamp, UserId)>()? {
            let tied = Condition::all().add(Column::CreatedAt.eq(at)).add(Column::BlockedId.lt(id));
            select = select.filter(Condition::any().add(Column::CreatedAt.lt(at)).add(tied));
        }
        let rows = select.all(self.0.base.db.read()).await?;
        let ids: Vec<UserId> = rows.iter().map(|row| row.blocked_id).collect();
        let people = self.authors(&ids).await?;
        let page = page_of(rows, limit, |row| (row.created_at, row.blocked_id), |row| row)?;
        let person = |row: super::block_entity::Model| {
            Some(BlockedPerson { author: people.get(&row.blocked_id)?.clone(), blocked_at: row.created_at })
        };
        Ok(Page { items: page.items.into_iter().filter_map(person).collect(), next: page.next })
    }
}
