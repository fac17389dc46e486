//! One list of migrations for both engines.

mod m20261121_000001_accounts;
mod m20261121_000002_conversations;
mod m20261121_000003_jobs_and_audit;

use sea_orm_migration::prelude::*;

use super::Db;
use super::dialect::Dialect;
use crate::error::Result;

/// The list, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_accounts::Migration),
            Box::new(m20261121_000002_conversations::Migration),
            Box::new(m20261121_000003_jobs_and_audit::Migration),
        ]
    }
}

/// Applies what is pending; on PostgreSQL, one node at a time. How many it applied.
///
/// # Errors
/// A migration fails: it is undone, those before it stay.
pub async fn apply(db: &Db) -> Result<usize> {
    Dialect::of(db.write())
        .one_migrator(db.write(), async {
            let pending = pending(db).await?;
            Migrator::up(db.write(), None).await?;
            Ok(pending.len())
        })
        .await
}

/// Names of the migrations that are not applied yet.
///
/// # Errors
/// The database does not answer.
pub async fn pending(db: &Db) -> Result<Vec<String>> {
    let pending = Migrator::get_pending_migrations(db.write()).await?;
    Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
}
