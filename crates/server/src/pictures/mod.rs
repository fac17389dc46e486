//! Showing pictures: to everybody by an address nobody guesses, and those of private conversations to whom they are signed
//! for, as long as they may see them.
//!
//! The files are ours, made of pixels alone; still they are served as what can do nothing: with their type fixed, no scripts,
//! no frames.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use praca_api::{UploadId, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Accounts;
use crate::base::Base;
use crate::blobs::BlobKey;
use crate::conversations::Conversations;
use crate::error::{Error, Result};
use crate::http::openapi::Problems;
use crate::http::{Path, Query};
use crate::links::Permit;
use crate::uploads::{FILES, Uploads, Whereabouts};

/// What a picture may do in the browser.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// A key never means another content.
const FOR_EVERYBODY: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Who may see it is asked again within the hour.
const FOR_ONE: HeaderValue = HeaderValue::from_static("private, max-age=3600");

/// The pictures slice.
#[derive(Clone)]
struct Pictures {
    base: Base,
    accounts: Accounts,
    conversations: Conversations,
    uploads: Uploads,
}

/// The routes, from the root.
pub fn routes(base: Base, accounts: Accounts, conversations: Conversations, uploads: Uploads) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(public_picture)).routes(routes!(private_picture)).with_state(Pictures {
        base,
        accounts,
        conversations,
        uploads,
    })
}

/// A picture everybody may see, by the address a message, an ad or a person names.
#[utoipa::path(get, path = "/media/{folder}/{name}", tag = "uploads", operation_id = "public_picture",
    params(("folder" = String, Path, description = "As given"), ("name" = String, Path, description = "As given")),
    responses((status = 200, description = "The picture", content(("image/webp"), ("image/jpeg"))), Problems))]
async fn public_picture(
    State(pictures): State<Pictures>,
    Path((folder, name)): Path<(String, String)>,
) -> Result<Response> {
    pictures.serve(&folder, &name, FOR_EVERYBODY, "cross-origin").await
}

/// A picture only some may see, by an address signed for one of them for a day.
#[utoipa::path(get, path = "/media/private/{upload}/{name}", tag = "uploads", operation_id = "private_picture",
    params(("upload" = uuid::Uuid, Path, description = "The upload"), ("name" = String, Path, description = "As given"),
        ("for" = uuid::Uuid, Query, description = "As given"), ("until" = i64, Query, description = "As given"),
        ("signature" = String, Query, description = "As given")),
    responses((status = 200, description = "The picture", content(("image/webp"), ("image/jpeg"))), Problems))]
async fn private_picture(
    State(pictures): State<Pictures>,
    Path((upload, name)): Path<(UploadId, String)>,
    Query(permit): Query<Permit>,
) -> Result<Response> {
    if !pictures.base.links.permits(upload, &name, &permit, pictures.base.clock.now()) {
        return Err(Error::denied());
    }
    let found = pictures.uploads.whereabouts(upload).await?.ok_or_else(Error::not_found)?;
    pictures.require_visible(&found, permit.user).await?;
    pictures.serve(&found.folder, &name, FOR_ONE, "same-site").await
}

impl Pictures {
    /// The owner sees a picture that is not in use; that of a message, whoever may read the conversation.
    async fn require_visible(&self, found: &Whereabouts, viewer: UserId) -> Result<()> {
        self.accounts.require_usable(viewer).await?;
        let visible = match found.conversation {
            Some(conversation) => self.conversations.is_member(conversation, viewer).await?,
            None => found.owner == viewer,
        };
        if visible { Ok(()) } else { Err(Error::not_found()) }
    }

    async fn serve(&self, folder: &str, name: &str, cache: HeaderValue, shared: &'static str) -> Result<Response> {
        let key = FILES.contains(&name).then(|| BlobKey::picture(folder, name)).flatten();
        let key = key.ok_or_else(Error::not_found)?;
        let blob = self.base.blobs.open(&key).await?.ok_or_else(Error::not_found)?;
        let content_type = if name.ends_with(".jpg") { "image/jpeg" } else { "image/webp" };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
            (header::CONTENT_LENGTH, HeaderValue::from(blob.bytes)),
            (header::CACHE_CONTROL, cache),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
            (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static(shared)),
        ];
        Ok((headers, blob.body).into_response())
    }
}
