//! The acting person.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use praca_api::accounts::{AccountStatus, Author, Role};
use praca_api::{ProblemCode, SessionId, Timestamp, UserId};

use crate::error::{Error, Result};

/// The person behind a request or socket event, as the database has them now.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who.
    pub author: Author,
    /// By which session.
    pub session: SessionId,
    /// What they may do everywhere; no more than anybody while their role waits for a second factor.
    pub role: Role,
    /// Whether it does.
    pub must_add_factor: bool,
    /// Whether the account may be used; an ended silence or suspension counts as active.
    pub status: AccountStatus,
    /// Why not.
    pub status_reason: Option<String>,
    /// Until when not.
    pub status_until: Option<Timestamp>,
    /// Whether they have to prove their address before they write.
    pub must_verify: bool,
    /// When they last proved who they are, in this session.
    pub authenticated_at: Timestamp,
}

/// Who proved who they are so long ago does it once more before what matters most (NIST SP 800-63B, 7.2).
const RECENT: Duration = Duration::from_secs(300);

impl Actor {
    /// Who.
    pub fn id(&self) -> UserId {
        self.author.id
    }

    /// Moderators and administrators keep order everywhere.
    pub fn is_moderator(&self) -> bool {
        matches!(self.role, Role::Moderator | Role::Admin)
    }

    /// Administrators manage people and rooms.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    /// Refuses a suspended person, whose session is good for nothing but their own account.
    ///
    /// # Errors
    /// `account.suspended`.
    pub fn require_not_suspended(&self) -> Result<()> {
        if self.status != AccountStatus::Suspended {
            return Ok(());
        }
        Err(Error::problem(ProblemCode::AccountSuspended, self.status_sentence("suspended")))
    }

    /// Refuses a silenced person, who reads but does not write.
    ///
    /// # Errors
    /// `account.silenced`, `account.suspended` or `account.email_unverified`.
    pub fn require_may_write(&self) -> Result<()> {
        self.require_not_suspended()?;
        if self.status == AccountStatus::Silenced {
            return Err(Error::problem(ProblemCode::AccountSilenced, self.status_sentence("silenced")));
        }
        if self.must_verify {
            let detail = "Confirm your e-mail address first: a link was sent there.";
            return Err(Error::problem(ProblemCode::AccountEmailUnverified, detail));
        }
        Ok(())
    }

    /// Refuses who has not proved lately who they are.
    ///
    /// # Errors
    /// `auth.reauthentication_required`.
    pub fn require_recent(&self, now: Timestamp) -> Result<()> {
        if now.since(self.authenticated_at) <= RECENT {
            return Ok(());
        }
        let detail = "Prove who you are once more, with your password or a passkey.";
        Err(Error::problem(ProblemCode::AuthReauthenticationRequired, detail))
    }

    fn status_sentence(&self, word: &str) -> String {
        let until = self.status_until.map(|until| format!(" until {until}")).unwrap_or_default();
        let reason = self.status_reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("This account is {word}{until}{reason}")
    }
}

/// Evidence that somebody may run the square: an administrator, or whoever has the machine it runs on.
#[derive(Clone, Copy, Debug)]
pub struct Authority {
    by: Option<UserId>,
}

impl Authority {
    /// An administrator's.
    ///
    /// # Errors
    /// `access.denied`; `account.silenced` or `account.suspended` for an administrator who is.
    pub fn of(actor: &Actor) -> Result<Self> {
        if !actor.is_admin() && actor.must_add_factor {
            let detail = "Your role holds only with a second factor: add one in your profile.";
            return Err(Error::problem(ProblemCode::AccessDenied, detail));
        }
        if !actor.is_admin() {
            return Err(Error::denied());
        }
        actor.require_may_write()?;
        Ok(Self { by: Some(actor.id()) })
    }

    /// That of the command line and of the demo data: whoever can run the program can change its database.
    pub fn of_the_machine() -> Self {
        Self { by: None }
    }

    /// Who, for the audit log; none = the machine.
    pub fn by(&self) -> Option<UserId> {
        self.by
    }
}

/// Finds the person behind a session. The accounts slice is it; the base only knows that somebody is.
pub trait ActorSource: Send + Sync {
    /// The person, if the session still runs and is theirs.
    ///
    /// # Errors
    /// `auth.invalid_token` when it has ended.
    fn actor(&self, user: UserId, session: SessionId) -> Pin<Box<dyn Future<Output = Result<Arc<Actor>>> + Send + '_>>;
}
