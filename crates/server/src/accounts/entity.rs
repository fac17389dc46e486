//! A person's row.

use praca_api::accounts::{AccountStatus, Locale, Role};
use praca_api::people::Digest;
use praca_api::{Timestamp, UploadId, UserId};
use sea_orm::entity::prelude::*;

/// A person.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    #[sea_orm(column_type = "Text")]
    pub handle: String,
    /// Its shape, which no other handle may have.
    #[sea_orm(column_type = "Text")]
    pub handle_skeleton: String,
    #[sea_orm(column_type = "Text")]
    pub email: String,
    /// In lower case, for comparing.
    #[sea_orm(column_type = "Text")]
    pub email_folded: String,
    pub email_verified: bool,
    #[sea_orm(column_type = "Text")]
    pub display_name: String,
    /// The name without case and accents, as it is looked for.
    #[sea_orm(column_type = "Text")]
    pub name_folded: String,
    /// Argon2id, as a PHC string.
    #[sea_orm(column_type = "Text")]
    pub password_hash: String,
    pub role: Role,
    pub status: AccountStatus,
    #[sea_orm(column_type = "Text", nullable)]
    pub status_reason: Option<String>,
    pub status_until: Option<Timestamp>,
    pub locale: Locale,
    pub created_at: Timestamp,
    /// The upload that is their picture, and the folder of its files.
    pub avatar_id: Option<UploadId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub avatar_folder: Option<String>,
    /// Whether others learn how far the person has read.
    pub read_receipts: bool,
    /// Whether others learn that the person is here, and when they last were.
    pub shows_presence: bool,
    /// Whether people who share no room with the person may ask to talk.
    pub accepts_strangers: bool,
    /// Whether the password alone does not let the person in.
    pub has_factor: bool,
    /// The version of the house rules and the legal notice the person accepted last.
    #[sea_orm(column_type = "Text", nullable)]
    pub accepted_texts: Option<String>,
    /// What the person wants to be told; nothing, for what people want at first.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub notify: Option<Json>,
    /// How often the person gets a mail with what they missed, and when the next is due.
    pub digest: Digest,
    pub digest_due_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
