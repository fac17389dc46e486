//! What people keep, and what is theirs.

use praca_api::ads::{Ad, AdStatus};
use praca_api::{AdId, Page, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::entity::{Column, Entity, favorites};
use super::{Ads, store};
use crate::auth::Actor;
use crate::db::page::{PageQuery, page_of};
use crate::error::Result;

impl Ads {
    /// Somebody's own ads, wherever they stand, the last written first.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn own(&self, actor: &Actor, page: &PageQuery) -> Result<Page<Ad>> {
        let conn = self.0.base.db.read();
        let limit = page.limit()?;
        let mut rows =
            Entity::find().filter(Column::OwnerId.eq(actor.id())).filter(Column::Status.ne(AdStatus::Deleted));
        if let Some(after) = page.key::<AdId>()? {
            rows = rows.filter(Column::Id.lt(after));
        }
        let rows = rows.order_by_desc(Column::Id).limit(limit + 1).all(conn).await?;
        let found = page_of(rows, limit, |row| row.id, |row| row)?;
        Ok(Page { items: self.show(conn, actor, found.items).await?, next: found.next })
    }

    /// What somebody keeps and may see, the last kept first.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn favorites(&self, actor: &Actor, page: &PageQuery) -> Result<Page<Ad>> {
        use favorites::Column as Kept;
        let conn = self.0.base.db.read();
        let limit = page.limit()?;
        let mine = Condition::all().add(Column::OwnerId.eq(actor.id())).add(Column::Status.ne(AdStatus::Deleted));
        let seen = Condition::any().add(mine).add(self.shown_to(actor).await?);
        let mut kept = favorites::Entity::find().filter(Kept::UserId.eq(actor.id())).filter(Kept::AdId.in_subquery(
            sea_orm::QueryTrait::into_query(Entity::find().select_only().column(Column::Id).filter(seen)),
        ));
        if let Some((at, id)) = page.key::<(Timestamp, AdId)>()? {
            let before = Condition::all().add(Kept::CreatedAt.eq(at)).add(Kept::AdId.lt(id));
            kept = kept.filter(Condition::any().add(Kept::CreatedAt.lt(at)).add(before));
        }
        let kept = kept.order_by_desc(Kept::CreatedAt).order_by_desc(Kept::AdId).limit(limit + 1).all(conn).await?;
        let found = page_of(kept, limit, |row| (row.created_at, row.ad_id), |row| row.ad_id)?;
        let rows = Entity::find().filter(Column::Id.is_in(found.items.iter().copied())).all(conn).await?;
        let mut ads = self.show(conn, actor, rows).await?;
        ads.sort_by_key(|ad| found.items.iter().position(|id| *id == ad.id));
        Ok(Page { items: ads, next: found.next })
    }

    /// Keeps an ad, or no longer.
    ///
    /// # Errors
    /// `resource.not_found` for one they may not see and would keep.
    pub async fn keep(&self, actor: &Actor, id: AdId, kept: bool) -> Result<()> {
        let base = &self.0.base;
        if !kept {
            favorites::Entity::delete_by_id((actor.id(), id)).exec(base.db.write()).await?;
            return Ok(());
        }
        let row = store::ad(base.db.read(), id).await?;
        self.require_visible(actor, &row).await?;
        let row =
            favorites::ActiveModel { user_id: Set(actor.id()), ad_id: Set(id), created_at: Set(base.clock.now()) };
        let again = OnConflict::columns([favorites::Column::UserId, favorites::Column::AdId]).do_nothing().to_owned();
        favorites::Entity::insert(row).on_conflict(again).exec_without_returning(base.db.write()).await?;
        Ok(())
    }
}
