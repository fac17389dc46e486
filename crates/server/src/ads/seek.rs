//! Ads in an order: where a page goes on, and those of them that have words.

use praca_api::AdId;
use praca_api::Timestamp;
use praca_api::ads::AdSort;
use sea_orm::sea_query::{Asterisk, CommonTableExpression, Expr, NullOrdering, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait as _, Condition, DatabaseConnection, EntityTrait as _, Order, QueryFilter as _, QueryOrder as _,
    QuerySelect, Select, Value,
};
use serde::{Deserialize, Serialize};

use super::entity::{Column, Entity, Model};
use crate::db::dialect::Dialect;
use crate::db::walk::{SAMPLED, next_walk, planned_anew};
use crate::error::{Error, Result};
use crate::words::Words;

/// Ads that are walked at most before the index of words is asked.
const WALKED: u64 = 5_000;

/// Where a page goes on: what it is sorted by, and the ad.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Mark {
    Newest(Timestamp, AdId),
    Price(Option<i64>, AdId),
    Made(AdId),
}

impl Mark {
    /// Behind this row.
    pub fn of(row: &Model, sort: Option<AdSort>) -> Self {
        match sort {
            None => Self::Made(row.id),
            Some(AdSort::Newest) => Self::Newest(row.published_at.unwrap_or(row.created_at), row.id),
            Some(AdSort::PriceAsc | AdSort::PriceDesc) => Self::Price(row.centavos, row.id),
        }
    }
}

/// The first ads of a page in their order: from a mark on, with these words, if any are looked for. Without an order, the last made
/// come first.
pub async fn page(
    conn: &DatabaseConnection,
    fitting: Select<Entity>,
    words: Option<&Words>,
    (sort, after, limit): (Option<AdSort>, Option<Mark>, u64),
) -> Result<Vec<Model>> {
    let behind = match after {
        Some(mark) => fitting.filter(behind(sort, mark)?),
        None => fitting,
    };
    let dialect = Dialect::of(conn);
    match (dialect, words) {
        (Dialect::Postgres, Some(words)) => walk(conn, behind, words, (sort, limit)).await,
        (_, words) => {
            let fitting = words.iter().fold(behind, |behind, words| behind.filter(has(dialect, words)));
            Ok(in_order(fitting, sort).limit(limit).all(conn).await?)
        }
    }
}

/// Walks while that should fill the page, and asks the index then.
async fn walk(
    conn: &DatabaseConnection,
    behind: Select<Entity>,
    words: &Words,
    (sort, limit): (Option<AdSort>, u64),
) -> Result<Vec<Model>> {
    let tx = planned_anew(conn).await?;
    let mut step = Some(SAMPLED);
    let rows = loop {
        let some = match step {
            Some(far) => among(in_order(behind.clone(), sort).limit(far)).filter(has(Dialect::Postgres, words)),
            None => all_of(behind.clone().filter(has(Dialect::Postgres, words))),
        };
        let rows = in_order(some, sort).limit(limit).all(&tx).await?;
        step = match step {
            Some(done) if (rows.len() as u64) < limit => next_walk(done, rows.len() as u64, limit, WALKED),
            _ => break rows,
        };
    };
    tx.commit().await?;
    Ok(rows)
}

/// A statement for everything that stands in the rows, its words too.
fn whole(mut select: Select<Entity>) -> SelectStatement {
    QuerySelect::query(&mut select).clear_selects().column(Asterisk).to_owned()
}

/// Looks among these rows.
fn among(rows: Select<Entity>) -> Select<Entity> {
    let mut select = Entity::find();
    QuerySelect::query(&mut select).from_clear().from_subquery(whole(rows), Entity);
    select
}

/// Looks at these rows once all are found: else the planner would walk after all.
fn all_of(rows: Select<Entity>) -> Select<Entity> {
    let found = CommonTableExpression::new().query(whole(rows)).table_name("found").materialized(true).to_owned();
    let mut select = Entity::find();
    QuerySelect::query(&mut select).from_clear().from_as("found", Entity).with_cte(Query::with().cte(found).to_owned());
    select
}

/// Whether an ad has these words: whole ones by their stems on PostgreSQL, the begun one as it begins.
pub fn has(dialect: Dialect, words: &Words) -> SimpleExpr {
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

/// The same of one ad, whose words alone are looked at.
pub fn has_one(dialect: Dialect, ad: AdId, words: &Words) -> SimpleExpr {
    if dialect != Dialect::Sqlite {
        return has(dialect, words);
    }
    let found =
        "EXISTS (SELECT 1 FROM ad_words WHERE rowid = (SELECT id FROM ad_places WHERE ad_id = ?) AND ad_words MATCH ?)";
    Expr::cust_with_values(found, [Value::from(ad), words.for_fts5().into()])
}

/// The rows in an order; without one, the last made first.
pub fn in_order(select: Select<Entity>, sort: Option<AdSort>) -> Select<Entity> {
    match sort {
        None => select.order_by_desc(Column::Id),
        Some(AdSort::Newest) => select.order_by_desc(Column::PublishedAt).order_by_desc(Column::Id),
        Some(AdSort::PriceAsc) => {
            select.order_by_with_nulls(Column::Centavos, Order::Asc, NullOrdering::Last).order_by_asc(Column::Id)
        }
        Some(AdSort::PriceDesc) => {
            select.order_by_with_nulls(Column::Centavos, Order::Desc, NullOrdering::Last).order_by_desc(Column::Id)
        }
    }
}

/// What stands behind a mark.
fn behind(sort: Option<AdSort>, mark: Mark) -> Result<Condition> {
    match (sort, mark) {
        (Some(AdSort::Newest), Mark::Newest(at, id)) => Ok(Condition::any()
            .add(Column::PublishedAt.lt(at))
            .add(Condition::all().add(Column::PublishedAt.eq(at)).add(Column::Id.lt(id)))),
        (Some(AdSort::PriceAsc), Mark::Price(centavos, id)) => Ok(behind_price(true, centavos, id)),
        (Some(AdSort::PriceDesc), Mark::Price(centavos, id)) => Ok(behind_price(false, centavos, id)),
        (None, Mark::Made(id)) => Ok(Condition::all().add(Column::Id.lt(id))),
        _ => Err(Error::invalid_field("after", "cursor", "The cursor is not one of this list.")),
    }
}

/// What stands behind an ad of a price: those without one come last.
fn behind_price(ascending: bool, centavos: Option<i64>, id: AdId) -> Condition {
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
