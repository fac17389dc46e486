//! Notifications: made of what was noted (`notices`), listed, and read.
//!
//! Invariants: each event is told a person once; events of one kind in one conversation are one notification as long as it
//! is unread; a notification holds no words of others, so that what was deleted, left or blocked is not told any more.

mod digest;
mod push;
mod render;
mod routes;
mod telling;

use std::sync::Arc;
use std::time::Duration;

use praca_api::notifications::{NotificationPage, ReadNotifications, UnreadNotifications};
use praca_api::{NotificationId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;
use crate::base::Base;
use crate::conversations::Conversations;
use crate::db::page::{PageQuery, page_of};
use crate::error::Result;
use crate::events::Event;
use crate::jobs::{NewJob, Registry};
use crate::notices::told::{Column, Entity, Model};
use crate::places::Places;
use push::Post;

pub use routes::routes;

/// Time between two looks at what is due.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Unread ones are counted so far.
const COUNTED: u64 = 100;
/// Devices sent to at a time.
const PUSHED_AT_ONCE: usize = 8;
/// Time between two looks at mails with what people missed.
const DIGESTS_EVERY: Duration = Duration::from_secs(600);
/// Time between two sweeps.
const SWEEP_EVERY: Duration = Duration::from_secs(6 * 3_600);
/// What was read is kept so long.
const KEEP_READ: Duration = Duration::from_secs(30 * 86_400);
/// What was not, so long.
const KEEP: Duration = Duration::from_secs(90 * 86_400);

/// The notifications slice.
#[derive(Clone)]
pub struct Notifications(Arc<Inner>);

struct Inner {
    base: Base,
    accounts: Accounts,
    conversations: Conversations,
    places: Places,
    post: Post,
}

impl Notifications {
    /// The slice over these.
    pub fn new(base: Base, accounts: Accounts, conversations: Conversations, places: Places) -> Self {
        Self(Arc::new(Inner { base, accounts, conversations, places, post: Post::default() }))
    }

    /// What the slice does in the background, beside telling.
    pub fn register(&self, registry: &mut Registry) {
        let notifications = self.clone();
        registry.every(SWEEP_EVERY, "notifications.sweep", move || {
            let notifications = notifications.clone();
            async move { notifications.sweep().await }
        });
        let notifications = self.clone();
        registry.every(DIGESTS_EVERY, "notifications.digest", move || {
            let notifications = notifications.clone();
            async move { notifications.write_digests().await }
        });
        // Push services take their time, and keep no other jobs waiting.
        let notifications = self.clone();
        registry.handle_apart(NewJob::PUSH, PUSHED_AT_ONCE, move |payload| {
            let notifications = notifications.clone();
            async move { notifications.push(payload).await }
        });
    }

    /// Tells what is due, again and again, until stopped.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.tell_due().await {
                Ok(0) => {}
                // There may be more.
                Ok(_) => continue,
                Err(error) => tracing::warn!(%error, "people cannot be told what is due; it is tried again"),
            }
            stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
        }
    }

    /// A person's notifications, the newest first, and how many are unread.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn list(&self, user: UserId, page: &PageQuery) -> Result<NotificationPage> {
        let limit = page.limit()?;
        let conn = self.0.base.db.read();
        let mut rows = Entity::find().filter(Column::UserId.eq(user));
        if let Some(after) = page.key::<NotificationId>()? {
            rows = rows.filter(Column::Id.lt(after));
        }
        let rows = rows.order_by_desc(Column::Id).limit(limit + 1).all(conn).await?;
        let page = page_of(rows, limit, |row| row.id, |row| row)?;
        let shown = self.render(self.readable(user, page.items).await?).await?;
        let items = shown.into_iter().map(|(_, notification)| notification).collect();
        Ok(NotificationPage { items, next: page.next, unread: self.unread(user).await?.unread })
    }

    /// How many a person has not read.
    async fn unread(&self, user: UserId) -> Result<UnreadNotifications> {
        let unread = Entity::find().filter(Column::UserId.eq(user)).filter(Column::ReadAt.is_null());
        let rows = unread.order_by_desc(Column::Id).limit(COUNTED).all(self.0.base.db.read()).await?;
        let count = self.readable(user, rows).await?.len();
        Ok(UnreadNotifications { unread: u32::try_from(count).unwrap_or(u32::MAX) })
    }

    /// A person has read one, all up to one, or all there are.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn mark_read(&self, user: UserId, wish: ReadNotifications) -> Result<UnreadNotifications> {
        let base = &self.0.base;
        let mut tx = base.begin().await?;
        let mut read = Entity::update_many()
            .col_expr(Column::ReadAt, Expr::value(base.clock.now()))
            .filter(Column::UserId.eq(user))
            .filter(Column::ReadAt.is_null());
        if let Some(up_to) = wish.up_to {
            read = read.filter(Column::Id.lte(up_to));
        }
        if let Some(only) = wish.only {
            read = read.filter(Column::Id.eq(only));
        }
        if read.exec(tx.conn()).await?.rows_affected > 0 {
            tx.emit(Event::NotificationsRead { user });
            tx.commit().await?;
        }
        self.unread(user).await
    }

    /// Removes what nobody looks for any more.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn sweep(&self) -> Result<()> {
        let base = &self.0.base;
        let now = base.clock.now();
        let old = Condition::any().add(Column::CreatedAt.lt(now - KEEP)).add(Column::ReadAt.lt(now - KEEP_READ));
        Entity::delete_many().filter(old).exec(base.db.write()).await?;
        Ok(())
    }

    /// A person's, without what somebody caused whom they block, and without those of conversations they may not read any
    /// more.
    async fn readable(&self, user: UserId, rows: Vec<Model>) -> Result<Vec<Model>> {
        let blocks = self.0.accounts.blocks(user).await?;
        let mut rows: Vec<Model> = rows.into_iter().filter_map(|row| row.without(&blocks.mine)).collect();
        if rows.iter().any(|row| row.conversation_id.is_some()) {
            let readable = self.0.conversations.readable_by(user).await?;
            rows.retain(|row| row.conversation_id.is_none_or(|id| readable.contains(&id)));
        }
        Ok(rows)
    }
}
