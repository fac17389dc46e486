//! Finding ads.

use praca_api::ads::{Ad, AdKind, AdSort, AdStatus, Condition as State};
use praca_api::{AdId, Page, Timestamp, UserId};
use sea_orm::sea_query::{Expr, NullOrdering, SimpleExpr};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, Order, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    Value,
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::entity::{Column, Entity, Model};
use super::{Ads, store};
use crate::auth::Actor;
use crate::db::dialect::Dialect;
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

/// Where a page goes on: what it is sorted by, and the ad.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(untagged)]
enum Mark {
    Newest(Timestamp, AdId),
    Price(Option<i64>, AdId),
    Made(AdId),
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
            _ => select.filter(Column::Status.eq(status)),
        };
        let page = PageQuery { limit: query.limit, after: query.after.clone() };
        let limit = page.limit()?;
        let sort = (status == AdStatus::Active).then(|| query.sort.unwrap_or(AdSort::Newest));
        let rows = ordered(select, sort, page.key()?)?.limit(limit + 1).all(conn).await?;
        let found = page_of(rows, limit, |row| mark(row, sort), |row| row)?;
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

    pub(super) async fn fitting(&self, query: &AdsQuery) -> Result<Condition> {
        let mut fits = Condition::all()
            .add_option(query.kind.map(|kind| Column::Kind.eq(kind)))
            .add_option(query.min_centavos.map(|least| Column::Centavos.gte(least)))
            .add_option(query.max_centavos.map(|most| Column::Centavos.lte(most)))
            .add_option(query.condition.map(|state| Column::Condition.eq(state)))
            .add_option(query.owner_id.map(|owner| Column::OwnerId.eq(owner)));
        if query.with_picture == Some(true) {
            fits = fits.add(Column::Pictures.is_not_null());
        }
        if let Some(slug) = &query.category {
            let tree = self.categories().await?;
            if tree.get(slug).is_none() {
                return Err(Error::invalid_field("category", "unknown", "There is no such category."));
            }
            fits = fits.add(Column::Category.is_in(tree.with_parts(slug)));
        }
        if let Some(place) = place(query)? {
            fits = fits.add(place);
        }
        if let Some(words) = query.q.as_deref().and_then(Words::read) {
            fits = fits.add(has(Dialect::of(self.0.base.db.read()), &words));
        }
        Ok(fits)
    }
}

/// What is on display. Said as the indexes of it say it: a statement that is prepared with a place for the status could not use them.
fn on_display() -> SimpleExpr {
    Expr::cust("ads.status = 'active'")
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

/// The same of one ad, whose words alone are looked at.
pub(super) fn has_one(dialect: Dialect, ad: AdId, words: &Words) -> SimpleExpr {
    if dialect != Dialect::Sqlite {
        return has(dialect, words);
    }
    let found =
        "EXISTS (SELECT 1 FROM ad_words WHERE rowid = (SELECT id FROM ad_places WHERE ad_id = ?) AND ad_words MATCH ?)";
    Expr::cust_with_values(found, [Value::from(ad), words.for_fts5().into()])
}

/// Whether an ad has these words: whole ones by their stems on PostgreSQL, the begun one as it begins.
fn has(dialect: Dialect, words: &Words) -> SimpleExpr {
    if dialect == Dialect::Sqlite {
        let found =
            "ads.id IN (SELECT p.ad_id FROM ad_words JOIN ad_places p ON p.id = ad_words.rowid WHERE ad_words MATCH ?)";
        return Expr::cust_with_values(found, [words.for_fts5()]);
    }
    let mut values: Vec<Value> = Vec::new();
    let mut bind = |text: String| {
        values.push(text.into());
        values.len()
    };
    let mut parts: Vec<String> =
        words.whole.iter().map(|word| format!("plainto_tsquery('praca_stems', ${})", bind(word.clone()))).collect();
    if let Some(word) = &words.begun {
        let (stem, begun) = (bind(word.clone()), bind(format!("'{word}':*")));
        parts.push(format!("(plainto_tsquery('praca_stems', ${stem}) || to_tsquery('praca_words', ${begun}))"));
    }
    Expr::cust_with_values(format!("ads.words @@ ({})", parts.join(" && ")), values)
}

/// The rows in an order, from where a page goes on; without one, the last made first.
fn ordered(select: Select<Entity>, sort: Option<AdSort>, after: Option<Mark>) -> Result<Select<Entity>> {
    let wrong = || Error::invalid_field("after", "cursor", "The cursor is not one of this list.");
    let select = match (sort, after) {
        (_, None) => select,
        (Some(AdSort::Newest), Some(Mark::Newest(at, id))) => select.filter(
            Condition::any()
                .add(Column::PublishedAt.lt(at))
                .add(Condition::all().add(Column::PublishedAt.eq(at)).add(Column::Id.lt(id))),
        ),
        (Some(sort @ (AdSort::PriceAsc | AdSort::PriceDesc)), Some(Mark::Price(centavos, id))) => {
            select.filter(behind(sort == AdSort::PriceAsc, centavos, id))
        }
        (None, Some(Mark::Made(id))) => select.filter(Column::Id.lt(id)),
        _ => return Err(wrong()),
    };
    Ok(match sort {
        None => select.order_by_desc(Column::Id),
        Some(AdSort::Newest) => select.order_by_desc(Column::PublishedAt).order_by_desc(Column::Id),
        Some(AdSort::PriceAsc) => {
            select.order_by_with_nulls(Column::Centavos, Order::Asc, NullOrdering::Last).order_by_asc(Column::Id)
        }
        Some(AdSort::PriceDesc) => {
            select.order_by_with_nulls(Column::Centavos, Order::Desc, NullOrdering::Last).order_by_desc(Column::Id)
        }
    })
}

/// What stands behind an ad of a price: those without one come last.
fn behind(ascending: bool, centavos: Option<i64>, id: AdId) -> Condition {
    let later = if ascending { Column::Id.gt(id) } else { Column::Id.lt(id) };
    let Some(centavos) = centavos else {
        return Condition::all().add(Column::Centavos.is_null()).add(later);
    };
    let beyond = if ascending { Column::Centavos.gt(centavos) } else { Column::Centavos.lt(centavos) };
    Condition::any()
        .add(beyond)
        .add(Column::Centavos.is_null())
        .add(Condition::all().add(Column::Centavos.eq(centavos)).add(later))
}

fn mark(row: &Model, sort: Option<AdSort>) -> Mark {
    match sort {
        None => Mark::Made(row.id),
        Some(AdSort::Newest) => Mark::Newest(row.published_at.unwrap_or(row.created_at), row.id),
        Some(AdSort::PriceAsc | AdSort::PriceDesc) => Mark::Price(row.centavos, row.id),
    }
}
