//! Indexes by which ads are found in a large fair: each engine is offered those alone that are of use for what it is asked.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// SQLite would look through an index that begins with the status for whatever is on display, and sort all of it.
const SQL: [&str; 5] = [
    "DROP INDEX ix_ads_status",
    "DROP INDEX ix_ads_end",
    "CREATE INDEX ix_ads_end ON ads (expires_at) WHERE status = 'active'",
    "CREATE INDEX ix_ads_off_display ON ads (status, id) WHERE status <> 'active'",
    "CREATE INDEX ix_ads_state ON ads (state, published_at DESC, id DESC) WHERE status = 'active'",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in SQL {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
