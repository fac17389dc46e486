//! Logging in.

use praca_api::accounts::{AccountStatus, Transport};
use praca_api::limits::PASSWORD_CHARS;
use praca_api::{ProblemCode, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait as _;

use super::sessions::{Device, LIFETIME};
use super::{Accounts, session_entity, store};
use crate::auth::refresh::{RefreshToken, RefreshTokens};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::Event;

impl Accounts {
    /// Whose name and password these are. Known and unknown names take the same work.
    ///
    /// # Errors
    /// `auth.invalid_credentials`.
    pub(super) async fn authenticate(&self, login: &str, password: String) -> Result<UserId> {
        let base = &self.0.base;
        let wrong = || Error::problem(ProblemCode::AuthInvalidCredentials, "Log-in name or password is wrong.");
        if password.chars().count() > *PASSWORD_CHARS.end() {
            return Err(wrong());
        }
        let folded = login.trim().trim_start_matches('@').to_lowercase();
        let person = store::by_login(base.db.read(), &folded).await?;
        let person = person.filter(|row| row.status != AccountStatus::Deleted);
        let hash = person.as_ref().map(|row| row.password_hash.clone());
        if !base.passwords.verify(password, hash).await? {
            return Err(wrong());
        }
        person.map(|row| row.id).ok_or_else(wrong)
    }

    /// Starts a session on a device; its first refresh token.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn start_session(
        &self,
        user: UserId,
        transport: Transport,
        device: Device,
    ) -> Result<RefreshToken> {
        let base = &self.0.base;
        let token = RefreshTokens::first(base.ids.session(), base.ids.secret()?);
        let mut tx = base.begin().await?;
        self.insert_session(&tx, user, transport, device, &token).await?;
        tx.emit(Event::SessionStarted { user, session: token.session });
        tx.commit().await?;
        Ok(token)
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
            expires_at: Set(now + LIFETIME),
            ended_at: Set(None),
        };
        session_entity::Entity::insert(row).exec_without_returning(tx.conn()).await?;
        Ok(())
    }
}
