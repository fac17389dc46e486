//! Conversations of two, blocks, mentions, pins, and what people share of themselves.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, json_binary_null, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};
use uuid::Uuid;

use crate::fold::fold;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager).await?;
        fold_names(manager).await?;
        dms(manager).await?;
        blocks(manager).await?;
        mentions(manager).await?;
        pins(manager).await
    }
}

async fn add_columns(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        ("conversations", timestamp_with_time_zone("active_at").default("1970-01-01T00:00:00+00:00").take()),
        ("memberships", big_integer("delivered_seq").default(0).take()),
        ("memberships", big_integer("receipt_seq").default(0).take()),
        ("messages", json_binary_null("mentions")),
        ("users", text("name_folded").default("").take()),
        ("users", boolean("read_receipts").default(true).take()),
        ("users", boolean("shows_presence").default(true).take()),
        ("users", boolean("accepts_strangers").default(true).take()),
    ];
    for (table, column) in columns {
        manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
    }
    let newest = Query::select()
        .column("created_at")
        .from("messages")
        .and_where(Expr::col(("messages", "conversation_id")).equals(("conversations", "id")))
        .and_where(Expr::col(("messages", "seq")).equals(("conversations", "last_seq")))
        .to_owned();
    let active = Func::coalesce([Expr::SubQuery(None, Box::new(newest.into())), Expr::col("created_at")]);
    manager.execute(Query::update().table("conversations").value("active_at", active).to_owned()).await?;
    manager
        .create_table(
            Table::create()
                .table("last_seen")
                .col(uuid("user_id").primary_key().take())
                .col(timestamp_with_time_zone("at"))
                .foreign_key(&mut to_user("fk_last_seen_user", "last_seen", "user_id"))
                .to_owned(),
        )
        .await
}

/// Names without case and accents: no engine folds them as we do.
async fn fold_names(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let conn = manager.get_connection();
    let names = Query::select().columns(["id", "display_name"]).from("users").to_owned();
    for row in conn.query_all(&names).await? {
        let (id, name): (Uuid, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let folded = Query::update()
            .table("users")
            .value("name_folded", fold(&name))
            .and_where(Expr::col("id").eq(id))
            .to_owned();
        manager.execute(folded).await?;
    }
    Ok(())
}

async fn dms(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("dms")
                .col(uuid("conversation_id").primary_key().take())
                .col(uuid("low_id"))
                .col(uuid("high_id"))
                .col(uuid("requested_by"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("accepted_at"))
                .col(timestamp_with_time_zone_null("refused_at"))
                .check(Expr::col("low_id").lt(Expr::col("high_id")))
                .foreign_key(&mut to_conversation("fk_dms_conversation", "dms"))
                .foreign_key(&mut to_user("fk_dms_low", "dms", "low_id"))
                .foreign_key(&mut to_user("fk_dms_high", "dms", "high_id"))
                .to_owned(),
        )
        .await?;
    let mut pair = Index::create();
    manager
        .create_index(pair.unique().name("ux_dms_pair").table("dms").col("low_id").col("high_id").to_owned())
        .await?;
    let high = Index::create().name("ix_dms_high").table("dms").col("high_id").to_owned();
    manager.create_index(high).await?;
    let mut asked = Index::create();
    manager
        .create_index(asked.name("ix_dms_requested").table("dms").col("requested_by").col("created_at").to_owned())
        .await
}

async fn blocks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("blocks")
                .col(uuid("blocker_id"))
                .col(uuid("blocked_id"))
                .col(timestamp_with_time_zone("created_at"))
                .primary_key(Index::create().col("blocker_id").col("blocked_id"))
                .check(Expr::col("blocker_id").ne(Expr::col("blocked_id")))
                .foreign_key(&mut to_user("fk_blocks_blocker", "blocks", "blocker_id"))
                .foreign_key(&mut to_user("fk_blocks_blocked", "blocks", "blocked_id"))
                .to_owned(),
        )
        .await?;
    manager.create_index(Index::create().name("ix_blocks_blocked").table("blocks").col("blocked_id").to_owned()).await
}

/// Who is named where, to be counted. The nil person stands for everybody in the room.
async fn mentions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("mentions")
                .col(uuid("conversation_id"))
                .col(uuid("user_id"))
                .col(big_integer("message_seq"))
                .col(uuid("author_id"))
                .primary_key(Index::create().col("conversation_id").col("user_id").col("message_seq"))
                .foreign_key(&mut to_conversation("fk_mentions_conversation", "mentions"))
                .to_owned(),
        )
        .await?;
    let mut of_message = Index::create();
    of_message.name("ix_mentions_message").table("mentions").col("conversation_id").col("message_seq");
    manager.create_index(of_message).await
}

async fn pins(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("pins")
                .col(uuid("conversation_id"))
                .col(big_integer("message_seq"))
                .col(uuid("pinned_by"))
                .col(timestamp_with_time_zone("pinned_at"))
                .primary_key(Index::create().col("conversation_id").col("message_seq"))
                .foreign_key(&mut to_conversation("fk_pins_conversation", "pins"))
                .to_owned(),
        )
        .await
}

fn to_conversation(name: &str, table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(name).from(table, "conversation_id").to("conversations", "id").to_owned()
}

fn to_user(name: &str, table: &'static str, column: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(name).from(table, column).to("users", "id").to_owned()
}
