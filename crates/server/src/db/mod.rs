//! The database: SQLite or PostgreSQL behind one set of entities and migrations.

pub mod dialect;
pub mod groups;
pub mod migrations;
pub mod page;
mod tx;
pub mod walk;

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::Connection as _;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database as Orm, DatabaseConnection, DatabaseTransaction};
use sea_orm::{SqliteTransactionMode, TransactionOptions, TransactionTrait as _};

pub use tx::Tx;

use crate::config::Database;
use crate::error::Result;

/// Connections for reading.
const READERS: u32 = 8;
/// Connections to PostgreSQL for reading.
const POSTGRES_READERS: u32 = 10;
/// Connections to PostgreSQL for writing, apart from those for reading: rules are read while a transaction is held, and
/// from one pool transactions would wait for each other's next connection.
const POSTGRES_WRITERS: u32 = 6;
/// Longest wait for a connection.
const ACQUIRE: Duration = Duration::from_secs(5);

/// Connections to the database. On SQLite all writes pass through one connection, so that none waits on a file lock.
#[derive(Clone)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
}

impl Db {
    /// Connects; creates a SQLite file that is missing.
    ///
    /// # Errors
    /// The database is not there, or refuses us.
    pub async fn connect(database: &Database) -> Result<Self> {
        match database {
            Database::Sqlite(path) => Self::open_sqlite(path).await,
            Database::Postgres(url) => {
                let pool = async |connections| {
                    let mut options = ConnectOptions::new(url.reveal());
                    options.max_connections(connections).acquire_timeout(ACQUIRE).sqlx_logging(false);
                    options.set_application_name("praca");
                    Orm::connect(options).await
                };
                Ok(Self { read: pool(POSTGRES_READERS).await?, write: pool(POSTGRES_WRITERS).await? })
            }
        }
    }

    async fn open_sqlite(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        let write = Orm::connect(sqlite_options(path, 1, false)).await?;
        let read = Orm::connect(sqlite_options(path, READERS, true)).await?;
        Ok(Self { read, write })
    }

    /// For reading outside of a transaction.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For migrations and single statements that write.
    pub fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Opens a transaction that may write: on SQLite it takes the write lock at once, so that it cannot fail half-way.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.write.begin_with_options(options).await?)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.read.ping().await?)
    }

    /// Closes all connections.
    pub async fn close(&self) {
        for connection in [&self.read, &self.write] {
            if let Err(error) = connection.clone().close().await {
                tracing::warn!(%error, "database did not close cleanly");
            }
        }
    }
}

fn sqlite_options(path: &Path, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new("sqlite://");
    let path = path.to_owned();
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false)
        // After a full disk SQLite may have undone a transaction itself, which the driver then takes for an open one: the
        // next would be a savepoint in it, and its commit a commit of nothing. Such a connection is not used again.
        .map_sqlx_sqlite_pool_opts(|pool| {
            pool.before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        })
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(Duration::from_secs(10))
                .foreign_keys(true)
                .pragma("query_only", if read_only { "1" } else { "0" })
                // What undoes a single statement is written beside each insert: not to a file.
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", "-8000")
        });
    options
}
