//! What went wrong, said so that a program can act on it: RFC 9457 problem details with a stable code.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Declares the codes with their HTTP status and title, in one table.
macro_rules! problem_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// Stable name of what went wrong, with its HTTP status. Codes are never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemCode {
            $($(#[$doc])* $name,)*
        }

        impl ProblemCode {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            /// A short English title, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

problem_codes! {
    /// The body is not of the shape the route takes.
    RequestMalformed = "request.invalid", 400, "The request has the wrong shape";
    /// The shape is right, a value is not.
    RequestInvalid = "request.invalid", 422, "A value is not acceptable";
    /// The message has nothing to show.
    MessagesEmpty = "messages.empty", 422, "The message is empty";
    /// The message is longer than [`crate::limits::MESSAGE_CHARS`].
    MessagesTooLong = "messages.too_long", 422, "The message is too long";
    /// The password is too easy to guess.
    AccountsPasswordWeak = "accounts.password_weak", 422, "The password is too easy to guess";
    /// The upload cannot be taken, or cannot be used for this.
    UploadsRejected = "uploads.rejected", 422, "The upload is not acceptable";
    /// The access token is missing, forged, revoked or not for this server.
    AuthInvalidToken = "auth.invalid_token", 401, "The access token is not valid";
    /// The access token has ended; refresh it.
    AuthExpiredToken = "auth.expired_token", 401, "The access token has expired";
    /// Log-in name or password is wrong.
    AuthInvalidCredentials = "auth.invalid_credentials", 401, "Log-in name or password is wrong";
    /// The password is right; the account asks for a second factor, too.
    AuthSecondFactorRequired = "auth.second_factor_required", 401, "A second factor is needed";
    /// A refresh token was used a second time: the session has ended.
    AuthRefreshReused = "auth.refresh_reused", 401, "The refresh token was used before";
    /// The caller may know of it, but not do this.
    AccessDenied = "access.denied", 403, "Not allowed";
    /// The person may read but not write, anywhere.
    AccountSilenced = "account.silenced", 403, "This account is silenced";
    /// The account is suspended.
    AccountSuspended = "account.suspended", 403, "This account is suspended";
    /// The person has not proved yet that their address is theirs.
    AccountEmailUnverified = "account.email_unverified", 403, "The e-mail address is not confirmed yet";
    /// The caller has to prove who they are once more: `POST /auth/reauthenticate`.
    AuthReauthenticationRequired = "auth.reauthentication_required", 403, "Prove who you are once more";
    /// The room, or the person in this room, is silenced.
    RoomsSilenced = "rooms.silenced", 403, "Writing here is silenced";
    /// A text looks like spam; `errors` says why.
    MessagesSpam = "messages.spam", 403, "The message looks like spam";
    /// The request could have come from another site.
    AuthCsrf = "auth.csrf", 403, "The request did not prove it came from this site";
    /// There is none, or the caller may not know of it.
    ResourceNotFound = "resource.not_found", 404, "Not found";
    /// The route exists, the method does not.
    RequestMethodNotAllowed = "request.method_not_allowed", 405, "The method is not allowed here";
    /// The body took too long to arrive.
    RequestTimeout = "request.timeout", 408, "The request took too long to arrive";
    /// What was asked for does not follow from where the ad stands.
    AdsWrongState = "ads.wrong_state", 409, "The ad is in another state";
    /// Somebody has this handle, or one that looks like it.
    AccountsHandleTaken = "accounts.handle_taken", 409, "The handle is taken";
    /// Somebody registered with this address.
    AccountsEmailTaken = "accounts.email_taken", 409, "The e-mail address is taken";
    /// The state changed meanwhile; read it again.
    RequestConflict = "request.conflict", 409, "The state has changed meanwhile";
    /// The body is larger than the route takes.
    RequestTooLarge = "request.too_large", 413, "The request is too large";
    /// The body is not JSON.
    RequestUnsupportedMedia = "request.unsupported_media", 415, "The media type is not supported";
    /// Slow mode: wait `retryAfterMs`.
    RoomsSlowMode = "rooms.slow_mode", 429, "The room is in slow mode";
    /// Too many requests, events or messages: wait `retryAfterMs`.
    RequestRateLimited = "request.rate_limited", 429, "Too many requests";
    /// Too many failed log-ins: wait `retryAfterMs`.
    AuthLocked = "auth.locked", 429, "Too many failed log-ins";
    /// Nothing the client did wrong; the request id finds the cause in the log.
    InternalError = "internal.error", 500, "Something went wrong on our side";
    /// A part the request needs is out of reach, or the server is too busy.
    ServiceUnavailable = "service.unavailable", 503, "The service is unavailable right now";
}

/// Which clock of slow mode ends last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SlowModeScope {
    /// The clock of the whole room (`intervalGlobalSeconds`).
    Room,
    /// The clock of this person in the room (`perUserSeconds`).
    User,
}

/// One field that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// Name of the field, as on the wire.
    pub field: String,
    /// Stable reason, such as `too_short` or `reserved`.
    pub code: String,
    /// The same in an English sentence.
    pub detail: String,
}

/// Problem details (RFC 9457), as `application/problem+json` over HTTP and as `error` in a socket acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A URI reference naming the kind of problem: `/problems/` and the code.
    pub r#type: String,
    /// Short English title of the code.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened, in an English sentence.
    pub detail: String,
    /// Stable code. A plain string here, so that a client outlives codes it does not know.
    pub code: String,
    /// Finds the request in the server's log.
    pub request_id: String,
    /// The fields that were refused, if any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// How long to wait before trying again, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The clock of slow mode that ends last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<SlowModeScope>,
    /// The server's time, where the client counts down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_time: Option<Timestamp>,
}

impl Problem {
    /// Whether it carries this code.
    pub fn is(&self, code: ProblemCode) -> bool {
        self.code == code.as_str()
    }
}
