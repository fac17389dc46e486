//! What people are to be told, what they were told, and what they want to be told.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, binary, integer, json_binary_null, text, timestamp_with_time_zone, timestamp_with_time_zone_null,
    uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let notify = json_binary_null("notify");
        manager.alter_table(Table::alter().table("users").add_column(notify).to_owned()).await?;
        notices(manager).await?;
        notifications(manager).await?;
        pushing(manager).await
    }
}

async fn notices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("notices")
        .col(uuid("id").primary_key().take())
        // No key of a person: the nil person stands for everybody.
        .col(uuid("user_id"))
        .col(text("code"))
        .col(uuid_null("conversation_id"))
        .col(big_integer_null("seq"))
        .col(uuid_null("upload_id"))
        .col(uuid_null("author_id"))
        .col(json_binary_null("params"))
        .col(timestamp_with_time_zone("due_at"))
        .col(uuid_null("beyond"))
        .to_owned();
    manager.create_table(table).await?;
    manager.create_index(Index::create().name("ix_notices_due").table("notices").col("due_at").to_owned()).await
}

async fn notifications(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("notifications")
        .col(uuid("id").primary_key().take())
        .col(uuid("user_id"))
        .col(text("code"))
        .col(text("topic"))
        .col(uuid_null("conversation_id"))
        .col(big_integer_null("seq"))
        .col(uuid_null("upload_id"))
        .col(uuid_null("author_id"))
        .col(integer("count"))
        .col(json_binary_null("params"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("read_at"))
        .foreign_key(
            ForeignKey::create().name("fk_notifications_user").from("notifications", "user_id").to("users", "id"),
        )
        .to_owned();
    manager.create_table(table).await?;
    let index = |name: &'static str| Index::create().name(name).table("notifications").to_owned();
    manager.create_index(index("ix_notifications_user").col("user_id").col("id").to_owned()).await?;
    let unread = Expr::col("read_at").is_null();
    let mut topic = index("ux_notifications_topic").unique().col("user_id").col("topic").to_owned();
    manager.create_index(topic.and_where(unread.clone()).to_owned()).await?;
    let mut place = index("ix_notifications_unread").col("user_id").col("conversation_id").to_owned();
    manager.create_index(place.and_where(unread).to_owned()).await?;
    // For the sweep.
    manager.create_index(index("ix_notifications_age").col("created_at").to_owned()).await
}

async fn pushing(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let key = |name: &'static str| ForeignKey::create().name(name).to_owned();
    let table = Table::create()
        .table("push_subscriptions")
        .col(uuid("id").primary_key().take())
        .col(uuid("user_id"))
        .col(uuid("session_id"))
        .col(text("endpoint").unique_key().take())
        .col(binary("p256dh"))
        .col(binary("auth"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(
            &mut key("fk_push_subscriptions_user").from("push_subscriptions", "user_id").to("users", "id").to_owned(),
        )
        .foreign_key(
            &mut key("fk_push_subscriptions_session")
                .from("push_subscriptions", "session_id")
                .to("sessions", "id")
                .on_delete(ForeignKeyAction::Cascade)
                .to_owned(),
        )
        .to_owned();
    manager.create_table(table).await?;
    let user = Index::create().name("ix_push_subscriptions_user").table("push_subscriptions").col("user_id").to_owned();
    manager.create_index(user).await?;
    let table = Table::create()
        .table("sealed_keys")
        .col(text("name").primary_key().take())
        .col(binary("sealed"))
        .col(timestamp_with_time_zone("created_at"))
        .to_owned();
    manager.create_table(table).await
}
