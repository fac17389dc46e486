//! Ads, their steps, what people keep of them, and what they are sorted into.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, boolean, integer, json_binary_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

/// The categories a square begins with, those above others first: slug, parent, its name in Portuguese, English and Spanish, and
/// the days an ad of it is on display.
const CATEGORIES: &str = include_str!("ad_categories.txt");

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        categories(manager).await?;
        ads(manager).await?;
        history(manager).await?;
        favorites(manager).await?;
        for table in ["notices", "notifications"] {
            manager.alter_table(Table::alter().table(table).add_column(uuid_null("ad_id")).to_owned()).await?;
        }
        let statements = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

async fn categories(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("ad_categories")
        .col(text("slug").primary_key().take())
        .col(text_null("parent"))
        .col(integer("position"))
        .col(text("name_pt"))
        .col(text("name_en"))
        .col(text("name_es"))
        .col(integer("days"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_ad_categories_parent")
                .from("ad_categories", "parent")
                .to("ad_categories", "slug"),
        )
        .to_owned();
    manager.create_table(table).await?;
    let columns = ["slug", "parent", "position", "name_pt", "name_en", "name_es", "days"];
    let mut insert = Query::insert();
    insert.into_table("ad_categories").columns(columns);
    for (position, line) in (0_i32..).zip(CATEGORIES.lines()) {
        let parts: Vec<&str> = line.split('|').collect();
        let [slug, parent, pt, en, es, days] = parts[..] else { continue };
        let parent = Some(parent).filter(|parent| !parent.is_empty());
        let days: i32 = days.parse().unwrap_or(30);
        insert.values_panic([
            slug.into(),
            parent.into(),
            position.into(),
            pt.into(),
            en.into(),
            es.into(),
            days.into(),
        ]);
    }
    manager.execute(insert).await
}

async fn ads(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("ads")
        .col(uuid("id").primary_key().take())
        .col(uuid("owner_id"))
        .col(one_of("kind", &["trade", "sale", "service"]))
        .col(text("title"))
        .col(text("description"))
        .col(big_integer_null("centavos").check(Expr::col("centavos").gt(0)).take())
        .col(integer("quantity"))
        .col(text("category"))
        .col(text("state"))
        .col(integer("city_code"))
        .col(text("city"))
        .col(text_null("neighborhood"))
        .col(text_null("condition"))
        .col(json_binary_null("pictures"))
        .col(one_of("status", STATUSES))
        .col(text_null("status_reason"))
        .col(boolean("shown_before"))
        .col(integer("version"))
        .col(json_binary_null("change"))
        .col(timestamp_with_time_zone_null("published_at"))
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("changed_at"))
        .foreign_key(ForeignKey::create().name("fk_ads_owner").from("ads", "owner_id").to("users", "id"))
        .foreign_key(ForeignKey::create().name("fk_ads_category").from("ads", "category").to("ad_categories", "slug"))
        .to_owned();
    manager.create_table(table).await?;
    let index = |name: &'static str| Index::create().name(name).table("ads").to_owned();
    manager.create_index(index("ix_ads_owner").col("owner_id").col("id").to_owned()).await?;
    // For the queue of moderators, and for the job that ends what has had its time.
    manager.create_index(index("ix_ads_status").col("status").col("changed_at").to_owned()).await?;
    manager.create_index(index("ix_ads_end").col("status").col("expires_at").to_owned()).await
}

const STATUSES: &[&str] = &["pending", "approved", "active", "concluded", "suspended", "deleted", "rejected"];

async fn history(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("ad_history")
        .col(uuid("ad_id"))
        .col(integer("version"))
        .col(timestamp_with_time_zone("at"))
        .col(uuid_null("actor_id"))
        .col(text("action"))
        .col(text_null("from_status"))
        .col(text("to_status"))
        .col(text_null("reason"))
        .primary_key(Index::create().name("pk_ad_history").col("ad_id").col("version"))
        .foreign_key(ForeignKey::create().name("fk_ad_history_ad").from("ad_history", "ad_id").to("ads", "id"))
        .to_owned();
    manager.create_table(table).await
}

async fn favorites(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("ad_favorites")
        .col(uuid("user_id"))
        .col(uuid("ad_id"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().name("pk_ad_favorites").col("user_id").col("ad_id"))
        .foreign_key(
            ForeignKey::create().name("fk_ad_favorites_user").from("ad_favorites", "user_id").to("users", "id"),
        )
        .foreign_key(ForeignKey::create().name("fk_ad_favorites_ad").from("ad_favorites", "ad_id").to("ads", "id"))
        .to_owned();
    manager.create_table(table).await?;
    let kept = Index::create().name("ix_ad_favorites_ad").table("ad_favorites").col("ad_id").to_owned();
    manager.create_index(kept).await
}

fn one_of(name: &'static str, words: &[&'static str]) -> ColumnDef {
    text(name).check(Expr::col(name).is_in(words.iter().copied())).take()
}

/// What is on display, in the orders it is listed in; and its words, as those of messages are kept.
const POSTGRES: &[&str] = &[
    "CREATE INDEX ix_ads_newest ON ads (published_at DESC, id DESC) WHERE status = 'active'",
    "CREATE INDEX ix_ads_price ON ads (centavos, id) WHERE status = 'active'",
    "CREATE INDEX ix_ads_city ON ads (city_code, published_at DESC, id DESC) WHERE status = 'active'",
    "CREATE INDEX ix_ads_category ON ads (category, published_at DESC, id DESC) WHERE status = 'active'",
    "ALTER TABLE ads ADD COLUMN words tsvector \
     GENERATED ALWAYS AS (to_tsvector('praca_stems', translate(title || ' ' || description, './@:_+=&?#%-', '            ')) || \
     to_tsvector('praca_words', translate(title || ' ' || description, './@:_+=&?#%-', '            '))) STORED",
    "CREATE INDEX ix_ads_words ON ads USING gin (words)",
];

const SQLITE: &[&str] = &[
    "CREATE INDEX ix_ads_newest ON ads (published_at DESC, id DESC) WHERE status = 'active'",
    "CREATE INDEX ix_ads_price ON ads (centavos, id) WHERE status = 'active'",
    "CREATE INDEX ix_ads_city ON ads (city_code, published_at DESC, id DESC) WHERE status = 'active'",
    "CREATE INDEX ix_ads_category ON ads (category, published_at DESC, id DESC) WHERE status = 'active'",
    "CREATE TABLE ad_places (id INTEGER PRIMARY KEY, ad_id BLOB NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE ad_words USING fts5(title, description, content='', contentless_delete=1, \
     tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    "CREATE TRIGGER ad_words_added AFTER INSERT ON ads BEGIN \
       INSERT INTO ad_places (ad_id) VALUES (NEW.id); \
       INSERT INTO ad_words (rowid, title, description) VALUES (last_insert_rowid(), NEW.title, NEW.description); \
     END",
    "CREATE TRIGGER ad_words_changed AFTER UPDATE OF title, description ON ads \
     WHEN NEW.title <> OLD.title OR NEW.description <> OLD.description BEGIN \
       DELETE FROM ad_words WHERE rowid = (SELECT id FROM ad_places WHERE ad_id = NEW.id); \
       INSERT INTO ad_words (rowid, title, description) \
         SELECT id, NEW.title, NEW.description FROM ad_places WHERE ad_id = NEW.id; \
     END",
];
