//! How many ads there are of each value of a filter: counted among the newest, since a large fair is not counted for a page.

use praca_api::ads::facets::{AdFacets, COUNTED, Facet};
use praca_api::ads::{AdKind, Condition as State};
use sea_orm::sea_query::{Alias, CaseStatement, Expr, ExprTrait as _, Order, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, QueryResult};

use super::Ads;
use super::entity::{Column, Entity};
use super::find::AdsQuery;
use super::seek::has;
use crate::auth::Actor;
use crate::db::dialect::Dialect;
use crate::db::page::checked_limit;
use crate::db::walk::planned_anew;
use crate::error::Result;

/// Ads that have words, and yet are fewer: the index of words finds all of them.
const RARE: i64 = 100;

/// Ads that are alike in all that is counted.
struct Group {
    kind: String,
    category: String,
    condition: Option<String>,
    has_picture: bool,
    /// All that were looked at.
    looked_at: i64,
    /// Those of them that fit, whatever their kind, category, state of use and pictures.
    fitting: i64,
}

/// What is counted, one after the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filter {
    Kind,
    Category,
    Condition,
    Picture,
}

impl Ads {
    /// How many of the ads on display fit, by each filter that has few values.
    ///
    /// # Errors
    /// `request.invalid` for a category or place that is not ours, or a limit.
    pub async fn facets(&self, actor: &Actor, query: &AdsQuery) -> Result<AdFacets> {
        // It counts for nothing here; what is wrong is said all the same.
        checked_limit(query.limit)?;
        let chosen = match &query.category {
            Some(slug) => Some(self.parts(slug).await?),
            None => None,
        };
        let groups = self.groups(self.shown_to(actor).await?.add(query.of_whom_and_where()?), query).await?;
        let more = looked_at(&groups) >= i64::from(COUNTED);
        let count = |value: &str, but: Filter, has: &dyn Fn(&Group) -> bool| {
            let fits = |group: &&Group| has(group) && group.fits(query, chosen.as_deref(), but);
            let count: i64 = groups.iter().filter(fits).map(|group| group.fitting).sum();
            Facet { value: value.to_owned(), count: u32::try_from(count).unwrap_or(COUNTED), more }
        };
        let tree = self.categories().await?;
        let named = tree.all().iter().filter(|one| one.parent.is_none() || one.parent == query.category);
        let of_category = |slug: &str| {
            let parts = tree.with_parts(slug);
            count(slug, Filter::Category, &|group| parts.contains(&group.category))
        };
        let of_kind = |kind: AdKind| count(kind.as_str(), Filter::Kind, &|group| group.kind == kind.as_str());
        let of_state = |state: State| {
            let state = state.as_str();
            count(state, Filter::Condition, &|group| group.condition.as_deref() == Some(state))
        };
        Ok(AdFacets {
            kinds: [AdKind::Sale, AdKind::Trade, AdKind::Service].map(of_kind).to_vec(),
            categories: named.map(|one| of_category(&one.slug)).collect(),
            conditions: [State::New, State::Used].map(of_state).to_vec(),
            with_picture: count("true", Filter::Picture, &|group| group.has_picture),
        })
    }

    /// The newest of these ads; where words are rare among them, all that have the words.
    async fn groups(&self, among: Condition, query: &AdsQuery) -> Result<Vec<Group>> {
        let conn = self.0.base.db.read();
        let words = query.words().map(|words| has(Dialect::of(conn), &words));
        let fits = query.costs().add_option(words.clone());
        let tx = planned_anew(conn).await?;
        let mut newest = looked_through(among.clone());
        newest.order_by((Entity, Column::PublishedAt), Order::Desc).order_by((Entity, Column::Id), Order::Desc);
        let mut groups = grouped(&tx, newest, fits.clone()).await?;
        let is_rare = groups.iter().map(|group| group.fitting).sum::<i64>() < RARE;
        if words.is_some() && is_rare && looked_at(&groups) >= i64::from(COUNTED) {
            groups = grouped(&tx, looked_through(among.add(fits.clone())), fits).await?;
        }
        tx.commit().await?;
        Ok(groups)
    }
}

impl Group {
    fn read(row: &QueryResult) -> Result<Self> {
        Ok(Self {
            kind: row.try_get_by_index(0)?,
            category: row.try_get_by_index(1)?,
            condition: row.try_get_by_index(2)?,
            has_picture: row.try_get_by_index(3)?,
            looked_at: row.try_get_by_index(4)?,
            fitting: row.try_get_by_index(5)?,
        })
    }

    /// Whether it fits all filters but one.
    fn fits(&self, query: &AdsQuery, categories: Option<&[String]>, but: Filter) -> bool {
        let kind = query.kind.is_none_or(|kind| self.kind == kind.as_str());
        let category = categories.is_none_or(|all| all.contains(&self.category));
        let condition = query.condition.is_none_or(|state| self.condition.as_deref() == Some(state.as_str()));
        let picture = query.with_picture != Some(true) || self.has_picture;
        (kind || but == Filter::Kind)
            && (category || but == Filter::Category)
            && (condition || but == Filter::Condition)
            && (picture || but == Filter::Picture)
    }
}

fn looked_at(groups: &[Group]) -> i64 {
    groups.iter().map(|group| group.looked_at).sum()
}

/// So many of these ads as are looked at, their words too.
fn looked_through(among: Condition) -> SelectStatement {
    let mut rows = Query::select();
    rows.column(sea_orm::sea_query::Asterisk).from(Entity).cond_where(among).limit(COUNTED.into());
    rows
}

/// What these ads are, and how many of each fit.
async fn grouped(conn: &impl ConnectionTrait, rows: SelectStatement, fits: Condition) -> Result<Vec<Group>> {
    let picture = Alias::new("has_picture");
    let fitting = CaseStatement::new().case(fits, 1).finally(0);
    let mut groups = Query::select();
    groups
        .columns([Column::Kind, Column::Category, Column::Condition])
        .expr_as(Column::Pictures.is_not_null(), picture.clone())
        .expr(Expr::val(1).count())
        .expr(SimpleExpr::Case(Box::new(fitting)).sum())
        .from_subquery(rows, Entity)
        .group_by_columns([Column::Kind, Column::Category, Column::Condition])
        .group_by_col(picture);
    conn.query_all(&groups).await?.iter().map(Group::read).collect()
}
