//! Pictures that are shown: what is stored of them beside a message or a person, and how they are taken into use.

use praca_api::uploads::{Attachment, AttachmentKind, Purpose, UploadStatus, Variant, Variants};
use praca_api::{ConversationId, ProblemCode, Seq, Timestamp, UploadId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entity::{Column, Entity, Model};
use super::{Uploads, picture};
use crate::db::dialect::Dialect;
use crate::error::{Error, Result};
use crate::links::Links;

/// One file of a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredFile {
    name: String,
    width: u32,
    height: u32,
    bytes: u64,
}

/// What was made of an upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredPicture {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) placeholder: String,
    /// 64 bits most of which pictures share that look alike; none of pictures made before there were such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    print: Option<i64>,
    thumb: StoredFile,
    medium: StoredFile,
    large: StoredFile,
}

impl StoredPicture {
    /// Of pictures just made; a size that was left out is the next smaller one there is.
    pub(super) fn of(made: &picture::Picture) -> Option<Self> {
        let file = |made: &picture::Made| StoredFile {
            name: made.name.clone(),
            width: made.width,
            height: made.height,
            bytes: made.content.len() as u64,
        };
        let sized = |name: &str| made.sizes.iter().find(|made| made.name == name).map(file);
        let thumb = sized("thumb.webp")?;
        let medium = sized("medium.webp").unwrap_or_else(|| thumb.clone());
        let large = sized("large.webp").unwrap_or_else(|| medium.clone());
        let (width, height, placeholder) = (made.width, made.height, made.placeholder.clone());
        Some(Self { width, height, placeholder, print: made.print, thumb, medium, large })
    }

    fn variants(&self, url: impl Fn(&str) -> String) -> Variants {
        let variant = |file: &StoredFile| Variant {
            url: url(&file.name),
            width: file.width,
            height: file.height,
            bytes: file.bytes,
        };
        Variants { thumb: variant(&self.thumb), medium: variant(&self.medium), large: variant(&self.large) }
    }
}

/// A picture in use, as it is stored with what shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsedPicture {
    /// The upload.
    pub id: UploadId,
    /// The folder of its files.
    pub folder: String,
    alt: String,
    /// Whether only some may see it.
    private: bool,
    picture: StoredPicture,
}

impl UsedPicture {
    /// Those stored with a message.
    pub fn read_all(stored: Option<&Value>) -> Vec<Self> {
        stored.and_then(|stored| Vec::deserialize(stored).ok()).unwrap_or_default()
    }

    /// To be stored with a message; none if there are none.
    pub fn store_all(pictures: &[Self]) -> Option<Value> {
        (!pictures.is_empty()).then(|| serde_json::to_value(pictures).unwrap_or_default())
    }

    /// Bits most of which pictures share that look alike.
    pub fn print(&self) -> Option<i64> {
        self.picture.print
    }

    /// As readers get it; private addresses are still to be signed (`links.rs`).
    pub fn attachment(&self) -> Attachment {
        Attachment {
            id: self.id,
            kind: AttachmentKind::Image,
            alt: self.alt.clone(),
            width: self.picture.width,
            height: self.picture.height,
            placeholder: self.picture.placeholder.clone(),
            variants: self.picture.variants(|name| {
                if self.private {
                    Links::private_picture(self.id, name)
                } else {
                    Links::public_picture(&self.folder, name)
                }
            }),
        }
    }
}

impl Model {
    /// What was made of it.
    pub(super) fn stored_picture(&self) -> Option<StoredPicture> {
        self.picture.as_ref().and_then(|stored| StoredPicture::deserialize(stored).ok())
    }

    /// Its sizes at addresses only the owner can open, once they are signed.
    pub(super) fn private_variants(&self) -> Option<Variants> {
        Some(self.stored_picture()?.variants(|name| Links::private_picture(self.id, name)))
    }
}

/// What takes an upload into use.
#[derive(Clone, Copy, Debug)]
pub enum Use {
    /// A message at this place.
    Message {
        /// Where.
        conversation: ConversationId,
        /// Which.
        seq: Seq,
        /// Whether only the people of the conversation may see it.
        private: bool,
    },
    /// An ad.
    Ad,
    /// The person's own picture.
    Avatar,
}

impl Use {
    fn purpose(self) -> Purpose {
        match self {
            Self::Message { .. } => Purpose::Message,
            Self::Ad => Purpose::Ad,
            Self::Avatar => Purpose::Avatar,
        }
    }
}

impl Uploads {
    /// Checks that these uploads are the owner's, ready, unused, and meant for this.
    ///
    /// # Errors
    /// `uploads.rejected`.
    pub async fn require_usable(&self, owner: UserId, purpose: Purpose, ids: &[UploadId]) -> Result<()> {
        let rows = usable(owner, purpose, ids).all(self.0.base.db.read()).await?;
        if rows.len() == ids.len() { Ok(()) } else { Err(not_usable()) }
    }
}

/// Takes uploads into use, in the caller's transaction, under their locks; in the order of their ids given.
///
/// # Errors
/// `uploads.rejected` when one of them is not the owner's, not ready, used already, or meant for something else: then none
/// is taken.
pub async fn take(
    conn: &impl ConnectionTrait,
    owner: UserId,
    ids: &[UploadId],
    what: Use,
    now: Timestamp,
) -> Result<Vec<UsedPicture>> {
    // In one order, so that two who take the same pictures do not wait for each other.
    let mut select = usable(owner, what.purpose(), ids).order_by_asc(Column::Id);
    Dialect::of(conn).lock_rows(QueryTrait::query(&mut select));
    let rows = select.all(conn).await?;
    let (place, private) = match what {
        Use::Message { conversation, seq, private } => (Some((conversation, seq)), private),
        Use::Ad | Use::Avatar => (None, false),
    };
    let used = |id: &UploadId| {
        let row = rows.iter().find(|row| row.id == *id)?;
        let (folder, alt) = (row.folder.clone(), row.alt.clone());
        Some(UsedPicture { id: *id, folder, alt, private, picture: row.stored_picture()? })
    };
    let used: Vec<UsedPicture> = ids.iter().map(used).collect::<Option<_>>().ok_or_else(not_usable)?;
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .col_expr(Column::ConversationId, Expr::value(place.map(|(conversation, _)| conversation)))
        .col_expr(Column::MessageSeq, Expr::value(place.map(|(_, seq)| seq)))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(conn)
        .await?;
    Ok(used)
}

fn usable(owner: UserId, purpose: Purpose, ids: &[UploadId]) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::UserId.eq(owner))
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::Status.eq(UploadStatus::Ready))
        .filter(Column::UsedAt.is_null())
}

fn not_usable() -> Error {
    Error::problem(ProblemCode::UploadsRejected, "A picture is not ready, is used already, or is not yours.")
}
