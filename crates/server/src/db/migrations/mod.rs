//! One list of migrations for both engines.

mod m20261121_000001_accounts;
mod m20261121_000002_conversations;
mod m20261121_000003_jobs_and_audit;
mod m20261122_000004_people;
mod m20261122_000005_pictures;
mod m20261123_000006_turns;
mod m20261123_000007_search;
mod m20261123_000008_notifications;
mod m20261123_000009_shares;
mod m20261123_000010_trust;
mod m20261123_000011_factors;
mod m20261123_000012_texts_and_measures;
mod m20261123_000013_links;
mod m20261123_000014_ads;
mod m20261124_000015_finding;
mod m20261124_000016_display;

use std::collections::HashSet;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::EntityTrait as _;
use sea_orm_migration::seaql_migrations;

use super::Db;
use super::dialect::Dialect;
use crate::error::Result;

/// The table of what is applied.
const APPLIED: &str = "seaql_migrations";

/// The list, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_accounts::Migration),
            Box::new(m20261121_000002_conversations::Migration),
            Box::new(m20261121_000003_jobs_and_audit::Migration),
            Box::new(m20261122_000004_people::Migration),
            Box::new(m20261122_000005_pictures::Migration),
            Box::new(m20261123_000006_turns::Migration),
            Box::new(m20261123_000007_search::Migration),
            Box::new(m20261123_000008_notifications::Migration),
            Box::new(m20261123_000009_shares::Migration),
            Box::new(m20261123_000010_trust::Migration),
            Box::new(m20261123_000011_factors::Migration),
            Box::new(m20261123_000012_texts_and_measures::Migration),
            Box::new(m20261123_000013_links::Migration),
            Box::new(m20261123_000014_ads::Migration),
            Box::new(m20261124_000015_finding::Migration),
            Box::new(m20261124_000016_display::Migration),
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

/// Names of the migrations that are not applied yet. Writes nothing: whoever asks whether a node is ready asks this.
///
/// # Errors
/// The database does not answer.
pub async fn pending(db: &Db) -> Result<Vec<String>> {
    let is_new = !SchemaManager::new(db.read()).has_table(APPLIED).await?;
    let applied = if is_new { Vec::new() } else { seaql_migrations::Entity::find().all(db.read()).await? };
    let applied: HashSet<String> = applied.into_iter().map(|migration| migration.version).collect();
    let names = Migrator::migrations().into_iter().map(|migration| migration.name().to_owned());
    Ok(names.filter(|name| !applied.contains(name)).collect())
}
