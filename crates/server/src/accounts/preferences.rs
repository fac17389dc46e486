//! What a person shares of themselves.

use std::collections::HashMap;

use praca_api::UserId;
use praca_api::people::{Preferences, UpdatePreferences};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{Accounts, entity, store};
use crate::auth::Actor;
use crate::error::{Error, Result};
use crate::events::Event;
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
        update.exec(tx.conn()).await?;
        tx.emit(Event::PreferencesChanged { user, presence: change.presence });
        tx.commit().await?;
        self.preferences_of(user).await
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
        }
    }
}
