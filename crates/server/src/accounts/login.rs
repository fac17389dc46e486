//! Logging in.

use praca_api::accounts::{AccountStatus, Transport};
use praca_api::limits::PASSWORD_CHARS;
use praca_api::{ProblemCode, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::devices::{self, Device};
use super::locks::Attempt;
use super::{Accounts, entity, session_entity, store};
use crate::auth::Actor;
use crate::auth::refresh::{RefreshToken, RefreshTokens};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::AccountEvent;
use crate::mail::{self, Topic};

/// A session that has begun.
pub(super) struct Begun {
    pub token: RefreshToken,
    /// What the device is told again by.
    pub device: [u8; 32],
}

impl Accounts {
    /// Whose name and password these are. Known and unknown names take the same work.
    ///
    /// # Errors
    /// `auth.invalid_credentials`, `auth.locked`.
    pub(super) async fn authenticate(&self, login: &str, password: String, device: &Device) -> Result<UserId> {
        let base = &self.0.base;
        let folded = login.trim().trim_start_matches('@').to_lowercase();
        let person = store::by_login(base.db.read(), &folded).await?;
        let person = person.filter(|row| row.status != AccountStatus::Deleted);
        let attempt = Attempt::new(person.as_ref(), &folded, &device.source);
        let known = devices::is_known(base.db.read(), person.as_ref().map(|row| row.id), device).await?;
        if !known {
            self.require_unlocked(&attempt).await?;
        }
        if !self.is_password_of(person.as_ref(), password).await? {
            self.note_failure(&attempt, &folded, &device.source).await?;
            return Err(wrong());
        }
        if !known {
            // Of many guesses at once, those that come after the lock learn nothing.
            self.require_unlocked(&attempt).await?;
        }
        self.note_success(&attempt).await;
        person.map(|row| row.id).ok_or_else(wrong)
    }

    /// Whether the password is that person's; it is hashed anew where the parameters have changed. Nobody's takes the same
    /// work.
    async fn is_password_of(&self, person: Option<&entity::Model>, password: String) -> Result<bool> {
        let passwords = &self.0.base.passwords;
        // Longer ones cannot be anybody's, and are not worth the work of their length.
        let cut: String = password.chars().take(*PASSWORD_CHARS.end() + 1).collect();
        let hash = person.map(|row| row.password_hash.clone());
        if !passwords.verify(cut.clone(), hash).await? {
            return Ok(false);
        }
        if let Some(row) = person.filter(|row| passwords.is_outdated(&row.password_hash)) {
            let anew = passwords.hash(cut).await?;
            entity::Entity::update_many()
                .col_expr(entity::Column::PasswordHash, Expr::value(anew))
                .filter(entity::Column::Id.eq(row.id))
                .filter(entity::Column::PasswordHash.eq(&row.password_hash))
                .exec(self.0.base.db.write())
                .await?;
        }
        Ok(true)
    }

    /// Has the person behind a session prove once more who they are.
    ///
    /// # Errors
    /// `auth.invalid_credentials`, `auth.locked`.
    pub(super) async fn reauthenticate(&self, actor: &Actor, password: String, device: &Device) -> Result<()> {
        self.require_password(actor, password, device).await?;
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

    /// Refuses a password that is not the actor's.
    ///
    /// # Errors
    /// `auth.invalid_credentials`, `auth.locked`.
    pub(super) async fn require_password(&self, actor: &Actor, password: String, device: &Device) -> Result<()> {
        let row = store::person(self.0.base.db.read(), actor.id()).await?;
        let attempt = Attempt::new(Some(&row), &row.handle, &device.source);
        // Whoever is logged in may be somebody who found the device open.
        self.require_unlocked(&attempt).await?;
        if !self.is_password_of(Some(&row), password).await? {
            self.note_failure(&attempt, &row.handle, &device.source).await?;
            return Err(wrong());
        }
        self.require_unlocked(&attempt).await?;
        self.note_success(&attempt).await;
        Ok(())
    }

    /// Starts a session on a device; its first refresh token. Of a log-in they would not expect the person gets a mail.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn start_session(&self, user: UserId, transport: Transport, device: Device) -> Result<Begun> {
        let base = &self.0.base;
        let token = RefreshTokens::first(base.ids.session(), base.ids.secret()?);
        let mut tx = base.begin().await?;
        let known = devices::is_known(tx.conn(), Some(user), &device).await?;
        if !known && devices::is_surprising(tx.conn(), user, &device).await? {
            self.write_of_new_device(&mut tx, user, &device).await?;
        }
        let mark = match device.token {
            Some(mark) => mark,
            None => base.ids.secret()?,
        };
        self.make_room(&mut tx, user).await?;
        devices::note(tx.conn(), user, mark, base.clock.now()).await?;
        self.insert_session(&tx, user, transport, device, &token).await?;
        tx.emit(AccountEvent::SessionStarted { user, session: token.session });
        tx.commit().await?;
        Ok(Begun { token, device: mark })
    }

    async fn write_of_new_device(&self, tx: &mut Tx, user: UserId, device: &Device) -> Result<()> {
        let base = &self.0.base;
        let person = store::person(tx.conn(), user).await?;
        let topic = Topic::NewDevice {
            device: praca_api::device::describe(&device.user_agent),
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

fn wrong() -> Error {
    Error::problem(ProblemCode::AuthInvalidCredentials, "Log-in name or password is wrong.")
}
