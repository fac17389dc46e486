//! Searches people save, what they were told of, prints by which ads are known again, and who looks at which.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, integer_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid,
};
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        searches(manager).await?;
        told(manager).await?;
        prints(manager).await?;
        claims(manager).await?;
        let reminded = timestamp_with_time_zone_null("reminded_for");
        manager.alter_table(Table::alter().table("ads").add_column(reminded).to_owned()).await?;
        // The queue of moderators: what waits is little beside what is on display.
        let waiting =
            "CREATE INDEX ix_ads_waiting ON ads (changed_at, id) WHERE status = 'pending' OR change IS NOT NULL";
        manager.get_connection().execute_unprepared(waiting).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            // An index read backwards has those without a price first.
            let dearest =
                "CREATE INDEX ix_ads_dearest ON ads (centavos DESC NULLS LAST, id DESC) WHERE status = 'active'";
            manager.get_connection().execute_unprepared(dearest).await?;
        }
        Ok(())
    }
}

async fn searches(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("saved_searches")
        .col(uuid("id").primary_key().take())
        .col(uuid("user_id"))
        .col(text_null("name"))
        .col(text_null("kind"))
        .col(text_null("category"))
        .col(text_null("q"))
        .col(big_integer_null("min_centavos"))
        .col(big_integer_null("max_centavos"))
        .col(text_null("state"))
        .col(integer_null("city_code"))
        .col(text_null("city"))
        .col(text_null("condition"))
        .col(boolean("with_picture"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut owned("fk_saved_searches_user", "saved_searches"))
        .to_owned();
    manager.create_table(table).await?;
    let index = |name: &'static str| Index::create().name(name).table("saved_searches").to_owned();
    manager.create_index(index("ix_saved_searches_user").col("user_id").col("id").to_owned()).await?;
    manager.create_index(index("ix_saved_searches_category").col("category").to_owned()).await
}

async fn told(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("ads_told")
        .col(uuid("user_id"))
        .col(uuid("ad_id"))
        .col(timestamp_with_time_zone("at"))
        .primary_key(Index::create().name("pk_ads_told").col("user_id").col("ad_id"))
        .foreign_key(&mut owned("fk_ads_told_user", "ads_told"))
        .foreign_key(&mut of_ad("fk_ads_told_ad", "ads_told"))
        .to_owned();
    manager.create_table(table).await?;
    manager.create_index(Index::create().name("ix_ads_told_at").table("ads_told").col("at").to_owned()).await
}

async fn prints(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("ad_prints")
        .col(uuid("ad_id"))
        .col(text("of"))
        .col(integer("place"))
        .col(big_integer("bits"))
        .col(integer("a"))
        .col(integer("b"))
        .col(integer("c"))
        .col(integer("d"))
        .primary_key(Index::create().name("pk_ad_prints").col("ad_id").col("of").col("place"))
        .foreign_key(&mut of_ad("fk_ad_prints_ad", "ad_prints"))
        .to_owned();
    manager.create_table(table).await?;
    for (name, quarter) in
        [("ix_ad_prints_a", "a"), ("ix_ad_prints_b", "b"), ("ix_ad_prints_c", "c"), ("ix_ad_prints_d", "d")]
    {
        let index = Index::create().name(name).table("ad_prints").col(quarter).to_owned();
        manager.create_index(index).await?;
    }
    Ok(())
}

async fn claims(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("ad_claims")
        .col(uuid("ad_id").primary_key().take())
        .col(uuid("user_id"))
        .col(timestamp_with_time_zone("until"))
        .foreign_key(&mut owned("fk_ad_claims_user", "ad_claims"))
        .foreign_key(&mut of_ad("fk_ad_claims_ad", "ad_claims"))
        .to_owned();
    manager.create_table(table).await
}

fn owned(name: &'static str, table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(name).from(table, "user_id").to("users", "id").to_owned()
}

fn of_ad(name: &'static str, table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(name).from(table, "ad_id").to("ads", "id").to_owned()
}
