//! Second factors: what somebody proves themselves by, besides a password.
//!
//! Invariants: whoever has a factor is let in by a password only with a code, and by a passkey alone, which is two factors
//! in one (the device, and what unlocks it); a code is good once; with the first factor come recovery codes, with the last
//! they go.

mod ceremony_entity;
mod passkey_entity;
mod passkeys;
mod recovery;
mod recovery_entity;
mod totp;
mod totp_entity;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use praca_api::accounts::Role;
use praca_api::device::network_of;
use praca_api::factors::{Factor, Factors, Passkey, RecoveryCodes};
use praca_api::{ProblemCode, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::devices::{self, Device};
use super::locks::locked;
use super::one_time::{self, Purpose};
use super::{Accounts, entity, store};
use crate::auth::{Actor, Authority};
use crate::config::Quota;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{AccountEvent, SessionEnd};
use crate::limits::Slowing;
use crate::mail::{self, Topic};

pub(super) use passkeys::{has_passkey, sweep, webauthn};

/// Wrong codes for one account, from all devices that are not known, and from each that is: whoever gives them has its
/// password. Three of a million fit.
const WRONG_CODES: Slowing = Slowing {
    from: 5,
    shortest: Duration::from_secs(60),
    longest: Duration::from_secs(4 * 3_600),
    kept: Duration::from_secs(7 * 86_400),
};
/// How often recovery codes are made anew: each time a mail tells of it.
const RENEWALS: Quota = Quota { count: 5, per: Duration::from_secs(3_600) };
/// Mails on wrong codes, to one person.
const TOLD: Quota = Quota { count: 1, per: Duration::from_secs(86_400) };

/// Who changes a factor.
#[derive(Clone, Copy)]
enum By<'a> {
    /// Whose it is.
    Owner(&'a Actor),
    /// An administrator, or the owner by the link of a mail; none = the command line.
    Another(Option<UserId>),
}

impl By<'_> {
    fn user(self) -> Option<UserId> {
        match self {
            Self::Owner(actor) => Some(actor.id()),
            Self::Another(user) => user,
        }
    }
}

impl Accounts {
    /// The person's factors.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn list_factors(&self, actor: &Actor) -> Result<Factors> {
        let base = &self.0.base;
        let (conn, user) = (base.db.read(), actor.id());
        let person = self.person(user).await?;
        Ok(Factors {
            totp_since: totp::since(conn, user).await?,
            passkeys: passkeys::list(conn, user).await?.iter().map(shown).collect(),
            recovery_codes_left: recovery::count(conn, user).await?,
            passkeys_work: self.0.webauthn.is_some(),
            required: base.config.require_second_factor && person.role != Role::User,
        })
    }

    /// Refuses who has a second factor and does not prove it, by a code of the app or a recovery code.
    ///
    /// # Errors
    /// `auth.second_factor_required` without a code, `auth.invalid_credentials` with a wrong one, `auth.locked` after
    /// several, for whoever has the password, from anywhere but devices the person logged in from before.
    pub(super) async fn require_factor(
        &self,
        person: &entity::Model,
        code: Option<&str>,
        device: &Device,
    ) -> Result<()> {
        if !person.has_factor {
            return Ok(());
        }
        let Some(code) = code.map(str::trim).filter(|code| !code.is_empty()) else {
            return Err(required());
        };
        let (base, key) = (&self.0.base, self.codes_key(person.id, device).await?);
        let mut tx = base.begin().await?;
        // One after the other: of many guesses at once none is free.
        let person = store::lock_person(tx.conn(), person.id).await?;
        if let Some(wait) = base.limits.failures_wait(&key).await {
            return Err(locked(wait));
        }
        if self.use_code(&mut tx, &person, code).await? {
            tx.commit().await?;
            base.limits.forget_failures(&key).await;
            return Ok(());
        }
        if base.limits.note_failure(&key, &WRONG_CODES).await == WRONG_CODES.from {
            metrics::counter!("praca_factor_locks_total").increment(1);
            self.write_of_wrong_codes(&mut tx, &person, device).await?;
            tx.emit(AccountEvent::FactorGuessed { user: person.id });
        }
        tx.commit().await?;
        let detail = "The code is wrong, has ended or was used already.";
        Err(Error::problem_in_field(ProblemCode::AuthInvalidCredentials, "totp", "wrong", detail))
    }

    /// What wrong codes from a device are counted under: a stranger's hold up nobody who was there before.
    async fn codes_key(&self, user: UserId, device: &Device) -> Result<String> {
        let key = failures_key(user);
        let known = devices::is_known(self.0.base.db.read(), Some(user), device).await?;
        let hash = device.token.filter(|_| known).map(devices::hash_of);
        Ok(hash.map_or_else(|| key.clone(), |hash| format!("{key}:{}", URL_SAFE_NO_PAD.encode(hash))))
    }

    async fn use_code(&self, tx: &mut Tx, person: &entity::Model, code: &str) -> Result<bool> {
        let base = &self.0.base;
        let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if code.chars().all(|c| c.is_ascii_digit()) && code.len() == totp::DIGITS {
            return totp::use_code(base, tx.conn(), person.id, &code).await;
        }
        if !recovery::use_code(base, tx.conn(), person.id, &code).await? {
            return Ok(false);
        }
        let left = recovery::count(tx.conn(), person.id).await?;
        self.write_of_factors(tx, person, |link| Topic::RecoveryCodeUsed { left, link }).await?;
        tx.emit(AccountEvent::RecoveryCodeUsed { user: person.id });
        Ok(true)
    }

    async fn write_of_wrong_codes(&self, tx: &mut Tx, person: &entity::Model, device: &Device) -> Result<()> {
        let base = &self.0.base;
        let key = format!("letters:factor:{}", person.id);
        if !person.email_verified || base.limits.take(&key, TOLD).await.is_some() {
            return Ok(());
        }
        let (place, link) = (network_of(&device.address), format!("{}/entrar#senha", base.config.public_url));
        mail::write(base, tx, &person.reader(), Topic::FactorGuessed { place, link }).await
    }

    /// Writes to the person, if the address is theirs.
    async fn write_of_factors(
        &self,
        tx: &mut Tx,
        person: &entity::Model,
        topic: impl FnOnce(String) -> Topic,
    ) -> Result<()> {
        if !person.email_verified {
            return Ok(());
        }
        let link = format!("{}/perfil#segundo-fator", self.0.base.config.public_url);
        mail::write(&self.0.base, tx, &person.reader(), topic(link)).await
    }

    /// Notes on the locked account what a factor that came or went changes; recovery codes, if it is the first.
    async fn factor_changed(
        &self,
        tx: &mut Tx,
        person: &entity::Model,
        (factor, added): (Factor, bool),
        by: By<'_>,
    ) -> Result<RecoveryCodes> {
        let base = &self.0.base;
        let has_factor = has_any(tx.conn(), person.id).await?;
        entity::Entity::update_many()
            .col_expr(entity::Column::HasFactor, Expr::value(has_factor))
            .filter(entity::Column::Id.eq(person.id))
            .exec(tx.conn())
            .await?;
        let codes = match has_factor {
            true if recovery::count(tx.conn(), person.id).await? == 0 => {
                recovery::renew(base, tx.conn(), person.id).await?
            }
            true => Vec::new(),
            false => {
                recovery::remove(tx.conn(), person.id).await?;
                Vec::new()
            }
        };
        if let By::Owner(actor) = by
            && has_factor
            && !person.has_factor
        {
            // Log-ins of before had the password alone.
            let user = person.id;
            let ended = store::end_sessions_but(tx.conn(), user, Some(actor.session), base.clock.now()).await?;
            tx.emit(AccountEvent::SessionsEnded { user, sessions: Some(ended), cause: SessionEnd::FactorAdded });
        }
        self.write_of_change(tx, person, factor, added).await?;
        tx.emit(AccountEvent::FactorChanged { user: person.id, by: by.user(), factor, added });
        Ok(RecoveryCodes { codes })
    }

    /// Writes that a factor came or went. Who added the first one may be somebody who had the password alone: the mail takes
    /// the account back.
    async fn write_of_change(&self, tx: &mut Tx, person: &entity::Model, factor: Factor, added: bool) -> Result<()> {
        if !person.email_verified || !added || person.has_factor {
            return self.write_of_factors(tx, person, |link| Topic::FactorChanged { factor, added, link }).await;
        }
        let base = &self.0.base;
        let link = one_time::issue(base, tx.conn(), person.id, Purpose::TakeBack, &person.email, None).await?;
        mail::write(base, tx, &person.reader(), Topic::FirstFactorAdded { factor, link }).await
    }

    /// Tells who has just proved the account's address of factors that were there before: they may be somebody else's.
    pub(super) async fn write_of_factors_there_before(&self, tx: &mut Tx, person: &entity::Model) -> Result<()> {
        if !person.has_factor {
            return Ok(());
        }
        let base = &self.0.base;
        let by_app = totp::since(tx.conn(), person.id).await?.is_some();
        let factor = if by_app { Factor::Totp } else { Factor::Passkey };
        let link = one_time::issue(base, tx.conn(), person.id, Purpose::TakeBack, &person.email, None).await?;
        mail::write(base, tx, &person.reader(), Topic::FirstFactorAdded { factor, link }).await
    }

    /// New recovery codes in place of all before.
    ///
    /// # Errors
    /// `auth.reauthentication_required`, `request.rate_limited`, `request.conflict` without a factor.
    pub(super) async fn renew_recovery_codes(&self, actor: &Actor) -> Result<RecoveryCodes> {
        let base = &self.0.base;
        actor.require_recent(base.clock.now())?;
        if let Some(wait) = base.limits.take(&format!("factors:renew:{}", actor.id()), RENEWALS).await {
            return Err(Error::rate_limited(wait));
        }
        let mut tx = base.begin().await?;
        let person = store::lock_actor(tx.conn(), actor).await?;
        if !person.has_factor {
            let detail = "Recovery codes come with a second factor; add one first.";
            return Err(Error::problem(ProblemCode::RequestConflict, detail));
        }
        let codes = recovery::renew(base, tx.conn(), person.id).await?;
        self.write_of_factors(&mut tx, &person, |link| Topic::RecoveryCodesRenewed { link }).await?;
        tx.emit(AccountEvent::RecoveryCodesRenewed { user: person.id });
        tx.commit().await?;
        Ok(RecoveryCodes { codes })
    }

    /// Removes all factors of somebody who lost them; every session ends.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn remove_factors_of(&self, authority: Authority, id: UserId) -> Result<()> {
        let mut tx = self.0.base.begin().await?;
        let person = store::lock_person(tx.conn(), id).await?;
        self.remove_factors(&mut tx, &person, authority.by()).await?;
        // Whoever is in by a factor is not in any more.
        let ended = store::end_sessions(tx.conn(), id, None, self.0.base.clock.now()).await?;
        let cause = SessionEnd::ByAdministrator { by: authority.by() };
        tx.emit(AccountEvent::SessionsEnded { user: id, sessions: Some(ended), cause });
        tx.commit().await?;
        self.0.base.limits.forget_failures(&failures_key(id)).await;
        Ok(())
    }

    /// Removes all factors of an account whose row is locked.
    pub(super) async fn remove_factors(&self, tx: &mut Tx, person: &entity::Model, by: Option<UserId>) -> Result<()> {
        let kinds = [
            (Factor::Totp, totp::remove(tx.conn(), person.id).await?),
            (Factor::Passkey, passkeys::remove_all(tx.conn(), person.id).await?),
        ];
        for (factor, removed) in kinds {
            if removed {
                self.factor_changed(tx, person, (factor, false), By::Another(by)).await?;
            }
        }
        Ok(())
    }
}

/// The password is right, and not enough.
pub(super) fn required() -> Error {
    Error::problem(ProblemCode::AuthSecondFactorRequired, "This account asks for a second factor.")
}

/// What wrong codes for an account are counted under.
pub(super) fn failures_key(user: UserId) -> String {
    format!("factor:{user}")
}

async fn has_any(conn: &impl ConnectionTrait, user: UserId) -> Result<bool> {
    Ok(totp::since(conn, user).await?.is_some() || !passkeys::list(conn, user).await?.is_empty())
}

fn shown(row: &passkey_entity::Model) -> Passkey {
    Passkey { id: row.id, name: row.name.clone(), created_at: row.created_at, last_used_at: row.last_used_at }
}
