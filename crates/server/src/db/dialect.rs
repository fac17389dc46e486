//! What the two engines do not share.

use sea_orm::sea_query::{Asterisk, Expr, LockType, Query, SelectStatement, TableRef};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, JoinType, SqlErr};

/// Which engine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A file; one writer at a time.
    Sqlite,
    /// A server; many writers.
    Postgres,
}

impl Dialect {
    /// What answers here.
    pub fn of(conn: &impl ConnectionTrait) -> Self {
        if conn.get_database_backend() == DbBackend::Postgres { Self::Postgres } else { Self::Sqlite }
    }

    /// Turns a query of a table into one of the rows that stand `here`, for each row of a list, found by an index.
    ///
    /// PostgreSQL counts a look-up once for each partition, though it makes it in one, and would rather read whole
    /// partitions; so each row of the list has a query of its own, which `OFFSET` keeps the planner from merging.
    pub fn look_up(self, query: &mut SelectStatement, table: &'static str, list: TableRef, here: Expr) {
        match self {
            Self::Sqlite => query.join(JoinType::InnerJoin, list, here),
            Self::Postgres => {
                let each = Query::select().column(Asterisk).from(table).and_where(here).offset(0).to_owned();
                query.from_clear().from(list).join_lateral(
                    JoinType::InnerJoin,
                    each,
                    table,
                    Expr::Constant(true.into()),
                )
            }
        };
    }

    /// Locks the rows a writing transaction has selected. SQLite needs none: its transaction holds the only write lock.
    /// Keys never change, so that rows that only point to a locked one need not wait, nor two such wait for each other.
    pub fn lock_rows(self, select: &mut SelectStatement) {
        if self == Self::Postgres {
            select.lock(LockType::NoKeyUpdate);
        }
    }

    /// Runs `work` while no other node migrates.
    pub async fn one_migrator<T, E: From<DbErr>>(
        self,
        db: &DatabaseConnection,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if self == Self::Sqlite {
            return work.await;
        }
        // A transaction holds the lock for as long as the migrations, which run on other connections, take.
        let holder = sea_orm::TransactionTrait::begin(db).await?;
        holder.execute_unprepared("SELECT pg_advisory_xact_lock(7263746)").await?;
        let done = work.await;
        holder.commit().await?;
        done
    }
}

/// Whether a statement failed because the values exist already under this unique index. PostgreSQL names the index,
/// SQLite the columns (`table.column`).
pub fn is_duplicate(error: &DbErr, index: &str, columns: &str) -> bool {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(message)) => message.contains(index) || message.contains(columns),
        _ => false,
    }
}
