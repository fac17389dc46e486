//! What people look for again and again: kept, and looked through when an ad comes on display.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use praca_api::ads::AdStatus;
use praca_api::ads::searches::{NewSearch, SavedSearch, SearchFilters};
use praca_api::limits::{AD_CENTAVOS, SEARCH_NAME_CHARS, SEARCH_WORDS_CHARS};
use praca_api::text::{clean_line, is_blank};
use praca_api::{AdId, Page, ProblemCode, SearchId, UserId};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde_json::Value;

use super::entity::searches::{Column, Entity, Model};
use super::entity::{self, told};
use super::find::AdsQuery;
use super::seek::has_one;
use super::{Ads, store};
use crate::auth::Actor;
use crate::db::dialect::Dialect;
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Fields, Result};
use crate::events::Event;
use crate::localities;
use crate::words::Words;

/// Most searches of one person.
const MOST: u64 = 20;
/// Searches looked through at a time.
const AT_ONCE: u64 = 500;
/// That somebody was told of an ad is known so long.
const KEPT: Duration = Duration::from_secs(400 * 86_400);

impl Ads {
    /// What somebody looks for, the last saved first.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn searches(&self, actor: &Actor, page: &PageQuery) -> Result<Page<SavedSearch>> {
        let limit = page.limit()?;
        let mut rows = Entity::find().filter(Column::UserId.eq(actor.id()));
        if let Some(after) = page.key::<SearchId>()? {
            rows = rows.filter(Column::Id.lt(after));
        }
        let rows = rows.order_by_desc(Column::Id).limit(limit + 1).all(self.0.base.db.read()).await?;
        page_of(rows, limit, |row| row.id, SavedSearch::from)
    }

    /// Saves what somebody looks for; what they look for already is given as it is.
    ///
    /// # Errors
    /// `request.invalid`, `request.rate_limited` for more than anybody may have.
    pub async fn save_search(&self, actor: &Actor, wish: NewSearch) -> Result<SavedSearch> {
        let base = &self.0.base;
        let row = self.checked(actor.id(), wish).await?;
        let tx = base.begin().await?;
        // One after the other: of two at once that are the same, one is kept.
        self.0.accounts.lock(&tx, actor.id()).await?;
        let mine = Entity::find().filter(Column::UserId.eq(actor.id())).all(tx.conn()).await?;
        if let Some(same) = mine.iter().find(|other| SearchFilters::from(*other) == SearchFilters::from(&row)) {
            return Ok(SavedSearch::from(same.clone()));
        }
        if mine.len() as u64 >= MOST {
            let detail = "You have saved as many searches as you may; delete one first.";
            return Err(Error::problem(ProblemCode::RequestRateLimited, detail));
        }
        Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(tx.conn()).await?;
        tx.commit().await?;
        Ok(SavedSearch::from(row))
    }

    /// Forgets a search of somebody's; whether there was one does not matter.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn forget_search(&self, actor: &Actor, id: SearchId) -> Result<()> {
        let mine = Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::UserId.eq(actor.id()));
        mine.exec(self.0.base.db.write()).await?;
        Ok(())
    }

    /// A search as it is stored, if ads can be looked for like this.
    async fn checked(&self, user: UserId, NewSearch { name, filters }: NewSearch) -> Result<Model> {
        let clean = |text: Option<String>| text.map(|text| clean_line(&text)).filter(|text| !is_blank(text));
        let (name, q) = (clean(name), clean(filters.q.clone()));
        let mut fields = Fields::default();
        if name.as_ref().is_some_and(|name| name.chars().count() > SEARCH_NAME_CHARS) {
            fields.refuse("name", "length", "A name has at most 60 characters.");
        }
        if q.as_ref().is_some_and(|q| q.chars().count() > SEARCH_WORDS_CHARS || Words::read(q).is_none()) {
            fields.refuse("q", "words", "Say at most 100 characters, with a word among them.");
        }
        for (field, centavos) in [("minCentavos", filters.min_centavos), ("maxCentavos", filters.max_centavos)] {
            if centavos.is_some_and(|centavos| !AD_CENTAVOS.contains(&centavos)) {
                fields.refuse(field, "range", "A price is 1 to 10,000,000,000 centavos.");
            }
        }
        let says = SearchFilters { q: q.clone(), with_picture: None, ..filters.clone() };
        if says == SearchFilters::default() {
            fields.refuse("filters", "missing", "Say what you look for.");
        }
        fields.finish()?;
        // What cannot be asked of the list is refused as there.
        self.require_known(&AdsQuery::from(filters.clone())).await?;
        let state = filters.state.as_deref().and_then(localities::state);
        let city = state.and_then(|state| state.municipality(filters.city.as_deref()?));
        let base = &self.0.base;
        Ok(Model {
            id: SearchId(base.ids.uuid()),
            user_id: user,
            name: name.or_else(|| q.clone().map(|q| q.chars().take(SEARCH_NAME_CHARS).collect())),
            kind: filters.kind,
            category: filters.category,
            q,
            min_centavos: filters.min_centavos,
            max_centavos: filters.max_centavos,
            state: state.map(|state| state.letters.to_owned()),
            city_code: city.map(|city| city.code),
            city: city.map(|city| city.name.to_owned()),
            condition: filters.condition,
            with_picture: filters.with_picture.unwrap_or_default(),
            created_at: base.clock.now(),
        })
    }

    /// Tells those who look for an ad that is on display now, each once.
    ///
    /// # Errors
    /// The database refuses: those who were told are not told again.
    pub(super) async fn tell_searchers(&self, payload: Value) -> Result<()> {
        let ad: AdId = serde_json::from_value(payload["ad"].clone())?;
        let conn = self.0.base.db.read();
        let row = match store::ad(conn, ad).await {
            Err(error) if error.is(ProblemCode::ResourceNotFound) => return Ok(()),
            row => row?,
        };
        if row.status != AdStatus::Active {
            return Ok(());
        }
        match self.0.accounts.require_usable(row.owner_id).await {
            // They come back with their ads, and are told of then.
            Err(Error::Problem(_)) => return Ok(()),
            usable => usable?,
        }
        let (fits, mut beyond) = (self.fit_for(&row).await?, None::<SearchId>);
        loop {
            let mut page = Entity::find().filter(fits.clone());
            if let Some(beyond) = beyond {
                page = page.filter(Column::Id.gt(beyond));
            }
            let found = page.order_by_asc(Column::Id).limit(AT_ONCE).all(conn).await?;
            let Some(last) = found.last().map(|search| search.id) else { return Ok(()) };
            beyond = Some(last);
            let mut searchers = BTreeMap::new();
            // Which words the ad has, asked once for each.
            let mut words: HashMap<String, bool> = HashMap::new();
            for search in found {
                if let Some(q) = &search.q
                    && !self.says(&row, q, &mut words).await?
                {
                    continue;
                }
                searchers.entry(search.user_id).or_insert(search.name);
            }
            self.tell_some(&row, searchers).await?;
        }
    }

    /// The searches an ad fits, but for their words.
    async fn fit_for(&self, row: &entity::Model) -> Result<Condition> {
        let categories = self.categories().await?.with_those_above(&row.category);
        let any_or = |column: Column, fits: sea_orm::sea_query::SimpleExpr| column.is_null().or(fits);
        let priced = |column: Column, fits: fn(Column, i64) -> sea_orm::sea_query::SimpleExpr| match row.centavos {
            Some(centavos) => any_or(column, fits(column, centavos)),
            None => column.is_null(),
        };
        let used = row.condition.map_or_else(
            || Column::Condition.is_null(),
            |condition| any_or(Column::Condition, Column::Condition.eq(condition)),
        );
        let fits = Condition::all()
            .add(Column::UserId.ne(row.owner_id))
            .add(any_or(Column::Kind, Column::Kind.eq(row.kind)))
            .add(any_or(Column::Category, Column::Category.is_in(categories)))
            .add(priced(Column::MinCentavos, |column, centavos| column.lte(centavos)))
            .add(priced(Column::MaxCentavos, |column, centavos| column.gte(centavos)))
            .add(any_or(Column::State, Column::State.eq(row.state.clone())))
            .add(any_or(Column::CityCode, Column::CityCode.eq(row.city_code)))
            .add(used);
        Ok(if row.pictures.is_none() { fits.add(Column::WithPicture.eq(false)) } else { fits })
    }

    /// Whether an ad has these words.
    async fn says(&self, row: &entity::Model, q: &str, known: &mut HashMap<String, bool>) -> Result<bool> {
        if let Some(says) = known.get(q) {
            return Ok(*says);
        }
        let conn = self.0.base.db.read();
        let says = match Words::read(q) {
            Some(words) => {
                entity::Entity::find_by_id(row.id)
                    .filter(has_one(Dialect::of(conn), row.id, &words))
                    .count(conn)
                    .await?
                    > 0
            }
            None => false,
        };
        known.insert(q.to_owned(), says);
        Ok(says)
    }

    /// Tells these people of an ad, in one order, but for those who were told, and those with whom there is a block.
    async fn tell_some(&self, row: &entity::Model, searchers: BTreeMap<UserId, Option<String>>) -> Result<()> {
        let blocks = self.0.accounts.blocks(row.owner_id).await?;
        let base = &self.0.base;
        let now = base.clock.now();
        let rows = searchers
            .keys()
            .filter(|user| !blocks.between(**user))
            .map(|user| told::Model { user_id: *user, ad_id: row.id, at: now }.into_active_model());
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return Ok(());
        }
        let mut tx = base.begin().await?;
        let again = OnConflict::columns([told::Column::UserId, told::Column::AdId]).do_nothing().to_owned();
        let new = told::Entity::insert_many(rows).on_conflict(again).exec_with_returning(tx.conn()).await?;
        let new: HashSet<UserId> = new.into_iter().map(|told| told.user_id).collect();
        if new.is_empty() {
            return Ok(());
        }
        let searchers = searchers.into_iter().filter(|(user, _)| new.contains(user)).collect();
        tx.emit(Event::AdFound { ad: row.id, searchers });
        tx.commit().await
    }

    /// Forgets of which ads people were told long ago.
    pub(super) async fn forget_told(&self) -> Result<()> {
        let base = &self.0.base;
        let old = Expr::col(told::Column::At).lt(base.clock.now() - KEPT);
        told::Entity::delete_many().filter(old).exec(base.db.write()).await?;
        Ok(())
    }
}

impl From<Model> for SavedSearch {
    fn from(row: Model) -> Self {
        let filters = SearchFilters::from(&row);
        Self { id: row.id, name: row.name, filters, created_at: row.created_at }
    }
}

impl From<&Model> for SearchFilters {
    fn from(row: &Model) -> Self {
        Self {
            kind: row.kind,
            category: row.category.clone(),
            q: row.q.clone(),
            min_centavos: row.min_centavos,
            max_centavos: row.max_centavos,
            state: row.state.clone(),
            city: row.city.clone(),
            condition: row.condition,
            with_picture: row.with_picture.then_some(true),
        }
    }
}

impl From<SearchFilters> for AdsQuery {
    fn from(filters: SearchFilters) -> Self {
        Self {
            kind: filters.kind,
            category: filters.category,
            q: filters.q,
            min_centavos: filters.min_centavos,
            max_centavos: filters.max_centavos,
            state: filters.state,
            city: filters.city,
            condition: filters.condition,
            with_picture: filters.with_picture,
            ..Self::default()
        }
    }
}
