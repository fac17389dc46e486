//! Mails, as administrators see them.

use serde::{Deserialize, Serialize};

use crate::wire::words;
use crate::{MailId, Timestamp};

words! {
    /// What a mail is about.
    MailTemplate {
        /// Proving that an address is one's own.
        VerifyEmail = "verify_email",
        /// Somebody registered with an address that has an account.
        AlreadyRegistered = "already_registered",
        /// Choosing a new password.
        ResetPassword = "reset_password",
        /// The password was changed.
        PasswordChanged = "password_changed",
        /// Proving that the new address is one's own.
        ChangeEmail = "change_email",
        /// The account has another address now.
        EmailChanged = "email_changed",
        /// A log-in from a device not seen before.
        NewDevice = "new_device",
        /// Many wrong passwords.
        AccountLocked = "account_locked",
        /// A second factor was added or removed.
        FactorChanged = "factor_changed",
        /// A recovery code was used.
        RecoveryCodeUsed = "recovery_code_used",
        /// Recovery codes took the place of those before.
        RecoveryCodesRenewed = "recovery_codes_renewed",
        /// Somebody who has the password got the second factor wrong.
        FactorGuessed = "factor_guessed",
        /// What was missed.
        Digest = "digest",
    }
}

/// A mail of the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// Its id; later ones are greater.
    pub id: MailId,
    /// What it is about.
    pub template: MailTemplate,
    /// The address it goes to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text; empty where mail is sent: what stands in it is for its reader alone.
    pub text: String,
    /// The same as HTML; empty where mail is sent.
    pub html: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When the mail server took it.
    pub sent_at: Option<Timestamp>,
    /// When it was given up.
    pub failed_at: Option<Timestamp>,
    /// Why it could not be delivered, in the mail server's words; or why it is not yet.
    pub error: Option<String>,
}
