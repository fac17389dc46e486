//! The queue of background work and the log of deeds.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    integer, json_binary, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("jobs")
                    .col(uuid("id").primary_key().take())
                    .col(text("kind"))
                    .col(json_binary("payload"))
                    .col(text("state").check(Expr::col("state").is_in(["ready", "done", "failed"])).take())
                    .col(timestamp_with_time_zone("run_at"))
                    .col(integer("attempts"))
                    .col(timestamp_with_time_zone_null("locked_until"))
                    .col(text_null("last_error"))
                    .col(text_null("unique_key"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("finished_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().unique().name("ux_jobs_key").table("jobs").col("unique_key").to_owned())
            .await?;
        let mut due = Index::create();
        due.name("ix_jobs_due").table("jobs").col("run_at").and_where(Expr::col("state").eq("ready"));
        manager.create_index(due).await?;
        manager
            .create_table(
                Table::create()
                    .table("audit")
                    .col(uuid("id").primary_key().take())
                    .col(timestamp_with_time_zone("at"))
                    .col(uuid_null("actor_id"))
                    .col(text("action"))
                    .col(text("target_type"))
                    .col(text("target_id"))
                    .col(text_null("reason"))
                    .col(json_binary("data"))
                    .to_owned(),
            )
            .await?;
        let mut target = Index::create();
        target.name("ix_audit_target").table("audit").col("target_type").col("target_id").col("id");
        manager.create_index(target).await?;
        manager
            .create_index(Index::create().name("ix_audit_actor").table("audit").col("actor_id").col("id").to_owned())
            .await
    }
}
