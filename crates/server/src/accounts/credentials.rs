//! Changing and recovering what one logs in with: password and address.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use praca_api::accounts::{ChangePassword, ResetPassword};
use praca_api::{SessionId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use sha2::{Digest as _, Sha256};

use super::devices::{self, Device};
use super::login::wrong;
use super::one_time::{self, Purpose};
use super::register::{check_password, clean_email, email_taken, name_duplicate};
use super::{Accounts, entity, factors, one_time_entity, store};
use crate::auth::Actor;
use crate::config::Quota;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{AccountEvent, Letter, SessionEnd};
use crate::mail::{self, Reader, Topic};

/// Mails that prove addresses, to one mailbox whose owner did not prove it is theirs, whoever asks for them.
const TO_ONE: Quota = Quota { count: 10, per: Duration::from_secs(3_600) };
/// Mails to prove an address, asked for by one person.
const PROOFS: Quota = Quota { count: 5, per: Duration::from_secs(3_600) };

impl Accounts {
    /// Uses the link of a mail that proves an address: the account's own, or a new one that takes its place.
    ///
    /// # Errors
    /// `request.invalid` for a link that is not good, `accounts.email_taken` when somebody else proved the address first.
    pub(super) async fn verify_email(&self, token: &str) -> Result<()> {
        let (base, now) = (&self.0.base, self.0.base.clock.now());
        let purposes = [Purpose::VerifyEmail, Purpose::ChangeEmail];
        let proof = one_time::look(base.db.read(), token, &purposes, now).await?;
        let mut tx = base.begin().await?;
        // The person before the token, as everywhere: two links at once do not wait for each other.
        let person = store::lock_person(tx.conn(), proof.user_id).await?;
        one_time::take(tx.conn(), token, &purposes, now).await?;
        if let Some(asked_in) = proof.session_id
            && store::session(tx.conn(), asked_in).await?.is_none_or(|session| session.ended_at.is_some())
        {
            // Whoever asked was thrown out.
            return Err(one_time::ended());
        }
        if proof.purpose == Purpose::VerifyEmail {
            if person.email != proof.email {
                return Err(Error::invalid_field("token", "ended", "The account has another address by now."));
            }
            set(&tx, person.id, |row| row.col_expr(entity::Column::EmailVerified, Expr::value(true))).await?;
            tx.emit(AccountEvent::EmailVerified { user: person.id, changed: false });
            self.write_of_factors_there_before(&mut tx, &person).await?;
            return tx.commit().await;
        }
        self.set_email(&mut tx, &person, proof.email.clone()).await?;
        self.write_to_the_old_address(&mut tx, &person, &proof).await?;
        tx.commit().await
    }

    /// To the address an account had before, with a link that takes it back; without one, to who takes it back just now. An
    /// address nobody proved hears nothing: it may be anybody's.
    async fn write_to_the_old_address(
        &self,
        tx: &mut Tx,
        person: &entity::Model,
        proof: &one_time_entity::Model,
    ) -> Result<()> {
        let base = &self.0.base;
        if !person.email_verified {
            return Ok(());
        }
        let folded = proof.email.to_lowercase();
        let home = one_time::takes_back_to(tx.conn(), person.id, &folded, base.clock.now()).await?;
        let link = if let Some(home) = home {
            // They come home: whoever they take it from takes nothing back.
            one_time::revoke_later(tx.conn(), &home).await?;
            None
        } else {
            Some(one_time::issue(base, tx.conn(), person.id, Purpose::TakeBack, &person.email, None).await?)
        };
        let topic = Topic::EmailChanged { address: masked(&proof.email), link };
        mail::write(base, tx, &person.reader(), topic).await
    }

    /// Sends the mail that proves the account's address once more; nothing where it is proved.
    ///
    /// # Errors
    /// `request.rate_limited`.
    pub(super) async fn resend_verification(&self, actor: &Actor) -> Result<()> {
        let base = &self.0.base;
        let person = store::person(base.db.read(), actor.id()).await?;
        if person.email_verified {
            return Ok(());
        }
        self.limit_proofs(actor.id()).await?;
        self.require_may_write_to(&person.email).await?;
        let mut tx = base.begin().await?;
        // Of two at once the later one's link alone is good.
        let person = store::lock_actor(tx.conn(), actor).await?;
        if !person.email_verified {
            self.write_proof(&mut tx, &person).await?;
        }
        tx.commit().await
    }

    async fn limit_proofs(&self, user: UserId) -> Result<()> {
        match self.0.base.limits.take(&format!("letters:proof:{user}"), PROOFS).await {
            Some(wait) => Err(Error::rate_limited(wait)),
            None => Ok(()),
        }
    }

    /// How long an address nobody proved is not written to any more, if it is not: whoever names addresses of others would
    /// flood them.
    pub(super) async fn mailbox_wait(&self, email: &str, quota: Quota) -> Option<Duration> {
        let base = &self.0.base;
        // Several squares may share a coordinator.
        let mailbox = format!("{} {}", base.config.public_url, mailbox_of(email));
        let mailbox = URL_SAFE_NO_PAD.encode(Sha256::digest(mailbox));
        base.limits.take(&format!("letters:to:{}:{mailbox}", quota.count), quota).await
    }

    async fn require_may_write_to(&self, email: &str) -> Result<()> {
        let wait = self.mailbox_wait(email, TO_ONE).await;
        wait.map_or(Ok(()), |wait| Err(Error::rate_limited(wait)))
    }

    /// Writes the mail that proves the account's address, unless too many were written there.
    pub(super) async fn write_verification(&self, tx: &mut Tx, person: &entity::Model) -> Result<()> {
        if self.mailbox_wait(&person.email, TO_ONE).await.is_some() {
            return Ok(());
        }
        self.write_proof(tx, person).await
    }

    async fn write_proof(&self, tx: &mut Tx, person: &entity::Model) -> Result<()> {
        let base = &self.0.base;
        let link = one_time::issue(base, tx.conn(), person.id, Purpose::VerifyEmail, &person.email, None).await?;
        mail::write(base, tx, &person.reader(), Topic::VerifyEmail { link }).await
    }

    /// Begins to change the account's address: the new one gets a mail, and holds once its link is opened. What is said
    /// does not depend on whether somebody has the address.
    ///
    /// # Errors
    /// `auth.reauthentication_required`, `request.invalid`, `request.rate_limited`.
    pub(super) async fn change_email(&self, actor: &Actor, email: &str) -> Result<()> {
        let base = &self.0.base;
        actor.require_recent(base.clock.now())?;
        let email = clean_email(email)
            .ok_or_else(|| Error::invalid_field("email", "format", "This is not an e-mail address."))?;
        self.limit_proofs(actor.id()).await?;
        self.require_may_write_to(&email).await?;
        let mut tx = base.begin().await?;
        let person = store::lock_actor(tx.conn(), actor).await?;
        let session = Some(actor.session);
        let link = one_time::issue(base, tx.conn(), person.id, Purpose::ChangeEmail, &email, session).await?;
        let reader = Reader { email, ..person.reader() };
        mail::write(base, &mut tx, &reader, Topic::ChangeEmail { link }).await?;
        tx.commit().await
    }

    /// Changes the password of who knows the old one; every other session ends.
    ///
    /// # Errors
    /// `auth.invalid_credentials`, `auth.locked`, `accounts.password_weak`.
    pub(super) async fn change_password(&self, actor: &Actor, wish: ChangePassword, device: &Device) -> Result<()> {
        let known = self.require_password(actor, ("currentPassword", wish.current_password), device).await?;
        let base = &self.0.base;
        let person = store::person(base.db.read(), actor.id()).await?;
        let hash = self.hash_new(wish.new_password, &person).await?;
        let mut tx = base.begin().await?;
        let person = store::lock_person(tx.conn(), actor.id()).await?;
        if person.password_hash != known {
            // Somebody chose another one meanwhile, and means it.
            return Err(wrong());
        }
        self.set_password(&mut tx, &person, hash, Some(actor.session)).await?;
        devices::forget_all_but(tx.conn(), person.id, device.token).await?;
        tx.commit().await
    }

    /// Asks for a mail to choose a new password. Nothing tells whether there is such an address, nor how long it takes.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn forgot_password(&self, email: &str, device: Device) -> Result<()> {
        let mut tx = self.0.base.begin().await?;
        // What is no address is nobody's.
        let email = clean_email(email).unwrap_or_default().to_lowercase();
        tx.emit(AccountEvent::LetterAsked(Letter::Recovery {
            email,
            source: device.source,
            device: device.token.map(devices::hash_of),
        }));
        tx.commit().await
    }

    /// Chooses a new password by the link of a mail, which proves the address, too; every session ends. A link that takes the
    /// account back also gives it the address it was sent to, and removes its factors.
    ///
    /// # Errors
    /// `request.invalid` for a link that is not good, `accounts.password_weak`, `accounts.email_taken` where somebody else has
    /// the address of before by now.
    pub(super) async fn reset_password(&self, wish: ResetPassword, device: &Device) -> Result<()> {
        let base = &self.0.base;
        let purposes = [Purpose::ResetPassword, Purpose::TakeBack];
        // A password that is refused does not use the link up, and hashing takes too long to keep others waiting.
        let proof = one_time::look(base.db.read(), &wish.token, &purposes, base.clock.now()).await?;
        let person = store::person(base.db.read(), proof.user_id).await?;
        let hash = self.hash_new(wish.password, &person).await?;
        let mut tx = base.begin().await?;
        let person = store::lock_person(tx.conn(), proof.user_id).await?;
        one_time::take(tx.conn(), &wish.token, &purposes, base.clock.now()).await?;
        let person = self.own_again(&mut tx, person, &proof).await?;
        self.set_password(&mut tx, &person, hash, None).await?;
        devices::forget_all_but(tx.conn(), person.id, None).await?;
        tx.commit().await?;
        self.note_success(&person, &device.source).await;
        if proof.purpose == Purpose::TakeBack {
            // They were of factors that are gone.
            base.limits.forget_failures(&factors::failures_key(person.id)).await;
        }
        Ok(())
    }

    /// The locked account a link was sent for, with the address it was sent to proved. One that takes the account back
    /// removes its factors, and ends the links others had to do the same.
    async fn own_again(
        &self,
        tx: &mut Tx,
        person: entity::Model,
        proof: &one_time_entity::Model,
    ) -> Result<entity::Model> {
        let base = &self.0.base;
        if person.email != proof.email {
            if proof.purpose == Purpose::ResetPassword {
                return Err(one_time::ended());
            }
            // Whoever had it meanwhile hears of it, too.
            let topic = Topic::EmailChanged { address: masked(&proof.email), link: None };
            mail::write(base, tx, &person.reader(), topic).await?;
            self.set_email(tx, &person, proof.email.clone()).await?;
        } else if !person.email_verified {
            set(tx, person.id, |row| row.col_expr(entity::Column::EmailVerified, Expr::value(true))).await?;
            tx.emit(AccountEvent::EmailVerified { user: person.id, changed: false });
        }
        let owner = store::person(tx.conn(), person.id).await?;
        // What was added while the address was nobody's, or by whoever the account is taken back from, was not its owner's.
        if proof.purpose == Purpose::TakeBack || !person.email_verified {
            self.remove_factors(tx, &owner, Some(owner.id)).await?;
        }
        if proof.purpose == Purpose::TakeBack {
            one_time::revoke_later(tx.conn(), proof).await?;
        }
        Ok(owner)
    }

    /// Gives an account another address, which was proved; what was sent to the one before opens nothing any more, but to
    /// take the account back.
    async fn set_email(&self, tx: &mut Tx, person: &entity::Model, email: String) -> Result<()> {
        let folded = email.to_lowercase();
        if one_time::is_kept_for_another(tx.conn(), person.id, &folded, self.0.base.clock.now()).await? {
            return Err(email_taken());
        }
        let change = entity::Entity::update_many()
            .col_expr(entity::Column::EmailFolded, Expr::value(folded))
            .col_expr(entity::Column::Email, Expr::value(email))
            .col_expr(entity::Column::EmailVerified, Expr::value(true))
            .filter(entity::Column::Id.eq(person.id));
        change.exec(tx.conn()).await.map_err(name_duplicate)?;
        one_time::revoke(tx.conn(), person.id, &[Purpose::VerifyEmail, Purpose::ResetPassword]).await?;
        tx.emit(AccountEvent::EmailVerified { user: person.id, changed: true });
        Ok(())
    }

    async fn hash_new(&self, password: String, person: &entity::Model) -> Result<String> {
        let own = [person.handle.clone(), person.display_name.clone(), person.email.clone()];
        let looked_at = password.clone();
        let check = move || check_password(&looked_at, &own.each_ref().map(String::as_str));
        self.0.base.passwords.in_turn(check).await?;
        self.0.base.passwords.hash(password).await
    }

    /// Stores a new password, and ends every session but one and what mails began; the person is told by mail, if the
    /// address is theirs.
    async fn set_password(
        &self,
        tx: &mut Tx,
        person: &entity::Model,
        hash: String,
        stays: Option<SessionId>,
    ) -> Result<()> {
        let base = &self.0.base;
        set(tx, person.id, |row| row.col_expr(entity::Column::PasswordHash, Expr::value(hash))).await?;
        one_time::revoke(tx.conn(), person.id, &[Purpose::ChangeEmail, Purpose::ResetPassword]).await?;
        let ended = store::end_sessions_but(tx.conn(), person.id, stays, base.clock.now()).await?;
        let cause = SessionEnd::PasswordChanged;
        tx.emit(AccountEvent::SessionsEnded { user: person.id, sessions: Some(ended), cause });
        tx.emit(AccountEvent::PasswordChanged { user: person.id, recovered: stays.is_none() });
        if stays.is_some() {
            // Whoever guessed codes had the password, and has it no more. A link of a mail proves less: whoever reads the
            // mailbox would guess on with the next one.
            base.limits.forget_failures(&factors::failures_key(person.id)).await;
            if !person.email_verified {
                return Ok(());
            }
        }
        let link = if stays.is_some() && !person.has_factor {
            // Whoever had the password alone may have changed it.
            one_time::issue(base, tx.conn(), person.id, Purpose::TakeBack, &person.email, None).await?
        } else {
            format!("{}/entrar#senha", base.config.public_url)
        };
        mail::write(base, tx, &person.reader(), Topic::PasswordChanged { link }).await
    }
}

async fn set(
    tx: &Tx,
    user: UserId,
    how: impl FnOnce(sea_orm::UpdateMany<entity::Entity>) -> sea_orm::UpdateMany<entity::Entity>,
) -> Result<()> {
    how(entity::Entity::update_many()).filter(entity::Column::Id.eq(user)).exec(tx.conn()).await?;
    Ok(())
}

/// The mailbox behind an address: without what stands behind a `+`, nor the dots that Gmail passes over.
fn mailbox_of(email: &str) -> String {
    let folded = email.to_lowercase();
    let (local, domain) = folded.rsplit_once('@').unwrap_or((&folded, ""));
    let local = local.split('+').next().unwrap_or_default();
    if matches!(domain, "gmail.com" | "googlemail.com") {
        return format!("{}@gmail.com", local.replace('.', ""));
    }
    format!("{local}@{domain}")
}

/// The beginning of an address and its domain: enough for its owner.
fn masked(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}•••@{domain}")
}
