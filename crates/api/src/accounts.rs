//! People, their sessions, and what is said to and from `/auth` and `/me`.

use serde::{Deserialize, Serialize};

use crate::wire::{given, words};
use crate::{InviteId, SessionId, Timestamp, UploadId, UserId};

words! {
    /// What a person may do everywhere.
    Role {
        /// Reads and writes.
        User = "user",
        /// Also keeps order in every room.
        Moderator = "moderator",
        /// Also manages people and rooms.
        Admin = "admin",
    }
}

words! {
    /// Whether an account may be used.
    AccountStatus {
        /// As usual.
        Active = "active",
        /// Reads, does not write.
        Silenced = "silenced",
        /// Nothing but its own account.
        Suspended = "suspended",
        /// Gone; kept for its messages.
        Deleted = "deleted",
    }
}

words! {
    /// Language of the interface and of mails.
    Locale {
        /// Brazilian Portuguese.
        PtBr = "pt-BR",
        /// English.
        En = "en",
        /// Spanish.
        Es = "es",
    }
}

words! {
    /// Where a refresh token travels.
    Transport {
        /// In the JSON bodies: for programs.
        Body = "body",
        /// In an HttpOnly cookie: for browsers.
        Cookie = "cookie",
    }
}

/// A person as everyone sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// Their id.
    pub id: UserId,
    /// Their unique name, without `@`.
    pub handle: String,
    /// The name shown.
    pub display_name: String,
    /// Their picture.
    pub avatar_url: Option<String>,
}

/// A person as they see themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// As everyone sees them.
    #[serde(flatten)]
    pub author: Author,
    /// Their address.
    pub email: String,
    /// Whether they proved it is theirs.
    pub email_verified: bool,
    /// Whether they have to prove it before they write.
    #[serde(default)]
    pub must_verify_email: bool,
    /// Whether what their role allows waits for a second factor.
    #[serde(default)]
    pub must_add_factor: bool,
    /// The version of the house rules and the legal notice they have yet to accept.
    #[serde(default)]
    pub must_accept_texts: Option<String>,
    /// What they may do.
    pub role: Role,
    /// Whether the account may be used.
    pub status: AccountStatus,
    /// Why it is silenced or suspended.
    pub status_reason: Option<String>,
    /// Until when; none = until lifted.
    pub status_until: Option<Timestamp>,
    /// Language.
    pub locale: Locale,
    /// When they registered.
    pub created_at: Timestamp,
}

/// `POST /auth/register`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Register {
    /// Address; unique, compared without regard to case.
    pub email: String,
    /// 3 to 24 characters: a–z, 0–9, `_`, `.`, starting with a letter; unique, also against look-alikes.
    pub handle: String,
    /// 1 to 48 characters.
    pub display_name: String,
    /// 8 to 128 characters, any.
    pub password: String,
    /// Language; `pt-BR` when absent.
    #[serde(default)]
    pub locale: Option<Locale>,
    /// As `1990-12-31`, where the square has a minimum age; looked at and not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// The code of an invite, where one is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
    /// The version of the house rules and the legal notice that was read and is accepted. Who names none, or another than the
    /// present one, is asked for it afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_texts: Option<String>,
    /// Where the refresh token travels; `body` when absent.
    #[serde(default)]
    pub transport: Option<Transport>,
}

impl Register {
    /// With what everybody has to say.
    pub fn new(email: String, handle: String, display_name: String, password: String) -> Self {
        Self {
            email,
            handle,
            display_name,
            password,
            locale: None,
            birth_date: None,
            invite: None,
            accepted_texts: None,
            transport: None,
        }
    }
}

/// `PUT /me/texts`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AcceptTexts {
    /// The version that was read.
    pub version: String,
}

words! {
    /// Who may register.
    RegistrationMode {
        /// Everybody.
        Open = "open",
        /// Who has an invite.
        Invite = "invite",
        /// Nobody.
        Closed = "closed",
    }
}

/// `GET /auth/registration`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RegistrationRules {
    /// Who may register.
    pub mode: RegistrationMode,
    /// The youngest one may be, in years; absent where nobody asks.
    pub minimum_age: Option<u8>,
    /// Whether people prove their address before they write.
    pub verifies_email: bool,
    /// The version of the house rules and the legal notice, under `/texts`.
    pub texts_version: String,
}

/// `POST /admin/invites`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewInvite {
    /// Whom it is for; at most 500 characters, for administrators alone.
    #[serde(default)]
    pub note: String,
    /// How many accounts it opens, 1 to 1000.
    pub uses: u32,
    /// For how many days it is good, 1 to 365; without end when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

/// An invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    /// Its id; later ones are greater.
    pub id: InviteId,
    /// What one types.
    pub code: String,
    /// The page that has it filled in.
    pub url: String,
    /// Whom it is for.
    pub note: String,
    /// How many accounts it still opens.
    pub uses_left: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; absent for never.
    pub ends_at: Option<Timestamp>,
}

/// `POST /auth/login`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Login {
    /// E-mail address or handle.
    pub login: String,
    /// Password.
    pub password: String,
    /// Where the refresh token travels; `body` when absent.
    #[serde(default)]
    pub transport: Option<Transport>,
    /// A code of the person's app, or one of their recovery codes, where they have a second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<String>,
}

/// `POST /auth/email/verify`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct VerifyEmail {
    /// What the mail's link carries.
    pub token: String,
}

/// `POST /auth/password/forgot`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ForgotPassword {
    /// The address of the account.
    pub email: String,
}

/// `POST /auth/password/reset`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ResetPassword {
    /// What the mail's link carries.
    pub token: String,
    /// The new password: 8 to 128 characters, any.
    pub password: String,
}

/// `POST /auth/reauthenticate`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reauthenticate {
    /// The caller's password.
    pub password: String,
}

/// `POST /me/password`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangePassword {
    /// The password as it is.
    pub current_password: String,
    /// The new one: 8 to 128 characters, any.
    pub new_password: String,
}

/// `POST /me/email`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangeEmail {
    /// The new address; it holds once its owner opened the link of the mail sent there.
    pub email: String,
}

/// `POST /auth/refresh` and `POST /auth/logout`: the token of the `body` transport; with a cookie the body may be absent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Refresh {
    /// The newest refresh token.
    #[serde(default)]
    pub refresh_token: Option<String>,
}

/// What a log-in, registration or refresh gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// JWT for `Authorization: Bearer` and the socket handshake.
    pub access_token: String,
    /// Seconds until it ends.
    pub expires_in: u64,
    /// Absent with the cookie transport.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The person.
    pub user: User,
}

/// A place where the person is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionInfo {
    /// Its id.
    pub id: SessionId,
    /// Whether it is the one asking.
    pub current: bool,
    /// The program and its system, as people know them.
    pub device: String,
    /// The network, without who is in it.
    pub place: String,
    /// The program, as it names itself.
    pub user_agent: String,
    /// Network address at the last refresh.
    pub address: String,
    /// When it logged in.
    pub created_at: Timestamp,
    /// When it last refreshed.
    pub last_used_at: Timestamp,
}

/// `PATCH /me`: absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateMe {
    /// 1 to 48 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// A ready upload that becomes the person's picture; null takes it away.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<UploadId>))]
    pub avatar_upload_id: Option<Option<UploadId>>,
}
