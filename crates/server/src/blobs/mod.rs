//! Where files are kept: a folder, or an object store that speaks S3.
//!
//! Whoever stores a file has stored, before it, a row or a job that names it: so no file is ever without an owner. A key never
//! means another content: what is written in the place of a file is the same once more, or nothing (see [`Blobs::vacate`]).

mod files;
mod s3;

use std::time::Duration;

use axum::body::{Body, Bytes};
use praca_api::UploadId;

pub use files::{Files, Refused};
pub use s3::S3;

use crate::config::{Config, Storage};
use crate::error::{Error, Result};
use crate::ids::Ids;

/// The name of a file in the store: ASCII, with slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobKey(String);

impl BlobKey {
    /// What somebody sent, until it is examined.
    pub fn quarantined(upload: UploadId) -> Self {
        Self(format!("quarantine/{upload}"))
    }

    /// A file of ours in the folder of a picture; none unless the folder is 32 hexadecimal digits, as announcements make them,
    /// and the name letters and digits with one dot between.
    pub fn picture(folder: &str, name: &str) -> Option<Self> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
        let named = name.split_once('.').is_some_and(|(stem, kind)| plain(stem) && plain(kind));
        let shelf = folder.get(..2).filter(|_| folder.len() == 32 && folder.bytes().all(|b| b.is_ascii_hexdigit()))?;
        named.then(|| Self(format!("pictures/{shelf}/{folder}/{name}")))
    }

    fn probe(name: &str) -> Self {
        Self(format!("probe/{name}"))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A file about to be read.
pub struct Blob {
    /// Its length.
    pub bytes: u64,
    /// Its content.
    pub body: Body,
}

/// The store.
#[derive(Clone)]
pub enum Blobs {
    /// A folder.
    Files(Files),
    /// An object store.
    S3(S3),
}

impl Blobs {
    /// The store that is configured.
    ///
    /// # Errors
    /// The address of the object store is none.
    pub fn new(config: &Config, ids: &Ids) -> Result<Self> {
        match &config.storage {
            Storage::Files(folder) => Ok(Self::Files(Files::new(folder.clone(), ids.clone()))),
            Storage::S3(settings) => S3::new(settings).map(Self::S3),
        }
    }

    /// Where a client may `PUT` the file by itself, once, with exactly this type and length; none if it must pass through us.
    pub fn put_url(&self, key: &BlobKey, content_type: &str, bytes: u64, valid: Duration) -> Option<String> {
        match self {
            Self::Files(_) => None,
            Self::S3(s3) => Some(s3.put_url(key, content_type, bytes, valid)),
        }
    }

    /// The origin clients speak to, beside ours.
    pub fn origin(&self) -> Option<String> {
        match self {
            Self::Files(_) => None,
            Self::S3(s3) => Some(s3.origin()),
        }
    }

    /// Its length; none if there is no such file.
    ///
    /// # Errors
    /// `service.unavailable`.
    pub async fn size(&self, key: &BlobKey) -> Result<Option<u64>> {
        match self {
            Self::Files(files) => files.size(key).await,
            Self::S3(s3) => s3.size(key).await,
        }
    }

    /// Opens a file; none if there is no such one.
    ///
    /// # Errors
    /// `service.unavailable`.
    pub async fn open(&self, key: &BlobKey) -> Result<Option<Blob>> {
        match self {
            Self::Files(files) => files.open(key).await,
            Self::S3(s3) => s3.open(key).await,
        }
    }

    /// The whole file, of at most so many bytes; none if there is no such one.
    ///
    /// # Errors
    /// `service.unavailable`, also if it is longer.
    pub async fn read(&self, key: &BlobKey, most: usize) -> Result<Option<Bytes>> {
        let Some(blob) = self.open(key).await? else { return Ok(None) };
        let read = axum::body::to_bytes(blob.body, most).await;
        read.map(Some).map_err(|error| unavailable(&error))
    }

    /// Stores a file, in the place of one of this name.
    ///
    /// # Errors
    /// `service.unavailable`.
    pub async fn write(&self, key: &BlobKey, content: Bytes, content_type: &str) -> Result<()> {
        match self {
            Self::Files(files) => files.write(key, content).await,
            Self::S3(s3) => s3.write(key, content, content_type).await,
        }
    }

    /// Removes the content of a file to which an address was given that may still be good: in an object store its empty name
    /// stays, so that nothing is sent there again, until [`Blobs::remove`].
    ///
    /// # Errors
    /// `service.unavailable`.
    pub async fn vacate(&self, key: &BlobKey) -> Result<()> {
        match self {
            Self::Files(files) => files.remove(key).await,
            Self::S3(s3) => s3.write(key, Bytes::new(), "application/octet-stream").await,
        }
    }

    /// Removes a file, if there is one.
    ///
    /// # Errors
    /// `service.unavailable`.
    pub async fn remove(&self, key: &BlobKey) -> Result<()> {
        match self {
            Self::Files(files) => files.remove(key).await,
            Self::S3(s3) => s3.remove(key).await,
        }
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// `service.unavailable`.
    pub async fn reach(&self) -> Result<()> {
        match self {
            Self::Files(files) => files.size(&BlobKey::probe("reach")).await.map(drop),
            Self::S3(s3) => s3.reach().await,
        }
    }

    /// Stores a file, reads it back and removes it.
    ///
    /// # Errors
    /// What did not work.
    pub async fn check(&self, name: &str) -> Result<()> {
        let (key, content) = (BlobKey::probe(name), Bytes::from_static(b"praca"));
        self.write(&key, content.clone(), "text/plain").await?;
        let read = self.read(&key, content.len()).await?;
        self.remove(&key).await?;
        if read.as_ref() == Some(&content) {
            return Ok(());
        }
        Err(Error::internal("what was stored is not what is read"))
    }
}

/// The store does not do what it is asked; the cause is the operator's to read.
fn unavailable(cause: &dyn std::fmt::Display) -> Error {
    tracing::warn!(%cause, "the file store refuses");
    Error::unavailable("The file store cannot be reached right now.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_of_plain_names_alone() {
        let key = |folder, name| BlobKey::picture(folder, name).map(|key| key.0);
        let folder = "0123456789abcdef0123456789abcdef";
        assert_eq!(key(folder, "thumb.webp").unwrap(), format!("pictures/01/{folder}/thumb.webp"));
        for name in ["", ".", "..", "../x", "x", "x.", ".x", "x/y.z", "x.y.z", "x.%2f"] {
            assert_eq!(key(folder, name), None, "{name}");
        }
        let dots = ".".repeat(32);
        for folder in ["", "..", "%2e%2e", "ab", &"a".repeat(33), &"g".repeat(32), &"ç".repeat(16), &dots] {
            assert_eq!(key(folder, "thumb.webp"), None, "{folder}");
        }
    }
}
