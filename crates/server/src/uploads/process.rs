//! The job that examines an upload and makes our pictures of it. Interrupted at any point, it is done again, to the same end.

use std::panic::catch_unwind;

use axum::body::Bytes;
use praca_api::limits::UPLOAD_BYTES;
use praca_api::uploads::{UploadReason, UploadStatus};
use praca_api::{ProblemCode, UploadId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::entity::{Column, Entity, Model};
use super::picture::{self, Picture};
use super::scanner::{Verdict, scan};
use super::used::StoredPicture;
use super::{Uploads, made};
use crate::blobs::BlobKey;
use crate::error::{Error, Result};
use crate::events::Event;

/// How often work on a picture is begun that ends without an outcome, such as with the process or with a scanner that cannot
/// tell: the third is the last.
const TRIES: i32 = 3;

/// What the job needs to know.
#[derive(Deserialize)]
struct Arrived {
    id: UploadId,
    folder: String,
}

/// What was found out about a file.
enum Examined {
    /// It is a picture, of which these were made and stored.
    Good(Box<Picture>),
    /// It is not accepted.
    Bad(UploadReason),
}

impl Uploads {
    /// Examines an upload.
    ///
    /// # Errors
    /// `service.unavailable`: the store or the scanner is away, and the job is to be done later.
    pub async fn process(&self, payload: Value) -> Result<()> {
        let Arrived { id, folder } = Arrived::deserialize(payload)?;
        let quarantined = BlobKey::quarantined(id);
        let row = match self.find(id).await? {
            Some(row) if row.status == UploadStatus::Processing => row,
            Some(_) => return self.0.base.blobs.vacate(&quarantined).await,
            None => return self.remove_made(id, &folder).await,
        };
        let began = Instant::now();
        let examined = self.examine(&row).await?;
        let outcome = match &examined {
            Examined::Good(_) => "ready",
            Examined::Bad(reason) => reason.as_str(),
        };
        metrics::counter!("praca_uploads_total", "outcome" => outcome).increment(1);
        metrics::histogram!("praca_upload_process_seconds").record(began.elapsed().as_secs_f64());
        self.settle(row, &examined).await?;
        // Another worker may have been first, whose lease ended too early; or it was given up, or used and deleted, meanwhile.
        match self.find(id).await? {
            Some(row) if row.status == UploadStatus::Ready => self.0.base.blobs.vacate(&quarantined).await,
            _ => self.remove_made(id, &folder).await,
        }
    }

    /// Examines an upload, unless that was tried too often.
    async fn examine(&self, row: &Model) -> Result<Examined> {
        if !self.begin_try(row.id).await? {
            return Ok(Examined::Bad(UploadReason::Failed));
        }
        let examined = self.look_at(row).await;
        if examined.as_ref().is_err_and(|error| error.is(ProblemCode::ServiceUnavailable)) {
            // What it needs is away, which is no fault of the file.
            self.forget_tries(row.id).await?;
        }
        examined
    }

    async fn look_at(&self, row: &Model) -> Result<Examined> {
        let base = &self.0.base;
        let key = BlobKey::quarantined(row.id);
        let announced = u64::try_from(row.bytes).unwrap_or_default();
        if base.blobs.size(&key).await? != Some(announced) || announced == 0 || announced > UPLOAD_BYTES {
            return Ok(Examined::Bad(UploadReason::Size));
        }
        let most = usize::try_from(UPLOAD_BYTES).unwrap_or(usize::MAX);
        let Some(bytes) = base.blobs.read(&key, most).await? else { return Ok(Examined::Bad(UploadReason::Size)) };
        if let Err(reason) = picture::recognise(&bytes) {
            return Ok(Examined::Bad(reason));
        }
        if let Some(scanner) = &base.config.clamav {
            match scan(scanner, &bytes).await? {
                Verdict::Clean => {}
                Verdict::Infected(found) => {
                    tracing::warn!(upload.id = %row.id, user.id = %row.user_id, found, "an upload is infected");
                    return Ok(Examined::Bad(UploadReason::Infected));
                }
                Verdict::Unclear(said) => {
                    return Err(Error::internal(format!("the virus scanner cannot tell: {said}")));
                }
            }
        }
        // The very bytes that were scanned.
        let purpose = row.purpose;
        // A decoder that panics has met a file that is broken in a way it did not expect.
        let make = move || catch_unwind(|| picture::make(&bytes, purpose)).unwrap_or(Err(UploadReason::Broken));
        match self.0.workshop.run(make).await? {
            Ok(picture) => {
                self.store(&row.folder, &picture).await?;
                Ok(Examined::Good(Box::new(picture)))
            }
            Err(reason) => Ok(Examined::Bad(reason)),
        }
    }

    async fn forget_tries(&self, id: UploadId) -> Result<()> {
        let none = Entity::update_many().col_expr(Column::Tries, Expr::value(0)).filter(Column::Id.eq(id));
        none.exec(self.0.base.db.write()).await?;
        Ok(())
    }

    /// Counts a try; false if there were enough.
    async fn begin_try(&self, id: UploadId) -> Result<bool> {
        let counted = Entity::update_many()
            .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
            .filter(Column::Id.eq(id))
            .filter(Column::Tries.lt(TRIES));
        Ok(counted.exec(self.0.base.db.write()).await?.rows_affected > 0)
    }

    async fn store(&self, folder: &str, picture: &Picture) -> Result<()> {
        for made in picture.sizes.iter().chain(&picture.fallback) {
            if let Some(key) = BlobKey::picture(folder, &made.name) {
                let content = Bytes::copy_from_slice(&made.content);
                self.0.base.blobs.write(&key, content, made.content_type).await?;
            }
        }
        Ok(())
    }

    /// Notes and tells the outcome, unless there is one already.
    async fn settle(&self, row: Model, examined: &Examined) -> Result<()> {
        let base = &self.0.base;
        let (status, reason, picture, stored) = match examined {
            Examined::Good(picture) => {
                let stored: usize = picture.sizes.iter().chain(&picture.fallback).map(|made| made.content.len()).sum();
                let picture = StoredPicture::of(picture).map(serde_json::to_value).transpose()?;
                (UploadStatus::Ready, None, picture, stored)
            }
            Examined::Bad(reason) => (UploadStatus::Rejected, Some(*reason), None, 0),
        };
        let mut tx = base.begin().await?;
        let changed = Entity::update_many()
            .col_expr(Column::Status, Expr::value(status))
            .col_expr(Column::Reason, Expr::value(reason))
            .col_expr(Column::Picture, Expr::value(picture))
            .col_expr(Column::StoredBytes, Expr::value(i64::try_from(stored).unwrap_or(i64::MAX)))
            .col_expr(Column::ChangedAt, Expr::value(base.clock.now()))
            .filter(Column::Id.eq(row.id))
            .filter(Column::Status.eq(UploadStatus::Processing))
            .exec_with_returning(tx.conn())
            .await?;
        let Some(row) = changed.into_iter().next() else { return Ok(()) };
        tx.emit(Event::UploadChanged { user: row.user_id, upload: Box::new(self.shown(row)) });
        tx.commit().await
    }

    /// Once nothing can be sent any more: what was sent last is removed, unless it is still being examined.
    ///
    /// # Errors
    /// `service.unavailable`: the job is to be done later.
    pub async fn clear(&self, payload: Value) -> Result<()> {
        let Arrived { id, .. } = Arrived::deserialize(payload)?;
        if self.find(id).await?.is_some_and(|row| row.status == UploadStatus::Processing) {
            return Err(Error::unavailable("The upload is still being examined."));
        }
        self.0.base.blobs.remove(&BlobKey::quarantined(id)).await
    }

    /// Removes what was made of an upload, and what was sent.
    pub(super) async fn remove_made(&self, id: UploadId, folder: &str) -> Result<()> {
        for key in made(folder) {
            self.0.base.blobs.remove(&key).await?;
        }
        self.0.base.blobs.vacate(&BlobKey::quarantined(id)).await
    }
}
