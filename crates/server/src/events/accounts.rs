//! What happens to accounts and to their log-ins, and who must hear of it.

use praca_api::accounts::{AccountStatus, Role};
use praca_api::events::{Nothing, RoleChanged, ServerEvent, StatusChanged};
use praca_api::factors::Factor;
use praca_api::notifications::{NotificationCode, NotificationParams};
use praca_api::{InviteId, MailId, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Event;
use super::audit::Entry;
use super::notices::why;
use super::signals::to_person;
use crate::bus::{CacheKey, Signal};
use crate::jobs::NewJob;
use crate::notices::NewNotice;

/// Something that happened to an account.
#[derive(Clone, Debug)]
pub enum AccountEvent {
    /// Somebody registered.
    Registered {
        /// Who.
        user: UserId,
        /// The version of the texts they accepted by it.
        texts: Option<String>,
    },
    /// A person accepted the house rules and the legal notice as they are by now.
    TextsAccepted {
        /// Who.
        user: UserId,
        /// Their version.
        version: String,
    },
    /// A person changed their own name, language or picture.
    Updated {
        /// Who.
        user: UserId,
    },
    /// An administrator changed somebody's status.
    StatusChanged {
        /// Whose.
        user: UserId,
        /// By whom; none = the command line.
        by: Option<UserId>,
        /// Before.
        from: AccountStatus,
        /// After.
        to: AccountStatus,
        /// Why.
        reason: String,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// An administrator changed somebody's role.
    RoleChanged {
        /// Whose.
        user: UserId,
        /// By whom; none = the command line.
        by: Option<UserId>,
        /// Before.
        from: Role,
        /// After.
        to: Role,
        /// Why.
        reason: String,
    },
    /// Somebody logged in.
    SessionStarted {
        /// Who.
        user: UserId,
        /// The new session.
        session: SessionId,
    },
    /// Sessions ended.
    SessionsEnded {
        /// Whose.
        user: UserId,
        /// Which; none = all.
        sessions: Option<Vec<SessionId>>,
        /// Why.
        cause: SessionEnd,
    },
    /// A person proved once more who they are.
    Reauthenticated {
        /// Who.
        user: UserId,
    },
    /// A person proved that an address is theirs.
    EmailVerified {
        /// Who.
        user: UserId,
        /// Whether it took the place of another.
        changed: bool,
    },
    /// A person chose another password.
    PasswordChanged {
        /// Who.
        user: UserId,
        /// Whether by the link of a mail.
        recovered: bool,
    },
    /// A second factor was added or removed.
    FactorChanged {
        /// Whose.
        user: UserId,
        /// By whom; none = the command line.
        by: Option<UserId>,
        /// Which kind.
        factor: Factor,
        /// Whether it was added.
        added: bool,
    },
    /// A person logged in by a recovery code.
    RecoveryCodeUsed {
        /// Who.
        user: UserId,
    },
    /// Somebody who has the password got the second factor wrong again and again.
    FactorGuessed {
        /// Whose.
        user: UserId,
    },
    /// A person asked for other recovery codes.
    RecoveryCodesRenewed {
        /// Who.
        user: UserId,
    },
    /// An administrator made an invite, or ended one.
    InviteChanged {
        /// Which.
        invite: InviteId,
        /// By whom; none = the command line.
        by: Option<UserId>,
        /// Whether it was made.
        made: bool,
    },
    /// A mail is to be written to whoever has an address, if somebody does.
    LetterAsked(Letter),
    /// A mail was written.
    MailWritten {
        /// Which.
        mail: MailId,
        /// Whether there is a mail server it is sent by.
        is_sent: bool,
    },
}

/// Why sessions ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// The person logged out or ended them.
    LoggedOut,
    /// A refresh token was used twice.
    Reused,
    /// The password was changed elsewhere.
    PasswordChanged,
    /// The person added their first second factor elsewhere.
    FactorAdded,
    /// The person logged in more often than they may.
    TooMany,
    /// An administrator ended them.
    ByAdministrator {
        /// Who; none = the command line.
        by: Option<UserId>,
    },
}

/// A mail to whoever has an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    /// With a link to choose a new password.
    Recovery {
        /// The address, in lower case.
        email: String,
        /// Where it was asked for.
        source: String,
        /// The hash of what the device's cookie carries.
        device: Option<Vec<u8>>,
    },
    /// To somebody who has an account and was registered again.
    AlreadyRegistered {
        /// The address, in lower case.
        email: String,
    },
    /// After many failed log-ins.
    Locked {
        /// The name that was tried, in lower case.
        login: String,
        /// Where from.
        source: String,
    },
}

impl Letter {
    /// Its kind, in a word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Recovery { .. } => "recovery",
            Self::AlreadyRegistered { .. } => "already_registered",
            Self::Locked { .. } => "locked",
        }
    }
}

impl From<AccountEvent> for Event {
    fn from(event: AccountEvent) -> Self {
        Self::Account(event)
    }
}

impl AccountEvent {
    /// Jobs stored in the same transaction.
    pub(super) fn jobs(&self) -> Vec<NewJob> {
        match self {
            Self::MailWritten { mail, is_sent: true } => vec![NewJob::new(NewJob::MAIL, json!({ "mail": mail }))],
            Self::LetterAsked(letter) => vec![NewJob::new(NewJob::LETTER, json!(letter))],
            Self::Registered { .. }
            | Self::TextsAccepted { .. }
            | Self::Updated { .. }
            | Self::StatusChanged { .. }
            | Self::RoleChanged { .. }
            | Self::SessionStarted { .. }
            | Self::SessionsEnded { .. }
            | Self::Reauthenticated { .. }
            | Self::EmailVerified { .. }
            | Self::PasswordChanged { .. }
            | Self::FactorChanged { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::RecoveryCodesRenewed { .. }
            | Self::FactorGuessed { .. }
            | Self::InviteChanged { .. }
            | Self::MailWritten { is_sent: false, .. } => Vec::new(),
        }
    }

    /// What the audit log says of it, if anything.
    pub(super) fn audit(&self) -> Option<Entry> {
        let of = |action, user: &UserId| Entry::new(action, "user", user);
        let own = |action, user: &UserId| of(action, user).by(Some(*user));
        let entry = match self {
            Self::Registered { user, texts } => own("account.register", user).with(json!({ "texts": texts })),
            Self::TextsAccepted { user, version } => {
                own("account.accept_texts", user).with(json!({ "texts": version }))
            }
            Self::StatusChanged { user, by, from, to, reason, until } => {
                let data = json!({ "from": from, "to": to, "until": until });
                of("account.set_status", user).by(*by).because(reason).with(data)
            }
            Self::RoleChanged { user, by, from, to, reason } => {
                of("account.set_role", user).by(*by).because(reason).with(json!({ "from": from, "to": to }))
            }
            Self::SessionsEnded { user, cause: SessionEnd::Reused, sessions } => {
                of("session.reuse_detected", user).with(json!({ "sessions": sessions }))
            }
            Self::SessionsEnded { user, cause: SessionEnd::ByAdministrator { by }, .. } => {
                of("account.end_sessions", user).by(*by)
            }
            Self::EmailVerified { user, changed: true } => own("account.change_email", user),
            Self::PasswordChanged { user, recovered } => {
                own("account.change_password", user).with(json!({ "recovered": recovered }))
            }
            Self::FactorChanged { user, by, factor, added } => {
                let action = if *added { "account.add_factor" } else { "account.remove_factor" };
                of(action, user).by(*by).with(json!({ "factor": factor }))
            }
            Self::RecoveryCodeUsed { user } => own("account.use_recovery_code", user),
            Self::FactorGuessed { user } => of("account.factor_guessed", user),
            Self::RecoveryCodesRenewed { user } => own("account.renew_recovery_codes", user),
            Self::InviteChanged { invite, by, made } => {
                let action = if *made { "invite.create" } else { "invite.end" };
                Entry::new(action, "invite", invite).by(*by)
            }
            Self::Updated { .. }
            | Self::EmailVerified { changed: false, .. }
            | Self::Reauthenticated { .. }
            | Self::SessionStarted { .. }
            | Self::SessionsEnded { .. }
            | Self::LetterAsked(_)
            | Self::MailWritten { .. } => return None,
        };
        Some(entry)
    }

    /// What is noted in the same transaction, for the person's list of notifications.
    pub(super) fn notices(&self) -> Vec<NewNotice> {
        match self {
            Self::StatusChanged { user, to, reason, until, .. } => {
                let params = NotificationParams { status: Some(*to), ..why(Some(reason), *until) };
                vec![NewNotice::of_person(NotificationCode::AccountStatus, *user, params)]
            }
            Self::RoleChanged { user, to, .. } => {
                let params = NotificationParams { role: Some(*to), ..NotificationParams::default() };
                vec![NewNotice::of_person(NotificationCode::AccountRole, *user, params)]
            }
            Self::Registered { .. }
            | Self::TextsAccepted { .. }
            | Self::Updated { .. }
            | Self::SessionStarted { .. }
            | Self::SessionsEnded { .. }
            | Self::Reauthenticated { .. }
            | Self::EmailVerified { .. }
            | Self::PasswordChanged { .. }
            | Self::FactorChanged { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::RecoveryCodesRenewed { .. }
            | Self::FactorGuessed { .. }
            | Self::InviteChanged { .. }
            | Self::LetterAsked(_)
            | Self::MailWritten { .. } => Vec::new(),
        }
    }

    /// What the nodes are told once it is committed.
    pub(super) fn signals(&self) -> Vec<Signal> {
        match self {
            Self::Registered { .. }
            | Self::SessionStarted { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::RecoveryCodesRenewed { .. }
            | Self::FactorGuessed { .. }
            | Self::InviteChanged { .. }
            | Self::LetterAsked(_)
            | Self::MailWritten { .. } => Vec::new(),
            Self::Reauthenticated { user } | Self::PasswordChanged { user, .. } => {
                vec![Signal::Forget(CacheKey::Person(*user))]
            }
            Self::Updated { user }
            | Self::TextsAccepted { user, .. }
            | Self::EmailVerified { user, .. }
            | Self::FactorChanged { user, .. } => {
                let updated = to_person(*user, &ServerEvent::AccountUpdated(Nothing {}));
                vec![Signal::Forget(CacheKey::Person(*user)), updated]
            }
            Self::StatusChanged { user, to, reason, until, .. } => status_signals(*user, *to, reason, *until),
            Self::RoleChanged { user, to, .. } => {
                let event = ServerEvent::AccountRole(RoleChanged { role: *to });
                vec![Signal::Forget(CacheKey::Person(*user)), to_person(*user, &event)]
            }
            Self::SessionsEnded { user, sessions, .. } => {
                vec![Signal::Forget(CacheKey::Person(*user)), Signal::Close { user: *user, sessions: sessions.clone() }]
            }
        }
    }
}

/// The person hears of it; then, where they may no longer be connected, their sockets close.
fn status_signals(user: UserId, status: AccountStatus, reason: &str, until: Option<Timestamp>) -> Vec<Signal> {
    let event = StatusChanged { status, reason: Some(reason.to_owned()), until };
    let mut signals = vec![Signal::Forget(CacheKey::Person(user)), to_person(user, &ServerEvent::AccountStatus(event))];
    if status == AccountStatus::Suspended || status == AccountStatus::Deleted {
        signals.push(Signal::Close { user, sessions: None });
    }
    signals
}
