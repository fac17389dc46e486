//! Logging in.

use std::time::Duration;

use praca_api::accounts::{AccountStatus, Login, Transport};
use praca_api::factors::PasskeyProof;
use praca_api::limits::{EMAIL_CHARS, PASSWORD_CHARS};
use praca_api::{PasskeyId, ProblemCode, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::devices::{self, Device};
use super::locks::Attempt;
use super::register::clean_email;
use super::{Accounts, entity, factors, session_entity, store};
use crate::auth::Actor;
use crate::auth::refresh::{RefreshToken, RefreshTokens};
use crate::config::Quota;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::AccountEvent;
use crate::mail::{self, Topic};

/// Mails on log-ins from new devices, to one person.
const NEW_DEVICES: Quota = Quota { count: 5, per: Duration::from_secs(86_400) };

/// Somebody who proved who they are.
pub(super) struct Proved {
    pub user: UserId,
    pub by: Proof,
}

/// What somebody proved themselves by, to be looked at once more when the session begins: it may have changed meanwhile.
pub(super) enum Proof {
    /// Their account was opened just now.
    Registration,
    /// A password of this hash; with a code, where the account asked for one then.
    Password { hash: String, with_code: bool },
    /// A passkey.
    Passkey(PasskeyId),
}

impl Proof {
    /// Refuses what is not good any more; the person's row is locked.
    async fn require_still_good(&self, conn: &impl ConnectionTrait, person: &entity::Model) -> Result<()> {
        match self {
            Self::Password { hash, .. } if *hash != person.password_hash => Err(wrong()),
            Self::Password { with_code: false, .. } if person.has_factor => Err(factors::required()),
            Self::Registration | Self::Password { .. } => Ok(()),
            Self::Passkey(id) if factors::has_passkey(conn, person.id, *id).await? => Ok(()),
            Self::Passkey(_) => Err(wrong()),
        }
    }
}

/// A session that has begun.
pub(super) struct Begun {
    pub token: RefreshToken,
    /// What the device is told again by.
    pub device: [u8; 32],
}

impl Accounts {
    /// Whose name, password and code these are. Known and unknown names take the same work.
    ///
    /// # Errors
    /// `auth.invalid_credentials`, `auth.locked`, `auth.second_factor_required`.
    pub(super) async fn authenticate(&self, wish: Login, device: &Device) -> Result<Proved> {
        let base = &self.0.base;
        // An address in the one form it is kept in.
        let name = clean_email(&wish.login).unwrap_or_else(|| wish.login.trim().trim_start_matches('@').to_owned());
        let folded = name.to_lowercase();
        let folded: String = folded.chars().filter(|c| !c.is_control()).take(EMAIL_CHARS).collect();
        let person = store::by_login(base.db.read(), &folded).await?;
        let person = person.filter(|row| row.status != AccountStatus::Deleted);
        let known = devices::is_known(base.db.read(), person.as_ref().map(|row| row.id), device).await?;
        let attempt = (!known).then(|| Attempt::new(&folded, &device.source));
        self.require_unlocked(attempt.as_ref()).await?;
        let hash = self.password_of(person.as_ref(), wish.password).await?;
        // Of many guesses at once, those that come after the lock learn nothing, right or wrong.
        self.require_unlocked(attempt.as_ref()).await?;
        let (Some(person), Some(hash)) = (person, hash) else {
            self.note_failure(&Attempt::new(&folded, &device.source), &folded, &device.source).await?;
            return Err(wrong());
        };
        self.require_factor(&person, wish.totp.as_deref(), device).await?;
        self.note_success(&person, &device.source).await;
        Ok(Proved { user: person.id, by: Proof::Password { hash, with_code: person.has_factor } })
    }

    /// The hash of the password, if it is that person's; it is hashed anew where the parameters have changed. Nobody's takes
    /// the same work.
    async fn password_of(&self, person: Option<&entity::Model>, password: String) -> Result<Option<String>> {
        let passwords = &self.0.base.passwords;
        // Longer ones cannot be anybody's, and are not worth the work of their length.
        let cut: String = password.chars().take(*PASSWORD_CHARS.end() + 1).collect();
        let hash = person.map(|row| row.password_hash.clone());
        if !passwords.verify(cut.clone(), hash.clone()).await? {
            return Ok(None);
        }
        let Some(row) = person.filter(|row| passwords.is_outdated(&row.password_hash)) else { return Ok(hash) };
        let anew = passwords.hash(cut).await?;
        let renewed = entity::Entity::update_many()
            .col_expr(entity::Column::PasswordHash, Expr::value(anew.clone()))
            .filter(entity::Column::Id.eq(row.id))
            .filter(entity::Column::PasswordHash.eq(&row.password_hash))
            .exec(self.0.base.db.write())
            .await?;
        // Another log-in may have been faster: then what is stored is not this one.
        Ok(if renewed.rows_affected > 0 { Some(anew) } else { hash })
    }

    /// Has the person behind a session prove by their password once more who they are. The session has had the second factor,
    /// if there is one (NIST SP 800-63B, 4.2.3).
    ///
    /// # Errors
    /// `auth.invalid_credentials`, `auth.locked`.
    pub(super) async fn reauthenticate(&self, actor: &Actor, password: String, device: &Device) -> Result<()> {
        self.require_password(actor, ("password", password), device).await?;
        self.note_proof(actor).await
    }

    /// The same by a passkey.
    ///
    /// # Errors
    /// `auth.invalid_credentials` for one that is somebody else's, or not proved.
    pub(super) async fn reauthenticate_by_passkey(&self, actor: &Actor, proof: PasskeyProof) -> Result<()> {
        if self.owner_of_passkey(proof).await?.user != actor.id() {
            return Err(wrong());
        }
        self.note_proof(actor).await
    }

    async fn note_proof(&self, actor: &Actor) -> Result<()> {
        let base = &self.0.base;
        let mut tx = base.begin().await?;
        session_entity::Entity::update_many()
            .col_expr(session_entity::Column::AuthenticatedAt, Expr::value(base.clock.now()))
            .filter(session_entity::Column::Id.eq(actor.session))
            .exec(tx.conn())
            .await?;
        tx.emit(AccountEvent::Reauthenticated { user: actor.id() });
        tx.commit().await
    }

    /// Refuses a password, given in a field of that name, that is not the actor's; its hash.
    ///
    /// # Errors
    /// `auth.invalid_credentials`, `auth.locked`.
    pub(super) async fn require_password(
        &self,
        actor: &Actor,
        (field, password): (&'static str, String),
        device: &Device,
    ) -> Result<String> {
        let row = store::person(self.0.base.db.read(), actor.id()).await?;
        let attempt = Attempt::of_session(actor.session);
        self.require_unlocked(Some(&attempt)).await?;
        let hash = self.password_of(Some(&row), password).await?;
        self.require_unlocked(Some(&attempt)).await?;
        let Some(hash) = hash else {
            self.note_failure(&attempt, &row.handle, &device.source).await?;
            let code = ProblemCode::AuthInvalidCredentials;
            return Err(Error::problem_in_field(code, field, "wrong", "This is not your password."));
        };
        self.note_proof_given(&attempt).await;
        Ok(hash)
    }

    /// Starts a session on a device; its first refresh token. Of a log-in they would not expect the person gets a mail.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn start_session(
        &self,
        Proved { user, by }: Proved,
        transport: Transport,
        device: Device,
    ) -> Result<Begun> {
        let base = &self.0.base;
        let known = devices::is_known(base.db.read(), Some(user), &device).await?;
        let surprising = !known && devices::is_surprising(base.db.read(), user, &device).await?;
        let token = RefreshTokens::first(base.ids.session(), base.ids.secret()?);
        let mut tx = base.begin().await?;
        let person = store::lock_person(tx.conn(), user).await?;
        by.require_still_good(tx.conn(), &person).await?;
        if surprising {
            self.write_of_new_device(&mut tx, &person, &device).await?;
        }
        self.make_room(&mut tx, user).await?;
        // Only what we gave to this person for this device: or somebody could leave theirs on a machine others use.
        let mark = match device.token.filter(|_| known) {
            Some(mark) => mark,
            None => base.ids.secret()?,
        };
        devices::note(tx.conn(), user, mark, base.clock.now()).await?;
        self.insert_session(&tx, user, transport, device, &token).await?;
        tx.emit(AccountEvent::SessionStarted { user, session: token.session });
        tx.commit().await?;
        Ok(Begun { token, device: mark })
    }

    /// Tells the person, if the address is theirs, and not all the time.
    async fn write_of_new_device(&self, tx: &mut Tx, person: &entity::Model, device: &Device) -> Result<()> {
        let base = &self.0.base;
        let key = format!("letters:new_device:{}", person.id);
        if !person.email_verified || base.limits.take(&key, NEW_DEVICES).await.is_some() {
            return Ok(());
        }
        let topic = Topic::NewDevice {
            device: praca_api::device::browser_of(&device.user_agent),
            place: praca_api::device::network_of(&device.address),
            at: base.clock.now(),
            link: format!("{}/perfil#aparelhos", base.config.public_url),
        };
        mail::write(base, tx, &person.reader(), topic).await
    }

    async fn insert_session(
        &self,
        tx: &Tx,
        user: UserId,
        transport: Transport,
        device: Device,
        token: &RefreshToken,
    ) -> Result<()> {
        let now = self.0.base.clock.now();
        let row = session_entity::ActiveModel {
            id: Set(token.session),
            user_id: Set(user),
            transport: Set(transport),
            user_agent: Set(device.user_agent),
            address: Set(device.address),
            generation: Set(token.generation),
            current_hash: Set(token.hash()),
            previous_hash: Set(None),
            rotated_at: Set(now),
            created_at: Set(now),
            expires_at: Set(self.end_of(now, now)),
            ended_at: Set(None),
            authenticated_at: Set(Some(now)),
        };
        session_entity::Entity::insert(row).exec_without_returning(tx.conn()).await?;
        Ok(())
    }
}

pub(super) fn wrong() -> Error {
    Error::problem(ProblemCode::AuthInvalidCredentials, "Log-in name or password is wrong.")
}
