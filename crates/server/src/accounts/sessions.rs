//! Sessions: rotating their tokens, listing and ending them.

use std::time::Duration;

use praca_api::accounts::{AccountStatus, Session, SessionInfo, Transport};
use praca_api::{Page, ProblemCode, SessionId, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::devices::{self, Device};
use super::one_time::{self, Purpose};
use super::session_entity::{self, Column};
use super::{Accounts, factors, store};
use crate::auth::refresh::RefreshToken;
use crate::auth::{Actor, Authority, tokens};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{AccountEvent, SessionEnd};

/// The token before the present one is good so long, for a second tab or a lost answer.
const GRACE: Duration = Duration::from_secs(20);
/// Ended sessions are kept so long, so that a late reuse is still told from a forgery.
const KEEP_ENDED: Duration = Duration::from_secs(30 * 86_400);

/// A refreshed session.
pub(super) struct Refreshed {
    pub user: UserId,
    pub transport: Transport,
    pub token: RefreshToken,
}

impl Accounts {
    /// Rotates a refresh token. The same token within the grace gives the same successor; any older one ends the session.
    ///
    /// # Errors
    /// `auth.invalid_token`, `auth.refresh_reused`.
    pub(super) async fn refresh(&self, text: &str, device: Device) -> Result<Refreshed> {
        let base = &self.0.base;
        let token = self.0.refresh.decode(text).ok_or_else(tokens::invalid)?;
        let now = base.clock.now();
        let mut tx = base.begin().await?;
        let session = store::lock_session(tx.conn(), token.session).await?;
        let session =
            session.filter(|row| row.ended_at.is_none() && row.expires_at > now).ok_or_else(tokens::invalid)?;
        if self.person(session.user_id).await?.status == AccountStatus::Deleted {
            return Err(tokens::invalid());
        }
        let hash = token.hash();
        let refreshed = |token| Refreshed { user: session.user_id, transport: session.transport, token };
        if hash == session.current_hash {
            let next = self.0.refresh.successor(&token);
            let ends = self.end_of(session.created_at, now);
            rotate(tx.conn(), &session, &next, device, (now, ends)).await?;
            tx.commit().await?;
            return Ok(refreshed(next));
        }
        if session.previous_hash.as_ref() == Some(&hash) && now.since(session.rotated_at) <= GRACE {
            return Ok(refreshed(self.0.refresh.successor(&token)));
        }
        let ended = store::end_sessions(tx.conn(), session.user_id, Some(session.id), now).await?;
        tx.emit(AccountEvent::SessionsEnded {
            user: session.user_id,
            sessions: Some(ended),
            cause: SessionEnd::Reused,
        });
        tx.commit().await?;
        Err(Error::problem(ProblemCode::AuthRefreshReused, "The refresh token was used before; the session has ended."))
    }

    /// When a session ends that was begun then and is used now.
    pub(super) fn end_of(&self, begun: Timestamp, now: Timestamp) -> Timestamp {
        let settings = self.0.base.config.sessions;
        (now + settings.idle).min(begun + settings.lifetime)
    }

    /// Ends those of a person that were not used for longest, where one more would be too many.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn make_room(&self, tx: &mut Tx, user: UserId) -> Result<()> {
        let base = &self.0.base;
        let most = usize::try_from(base.config.sessions.most).unwrap_or(usize::MAX);
        let running = store::running_sessions(tx.conn(), user, base.clock.now()).await?;
        let mut ended = Vec::new();
        for session in running.iter().skip(most.saturating_sub(1)) {
            ended.extend(store::end_sessions(tx.conn(), user, Some(session.id), base.clock.now()).await?);
        }
        if !ended.is_empty() {
            tx.emit(AccountEvent::SessionsEnded { user, sessions: Some(ended), cause: SessionEnd::TooMany });
        }
        Ok(())
    }

    /// Ends the person's sessions but the one that asks.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn end_other_sessions(&self, actor: &Actor) -> Result<()> {
        let base = &self.0.base;
        let mut tx = base.begin().await?;
        let (user, stays) = (actor.id(), Some(actor.session));
        let ended = store::end_sessions_but(tx.conn(), user, stays, base.clock.now()).await?;
        tx.emit(AccountEvent::SessionsEnded { user, sessions: Some(ended), cause: SessionEnd::LoggedOut });
        tx.commit().await
    }

    /// The session a refresh token belongs to, used or not: for logging out.
    pub(super) async fn session_of(&self, text: &str) -> Result<Option<(UserId, SessionId)>> {
        let Some(token) = self.0.refresh.decode(text) else { return Ok(None) };
        let row = store::session(self.0.base.db.read(), token.session).await?;
        Ok(row.map(|row| (row.user_id, row.id)))
    }

    /// What a client is given: an access token, the refresh token for a body transport, and the person.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn session_answer(&self, user: UserId, token: &RefreshToken, in_body: bool) -> Result<Session> {
        let base = &self.0.base;
        let person = store::person(base.db.read(), user).await?;
        Ok(Session {
            access_token: tokens::issue(&base.keys, &base.clock, &base.config.public_url, user, token.session)?,
            expires_in: tokens::LIFETIME.as_secs(),
            refresh_token: in_body.then(|| self.encode_refresh(token)),
            user: person.user(base),
        })
    }

    /// The token as clients carry it.
    pub(super) fn encode_refresh(&self, token: &RefreshToken) -> String {
        self.0.refresh.encode(token)
    }

    /// Where the person is logged in.
    ///
    /// # Errors
    /// The database refuses.
    pub(super) async fn list_sessions(&self, actor: &Actor) -> Result<Page<SessionInfo>> {
        self.sessions_of(actor.id(), Some(actor.session)).await
    }

    /// Where somebody is logged in.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn list_sessions_of(&self, _: Authority, id: UserId) -> Result<Page<SessionInfo>> {
        store::person(self.0.base.db.read(), id).await?;
        self.sessions_of(id, None).await
    }

    async fn sessions_of(&self, user: UserId, current: Option<SessionId>) -> Result<Page<SessionInfo>> {
        let base = &self.0.base;
        let rows = store::running_sessions(base.db.read(), user, base.clock.now()).await?;
        let items = rows.into_iter().map(|row| SessionInfo {
            current: Some(row.id) == current,
            id: row.id,
            device: praca_api::device::describe(&row.user_agent),
            place: praca_api::device::network_of(&row.address),
            user_agent: row.user_agent,
            address: row.address,
            created_at: row.created_at,
            last_used_at: row.rotated_at,
        });
        Ok(Page::whole(items.collect()))
    }

    /// Ends all sessions of somebody. Sockets close on every node.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn end_sessions_of(&self, authority: Authority, id: UserId) -> Result<()> {
        let base = &self.0.base;
        let mut tx = base.begin().await?;
        store::person(tx.conn(), id).await?;
        one_time::revoke(tx.conn(), id, &[Purpose::ChangeEmail]).await?;
        let ended = store::end_sessions(tx.conn(), id, None, base.clock.now()).await?;
        let cause = SessionEnd::ByAdministrator { by: authority.by() };
        tx.emit(AccountEvent::SessionsEnded { user: id, sessions: Some(ended), cause });
        tx.commit().await
    }

    /// Ends one of the person's sessions, or all. Sockets close on every node.
    ///
    /// # Errors
    /// `resource.not_found` for a session that is not theirs or has ended.
    pub(super) async fn end_sessions(&self, user: UserId, only: Option<SessionId>) -> Result<()> {
        let base = &self.0.base;
        let mut tx = base.begin().await?;
        if only.is_none() {
            one_time::revoke(tx.conn(), user, &[Purpose::ChangeEmail]).await?;
        }
        let ended = store::end_sessions(tx.conn(), user, only, base.clock.now()).await?;
        if only.is_some() && ended.is_empty() {
            return Err(Error::not_found());
        }
        tx.emit(AccountEvent::SessionsEnded { user, sessions: Some(ended), cause: SessionEnd::LoggedOut });
        tx.commit().await
    }

    /// Removes sessions that ended long ago, tokens that have ended, and devices nobody uses. A job.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn sweep_sessions(&self) -> Result<()> {
        let base = &self.0.base;
        let (conn, now) = (base.db.write(), base.clock.now());
        store::remove_sessions(conn, now - KEEP_ENDED).await?;
        one_time::sweep(conn, now).await?;
        factors::sweep(conn, now).await?;
        devices::sweep(conn, now).await
    }
}

async fn rotate(
    conn: &impl sea_orm::ConnectionTrait,
    session: &session_entity::Model,
    next: &RefreshToken,
    device: Device,
    (now, ends): (Timestamp, Timestamp),
) -> Result<()> {
    session_entity::Entity::update_many()
        .col_expr(Column::Generation, Expr::value(next.generation))
        .col_expr(Column::PreviousHash, Expr::value(session.current_hash.clone()))
        .col_expr(Column::CurrentHash, Expr::value(next.hash()))
        .col_expr(Column::RotatedAt, Expr::value(now))
        .col_expr(Column::ExpiresAt, Expr::value(ends))
        .col_expr(Column::UserAgent, Expr::value(device.user_agent))
        .col_expr(Column::Address, Expr::value(device.address))
        .filter(Column::Id.eq(session.id))
        .exec(conn)
        .await?;
    Ok(())
}
