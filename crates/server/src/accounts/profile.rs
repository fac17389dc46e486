//! What a person changes of themselves.

use praca_api::accounts::{UpdateMe, User};
use praca_api::{ProblemCode, UploadId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _};

use super::register::clean_display_name;
use super::{Accounts, entity, store};
use crate::auth::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::AccountEvent;
use crate::fold::fold;
use crate::uploads::{Use, release, take};

impl Accounts {
    /// Changes name, picture or language.
    ///
    /// # Errors
    /// `request.invalid`, `uploads.rejected`; `account.silenced` for name and picture, which others see.
    pub(super) async fn update_me(&self, actor: &Actor, change: UpdateMe) -> Result<User> {
        use entity::Column;
        let mut update = entity::Entity::update_many().filter(Column::Id.eq(actor.id()));
        if change.display_name.is_none() && change.locale.is_none() && change.avatar_upload_id.is_none() {
            return self.me(actor).await;
        }
        if change.display_name.is_some() || change.avatar_upload_id.is_some() {
            actor.require_may_write()?;
        }
        if let Some(name) = &change.display_name {
            let name = clean_display_name(name)
                .ok_or_else(|| Error::invalid_field("displayName", "length", "A name has 1 to 48 characters."))?;
            update = update
                .col_expr(Column::NameFolded, Expr::value(fold(&name)))
                .col_expr(Column::DisplayName, Expr::value(name));
        }
        if let Some(locale) = change.locale {
            update = update.col_expr(Column::Locale, Expr::value(locale));
        }
        let mut tx = self.0.base.begin().await?;
        if let Some(wanted) = change.avatar_upload_id {
            let folder = self.take_avatar(&mut tx, actor, wanted).await?;
            update = update
                .col_expr(Column::AvatarId, Expr::value(wanted))
                .col_expr(Column::AvatarFolder, Expr::value(folder));
        }
        let rows = update.exec_with_returning(tx.conn()).await?;
        tx.emit(AccountEvent::Updated { user: actor.id() });
        tx.commit().await?;
        let row = rows.into_iter().next().ok_or_else(Error::not_found)?;
        Ok(row.user(&self.0.base))
    }

    /// Accepts the house rules and the legal notice as they are.
    ///
    /// # Errors
    /// `request.conflict` where they are others by now.
    pub(super) async fn accept_texts(&self, actor: &Actor, version: String) -> Result<()> {
        use entity::Column;
        let base = &self.0.base;
        if version != base.texts.version() {
            let detail = "The texts are others by now; read them once more.";
            return Err(Error::problem(ProblemCode::RequestConflict, detail));
        }
        let mut tx = base.begin().await?;
        let accepted = entity::Entity::update_many()
            .col_expr(Column::AcceptedTexts, Expr::value(version.clone()))
            .filter(Column::Id.eq(actor.id()))
            // Twice is once.
            .filter(Condition::any().add(Column::AcceptedTexts.is_null()).add(Column::AcceptedTexts.ne(&version)));
        if accepted.exec(tx.conn()).await?.rows_affected > 0 {
            tx.emit(AccountEvent::TextsAccepted { user: actor.id(), version });
        }
        tx.commit().await
    }

    /// Takes an upload into use as the person's picture, and gives up the one before; the folder of its files.
    async fn take_avatar(&self, tx: &mut Tx, actor: &Actor, wanted: Option<UploadId>) -> Result<Option<String>> {
        let before = store::lock_person(tx.conn(), actor.id()).await?;
        if before.avatar_id == wanted {
            // Asked for again, because the first answer got lost.
            return Ok(before.avatar_folder);
        }
        let folder = match wanted {
            Some(id) => {
                let now = self.0.base.clock.now();
                take(tx.conn(), actor.id(), &[id], Use::Avatar, now).await?.into_iter().next().map(|used| used.folder)
            }
            None => None,
        };
        if let (Some(id), Some(folder)) = (before.avatar_id, before.avatar_folder) {
            release(tx, vec![(id, folder)]).await?;
        }
        Ok(folder)
    }
}
