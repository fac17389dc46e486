//! Arranging what ads are sorted into: a tree of two levels, whose ads stand at its leaves.

use std::ops::RangeInclusive;

use praca_api::ProblemCode;
use praca_api::ads::Category;
use praca_api::ads::arranging::PutCategory;
use praca_api::text::clean_line;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _,
};

use super::Ads;
use super::entity::categories::{Column, Entity, Model};
use super::entity::{self};
use crate::auth::Authority;
use crate::db::Tx;
use crate::db::dialect::Dialect;
use crate::error::{Error, Fields, Result};
use crate::events::Event;

/// Most categories of a square.
const MOST: u64 = 300;
/// Length of a slug, and of a name, in characters.
const CHARS: RangeInclusive<usize> = 2..=60;
/// Days an ad may be on display.
const DAYS: RangeInclusive<u32> = 1..=180;

impl Ads {
    /// Makes a category, or changes it.
    ///
    /// # Errors
    /// `request.invalid`; `request.conflict` for a parent that has ads, for one with parts that would be part of another, and for more
    /// than a square may have.
    pub async fn put_category(&self, by: Authority, slug: &str, wish: PutCategory) -> Result<Category> {
        let wish = checked(slug, wish)?;
        let base = &self.0.base;
        let mut tx = base.begin().await?;
        // One after the other: of two that are arranged at once, each sees the other.
        let mut all = Entity::find().order_by_asc(Column::Slug);
        Dialect::of(tx.conn()).lock_rows(sea_orm::QueryTrait::query(&mut all));
        let all = all.all(tx.conn()).await?;
        let before = all.iter().find(|row| row.slug == slug);
        if before.is_none() && all.len() as u64 >= MOST {
            return Err(conflict("A square has at most 300 categories."));
        }
        if let Some(parent) = &wish.parent {
            require_parent(&tx, &all, slug, parent).await?;
        }
        let last = || {
            all.iter().filter(|row| row.parent == wish.parent).map(|row| row.position).max().map_or(0, |last| last + 1)
        };
        let position = wish.position.or_else(|| before.map(|row| row.position)).unwrap_or_else(last);
        let row = Model {
            slug: slug.to_owned(),
            parent: wish.parent.clone(),
            position,
            name_pt: wish.names.pt_br,
            name_en: wish.names.en,
            name_es: wish.names.es,
            days: i32::try_from(wish.days).unwrap_or_default(),
        };
        let values = row.clone().into_active_model().reset_all();
        if before.is_some() {
            Entity::update(values).exec(tx.conn()).await?;
        } else {
            Entity::insert(values).exec_without_returning(tx.conn()).await?;
        }
        tx.emit(Event::CategoryArranged { slug: slug.to_owned(), by: by.by(), is_gone: false });
        tx.commit().await?;
        Ok(row.into())
    }

    /// Removes a category nothing stands in.
    ///
    /// # Errors
    /// `resource.not_found`; `request.conflict` for one that has parts or ads, whatever became of these.
    pub async fn delete_category(&self, by: Authority, slug: &str) -> Result<()> {
        let mut tx = self.0.base.begin().await?;
        let conn = tx.conn();
        if Entity::find_by_id(slug).one(conn).await?.is_none() {
            return Err(Error::not_found());
        }
        let parts = Entity::find().filter(Column::Parent.eq(slug)).count(conn).await?;
        if parts > 0 || has_ads(&tx, slug).await? {
            return Err(conflict("The category has ads, or others are part of it."));
        }
        Entity::delete_by_id(slug).exec(conn).await?;
        tx.emit(Event::CategoryArranged { slug: slug.to_owned(), by: by.by(), is_gone: true });
        tx.commit().await
    }
}

/// A wish whose words are clean.
fn checked(slug: &str, mut wish: PutCategory) -> Result<PutCategory> {
    let mut fields = Fields::default();
    let is_slug = slug
        .split('-')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
    if !is_slug || !CHARS.contains(&slug.len()) {
        fields.refuse("slug", "format", "A slug has 2 to 60 of a to z, 0 to 9 and single hyphens.");
    }
    for (field, name) in
        [("names.pt-BR", &mut wish.names.pt_br), ("names.en", &mut wish.names.en), ("names.es", &mut wish.names.es)]
    {
        *name = clean_line(name);
        if !CHARS.contains(&name.chars().count()) {
            fields.refuse(field, "length", "A name has 2 to 60 characters.");
        }
    }
    if !DAYS.contains(&wish.days) {
        fields.refuse("days", "range", "An ad is on display for 1 to 180 days.");
    }
    fields.finish()?;
    Ok(wish)
}

/// Refuses a parent that is none.
async fn require_parent(tx: &Tx, all: &[Model], slug: &str, parent: &str) -> Result<()> {
    let Some(row) = all.iter().find(|row| row.slug == parent && parent != slug) else {
        return Err(Error::invalid_field("parent", "unknown", "There is no such category it could be part of."));
    };
    if row.parent.is_some() {
        return Err(Error::invalid_field("parent", "deep", "A part of a category has no parts of its own."));
    }
    if all.iter().any(|row| row.parent.as_deref() == Some(slug)) {
        return Err(conflict("Others are part of the category: it cannot be part of another."));
    }
    if has_ads(tx, parent).await? {
        return Err(conflict("The category it would be part of has ads of its own."));
    }
    Ok(())
}

async fn has_ads(tx: &Tx, slug: &str) -> Result<bool> {
    let one = entity::Entity::find().filter(entity::Column::Category.eq(slug)).one(tx.conn()).await?;
    Ok(one.is_some())
}

fn conflict(detail: &'static str) -> Error {
    Error::problem(ProblemCode::RequestConflict, detail)
}
