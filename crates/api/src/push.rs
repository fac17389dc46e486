//! Web Push: which devices are told while no page is open (RFC 8030, 8291, 8292).

use serde::{Deserialize, Serialize};

use crate::wire::object;

/// `GET /me/push`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PushKey {
    /// The server's public key, which browsers ask for: an uncompressed point of P-256, in base64url.
    pub public_key: String,
}

/// `PUT /me/push/subscription`: what a browser's `PushSubscription` says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PushSubscription {
    /// Where to send.
    pub endpoint: String,
    /// With which keys.
    #[serde(deserialize_with = "object")]
    pub keys: PushKeys,
}

/// The keys of a subscription, in base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PushKeys {
    /// The browser's public key: an uncompressed point of P-256.
    pub p256dh: String,
    /// A secret of 16 bytes.
    pub auth: String,
}

/// What a device is sent, once it is decrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// What happened.
    pub title: String,
    /// What was said, or why.
    pub body: String,
    /// A later one of the same tag takes its place.
    pub tag: String,
    /// The page it leads to.
    pub url: String,
}
