//! Which texts people accepted; how the square does, minute by minute.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, double, text_null, timestamp_with_time_zone, uuid};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let accepted = text_null("accepted_texts");
        manager.alter_table(Table::alter().table("users").add_column(accepted).to_owned()).await?;
        let measures = Table::create()
            .table("measures")
            .col(timestamp_with_time_zone("at"))
            .col(uuid("node"))
            .col(big_integer("online"))
            .col(big_integer("messages"))
            .col(double("p99_millis"))
            .col(big_integer("queue"))
            .primary_key(Index::create().name("pk_measures").col("at").col("node"))
            .to_owned();
        manager.create_table(measures).await
    }
}
