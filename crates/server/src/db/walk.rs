//! Walking: of rows in an order, the first are looked at one after the other where that should fill the page; else an index is
//! asked for all that fit. PostgreSQL's planner guesses badly which of the two is less work for words that stand together.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, TransactionTrait as _};

use super::dialect::Dialect;
use crate::error::Result;

/// The first rows, which tell how often there is what is looked for.
pub const SAMPLED: u64 = 500;

/// How far to walk after a walk of `done` rows found `found`, fewer than the `limit`: twice as far as should do, not farther than
/// `most`; nothing if that will not do, or did not.
#[must_use]
pub fn next_walk(done: u64, found: u64, limit: u64, most: u64) -> Option<u64> {
    let needed = (done * limit).checked_div(found)?;
    (done == SAMPLED && needed <= most).then_some(most.min(needed * 2))
}

/// Begins to read with plans that are made for the very words: one that is made once for all would be wrong for most.
///
/// # Errors
/// The database refuses.
pub async fn planned_anew(conn: &DatabaseConnection) -> Result<DatabaseTransaction> {
    let tx = conn.begin().await?;
    if Dialect::of(conn) == Dialect::Postgres {
        tx.execute_unprepared("SET LOCAL plan_cache_mode = force_custom_plan").await?;
    }
    Ok(tx)
}

#[cfg(test)]
mod tests {
    use super::{SAMPLED, next_walk};

    #[test]
    fn walks_only_where_the_page_should_be_filled() {
        let most = 5_000;
        assert_eq!(next_walk(SAMPLED, 0, 21, most), None, "nobody says it: the index");
        assert_eq!(next_walk(SAMPLED, 1, 21, most), None, "10,500 rows would have to be walked");
        assert_eq!(next_walk(SAMPLED, 7, 21, most), Some(3_000), "twice the 1,500 that should do");
        assert_eq!(next_walk(SAMPLED, 3, 21, most), Some(most), "never farther than the bound");
        assert_eq!(next_walk(3_000, 20, 21, most), None, "it did not do: the index");
    }
}
