//! Addresses that carry their own permission: signed, for one thing, one person where it matters, and a while. An `<img>` or
//! a `PUT` of a file carries no token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac as _;
use praca_api::messages::Message;
use praca_api::uploads::{Attachment, Variants};
use praca_api::{Timestamp, UploadId, UserId};
use serde::Deserialize;

use crate::auth::mac::keyed;
use crate::config::SecretKey;

/// Where pictures of private conversations, and those not used yet, are.
const PRIVATE: &str = "/media/private/";
/// Bytes of a signature: 128 bits.
const TAG: usize = 16;
/// Signed addresses of pictures change so often (in milliseconds), and are good for two to three times as long, a day at
/// least: between, a browser finds the picture it has.
const PERIOD_MS: i64 = 12 * 3_600_000;

/// Signs and checks addresses.
#[derive(Clone)]
pub struct Links {
    key: [u8; 32],
}

/// What a signed address says of itself.
#[derive(Clone, Debug, Deserialize)]
pub struct Permit {
    /// Whom it is for.
    #[serde(rename = "for")]
    pub user: UserId,
    /// Until when it is good, in milliseconds since 1970.
    pub until: i64,
    /// The signature.
    pub signature: String,
}

impl Links {
    /// Signs with a key derived from the server's secret, which all nodes share.
    pub fn new(key: &SecretKey) -> Self {
        Self { key: key.derive("praca links") }
    }

    /// The signature of a text.
    pub fn sign(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(&keyed(&self.key).chain_update(text).finalize().into_bytes()[..TAG])
    }

    /// Whether the signature is ours.
    pub fn verify(&self, text: &str, signature: &str) -> bool {
        let tag = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        tag.len() == TAG && keyed(&self.key).chain_update(text).verify_truncated_left(&tag).is_ok()
    }

    /// The address of a picture for everybody.
    pub fn public_picture(folder: &str, name: &str) -> String {
        format!("/media/{folder}/{name}")
    }

    /// The address of a picture not everybody may see; nobody can open it before it is signed for a person.
    pub fn private_picture(upload: UploadId, name: &str) -> String {
        format!("{PRIVATE}{upload}/{name}")
    }

    /// Signs the private addresses among a picture's sizes.
    pub fn sign_variants(&self, variants: &mut Variants, user: UserId, now: Timestamp) {
        let until = (now.millis() / PERIOD_MS + 3) * PERIOD_MS;
        for variant in [&mut variants.thumb, &mut variants.medium, &mut variants.large] {
            if variant.url.starts_with(PRIVATE) && !variant.url.contains('?') {
                let signature = self.sign(&picture_text(&variant.url, user, until));
                variant.url = format!("{}?for={user}&until={until}&signature={signature}", variant.url);
            }
        }
    }

    /// Whether the address of a picture is one we signed, and still good.
    pub fn permits(&self, upload: UploadId, name: &str, permit: &Permit, now: Timestamp) -> bool {
        let url = Self::private_picture(upload, name);
        permit.until > now.millis() && self.verify(&picture_text(&url, permit.user, permit.until), &permit.signature)
    }

    /// The message as a person is given it: private addresses are signed for them.
    pub fn for_reader(&self, mut message: Message, user: UserId, now: Timestamp) -> Message {
        self.sign_attachments(&mut message.attachments, user, now);
        message
    }

    fn sign_attachments(&self, attachments: &mut [Attachment], user: UserId, now: Timestamp) {
        for attachment in attachments {
            self.sign_variants(&mut attachment.variants, user, now);
        }
    }
}

fn picture_text(url: &str, user: UserId, until: i64) -> String {
    format!("picture {url} {user} {until}")
}
