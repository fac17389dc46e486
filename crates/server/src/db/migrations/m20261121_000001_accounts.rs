//! People, their sessions, and the keys that sign their tokens.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, binary, binary_null, boolean, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        users(manager).await?;
        sessions(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("signing_keys")
                    .col(text("kid").primary_key().take())
                    .col(binary("public_key"))
                    .col(binary("sealed_seed"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("signs_from"))
                    .to_owned(),
            )
            .await
    }
}

async fn users(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("users")
                .col(uuid("id").primary_key().take())
                .col(text("handle"))
                .col(text("handle_skeleton"))
                .col(text("email"))
                .col(text("email_folded"))
                .col(boolean("email_verified"))
                .col(text("display_name"))
                .col(text("password_hash"))
                .col(text("role").check(Expr::col("role").is_in(["user", "moderator", "admin"])).take())
                .col(
                    text("status")
                        .check(Expr::col("status").is_in(["active", "silenced", "suspended", "deleted"]))
                        .take(),
                )
                .col(text_null("status_reason"))
                .col(timestamp_with_time_zone_null("status_until"))
                .col(text("locale").check(Expr::col("locale").is_in(["pt-BR", "en", "es"])).take())
                .col(timestamp_with_time_zone("created_at"))
                .to_owned(),
        )
        .await?;
    for column in ["handle", "handle_skeleton", "email_folded"] {
        let name = format!("ux_users_{column}");
        manager.create_index(Index::create().unique().name(name).table("users").col(column).to_owned()).await?;
    }
    // Pages of people, and counting the administrators left.
    manager.create_index(Index::create().name("ix_users_role").table("users").col("role").col("id").to_owned()).await
}

async fn sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("sessions")
                .col(uuid("id").primary_key().take())
                .col(uuid("user_id"))
                .col(text("transport").check(Expr::col("transport").is_in(["body", "cookie"])).take())
                .col(text("user_agent"))
                .col(text("address"))
                .col(big_integer("generation"))
                .col(binary("current_hash"))
                .col(binary_null("previous_hash"))
                .col(timestamp_with_time_zone("rotated_at"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone("expires_at"))
                .col(timestamp_with_time_zone_null("ended_at"))
                .foreign_key(
                    ForeignKey::create().name("fk_sessions_user").from("sessions", "user_id").to("users", "id"),
                )
                .to_owned(),
        )
        .await?;
    manager.create_index(Index::create().name("ix_sessions_user").table("sessions").col("user_id").to_owned()).await?;
    manager
        .create_index(Index::create().name("ix_sessions_expiry").table("sessions").col("expires_at").to_owned())
        .await
}
