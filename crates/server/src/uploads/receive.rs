//! A file comes in, by an address that is signed for it alone.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use futures_util::{Stream, StreamExt as _};
use praca_api::uploads::{PutTicket, UploadStatus};
use praca_api::{ProblemCode, UploadId};
use serde::Deserialize;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Uploads;
use super::announce::SENT_WITHIN;
use super::entity::Model;
use crate::blobs::{BlobKey, Blobs, Refused};
use crate::error::{Error, Result};

/// What the address to send a file to says of itself.
#[derive(Clone, Debug, Deserialize)]
pub struct PutPermit {
    /// Until when it is good, in milliseconds since 1970.
    until: i64,
    signature: String,
}

/// What a request that sends a file says of it.
pub struct Sent<'a> {
    /// Its type.
    pub content_type: &'a str,
    /// Its length, if it says.
    pub bytes: Option<u64>,
}

/// The files that are coming in at this node: of each upload one, the one begun last. Who lost the connection begins anew at
/// once, and nobody fills the disk with a thousand beginnings of one file.
#[derive(Default)]
pub(super) struct Receiving(Mutex<HashMap<UploadId, CancellationToken>>);

impl Receiving {
    /// Begins one; the one before ends.
    fn begin(&self, id: UploadId) -> Coming<'_> {
        let ended = CancellationToken::new();
        let mut all = self.all();
        if let Some(before) = all.insert(id, ended.clone()) {
            before.cancel();
        }
        Coming { receiving: self, id, ended }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<UploadId, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file that is coming in, until this is dropped.
struct Coming<'a> {
    receiving: &'a Receiving,
    id: UploadId,
    /// Another began after it.
    ended: CancellationToken,
}

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        let mut all = self.receiving.all();
        // One that was cancelled is not the one in the list.
        if !self.ended.is_cancelled() {
            all.remove(&self.id);
        }
    }
}

impl Uploads {
    /// Where a file is to be sent, and how.
    pub(super) fn ticket(&self, row: &Model) -> PutTicket {
        let base = &self.0.base;
        let bytes = u64::try_from(row.bytes).unwrap_or_default();
        let key = BlobKey::quarantined(row.id);
        let url = base.blobs.put_url(&key, &row.content_type, bytes, SENT_WITHIN).unwrap_or_else(|| {
            let until = row.expires_at.millis();
            let signature = base.links.sign(&put_text(row, until));
            format!("{}/api/v1/uploads/{}/file?until={until}&signature={signature}", base.config.public_url, row.id)
        });
        let headers = [("content-type", row.content_type.as_str()), ("if-none-match", "*")];
        PutTicket { url, headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into() }
    }

    /// Takes a file in, where no object store does: by its signed address, once, with the type and length announced.
    ///
    /// # Errors
    /// `access.denied`, `uploads.rejected`, `request.conflict` for a second time, `request.timeout`.
    pub async fn receive(
        &self,
        id: UploadId,
        permit: &PutPermit,
        sent: Sent<'_>,
        parts: impl Stream<Item = Result<Bytes>> + Send,
    ) -> Result<()> {
        let base = &self.0.base;
        let Blobs::Files(files) = &base.blobs else { return Err(Error::not_found()) };
        let row = self.find(id).await?.ok_or_else(Error::denied)?;
        let signed = base.links.verify(&put_text(&row, permit.until), &permit.signature);
        if !signed || permit.until <= base.clock.now().millis() {
            return Err(Error::denied());
        }
        let bytes = u64::try_from(row.bytes).unwrap_or_default();
        if sent.content_type != row.content_type || sent.bytes.is_some_and(|sent| sent != bytes) {
            return Err(unlike_announced());
        }
        if row.status != UploadStatus::Awaiting {
            return Err(sent_before());
        }
        if base.blobs.size(&BlobKey::quarantined(id)).await?.is_some() {
            return Err(sent_before());
        }
        // Nobody sends a drop at a time beyond the end.
        let left = u64::try_from(permit.until - base.clock.now().millis()).unwrap_or_default();
        let coming = self.0.receiving.begin(id);
        let parts = parts.take_until(coming.ended.cancelled());
        let taken = timeout(Duration::from_millis(left), files.take_in(&BlobKey::quarantined(id), bytes, parts)).await;
        match taken {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Refused::Exists)) => Err(sent_before()),
            Ok(Err(Refused::Length)) if coming.ended.is_cancelled() => Err(sent_again()),
            Ok(Err(Refused::Length)) => Err(unlike_announced()),
            Ok(Err(Refused::Sender(error) | Refused::Store(error))) => Err(error),
            Err(_) => Err(Error::problem(ProblemCode::RequestTimeout, "The file took too long to arrive.")),
        }
    }
}

fn put_text(row: &Model, until: i64) -> String {
    format!("put {} {} {} {until}", row.id, row.content_type, row.bytes)
}

fn unlike_announced() -> Error {
    Error::problem(ProblemCode::UploadsRejected, "The file is not of the type and length announced.")
}

fn sent_again() -> Error {
    Error::problem(ProblemCode::RequestConflict, "The file is being sent anew.")
}

fn sent_before() -> Error {
    Error::problem(ProblemCode::RequestConflict, "The file was sent before.")
}
