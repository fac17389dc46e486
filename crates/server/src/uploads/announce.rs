//! The way in: announce, report that the file is there, describe it, give it up. How it is sent: `receive.rs`.

use std::time::Duration;

use praca_api::limits::{ALT_CHARS, FILE_NAME_CHARS, UPLOAD_BYTES};
use praca_api::text::{clean_line, clean_text};
use praca_api::uploads::{Announced, NewUpload, UpdateUpload, Upload, UploadReason, UploadStatus};
use praca_api::{FieldProblem, ProblemCode, UploadId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::Uploads;
use super::entity::{ActiveModel, Column, Entity, Model};
use crate::auth::Actor;
use crate::blobs::BlobKey;
use crate::error::{Error, Result};
use crate::events::Event;

/// How long an announced file may be sent.
pub(super) const SENT_WITHIN: Duration = Duration::from_secs(15 * 60);
/// Uploads a person may have announced and not finished.
const UNDER_WAY: u64 = 50;
/// What may be announced.
const TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];

impl Uploads {
    /// Takes an announcement, and says where to send the file.
    ///
    /// # Errors
    /// `uploads.rejected` for what would be rejected anyway, `request.rate_limited`, `account.silenced`.
    pub async fn announce(&self, actor: &Actor, new: NewUpload) -> Result<Announced> {
        actor.require_may_write()?;
        let (base, user) = (&self.0.base, actor.id());
        let file_name = check(&new)?;
        let (id, now) = (base.ids.upload(), base.clock.now());
        let expires_at = now + SENT_WITHIN;
        let folder = Uuid::from_bytes(base.ids.secret()?).simple().to_string();
        let row = Model {
            id,
            user_id: user,
            purpose: new.purpose,
            file_name,
            content_type: new.content_type,
            bytes: i64::try_from(new.bytes).unwrap_or(i64::MAX),
            status: UploadStatus::Awaiting,
            reason: None,
            alt: String::new(),
            folder,
            tries: 0,
            picture: None,
            stored_bytes: 0,
            conversation_id: None,
            message_seq: None,
            used_at: None,
            created_at: now,
            expires_at,
            changed_at: now,
        };
        let put = self.ticket(&row);
        let tx = base.begin().await?;
        let awaited = Condition::all().add(Column::Status.eq(UploadStatus::Awaiting)).add(Column::ExpiresAt.gt(now));
        let open = Condition::any().add(awaited).add(Column::Status.eq(UploadStatus::Processing));
        let open = Entity::find().filter(Column::UserId.eq(user)).filter(open).count(tx.conn()).await?;
        if open >= UNDER_WAY {
            return Err(Error::rate_limited(Duration::from_secs(60)));
        }
        if let Some(quota) = base.config.limits.uploads
            && let Some(wait) = base.limits.take(&format!("uploads:{user}"), quota).await
        {
            return Err(Error::rate_limited(wait));
        }
        Entity::insert(ActiveModel::from(row)).exec_without_returning(tx.conn()).await?;
        tx.commit().await?;
        Ok(Announced { id, put, expires_at })
    }

    /// The file is there: it is examined. Said again, it changes nothing.
    ///
    /// # Errors
    /// `request.conflict` if it is not there, `resource.not_found`.
    pub async fn complete(&self, actor: &Actor, id: UploadId) -> Result<Upload> {
        actor.require_may_write()?;
        let base = &self.0.base;
        let row = self.own(actor.id(), id).await?;
        if row.status != UploadStatus::Awaiting {
            return Ok(self.shown(row));
        }
        if base.blobs.size(&BlobKey::quarantined(id)).await?.is_none() {
            return Err(Error::problem(ProblemCode::RequestConflict, "The file is not there yet; send it first."));
        }
        let mut tx = base.begin().await?;
        let changed = Entity::update_many()
            .col_expr(Column::Status, Expr::value(UploadStatus::Processing))
            .col_expr(Column::ChangedAt, Expr::value(base.clock.now()))
            .filter(Column::Id.eq(id))
            .filter(Column::Status.eq(UploadStatus::Awaiting))
            .exec_with_returning(tx.conn())
            .await?;
        match changed.into_iter().next() {
            Some(row) => {
                let examined = Entity::find()
                    .filter(Column::UserId.eq(row.user_id))
                    .filter(Column::Status.eq(UploadStatus::Processing))
                    .count(tx.conn())
                    .await?;
                // This one is among them.
                tx.emit(arrived(&row, u32::try_from(examined).unwrap_or(u32::MAX).saturating_sub(1)));
                tx.commit().await?;
                Ok(self.shown(row))
            }
            None => self.own(actor.id(), id).await.map(|row| self.shown(row)),
        }
    }

    /// An upload of one's own.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn get(&self, owner: UserId, id: UploadId) -> Result<Upload> {
        self.own(owner, id).await.map(|row| self.shown(row))
    }

    /// Says what a picture shows, until it is used.
    ///
    /// # Errors
    /// `request.invalid`, `request.conflict` for one that is used or was rejected, `resource.not_found`.
    pub async fn update(&self, actor: &Actor, id: UploadId, change: UpdateUpload) -> Result<Upload> {
        actor.require_may_write()?;
        let row = self.own(actor.id(), id).await?;
        let Some(alt) = change.alt.map(|alt| clean_text(&alt)) else { return Ok(self.shown(row)) };
        if alt.chars().count() > ALT_CHARS {
            return Err(Error::invalid_field("alt", "length", "A description has at most 1,000 characters."));
        }
        let changed = Entity::update_many()
            .col_expr(Column::Alt, Expr::value(alt))
            .filter(Column::Id.eq(id))
            .filter(Column::UsedAt.is_null())
            .filter(Column::Status.ne(UploadStatus::Rejected))
            .exec_with_returning(self.0.base.db.write())
            .await?;
        changed.into_iter().next().map(|row| self.shown(row)).ok_or_else(in_use)
    }

    /// Gives an upload up that is not used: what was made of it goes, and what was sent; what is still on its way, once that
    /// has come.
    ///
    /// # Errors
    /// `request.conflict` for one that is used, `resource.not_found`.
    pub async fn discard(&self, owner: UserId, id: UploadId) -> Result<()> {
        let row = self.own(owner, id).await?;
        let mut tx = self.0.base.begin().await?;
        if row.status == UploadStatus::Awaiting {
            tx.emit(arrived(&row, 0));
        }
        let unfinished = [UploadStatus::Awaiting, UploadStatus::Processing];
        let given_up = Entity::update_many()
            .col_expr(Column::Status, Expr::value(UploadStatus::Rejected))
            .col_expr(Column::Reason, Expr::value(UploadReason::Discarded))
            .col_expr(Column::ChangedAt, Expr::value(self.0.base.clock.now()))
            .filter(Column::Id.eq(id))
            .filter(Column::Status.is_in(unfinished));
        if given_up.exec(tx.conn()).await?.rows_affected == 0 {
            let gone = Entity::delete_many()
                .filter(Column::Id.eq(id))
                .filter(Column::Status.eq(UploadStatus::Ready))
                .filter(Column::UsedAt.is_null());
            match gone.exec(tx.conn()).await?.rows_affected {
                0 if row.status == UploadStatus::Rejected => {}
                0 => return Err(in_use()),
                _ => tx.emit(Event::UploadsReleased { uploads: vec![(id, row.folder)] }),
            }
        }
        tx.commit().await
    }
}

/// The name, cleaned; refuses what would be rejected anyway.
fn check(new: &NewUpload) -> Result<String> {
    let file_name = clean_line(&new.file_name);
    let mut fields = Vec::new();
    let mut refuse = |field: &str, code: &str, detail: &str| {
        fields.push(FieldProblem { field: field.into(), code: code.into(), detail: detail.into() });
    };
    if !FILE_NAME_CHARS.contains(&file_name.chars().count()) {
        refuse("fileName", "length", "A file's name has 1 to 255 characters.");
    }
    if !TYPES.contains(&new.content_type.as_str()) {
        refuse("contentType", "unsupported", "Pictures are JPEG, PNG, WebP or GIF.");
    }
    if !(1..=UPLOAD_BYTES).contains(&new.bytes) {
        refuse("bytes", "range", "A picture has at most 20 MiB.");
    }
    let Some(first) = fields.first() else { return Ok(file_name) };
    let mut error = Error::problem(ProblemCode::UploadsRejected, first.detail.clone());
    if let Error::Problem(refusal) = &mut error {
        refusal.fields = fields;
    }
    Err(error)
}

/// Something was sent, or may have been: it is examined, or removed if the upload was given up.
fn arrived(row: &Model, before: u32) -> Event {
    let cleared_after = SENT_WITHIN + Duration::from_secs(60);
    Event::UploadArrived { upload: row.id, folder: row.folder.clone(), cleared_after, before }
}

fn in_use() -> Error {
    Error::problem(ProblemCode::RequestConflict, "The picture is in use, or was given up.")
}
