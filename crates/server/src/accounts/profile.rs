//! What a person changes of themselves.

use praca_api::accounts::{UpdateMe, User};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::register::clean_display_name;
use super::{Accounts, entity};
use crate::auth::Actor;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::fold::fold;

impl Accounts {
    /// Changes name or language.
    ///
    /// # Errors
    /// `request.invalid`; `account.silenced` for a name, which others read.
    pub(super) async fn update_me(&self, actor: &Actor, change: UpdateMe) -> Result<User> {
        let base = &self.0.base;
        let mut update = entity::Entity::update_many().filter(entity::Column::Id.eq(actor.id()));
        if change.display_name.is_none() && change.locale.is_none() {
            return self.me(actor).await;
        }
        if let Some(name) = &change.display_name {
            actor.require_may_write()?;
            let name = clean_display_name(name)
                .ok_or_else(|| Error::invalid_field("displayName", "length", "A name has 1 to 48 characters."))?;
            update = update
                .col_expr(entity::Column::NameFolded, Expr::value(fold(&name)))
                .col_expr(entity::Column::DisplayName, Expr::value(name));
        }
        if let Some(locale) = change.locale {
            update = update.col_expr(entity::Column::Locale, Expr::value(locale));
        }
        let mut tx = base.begin().await?;
        let rows = update.exec_with_returning(tx.conn()).await?;
        tx.emit(Event::AccountUpdated { user: actor.id() });
        tx.commit().await?;
        let row = rows.into_iter().next().ok_or_else(Error::not_found)?;
        Ok(row.user(base.clock.now()))
    }
}
