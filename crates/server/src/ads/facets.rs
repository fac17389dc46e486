//! How many ads there are of each value of a filter: counted no further than people look.

use praca_api::ads::facets::{AdFacets, COUNTED, Facet};
use praca_api::ads::{AdKind, Condition as State};
use sea_orm::sea_query::{Asterisk, Expr, ExprTrait as _, Query, SelectStatement, SimpleExpr, SubQueryStatement};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait as _};

use super::Ads;
use super::entity::{Column, Entity};
use super::find::AdsQuery;
use crate::auth::Actor;
use crate::db::page::checked_limit;
use crate::error::{Error, Result};

/// A value, and the ads that have it.
type Counted = (String, SelectStatement);

impl Ads {
    /// How many of the ads on display fit, by each filter that has few values.
    ///
    /// # Errors
    /// `request.invalid` for a category or place that is not ours, or a limit.
    pub async fn facets(&self, actor: &Actor, query: &AdsQuery) -> Result<AdFacets> {
        // They count for nothing here; what is wrong is said all the same.
        checked_limit(query.limit)?;
        let shown = self.shown_to(actor).await?;
        let kinds = self.fitting(&AdsQuery { kind: None, ..query.clone() }).await?;
        let categories = self.fitting(&AdsQuery { category: None, ..query.clone() }).await?;
        let conditions = self.fitting(&AdsQuery { condition: None, ..query.clone() }).await?;
        let pictures = self.fitting(&AdsQuery { with_picture: None, ..query.clone() }).await?;
        let of = |fits: &Condition, value: SimpleExpr| capped(shown.clone().add(fits.clone()).add(value));
        let kinds = [AdKind::Sale, AdKind::Trade, AdKind::Service]
            .map(|kind| (kind.as_str().to_owned(), of(&kinds, Column::Kind.eq(kind))));
        let tree = self.categories().await?;
        let named = tree.all().iter().filter(|one| one.parent.is_none() || one.parent == query.category);
        let categories: Vec<Counted> = named
            .map(|one| (one.slug.clone(), of(&categories, Column::Category.is_in(tree.with_parts(&one.slug)))))
            .collect();
        let conditions = [State::New, State::Used]
            .map(|state| (state.as_str().to_owned(), of(&conditions, Column::Condition.eq(state))));
        let pictures = [(String::new(), of(&pictures, Column::Pictures.is_not_null()))];
        let (first, second) = (kinds.len(), kinds.len() + categories.len());
        let third = second + conditions.len();
        let all: Vec<Counted> = kinds.into_iter().chain(categories).chain(conditions).chain(pictures).collect();
        let counted = self.count(all).await?;
        Ok(AdFacets {
            kinds: counted[..first].to_vec(),
            categories: counted[first..second].to_vec(),
            conditions: counted[second..third].to_vec(),
            with_picture: counted.last().map_or(0, |facet| facet.count),
        })
    }

    /// All counts in one statement.
    async fn count(&self, all: Vec<Counted>) -> Result<Vec<Facet>> {
        let mut select = Query::select();
        let mut values = Vec::with_capacity(all.len());
        for (value, counted) in all {
            select.expr(SimpleExpr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(counted))));
            values.push(value);
        }
        let row = self.0.base.db.read().query_one(&select).await?.ok_or_else(Error::not_found)?;
        let facet = |(at, value): (usize, String)| {
            let count: i64 = row.try_get_by_index(at)?;
            Ok(Facet { value, count: u32::try_from(count).unwrap_or(COUNTED) })
        };
        values.into_iter().enumerate().map(facet).collect()
    }
}

/// How many rows fit, counted no further than there is need.
fn capped(fits: Condition) -> SelectStatement {
    let mut some = Query::select();
    some.expr(Expr::val(1)).from(Entity).cond_where(fits).limit(COUNTED.into());
    let mut count = Query::select();
    count.expr(Expr::col(Asterisk).count()).from_subquery(some, "some");
    count
}
