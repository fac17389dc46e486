//! What links of mails belong to: the address they keep for somebody, the session they end with.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{text_null, uuid_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [text_null("email_folded"), uuid_null("session_id")] {
            manager.alter_table(Table::alter().table("one_time_tokens").add_column(column).to_owned()).await?;
        }
        // Two kinds that took an account back became one.
        let renamed = Query::update()
            .table("one_time_tokens")
            .value("purpose", "take_back")
            .value("email_folded", Expr::expr(Func::lower(Expr::col("email"))))
            .and_where(Expr::col("purpose").is_in(["undo_email", "undo_factors"]))
            .to_owned();
        manager.execute(renamed).await
    }
}
