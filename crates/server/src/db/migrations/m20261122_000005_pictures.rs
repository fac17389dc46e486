//! Uploads, pictures of messages, and of people.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, json_binary_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("messages", json_binary_null("attachments")),
            ("users", uuid_null("avatar_id")),
            ("users", text_null("avatar_folder")),
        ] {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("uploads")
                    .col(uuid("id").primary_key().take())
                    .col(uuid("user_id"))
                    .col(one_of("purpose", &["message", "ad", "avatar"]))
                    .col(text("file_name"))
                    .col(text("content_type"))
                    .col(big_integer("bytes"))
                    .col(one_of("status", &["awaiting", "processing", "ready", "rejected"]))
                    .col(text_null("reason"))
                    .col(text("alt"))
                    .col(text("folder"))
                    .col(integer("tries"))
                    .col(json_binary_null("picture"))
                    .col(big_integer("stored_bytes"))
                    .col(uuid_null("conversation_id"))
                    .col(big_integer_null("message_seq"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .foreign_key(
                        ForeignKey::create().name("fk_uploads_user").from("uploads", "user_id").to("users", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        let mut owner = Index::create();
        owner.name("ix_uploads_user").table("uploads").col("user_id").col("status");
        manager.create_index(owner).await?;
        // For the sweep, which looks for what is not used.
        let mut unused = Index::create();
        unused.name("ix_uploads_unused").table("uploads").col("status").col("changed_at");
        unused.and_where(Expr::col("used_at").is_null());
        manager.create_index(unused).await
    }
}

fn one_of(name: &'static str, words: &[&'static str]) -> ColumnDef {
    text(name).check(Expr::col(name).is_in(words.iter().copied())).take()
}
