//! Second factors; and several links to a new password at once.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, binary, binary_null, boolean, json_binary, text, timestamp_with_time_zone,
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
        let has_factor = boolean("has_factor").default(false).take();
        manager.alter_table(Table::alter().table("users").add_column(has_factor).to_owned()).await?;
        let totp = of_a_person("totp_factors")
            .col(binary_null("sealed"))
            .col(binary_null("pending"))
            .col(big_integer("last_step"))
            .col(timestamp_with_time_zone_null("since"))
            .primary_key(Index::create().name("pk_totp_factors").col("user_id"))
            .to_owned();
        manager.create_table(totp).await?;
        let codes = of_a_person("recovery_codes")
            .col(binary("hash"))
            .primary_key(Index::create().name("pk_recovery_codes").col("user_id").col("hash"))
            .to_owned();
        manager.create_table(codes).await?;
        passkeys(manager).await?;
        ceremonies(manager).await?;
        let index = |name: &'static str| Index::create().name(name).table("one_time_tokens").to_owned();
        let drop = Index::drop().name("ux_one_time_tokens_user").table("one_time_tokens").to_owned();
        manager.drop_index(drop).await?;
        manager.create_index(index("ix_one_time_tokens_user").col("user_id").col("purpose").to_owned()).await
    }
}

/// A table whose rows go with a person.
fn of_a_person(name: &'static str) -> TableCreateStatement {
    let key = format!("fk_{name}_user");
    Table::create()
        .table(name)
        .col(uuid("user_id"))
        .foreign_key(ForeignKey::create().name(key).from(name, "user_id").to("users", "id"))
        .to_owned()
}

async fn passkeys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = of_a_person("passkeys")
        .col(uuid("id").primary_key().take())
        .col(binary("credential_id").unique_key().take())
        .col(json_binary("credential"))
        .col(text("name"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .to_owned();
    manager.create_table(table).await?;
    manager.create_index(Index::create().name("ix_passkeys_user").table("passkeys").col("user_id").to_owned()).await
}

async fn ceremonies(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("passkey_ceremonies")
        .col(uuid("id").primary_key().take())
        .col(uuid_null("user_id"))
        .col(json_binary("state"))
        .col(timestamp_with_time_zone("expires_at"))
        .to_owned();
    manager.create_table(table).await?;
    // For the sweep.
    let age =
        Index::create().name("ix_passkey_ceremonies_age").table("passkey_ceremonies").col("expires_at").to_owned();
    manager.create_index(age).await
}
