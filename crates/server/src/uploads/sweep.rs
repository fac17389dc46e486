//! What is not needed any more is removed, and what is stored is counted.

use std::time::Duration;

use praca_api::uploads::{UploadReason, UploadStatus};
use praca_api::{Timestamp, UploadId};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::entity::{Column, Entity, Model};
use super::{Uploads, made};
use crate::blobs::{BlobKey, Blobs};
use crate::db::Tx;
use crate::error::Result;
use crate::events::Event;

/// How long announcements nobody followed up are kept after the last moment a file may come.
const KEEP_AWAITING: Duration = Duration::from_secs(3_600);
/// How long rejected uploads can be asked for, and ready ones wait to be used.
const KEEP_UNUSED: Duration = Duration::from_secs(86_400);
/// How long one that is being examined may wait for a store or scanner that is away.
const KEEP_PROCESSING: Duration = Duration::from_secs(7 * 86_400);
/// Uploads removed at a time.
const AT_ONCE: u64 = 200;
/// Uploads that cannot be removed before the rest is left for later.
const TROUBLES: usize = 10;

/// What the job needs to know.
#[derive(Deserialize)]
struct Released {
    uploads: Vec<(UploadId, String)>,
}

impl Uploads {
    /// Removes the files and rows of uploads.
    ///
    /// # Errors
    /// `service.unavailable`: the job is to be done later.
    pub async fn remove(&self, payload: Value) -> Result<()> {
        let Released { uploads } = Released::deserialize(payload)?;
        self.remove_all(&uploads).await
    }

    async fn remove_all(&self, uploads: &[(UploadId, String)]) -> Result<()> {
        for (_, folder) in uploads {
            for key in made(folder) {
                self.0.base.blobs.remove(&key).await?;
            }
        }
        let ids = uploads.iter().map(|(id, _)| *id);
        Entity::delete_many().filter(Column::Id.is_in(ids)).exec(self.0.base.db.write()).await?;
        Ok(())
    }

    /// Removes announcements nobody followed up, what was rejected, and what nobody used. One that cannot be removed keeps
    /// none of the others; several mean that the store is away.
    ///
    /// # Errors
    /// `service.unavailable`: what is left is to be removed later.
    pub async fn sweep(&self) -> Result<()> {
        let base = &self.0.base;
        let now = base.clock.now();
        let mut troubles = Vec::new();
        let mut after = UploadId(Uuid::nil());
        while troubles.len() < TROUBLES {
            let next = Entity::find().filter(unneeded(now)).filter(Column::Id.gt(after)).order_by_asc(Column::Id);
            let found = next.limit(AT_ONCE).all(base.db.read()).await?;
            let Some(last) = found.last() else { break };
            after = last.id;
            // One may be taken into use between; from here on none is.
            let given_up = Entity::update_many()
                .col_expr(Column::Status, Expr::value(UploadStatus::Rejected))
                .filter(Column::Id.is_in(found.iter().map(|row| row.id)))
                .filter(unneeded(now))
                .exec_with_returning(base.db.write())
                .await?;
            for row in given_up {
                troubles.extend(self.sweep_one(row).await.err());
            }
        }
        if let Blobs::Files(files) = &base.blobs {
            files.sweep_drafts(KEEP_AWAITING).await?;
        }
        troubles.pop().map_or(Ok(()), Err)
    }

    async fn sweep_one(&self, row: Model) -> Result<()> {
        self.0.base.blobs.remove(&BlobKey::quarantined(row.id)).await?;
        self.remove_all(&[(row.id, row.folder)]).await
    }

    /// Shows in the metrics what is stored: in all, of how many people, and of the one who has most.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn measure(&self) -> Result<()> {
        let stored = || Column::StoredBytes.sum().cast_as("bigint");
        let kept = || Entity::find().select_only().filter(Column::StoredBytes.gt(0));
        let all = kept().column_as(stored(), "stored").column_as(Expr::col(Column::UserId).count_distinct(), "people");
        let (total, people): (Option<i64>, i64) =
            all.into_tuple().one(self.0.base.db.read()).await?.unwrap_or_default();
        let of_each = kept().column_as(stored(), "stored").group_by(Column::UserId);
        let most: Option<i64> = of_each.order_by_desc(stored()).into_tuple().one(self.0.base.db.read()).await?;
        #[expect(clippy::cast_precision_loss, reason = "exact up to 8 PiB")]
        let gauge = |name: &'static str, value: i64| metrics::gauge!(name).set(value as f64);
        gauge("praca_uploads_stored_bytes", total.unwrap_or_default());
        gauge("praca_uploads_stored_bytes_of_one", most.unwrap_or_default());
        gauge("praca_uploads_people", people);
        Ok(())
    }
}

/// Nothing shows these uploads any more: their files are removed, and private ones are shown to nobody from now on.
///
/// # Errors
/// The database refuses.
pub async fn release(tx: &mut Tx, uploads: Vec<(UploadId, String)>) -> Result<()> {
    let ids = uploads.iter().map(|(id, _)| *id);
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(UploadStatus::Rejected))
        .col_expr(Column::Reason, Expr::value(UploadReason::Discarded))
        // Should the job fail, the sweep finds them.
        .col_expr(Column::UsedAt, Expr::value(None::<Timestamp>))
        .filter(Column::Id.is_in(ids))
        .exec(tx.conn())
        .await?;
    tx.emit(Event::UploadsReleased { uploads });
    Ok(())
}

/// What is to be removed. An upload that is used is removed with what shows it.
fn unneeded(now: Timestamp) -> Condition {
    let of = |status: UploadStatus| Condition::all().add(Column::Status.eq(status)).add(Column::UsedAt.is_null());
    let before = |kept: Duration| now - kept;
    Condition::any()
        .add(of(UploadStatus::Awaiting).add(Column::ExpiresAt.lt(before(KEEP_AWAITING))))
        .add(of(UploadStatus::Rejected).add(Column::ChangedAt.lt(before(KEEP_UNUSED))))
        .add(of(UploadStatus::Ready).add(Column::ChangedAt.lt(before(KEEP_UNUSED))))
        .add(of(UploadStatus::Processing).add(Column::ChangedAt.lt(before(KEEP_PROCESSING))))
}
