//! Finding ads.

use praca_api::ads::{Ad, AdKind, AdSort, AdStatus, Condition as State};
use praca_api::{AdId, Page, UserId};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde::Deserialize;
use utoipa::IntoParams;

use super::entity::{Column, Entity, Model};
use super::seek::{self, Mark};
use super::{Ads, store};
use crate::auth::Actor;
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};
use crate::localities;
use crate::words::Words;

/// Most ads like one.
const SIMILAR: u64 = 6;

/// Which ads.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct AdsQuery {
    /// Only of this kind.
    #[param(inline)]
    pub kind: Option<AdKind>,
    /// Only of this category and those below it.
    pub category: Option<String>,
    /// Words that have to be there, the last as it was begun; case and accents do not matter.
    pub q: Option<String>,
    /// Only those that cost so much or more.
    pub min_centavos: Option<i64>,
    /// Only those that cost so much or less.
    pub max_centavos: Option<i64>,
    /// Only of this state, in two letters.
    pub state: Option<String>,
    /// Only of this municipality; with `state`.
    pub city: Option<String>,
    /// Only in this state of use.
    #[param(inline)]
    pub condition: Option<State>,
    /// Only those with a picture.
    pub with_picture: Option<bool>,
    /// `active` when absent; others only of one's own, or for moderators.
    #[param(inline)]
    pub status: Option<AdStatus>,
    /// Only of this person.
    #[param(value_type = Option<uuid::Uuid>)]
    pub owner_id: Option<UserId>,
    /// The newest first when absent.
    #[param(inline)]
    pub sort: Option<AdSort>,
    /// Most items, 1 to 100; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl Ads {
    /// Ads that fit, as they are on display; those of a person who wants their own, or moderators, wherever they stand.
    ///
    /// # Errors
    /// `request.invalid` for a place, limit or cursor that is not ours, `access.denied` for what others have off display.
    pub async fn list(&self, actor: &Actor, query: AdsQuery) -> Result<Page<Ad>> {
        let conn = self.0.base.db.read();
        let status = query.status.unwrap_or(AdStatus::Active);
        let own = query.owner_id == Some(actor.id());
        if status != AdStatus::Active && !own && !actor.is_moderator() {
            return Err(Error::denied());
        }
        let mut select = Entity::find().filter(self.fitting(&query).await?);
        select = match status {
            AdStatus::Active if !own => select.filter(self.shown_to(actor).await?),
            AdStatus::Active => select.filter(on_display()),
            _ => select.filter(off_display()).filter(Column::Status.eq(status)),
        };
        let page = PageQuery { limit: query.limit, after: query.after.clone() };
        let limit = page.limit()?;
        let sort = (status == AdStatus::Active).then(|| query.sort.unwrap_or(AdSort::Newest));
        let rows = seek::page(conn, select, query.words().as_ref(), (sort, page.key()?, limit + 1)).await?;
        let found = page_of(rows, limit, |row| Mark::of(row, sort), |row| row)?;
        Ok(Page { items: self.show(conn, actor, found.items).await?, next: found.next })
    }

    /// Ads like one: of its category, those of its city first, then those of its state, each the newest first; not its owner's.
    ///
    /// # Errors
    /// `resource.not_found` for one the actor may not see.
    pub async fn similar(&self, actor: &Actor, id: AdId) -> Result<Vec<Ad>> {
        let conn = self.0.base.db.read();
        let row = store::ad(conn, id).await?;
        self.require_visible(actor, &row).await?;
        let others = self.shown_to(actor).await?.add(Column::OwnerId.ne(row.owner_id));
        let found = self.like(&row, others).await?;
        self.show(conn, actor, found).await
    }

    /// Ads like one among others: of its category, those of its city first, then those of its state, each the newest first.
    pub(super) async fn like(&self, row: &Model, others: Condition) -> Result<Vec<Model>> {
        let others = others.add(Column::Category.eq(row.category.clone())).add(Column::Id.ne(row.id));
        let mut found: Vec<Model> = Vec::new();
        for near in [Column::CityCode.eq(row.city_code), Column::State.eq(row.state.clone()), Column::Id.ne(row.id)] {
            let left = SIMILAR.saturating_sub(found.len() as u64);
            if left == 0 {
                break;
            }
            let rows = Entity::find()
                .filter(others.clone())
                .filter(near)
                .filter(Column::Id.is_not_in(found.iter().map(|row| row.id)))
                .order_by_desc(Column::PublishedAt)
                .order_by_desc(Column::Id)
                .limit(left);
            found.extend(rows.all(self.0.base.db.read()).await?);
        }
        Ok(found)
    }

    /// What is on display for anybody: its time runs, and its owner may use their account.
    pub(super) fn shown_to_all(&self) -> Condition {
        Condition::all()
            .add(on_display())
            .add(Column::ExpiresAt.gt(self.0.base.clock.now()))
            .add(Column::OwnerId.not_in_subquery(self.0.accounts.unusable()))
    }

    /// What is on display for somebody: the same, but for ads of those with whom there is a block.
    pub(super) async fn shown_to(&self, actor: &Actor) -> Result<Condition> {
        let blocked: Vec<UserId> = self.0.accounts.blocks(actor.id()).await?.all().collect();
        let shown = self.shown_to_all();
        Ok(if blocked.is_empty() { shown } else { shown.add(Column::OwnerId.is_not_in(blocked)) })
    }

    /// What the columns of an ad have to hold; its words stand apart.
    async fn fitting(&self, query: &AdsQuery) -> Result<Condition> {
        let mut fits = query
            .of_whom_and_where()?
            .add(query.costs())
            .add_option(query.kind.map(|kind| Column::Kind.eq(kind)))
            .add_option(query.condition.map(|state| Column::Condition.eq(state)));
        if query.with_picture == Some(true) {
            fits = fits.add(Column::Pictures.is_not_null());
        }
        if let Some(slug) = &query.category {
            fits = fits.add(Column::Category.is_in(self.parts(slug).await?));
        }
        Ok(fits)
    }

    /// A category and all that are part of it.
    ///
    /// # Errors
    /// `request.invalid` for one that is not ours.
    pub(super) async fn parts(&self, slug: &str) -> Result<Vec<String>> {
        let tree = self.categories().await?;
        if tree.get(slug).is_none() {
            return Err(Error::invalid_field("category", "unknown", "There is no such category."));
        }
        Ok(tree.with_parts(slug))
    }

    /// Whether a search could find anything.
    ///
    /// # Errors
    /// `request.invalid` for a category or place that is not ours.
    pub(super) async fn require_known(&self, query: &AdsQuery) -> Result<()> {
        self.fitting(query).await.map(drop)
    }
}

impl AdsQuery {
    /// The words that are looked for.
    pub(super) fn words(&self) -> Option<Words> {
        self.q.as_deref().and_then(Words::read)
    }

    pub(super) fn of_whom_and_where(&self) -> Result<Condition> {
        let whose = self.owner_id.map(|owner| Column::OwnerId.eq(owner));
        Ok(Condition::all().add_option(whose).add_option(place(self)?))
    }

    pub(super) fn costs(&self) -> Condition {
        Condition::all()
            .add_option(self.min_centavos.map(|least| Column::Centavos.gte(least)))
            .add_option(self.max_centavos.map(|most| Column::Centavos.lte(most)))
    }
}

/// What is on display. Said as the indexes of it say it: a statement that is prepared with a place for the status could not use them.
pub(super) fn on_display() -> SimpleExpr {
    Expr::cust("ads.status = 'active'")
}

/// What is not, said in the same way.
fn off_display() -> SimpleExpr {
    Expr::cust("ads.status <> 'active'")
}

/// The part of the country, if one is named.
fn place(query: &AdsQuery) -> Result<Option<SimpleExpr>> {
    let Some(letters) = &query.state else {
        return match query.city {
            None => Ok(None),
            Some(_) => Err(Error::invalid_field("state", "missing", "Say which state the city is in.")),
        };
    };
    let Some(state) = localities::state(letters) else {
        return Err(Error::invalid_field("state", "unknown", "A state has the two letters of one of Brazil's."));
    };
    let Some(city) = &query.city else { return Ok(Some(Column::State.eq(state.letters))) };
    match state.municipality(city) {
        Some(city) => Ok(Some(Column::CityCode.eq(city.code))),
        None => Err(Error::invalid_field("city", "unknown", "The state has no municipality of this name.")),
    }
}
