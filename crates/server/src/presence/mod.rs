//! Who is there, and who may know: the rules beside what the gateway counts.
//!
//! A person may see whoever shares a room or an accepted conversation of two with them, unless one of the two blocks the
//! other, or keeps their own presence to themselves: then, and to strangers, everybody is `offline`.

mod entity;
mod routes;
mod socket;

use std::collections::{HashMap, HashSet};

use praca_api::people::{PersonPresence, Presence};
use praca_api::{Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::accounts::Accounts;
use crate::base::Base;
use crate::conversations::Conversations;
use crate::error::Result;
use crate::gateway::{Answer, Caller, Sights};

pub use routes::routes;
pub use socket::PresenceSocket;

/// People noted in one statement, with two values each.
const AT_ONCE: usize = 500;

/// The presence slice.
#[derive(Clone)]
pub struct Presences {
    base: Base,
    accounts: Accounts,
    conversations: Conversations,
}

impl Presences {
    /// The slice over these services.
    pub fn new(base: Base, accounts: Accounts, conversations: Conversations) -> Self {
        Self { base, accounts, conversations }
    }

    /// Those of these people there are.
    async fn existing(&self, people: &[UserId]) -> Result<Vec<UserId>> {
        let known = self.accounts.preferences(people).await?;
        Ok(people.iter().copied().filter(|user| known.contains_key(user)).collect())
    }

    /// Whom of these a person may see.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn visible(&self, viewer: UserId, people: &[UserId]) -> Result<Vec<UserId>> {
        let blocks = self.accounts.blocks(viewer).await?;
        let mut visible: HashSet<UserId> = self.conversations.acquainted(viewer, people).await?.into_iter().collect();
        let shares = self.accounts.preferences(people).await?;
        let mine = self.accounts.preferences_of(viewer).await?.presence;
        let shown = |user: &UserId| mine && shares.get(user).is_some_and(|preferences| preferences.presence);
        visible.retain(|user| shown(user) && !blocks.between(*user));
        visible.extend(people.iter().copied().filter(|user| *user == viewer));
        Ok(visible.into_iter().collect())
    }

    /// These people as `viewer` sees them, in the order given.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn seen(&self, viewer: UserId, people: &[UserId]) -> Result<Vec<PersonPresence>> {
        let visible = self.visible(viewer, people).await?;
        self.states(&visible, people).await
    }

    /// These people as the caller's socket sees them, which from now on is told of changes.
    async fn watch(&self, caller: &Caller, people: &[UserId]) -> Result<Vec<PersonPresence>> {
        let existing = self.existing(people).await?;
        let visible = self.visible(caller.actor.id(), &existing).await?;
        // Watched first, so that no change is missed between.
        caller.watch(&existing, &visible);
        // A block may have come between; one that comes from now on finds the socket.
        let visible = self.visible(caller.actor.id(), &visible).await?;
        caller.keep_seeing(&existing, &visible);
        let mut items = self.states(&visible, people).await?;
        caller.begin_to_see(&mut items);
        Ok(items)
    }

    /// How these people are, of whom only the visible ones are seen.
    async fn states(&self, visible: &[UserId], people: &[UserId]) -> Result<Vec<PersonPresence>> {
        // Without the coordinator nobody can tell.
        let states = self.base.limits.presence(visible).await.unwrap_or_default();
        let states: HashMap<UserId, Presence> = visible.iter().copied().zip(states).collect();
        let state_of = |user: &UserId| states.get(user).copied().unwrap_or(Presence::Offline);
        let away = visible.iter().copied().filter(|user| state_of(user) == Presence::Offline);
        let last = self.last_seen(away.collect()).await?;
        let one = |user: &UserId| PersonPresence {
            user_id: *user,
            state: state_of(user),
            last_seen_at: last.get(user).copied(),
        };
        Ok(people.iter().map(one).collect())
    }

    async fn last_seen(&self, people: Vec<UserId>) -> Result<HashMap<UserId, Timestamp>> {
        if people.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = entity::Entity::find().filter(entity::Column::UserId.is_in(people)).all(self.base.db.read());
        Ok(rows.await?.into_iter().map(|row| (row.user_id, row.at)).collect())
    }

    async fn note(&self, people: &[UserId], at: Timestamp) -> Result<()> {
        let mut later = OnConflict::column(entity::Column::UserId);
        later.update_column(entity::Column::At);
        later.action_and_where(Expr::col((entity::Entity, entity::Column::At)).lt(at));
        // In one order, so that two nodes that note the same people do not wait for each other.
        let mut people = people.to_vec();
        people.sort_unstable();
        for some in people.chunks(AT_ONCE) {
            let rows = some.iter().map(|user| entity::ActiveModel { user_id: Set(*user), at: Set(at) });
            let insert = entity::Entity::insert_many(rows).on_conflict(later.clone());
            insert.exec_without_returning(self.base.db.write()).await?;
        }
        Ok(())
    }
}

impl Sights for Presences {
    fn visible<'a>(&'a self, viewer: UserId, people: &'a [UserId]) -> Answer<'a, Vec<UserId>> {
        Box::pin(self.visible(viewer, people))
    }

    fn states<'a>(&'a self, people: &'a [UserId]) -> Answer<'a, Vec<PersonPresence>> {
        Box::pin(self.states(people, people))
    }

    fn note_seen<'a>(&'a self, people: &'a [UserId], at: Timestamp) -> Answer<'a, ()> {
        Box::pin(self.note(people, at))
    }
}
