//! Pictures on their way: announced, sent, examined, made anew, and taken into use once.
//!
//! Invariants: what somebody sent is never served, only what is made of its pixels; a file is in the store only while its row, or
//! a job that removes it, exists; an upload is used at most once, by its owner.

mod announce;
mod content;
mod entity;
mod picture;
mod print;
mod process;
mod receive;
mod routes;
mod scanner;
mod sweep;
mod used;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use praca_api::uploads::{Upload, UploadStatus};
use praca_api::{ConversationId, UploadId, UserId};
use sea_orm::EntityTrait as _;

use crate::base::Base;
use crate::blobs::BlobKey;
use crate::error::{Error, Result};
use crate::jobs::{NewJob, Registry};
use crate::quiet::Quiet;
use entity::Model;
use receive::Receiving;

pub use routes::{receiving, routes};
pub use scanner::check as check_scanner;
pub use sweep::release;
pub use used::{Use, UsedPicture, take};

/// The names of the files made of a picture.
pub const FILES: [&str; 4] = ["thumb.webp", "medium.webp", "large.webp", "medium.jpg"];

/// Most pictures made at a time: each may take half a gigabyte.
const MOST_AT_ONCE: usize = 4;

/// Where an upload is.
#[derive(Clone, Debug)]
pub struct Whereabouts {
    /// Whose it is.
    pub owner: UserId,
    /// The folder of its files.
    pub folder: String,
    /// The conversation of the message that shows it.
    pub conversation: Option<ConversationId>,
}

/// The uploads slice.
#[derive(Clone)]
pub struct Uploads(Arc<Inner>);

struct Inner {
    base: Base,
    /// Where pictures are made.
    workshop: Quiet,
    receiving: Receiving,
}

/// Pictures made at a time: one for each two processors.
fn pictures_at_once() -> usize {
    available_parallelism().map_or(1, NonZeroUsize::get).div_ceil(2).min(MOST_AT_ONCE)
}

impl Uploads {
    /// The slice over these services.
    pub fn new(base: Base) -> Self {
        Self(Arc::new(Inner {
            base,
            workshop: Quiet::new("pictures", pictures_at_once()),
            receiving: Receiving::default(),
        }))
    }

    /// What the slice does in the background.
    pub fn register(&self, registry: &mut Registry) {
        let uploads = self.clone();
        // One more than can be worked on, so that the next is fetched and scanned meanwhile.
        registry.handle_apart(NewJob::PROCESS_UPLOAD, pictures_at_once() + 1, move |payload| {
            let uploads = uploads.clone();
            async move { uploads.process(payload).await }
        });
        // These wait for a store that is away, and keep no other jobs waiting.
        let uploads = self.clone();
        registry.handle_apart(NewJob::CLEAR_UPLOAD, 1, move |payload| {
            let uploads = uploads.clone();
            async move { uploads.clear(payload).await }
        });
        let uploads = self.clone();
        registry.handle_apart(NewJob::REMOVE_UPLOADS, 1, move |payload| {
            let uploads = uploads.clone();
            async move { uploads.remove(payload).await }
        });
        let uploads = self.clone();
        registry.every(Duration::from_secs(3_600), "uploads.sweep", move || {
            let uploads = uploads.clone();
            async move { uploads.sweep().await }
        });
    }

    /// Whose an upload is, and where; none if there is no such one that may be seen.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn whereabouts(&self, id: UploadId) -> Result<Option<Whereabouts>> {
        let whereabouts =
            |row: Model| Whereabouts { owner: row.user_id, folder: row.folder, conversation: row.conversation_id };
        Ok(self.find(id).await?.filter(|row| row.status == UploadStatus::Ready).map(whereabouts))
    }

    async fn find(&self, id: UploadId) -> Result<Option<Model>> {
        Ok(entity::Entity::find_by_id(id).one(self.0.base.db.read()).await?)
    }

    async fn own(&self, owner: UserId, id: UploadId) -> Result<Model> {
        self.find(id).await?.filter(|row| row.user_id == owner).ok_or_else(Error::not_found)
    }

    /// As its owner sees it.
    fn shown(&self, row: Model) -> Upload {
        let base = &self.0.base;
        let picture = row.stored_picture();
        let mut variants = row.private_variants();
        if let Some(variants) = &mut variants {
            base.links.sign_variants(variants, row.user_id, base.clock.now());
        }
        Upload {
            id: row.id,
            purpose: row.purpose,
            file_name: row.file_name,
            status: row.status,
            reason: row.reason,
            alt: row.alt,
            width: picture.as_ref().map(|picture| picture.width),
            height: picture.as_ref().map(|picture| picture.height),
            placeholder: picture.map(|picture| picture.placeholder),
            variants,
        }
    }
}

/// The files made of a picture.
fn made(folder: &str) -> Vec<BlobKey> {
    FILES.into_iter().filter_map(|name| BlobKey::picture(folder, name)).collect()
}
