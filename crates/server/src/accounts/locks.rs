//! Slowing whoever guesses passwords, without slowing whose passwords they are.
//!
//! Invariants: failures count for a name from one source, and for a source over all accounts; names nobody has count as
//! those of people do; a right password from another source, or a known device, is never refused.

use std::time::Duration;

use praca_api::{ProblemCode, SessionId};
use sha2::{Digest as _, Sha256};

use super::{Accounts, entity};
use crate::error::{Error, Result};
use crate::events::{AccountEvent, Letter};
use crate::limits::Slowing;

/// Of one account, from one source.
const OF_ACCOUNT: Slowing = Slowing {
    from: 5,
    shortest: Duration::from_secs(1),
    longest: Duration::from_secs(900),
    kept: Duration::from_secs(86_400),
};
/// Of one source.
const OF_SOURCE: Slowing = Slowing { from: 50, kept: Duration::from_secs(3_600), ..OF_ACCOUNT };

/// A log-in that is tried: what its failures are counted under.
pub(super) struct Attempt {
    account: String,
    source: Option<String>,
}

impl Attempt {
    /// By the name as it is typed, whoever has it: or a name and an address would tell by their one row that they are of one
    /// person.
    pub(super) fn new(login: &str, source: &str) -> Self {
        Self { account: account_key(login, source), source: Some(format!("login:{source}")) }
    }

    /// By whoever has a session open, and may have found it open: strangers at the door hold nobody up here.
    pub(super) fn of_session(session: SessionId) -> Self {
        Self { account: format!("proof:{session}"), source: None }
    }
}

fn account_key(login: &str, source: &str) -> String {
    let name = Sha256::digest(login).iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    format!("login:{name}:{source}")
}

impl Accounts {
    /// Refuses a log-in that has to wait; none has to that is no attempt of a stranger's.
    ///
    /// # Errors
    /// `auth.locked`.
    pub(super) async fn require_unlocked(&self, attempt: Option<&Attempt>) -> Result<()> {
        let Some(attempt) = attempt else { return Ok(()) };
        let limits = &self.0.base.limits;
        let mut longest = limits.failures_wait(&attempt.account).await;
        if let Some(source) = &attempt.source {
            longest = longest.max(limits.failures_wait(source).await);
        }
        longest.map_or(Ok(()), |wait| Err(locked(wait)))
    }

    /// Counts a failure; when it is the first that has to wait, whose account it may be is told, once a day.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn note_failure(&self, attempt: &Attempt, login: &str, source: &str) -> Result<()> {
        let base = &self.0.base;
        if let Some(row) = &attempt.source {
            base.limits.note_failure(row, &OF_SOURCE).await;
        }
        if base.limits.note_failure(&attempt.account, &OF_ACCOUNT).await == OF_ACCOUNT.from {
            metrics::counter!("praca_login_locks_total").increment(1);
            // The same work for names nobody has.
            let mut tx = base.begin().await?;
            tx.emit(AccountEvent::LetterAsked(Letter::Locked { login: login.to_owned(), source: source.to_owned() }));
            tx.commit().await?;
        }
        Ok(())
    }

    /// The row of failures of whoever has a session open is over.
    pub(super) async fn note_proof_given(&self, attempt: &Attempt) {
        self.0.base.limits.forget_failures(&attempt.account).await;
    }

    /// The rows of failures are over, under both of the person's names.
    pub(super) async fn note_success(&self, person: &entity::Model, source: &str) {
        for name in [&person.handle, &person.email_folded] {
            self.0.base.limits.forget_failures(&account_key(name, source)).await;
        }
    }
}

pub(super) fn locked(wait: Duration) -> Error {
    let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    Error::waiting(ProblemCode::AuthLocked, "Too many failed log-ins; wait a little before the next.", millis)
}
