//! Who caused how much of what a person is told, and how long devices have not been reached.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{json_binary_null, timestamp_with_time_zone_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let shares = json_binary_null("shares");
        manager.alter_table(Table::alter().table("notifications").add_column(shares).to_owned()).await?;
        for name in ["away_since", "rests_until"] {
            let column = timestamp_with_time_zone_null(name);
            manager.alter_table(Table::alter().table("push_subscriptions").add_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
