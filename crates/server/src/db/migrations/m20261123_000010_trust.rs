//! Mails, tokens they carry, devices people log in from, when they last proved who they are, and invites.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, binary_null, integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
    uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        mails(manager).await?;
        tokens(manager).await?;
        devices(manager).await?;
        invites(manager).await?;
        // They were made on the command line, or by somebody who was; others are asked for a proof where it is configured.
        let run_the_square = Query::update()
            .table("users")
            .value("email_verified", true)
            .and_where(Expr::col("role").eq("admin"))
            .to_owned();
        manager.execute(run_the_square).await?;
        let digest = [text("digest").default("off").take(), timestamp_with_time_zone_null("digest_due_at")];
        for column in digest {
            manager.alter_table(Table::alter().table("users").add_column(column).to_owned()).await?;
        }
        let due = Index::create().name("ix_users_digest_due").table("users").col("digest_due_at").to_owned();
        manager.create_index(due).await?;
        let proved = timestamp_with_time_zone_null("authenticated_at");
        manager.alter_table(Table::alter().table("sessions").add_column(proved).to_owned()).await
    }
}

async fn mails(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("mails")
        .col(uuid("id").primary_key().take())
        .col(text("template"))
        .col(text("recipient"))
        .col(text("subject"))
        .col(binary_null("sealed"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("sent_at"))
        .col(timestamp_with_time_zone_null("failed_at"))
        .col(text_null("last_error"))
        .to_owned();
    manager.create_table(table).await?;
    // For the sweep.
    manager.create_index(Index::create().name("ix_mails_age").table("mails").col("created_at").to_owned()).await
}

async fn tokens(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("one_time_tokens")
        .col(binary("hash").primary_key().take())
        .col(uuid("user_id"))
        .col(text("purpose"))
        .col(text("email"))
        .col(timestamp_with_time_zone("expires_at"))
        .foreign_key(
            ForeignKey::create().name("fk_one_time_tokens_user").from("one_time_tokens", "user_id").to("users", "id"),
        )
        .to_owned();
    manager.create_table(table).await?;
    let index = |name: &'static str| Index::create().name(name).table("one_time_tokens").to_owned();
    manager.create_index(index("ux_one_time_tokens_user").unique().col("user_id").col("purpose").to_owned()).await?;
    manager.create_index(index("ix_one_time_tokens_age").col("expires_at").to_owned()).await
}

async fn invites(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("invites")
        .col(uuid("id").primary_key().take())
        .col(text("code").unique_key().take())
        .col(text("note"))
        .col(integer("uses_left"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("ends_at"))
        .check(Expr::col("uses_left").gte(0))
        .to_owned();
    manager.create_table(table).await
}

async fn devices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("known_devices")
        .col(binary("hash"))
        .col(uuid("user_id"))
        .col(timestamp_with_time_zone("last_seen_at"))
        .primary_key(Index::create().name("pk_known_devices").col("hash").col("user_id"))
        .foreign_key(
            ForeignKey::create().name("fk_known_devices_user").from("known_devices", "user_id").to("users", "id"),
        )
        .to_owned();
    manager.create_table(table).await?;
    let index = |name: &'static str| Index::create().name(name).table("known_devices").to_owned();
    manager.create_index(index("ix_known_devices_user").col("user_id").to_owned()).await?;
    manager.create_index(index("ix_known_devices_age").col("last_seen_at").to_owned()).await
}
