//! Conversations, what is said in them, and who is in them.
//!
//! On PostgreSQL the messages, reactions and revisions are hash-partitioned by conversation; every unique index holds
//! the conversation id, so that the tables can later be spread over servers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, integer, json_binary_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

/// Partitions of each hash-partitioned table: enough to spread over several servers, few enough to plan quickly.
const PARTITIONS: u32 = 16;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        conversations(manager).await?;
        memberships(manager).await?;
        partitioned(manager, messages(), "messages").await?;
        for (name, columns) in
            [("ux_messages_id", ["conversation_id", "id"]), ("ux_messages_rev", ["conversation_id", "rev"])]
        {
            let index =
                Index::create().unique().name(name).table("messages").col(columns[0]).col(columns[1]).to_owned();
            manager.create_index(index).await?;
        }
        let mut nonce = Index::create();
        nonce.unique().name("ux_messages_nonce").table("messages").col("conversation_id").col("author_id").col("nonce");
        manager.create_index(nonce).await?;
        partitioned(manager, reactions(), "reactions").await?;
        partitioned(manager, revisions(), "revisions").await
    }
}

async fn conversations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("conversations")
                .col(uuid("id").primary_key().take())
                .col(text("kind").check(Expr::col("kind").is_in(["room", "dm", "deal"])).take())
                .col(text("visibility").check(Expr::col("visibility").is_in(["public", "unlisted", "private"])).take())
                .col(text_null("silence_reason"))
                .col(timestamp_with_time_zone_null("silence_until"))
                .col(big_integer("last_seq"))
                .col(big_integer("last_rev"))
                .col(integer("epoch"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("archived_at"))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("rooms")
                .col(uuid("conversation_id").primary_key().take())
                .col(text("slug"))
                .col(text("name"))
                .col(text("topic"))
                .col(
                    integer("interval_global_seconds")
                        .check(Expr::col("interval_global_seconds").between(0, 21_600))
                        .take(),
                )
                .col(integer("per_user_seconds").check(Expr::col("per_user_seconds").between(0, 21_600)).take())
                .foreign_key(&mut fk("fk_rooms_conversation", "rooms"))
                .to_owned(),
        )
        .await?;
    manager.create_index(Index::create().unique().name("ux_rooms_slug").table("rooms").col("slug").to_owned()).await
}

async fn memberships(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("memberships")
                .col(uuid("conversation_id"))
                .col(uuid("user_id"))
                .col(text("role").check(Expr::col("role").is_in(["member", "moderator"])).take())
                .col(boolean("muted"))
                .col(big_integer("last_read_seq"))
                .col(timestamp_with_time_zone("joined_at"))
                .primary_key(Index::create().col("conversation_id").col("user_id"))
                .foreign_key(&mut fk("fk_memberships_conversation", "memberships"))
                .foreign_key(
                    ForeignKey::create().name("fk_memberships_user").from("memberships", "user_id").to("users", "id"),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(Index::create().name("ix_memberships_user").table("memberships").col("user_id").to_owned())
        .await?;
    manager
        .create_table(
            Table::create()
                .table("silences")
                .col(uuid("conversation_id"))
                .col(uuid("user_id"))
                .col(text("reason"))
                .col(timestamp_with_time_zone_null("until"))
                .col(uuid("silenced_by"))
                .col(timestamp_with_time_zone("created_at"))
                .primary_key(Index::create().col("conversation_id").col("user_id"))
                .foreign_key(&mut fk("fk_silences_conversation", "silences"))
                .foreign_key(
                    ForeignKey::create().name("fk_silences_user").from("silences", "user_id").to("users", "id"),
                )
                .to_owned(),
        )
        .await
}

fn messages() -> TableCreateStatement {
    Table::create()
        .table("messages")
        .col(uuid("conversation_id"))
        .col(big_integer("seq").check(Expr::col("seq").gte(1)).take())
        .col(uuid("id"))
        .col(text("kind").check(Expr::col("kind").is_in(["text", "system"])).take())
        .col(uuid_null("author_id"))
        .col(text("body"))
        .col(json_binary_null("payload"))
        .col(big_integer("reply_to_seq").null().take())
        .col(text_null("nonce"))
        .col(big_integer("rev"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("edited_at"))
        .col(timestamp_with_time_zone_null("deleted_at"))
        .col(timestamp_with_time_zone_null("pinned_at"))
        .primary_key(Index::create().col("conversation_id").col("seq"))
        .foreign_key(&mut fk("fk_messages_conversation", "messages"))
        .to_owned()
}

fn reactions() -> TableCreateStatement {
    Table::create()
        .table("reactions")
        .col(uuid("conversation_id"))
        .col(big_integer("message_seq"))
        .col(text("emoji"))
        .col(uuid("user_id"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().col("conversation_id").col("message_seq").col("emoji").col("user_id"))
        .foreign_key(&mut fk("fk_reactions_conversation", "reactions"))
        .to_owned()
}

fn revisions() -> TableCreateStatement {
    Table::create()
        .table("revisions")
        .col(uuid("conversation_id"))
        .col(big_integer("message_seq"))
        .col(big_integer("rev"))
        .col(text("body"))
        .col(timestamp_with_time_zone("written_at"))
        .col(timestamp_with_time_zone("replaced_at"))
        .primary_key(Index::create().col("conversation_id").col("message_seq").col("rev"))
        .foreign_key(&mut fk("fk_revisions_conversation", "revisions"))
        .to_owned()
}

fn fk(name: &str, table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(name).from(table, "conversation_id").to("conversations", "id").to_owned()
}

/// Creates a table; on PostgreSQL as a set of partitions by conversation.
async fn partitioned(manager: &SchemaManager<'_>, table: TableCreateStatement, name: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return manager.create_table(table).await;
    }
    let connection = manager.get_connection();
    let create = table.to_string(PostgresQueryBuilder);
    connection.execute_unprepared(&format!("{create} PARTITION BY HASH (conversation_id)")).await?;
    for part in 0..PARTITIONS {
        let sql = format!(
            "CREATE TABLE {name}_{part} PARTITION OF {name} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
        );
        connection.execute_unprepared(&sql).await?;
    }
    Ok(())
}
