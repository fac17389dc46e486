//! Files in a folder, which several nodes may share.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use futures_util::{Stream, StreamExt as _};
use tokio::fs;
use tokio_util::io::ReaderStream;

use super::{Blob, BlobKey, unavailable};
use crate::error::{Error, Result};
use crate::ids::Ids;
use crate::quiet::Quiet;

/// Pieces of files that are written at a time: the disk is shared with the database.
const WRITTEN_AT_ONCE: usize = 2;

/// A folder of files. A file is complete as soon as it is there: it is written under another name first.
#[derive(Clone, Debug)]
pub struct Files {
    root: PathBuf,
    ids: Ids,
    writers: Quiet,
}

/// Why a file is not taken in.
#[derive(Debug)]
pub enum Refused {
    /// There is one of that name.
    Exists,
    /// It is longer or shorter than it should be.
    Length,
    /// Its sender stopped.
    Sender(Error),
    /// It cannot be stored.
    Store(Error),
}

impl Files {
    /// The files of this folder, which is made when something is stored.
    pub fn new(root: PathBuf, ids: Ids) -> Self {
        Self { root, ids, writers: Quiet::new("files", WRITTEN_AT_ONCE) }
    }

    fn path(&self, key: &BlobKey) -> PathBuf {
        self.root.join(key.as_str())
    }

    pub(super) async fn size(&self, key: &BlobKey) -> Result<Option<u64>> {
        match fs::metadata(self.path(key)).await {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unavailable(&error)),
        }
    }

    pub(super) async fn open(&self, key: &BlobKey) -> Result<Option<Blob>> {
        let file = match fs::File::open(self.path(key)).await {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unavailable(&error)),
        };
        let bytes = file.metadata().await.map_err(|error| unavailable(&error))?.len();
        Ok(Some(Blob { bytes, body: Body::from_stream(ReaderStream::with_capacity(file, 64 * 1024)) }))
    }

    pub(super) async fn write(&self, key: &BlobKey, content: Bytes) -> Result<()> {
        let write = async {
            let draft = self.draft().await?;
            draft.append(content).await?;
            draft.sync().await?;
            let path = self.path(key);
            fs::create_dir_all(folder_of(&path)).await?;
            fs::rename(&draft.path, &path).await?;
            settle(&path).await
        };
        write.await.map_err(|error: std::io::Error| unavailable(&error))
    }

    /// Takes a file in as it comes, of exactly so many bytes, unless there is one already.
    ///
    /// # Errors
    /// Nothing is stored then.
    pub async fn take_in(
        &self,
        key: &BlobKey,
        bytes: u64,
        parts: impl Stream<Item = Result<Bytes>> + Send,
    ) -> Result<(), Refused> {
        let store = |error: std::io::Error| Refused::Store(unavailable(&error));
        let draft = self.draft().await.map_err(store)?;
        let mut parts = std::pin::pin!(parts);
        let mut had: u64 = 0;
        while let Some(part) = parts.next().await {
            let part = part.map_err(Refused::Sender)?;
            had += part.len() as u64;
            if had > bytes {
                return Err(Refused::Length);
            }
            draft.append(part).await.map_err(store)?;
        }
        if had != bytes {
            return Err(Refused::Length);
        }
        draft.sync().await.map_err(store)?;
        let path = self.path(key);
        fs::create_dir_all(folder_of(&path)).await.map_err(store)?;
        // A link, unlike a renaming, never replaces what is there.
        match fs::hard_link(&draft.path, &path).await {
            Ok(()) => settle(&path).await.map_err(store),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Refused::Exists),
            Err(error) => Err(store(error)),
        }
    }

    pub(super) async fn remove(&self, key: &BlobKey) -> Result<()> {
        let path = self.path(key);
        match fs::remove_file(&path).await {
            Ok(()) => {
                if key.as_str().starts_with("pictures/") {
                    // The folder of a picture goes with its last file.
                    let _ = fs::remove_dir(folder_of(&path)).await;
                }
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// Removes what killed processes had begun to write.
    ///
    /// # Errors
    /// `service.unavailable`.
    pub async fn sweep_drafts(&self, older_than: std::time::Duration) -> Result<()> {
        let sweep = async {
            let mut drafts = match fs::read_dir(self.root.join("drafts")).await {
                Ok(drafts) => drafts,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
            };
            while let Some(draft) = drafts.next_entry().await? {
                // One that was finished between is none any more.
                let Ok(metadata) = draft.metadata().await else { continue };
                if metadata.modified()?.elapsed().unwrap_or_default() > older_than {
                    remove_draft(&draft.path()).await?;
                }
            }
            Ok(())
        };
        sweep.await.map_err(|error: std::io::Error| unavailable(&error))
    }

    /// A new file nobody else knows.
    async fn draft(&self) -> std::io::Result<Draft> {
        let drafts = self.root.join("drafts");
        fs::create_dir_all(&drafts).await?;
        let path = drafts.join(self.ids.uuid().simple().to_string());
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&path).await?.into_std().await;
        Ok(Draft { file: Arc::new(file), path, writers: self.writers.clone() })
    }
}

/// A file that is being written. It goes with this, unless it was given its name.
struct Draft {
    file: Arc<File>,
    path: PathBuf,
    writers: Quiet,
}

impl Draft {
    async fn append(&self, part: Bytes) -> std::io::Result<()> {
        self.when_it_is_its_turn(move |mut file| file.write_all(&part)).await
    }

    async fn sync(&self) -> std::io::Result<()> {
        self.when_it_is_its_turn(File::sync_all).await
    }

    async fn when_it_is_its_turn(
        &self,
        work: impl FnOnce(&File) -> std::io::Result<()> + Send + 'static,
    ) -> std::io::Result<()> {
        let file = self.file.clone();
        self.writers.run(move || work(&file)).await.map_err(std::io::Error::other)?
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What stays, as of a process that was killed, is swept.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Removes a file another may have removed.
async fn remove_draft(draft: &Path) -> std::io::Result<()> {
    match fs::remove_file(draft).await {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// A new name outlives a power cut once its folder is on disk, and that folder's name in those above.
async fn settle(path: &Path) -> std::io::Result<()> {
    for folder in path.ancestors().skip(1).take(3) {
        fs::File::open(folder).await?.sync_all().await?;
    }
    Ok(())
}
