//! Pictures: how they are announced, what becomes of them, and how they are shown.

use serde::{Deserialize, Serialize};

use crate::wire::words;
use crate::{Timestamp, UploadId};

words! {
    /// What an upload is for.
    Purpose {
        /// An attachment of a message.
        Message = "message",
        /// A picture of an ad.
        Ad = "ad",
        /// The person's own picture.
        Avatar = "avatar",
    }
}

words! {
    /// Where an upload stands.
    UploadStatus {
        /// Announced; the file has not been reported to be there.
        Awaiting = "awaiting",
        /// Being checked, or waiting for it.
        Processing = "processing",
        /// May be used.
        Ready = "ready",
        /// May not; `reason` says why.
        Rejected = "rejected",
    }
}

words! {
    /// Why an upload was rejected.
    UploadReason {
        /// It is not as long as announced, or empty.
        Size = "size",
        /// It is none of JPEG, PNG, WebP and GIF.
        Type = "type",
        /// It is a picture and an archive or document at once.
        Disguised = "disguised",
        /// The virus scanner found something.
        Infected = "infected",
        /// It has too many pixels.
        Pixels = "pixels",
        /// It is an animation of too many frames.
        Frames = "frames",
        /// It is broken.
        Broken = "broken",
        /// Its owner gave it up before it was ready.
        Discarded = "discarded",
        /// It could not be worked on, for a reason of ours; try again.
        Failed = "failed",
    }
}

/// `POST /uploads`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewUpload {
    /// What it is for.
    pub purpose: Purpose,
    /// The file's name, 1 to 255 characters; shown to its owner alone.
    pub file_name: String,
    /// `image/jpeg`, `image/png`, `image/webp` or `image/gif`.
    pub content_type: String,
    /// Its length, 1 to 20,971,520.
    pub bytes: u64,
}

/// How to send the announced file: one `PUT`, with exactly these headers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PutTicket {
    /// Where to.
    pub url: String,
    /// Headers by name.
    pub headers: std::collections::BTreeMap<String, String>,
}

/// What an announcement gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Announced {
    /// Its id.
    pub id: UploadId,
    /// How to send the file.
    pub put: PutTicket,
    /// Until when it can be sent.
    pub expires_at: Timestamp,
}

/// An upload, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// What it is for.
    pub purpose: Purpose,
    /// The file's name, as announced.
    pub file_name: String,
    /// Where it stands.
    pub status: UploadStatus,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<UploadReason>,
    /// What the picture shows, in the owner's words.
    pub alt: String,
    /// The picture, once it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// See `width`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// A ThumbHash, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// Its sizes, at addresses only the owner can open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variants: Option<Variants>,
}

/// `PATCH /uploads/{id}`: absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UpdateUpload {
    /// What the picture shows, for those who cannot see it; up to 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

words! {
    /// What an attachment is.
    AttachmentKind {
        /// A picture.
        Image = "image",
    }
}

/// A picture of a message or an ad.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// The upload it was.
    pub id: UploadId,
    /// What it is.
    pub kind: AttachmentKind,
    /// What it shows, in its author's words; may be empty.
    pub alt: String,
    /// Pixels across, upright, as uploaded.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// A ThumbHash, in base64, to show while it loads.
    pub placeholder: String,
    /// Its sizes.
    pub variants: Variants,
}

/// The sizes of a picture. A small picture is not enlarged: then several are the same file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Variants {
    /// At most 320 pixels on its longer side.
    pub thumb: Variant,
    /// At most 1,024.
    pub medium: Variant,
    /// At most 2,048.
    pub large: Variant,
}

/// One size of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Variant {
    /// Where it is, from the root of the server.
    pub url: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Its length.
    pub bytes: u64,
}

/// `uploads:status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UploadChanged {
    /// As it is now.
    pub upload: Upload,
}
