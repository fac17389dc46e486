//! What a person shares of themselves.

use std::collections::HashMap;

use praca_api::accounts::AccountStatus;
use praca_api::people::{Digest, Preferences, UpdatePreferences};
use praca_api::{Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{Accounts, entity, store};
use crate::auth::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::mail::Reader;
use crate::quiet_hours::Quiet;

impl Accounts {
    /// What these people share; unknown ids are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn preferences(&self, ids: &[UserId]) -> Result<HashMap<UserId, Preferences>> {
        let people = self.people(ids).await?;
        Ok(people.into_iter().map(|(id, row)| (id, row.preferences())).collect())
    }

    /// What one person shares.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn preferences_of(&self, id: UserId) -> Result<Preferences> {
        Ok(self.person(id).await?.preferences())
    }

    /// Changes what the person shares.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn update_preferences(&self, actor: &Actor, change: UpdatePreferences) -> Result<Preferences> {
        if change == UpdatePreferences::default() {
            return self.preferences_of(actor.id()).await;
        }
        let user = actor.id();
        let mut tx = self.0.base.begin().await?;
        let mut update = entity::Entity::update_many().filter(entity::Column::Id.eq(user));
        if let Some(on) = change.read_receipts {
            update = update.col_expr(entity::Column::ReadReceipts, Expr::value(on));
        }
        if let Some(on) = change.presence {
            update = update.col_expr(entity::Column::ShowsPresence, Expr::value(on));
        }
        if let Some(on) = change.strangers {
            update = update.col_expr(entity::Column::AcceptsStrangers, Expr::value(on));
        }
        if let Some(wanted) = &change.notifications {
            let quiet = wanted.quiet_hours.iter().flatten().next();
            if quiet.is_some_and(|hours| Quiet::read(hours).is_none()) {
                let said = "Quiet hours are two times such as 22:00, and a time zone such as America/Sao_Paulo.";
                return Err(Error::invalid_field("notifications.quietHours", "hours", said));
            }
            let wanted = store::lock_person(tx.conn(), user).await?.preferences().notifications.changed(wanted);
            update = update.col_expr(entity::Column::Notify, Expr::value(serde_json::to_value(wanted)?));
        }
        if let Some(digest) = change.digest {
            let due = digest.length().map(|period| self.0.base.clock.now() + period);
            update = update
                .col_expr(entity::Column::Digest, Expr::value(digest))
                .col_expr(entity::Column::DigestDueAt, Expr::value(due));
        }
        update.exec(tx.conn()).await?;
        tx.emit(Event::PreferencesChanged { user, presence: change.presence });
        tx.commit().await?;
        self.preferences_of(user).await
    }
}

/// A mail with what somebody missed, that is due.
#[derive(Clone, Debug)]
pub struct DueDigest {
    /// Whose.
    pub user: UserId,
    /// How often they get one.
    pub period: Digest,
    /// Since when it is due.
    pub due: Timestamp,
}

impl Accounts {
    /// Up to `most` digests that are due, those that wait longest first.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn digests_due(&self, most: u64) -> Result<Vec<DueDigest>> {
        let base = &self.0.base;
        let due = entity::Entity::find().filter(entity::Column::DigestDueAt.lte(base.clock.now()));
        let due = due.order_by_asc(entity::Column::DigestDueAt).limit(most).all(base.db.read()).await?;
        let digest = |row: entity::Model| Some(DueDigest { user: row.id, period: row.digest, due: row.digest_due_at? });
        Ok(due.into_iter().filter_map(digest).collect())
    }

    /// Takes one up: the next is due then. To whom it goes; nobody, if another took it, or who may not get it.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn take_digest(&self, tx: &Tx, digest: &DueDigest, next: Timestamp) -> Result<Option<Reader>> {
        let taken = entity::Entity::update_many()
            .col_expr(entity::Column::DigestDueAt, Expr::value(next))
            .filter(entity::Column::Id.eq(digest.user))
            .filter(entity::Column::DigestDueAt.eq(digest.due))
            .exec_with_returning(tx.conn())
            .await?;
        let now = self.0.base.clock.now();
        let reads = |row: &entity::Model| row.email_verified && row.status_at(now) != AccountStatus::Suspended;
        let row = taken.into_iter().next().filter(|row| row.status != AccountStatus::Deleted && reads(row));
        Ok(row.map(|row| row.reader()))
    }
}

impl entity::Model {
    fn preferences(&self) -> Preferences {
        Preferences {
            read_receipts: self.read_receipts,
            presence: self.shows_presence,
            strangers: self.accepts_strangers,
            // What an older version wrote that this one does not know is as at first.
            notifications: self
                .notify
                .clone()
                .and_then(|wanted| serde_json::from_value(wanted).ok())
                .unwrap_or_default(),
            digest: self.digest,
        }
    }
}
