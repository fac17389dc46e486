//! Second factors: codes of an app, passkeys, and codes for when both are lost.

use serde::{Deserialize, Serialize};

use crate::accounts::Transport;
use crate::wire::words;
use crate::{CeremonyId, PasskeyId, Timestamp};

words! {
    /// What somebody proves themselves by, besides a password.
    Factor {
        /// Codes of an app (RFC 6238).
        Totp = "totp",
        /// A key that a device keeps (W3C Web Authentication).
        Passkey = "passkey",
    }
}

/// `GET /me/factors`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Factors {
    /// When codes of an app were turned on; absent while they are off.
    pub totp_since: Option<Timestamp>,
    /// The passkeys, the oldest first.
    pub passkeys: Vec<Passkey>,
    /// How many recovery codes are still good.
    pub recovery_codes_left: u32,
    /// Whether passkeys can be made: browsers want a public address with a name.
    pub passkeys_work: bool,
    /// Whether the person's role holds only with a second factor.
    pub required: bool,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// What the person calls it; at first, where it was made.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used; absent for never.
    pub last_used_at: Option<Timestamp>,
}

/// `POST /me/factors/totp`: what an app takes in. It counts once a code of it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewTotp {
    /// The secret, in base 32.
    pub secret: String,
    /// The same as an `otpauth:` address.
    pub uri: String,
    /// The same as a picture to be scanned: a PNG in base 64.
    pub qr: String,
}

/// `POST /me/factors/totp/confirm`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConfirmTotp {
    /// The six digits the app shows.
    pub code: String,
}

/// Codes for when the other factors are lost; each is good once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodes {
    /// New ones, shown once; empty where those given before stay good.
    pub codes: Vec<String>,
}

/// What a browser is asked to make or to prove.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PasskeyCeremony {
    /// Named again with the answer; good once, for five minutes.
    pub id: CeremonyId,
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON` (W3C Web Authentication, level 3).
    #[cfg_attr(feature = "server", schema(value_type = Object))]
    pub public_key: serde_json::Value,
}

/// `POST /me/passkeys`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewPasskey {
    /// Of which ceremony.
    pub ceremony: CeremonyId,
    /// `RegistrationResponseJSON`.
    #[cfg_attr(feature = "server", schema(value_type = Object))]
    pub credential: serde_json::Value,
    /// What it is called, at most 48 characters; the browser and its system when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The answer to `POST /me/passkeys`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PasskeyAdded {
    /// The passkey.
    pub passkey: Passkey,
    /// Recovery codes, where it is the first factor; shown once.
    pub recovery_codes: Vec<String>,
}

/// A passkey's proof: `POST /auth/reauthenticate/passkey`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PasskeyProof {
    /// Of which ceremony.
    pub ceremony: CeremonyId,
    /// `AuthenticationResponseJSON`.
    #[cfg_attr(feature = "server", schema(value_type = Object))]
    pub credential: serde_json::Value,
}

/// `POST /auth/passkey`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PasskeyLogin {
    /// What the passkey proves.
    #[serde(flatten)]
    pub proof: PasskeyProof,
    /// Where the refresh token travels; `body` when absent.
    #[serde(default)]
    pub transport: Option<Transport>,
}
