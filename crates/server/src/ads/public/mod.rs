//! The fair for people without an account, and for whoever shows a link: pages made on the server, at addresses that stay.
//!
//! Invariants: they show what is on display and nothing else; of people, a first name; what ended answers 410, so that search engines
//! forget it, and what never was on display answers 404.

mod render;
mod routes;
mod sitemap;
mod words;

use praca_api::{AdId, Page, Timestamp};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::Ads;
use super::entity::{Column, Entity, Model};
use crate::db::page::{PageQuery, page_of};
use crate::error::Result;

pub use routes::routes;

/// Ads of a page.
const ON_A_PAGE: u64 = 24;

impl Ads {
    /// A page of what is on display, of a category with its parts or of all, the newest first.
    async fn shown_page(&self, category: Option<&str>, after: Option<String>) -> Result<Page<Model>> {
        let after: Option<(Timestamp, AdId)> = PageQuery { limit: None, after }.key()?;
        let mut rows = Entity::find().filter(self.shown_to_all());
        if let Some(slug) = category {
            rows = rows.filter(Column::Category.is_in(self.categories().await?.with_parts(slug)));
        }
        if let Some((at, id)) = after {
            let same = Condition::all().add(Column::PublishedAt.eq(at)).add(Column::Id.lt(id));
            rows = rows.filter(Condition::any().add(Column::PublishedAt.lt(at)).add(same));
        }
        let rows = rows.order_by_desc(Column::PublishedAt).order_by_desc(Column::Id).limit(ON_A_PAGE + 1);
        let rows = rows.all(self.0.base.db.read()).await?;
        page_of(rows, ON_A_PAGE, |row| (row.published_at.unwrap_or(row.created_at), row.id), |row| row)
    }

    /// An ad that is, or was, on display, and whether it is; none for one that never was.
    async fn known_to_all(&self, id: Option<AdId>) -> Result<Option<(Model, bool)>> {
        let (conn, Some(id)) = (self.0.base.db.read(), id) else { return Ok(None) };
        let row = Entity::find_by_id(id).one(conn).await?.filter(|row| row.published_at.is_some());
        let Some(row) = row else { return Ok(None) };
        let shown = Entity::find_by_id(id).filter(self.shown_to_all()).one(conn).await?;
        Ok(Some((row, shown.is_some())))
    }
}
