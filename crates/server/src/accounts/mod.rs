//! People and where they are logged in.
//!
//! Invariants: a handle's shape belongs to one person; a refresh token is good once; what a person may do is decided by
//! the row, never by a token.

mod block_entity;
mod blocks;
mod cookie;
mod credentials;
mod device_entity;
mod devices;
mod entity;
mod factors;
mod invite_entity;
mod invites;
mod letters;
mod locks;
mod login;
mod manage;
mod one_time;
mod one_time_entity;
mod preferences;
mod profile;
mod register;
mod routes;
mod session_entity;
mod sessions;
mod store;

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use praca_api::accounts::{AccountStatus, Author, Locale, Role, User};
use praca_api::{Page, ProblemCode, SessionId, Timestamp, UserId};
use sea_orm::sea_query::SelectStatement;
use webauthn_rs::Webauthn;

use crate::auth::refresh::RefreshTokens;
use crate::auth::{Actor, ActorSource, tokens};
use crate::base::Base;
use crate::bus::CacheKey;
use crate::cache::Cache;
use crate::db::Tx;
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};
use crate::links::Links;

pub use blocks::Blocks;
pub use manage::{AccountChange, PeopleQuery, check_end, clean_reason};
pub use preferences::DueDigest;
pub use register::NewAccount;
pub use routes::routes;

/// People kept at hand.
const CACHED_PEOPLE: u64 = 50_000;

/// How long an account is new.
pub const NEW_ACCOUNT: Duration = Duration::from_secs(3 * 86_400);

/// The accounts slice.
#[derive(Clone)]
pub struct Accounts(Arc<Inner>);

struct Inner {
    base: Base,
    refresh: RefreshTokens,
    people: Cache<UserId, Arc<entity::Model>>,
    sessions: Cache<SessionId, Arc<session_entity::Model>>,
    blocks: Cache<UserId, Arc<Blocks>>,
    /// None where browsers make no passkeys: the public address has no name.
    webauthn: Option<Webauthn>,
}

impl Accounts {
    /// The slice over these services.
    pub fn new(base: Base) -> Self {
        let refresh = RefreshTokens::new(&base.config.secret_key);
        let people = Cache::new(CACHED_PEOPLE, base.bus.health());
        let sessions = Cache::new(CACHED_PEOPLE, base.bus.health());
        let blocks = Cache::new(CACHED_PEOPLE, base.bus.health());
        let webauthn = factors::webauthn(&base.config.public_url);
        Self(Arc::new(Inner { base, refresh, people, sessions, blocks, webauthn }))
    }

    /// Follows what other nodes, and this one, have changed.
    pub fn forget(&self, key: CacheKey) {
        match key {
            CacheKey::Person(user) => {
                self.0.people.forget(&user);
                // Sessions are few a person and read again in a moment.
                self.0.sessions.clear();
            }
            CacheKey::Blocks(user) => self.0.blocks.forget(&user),
            CacheKey::Conversation(_) | CacheKey::Membership(..) | CacheKey::SigningKeys | CacheKey::Categories => {}
        }
    }

    /// Drops every copy.
    pub fn forget_all(&self) {
        self.0.people.clear();
        self.0.sessions.clear();
        self.0.blocks.clear();
    }

    /// These people as everyone sees them; unknown ids are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn authors(&self, ids: &[UserId]) -> Result<HashMap<UserId, Author>> {
        Ok(self.people(ids).await?.into_iter().map(|(id, row)| (id, row.author())).collect())
    }

    /// The language a person chose.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn locale(&self, id: UserId) -> Result<Locale> {
        Ok(self.person(id).await?.locale)
    }

    /// Whether the person's account is only a few days old.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn is_new(&self, id: UserId) -> Result<bool> {
        Ok(self.0.base.clock.now().since(self.person(id).await?.created_at) < NEW_ACCOUNT)
    }

    /// What the person may do everywhere.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn role(&self, id: UserId) -> Result<Role> {
        Ok(self.person(id).await?.role)
    }

    /// The same, where it does not wait for a second factor.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn acting_role(&self, id: UserId) -> Result<Role> {
        Ok(self.person(id).await?.acting_role(&self.0.base))
    }

    /// The person, whoever they are.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn author(&self, id: UserId) -> Result<Author> {
        Ok(self.person(id).await?.author())
    }

    /// What a profile card says of a person: who, what they may do, and since when.
    ///
    /// # Errors
    /// `resource.not_found`, also for an account that is gone.
    pub async fn card(&self, id: UserId) -> Result<(Author, Role, Timestamp)> {
        let row = self.person(id).await?;
        if row.status == AccountStatus::Deleted {
            return Err(Error::not_found());
        }
        Ok((row.author(), row.role, row.created_at))
    }

    /// Refuses somebody whose account may not be used for anything but itself.
    ///
    /// # Errors
    /// `account.suspended`, `resource.not_found`.
    pub async fn require_usable(&self, id: UserId) -> Result<()> {
        match self.person(id).await?.status_at(self.0.base.clock.now()) {
            AccountStatus::Active | AccountStatus::Silenced => Ok(()),
            AccountStatus::Suspended => {
                Err(Error::problem(ProblemCode::AccountSuspended, "This account is suspended."))
            }
            AccountStatus::Deleted => Err(Error::not_found()),
        }
    }

    /// Selects the ids of people whose account may not be used right now, or is gone.
    pub fn unusable(&self) -> SelectStatement {
        store::unusable(self.0.base.clock.now())
    }

    /// Locks a person's row until the transaction ends; when they registered.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn lock(&self, tx: &Tx, id: UserId) -> Result<Timestamp> {
        Ok(store::lock_person(tx.conn(), id).await?.created_at)
    }

    /// Selects the ids of people whose handle begins with `query`, or a word of whose name does.
    pub fn named_like(&self, query: &str) -> SelectStatement {
        store::named_like(query)
    }

    /// The ids of people a person finds by name or handle, in the order of handles; none of those they block.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn find_people(&self, user: UserId, typed: &str, page: &PageQuery) -> Result<Page<UserId>> {
        let (limit, after) = (page.limit()?, page.key()?);
        let typed = typed.trim();
        if typed.trim_start_matches('@').is_empty() {
            return Ok(Page::whole(Vec::new()));
        }
        let without = self.blocks(user).await?.mine.iter().copied().collect();
        let rows = store::find_people(self.0.base.db.read(), typed, without, after, limit + 1).await?;
        page_of(rows, limit, |row| row.handle.clone(), |row| row.id)
    }

    /// The ids of these handles, in lower case; unknown ones are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn ids_of(&self, handles: &[String]) -> Result<HashMap<String, UserId>> {
        store::ids_of(&self.0.base, handles).await
    }

    /// What the person behind an actor sees of themselves.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn me(&self, actor: &Actor) -> Result<User> {
        let row = self.person(actor.id()).await?;
        Ok(row.user(&self.0.base))
    }

    async fn people(&self, ids: &[UserId]) -> Result<HashMap<UserId, Arc<entity::Model>>> {
        let load = async |ids: Vec<UserId>| {
            let people = store::people(&self.0.base, &ids).await?;
            Ok(people.into_iter().map(|row| (row.id, Arc::new(row))).collect())
        };
        self.0.people.get_or_load_many(ids, load).await
    }

    async fn person(&self, id: UserId) -> Result<Arc<entity::Model>> {
        let load = async { store::person(self.0.base.db.read(), id).await.map(Arc::new) };
        self.0.people.get_or_load(id, load).await
    }

    async fn load_actor(&self, user: UserId, session: SessionId) -> Result<Arc<Actor>> {
        let inner = &self.0;
        let now = inner.base.clock.now();
        let load =
            async { store::session(inner.base.db.read(), session).await?.map(Arc::new).ok_or_else(tokens::invalid) };
        let session = inner.sessions.get_or_load(session, load).await?;
        if session.user_id != user || session.ended_at.is_some() || session.expires_at <= now {
            return Err(tokens::invalid());
        }
        let person = self.person(user).await;
        let person =
            person.map_err(|error| if error.is(ProblemCode::ResourceNotFound) { tokens::invalid() } else { error })?;
        let status = person.status_at(now);
        if status == AccountStatus::Deleted {
            return Err(tokens::invalid());
        }
        let limited = status != AccountStatus::Active;
        Ok(Arc::new(Actor {
            author: person.author(),
            session: session.id,
            role: person.acting_role(&inner.base),
            must_add_factor: person.must_add_factor(&inner.base),
            status,
            status_reason: person.status_reason.clone().filter(|_| limited),
            status_until: person.status_until.filter(|_| limited),
            must_verify: person.must_verify(&inner.base),
            authenticated_at: session.authenticated_at.unwrap_or(session.created_at),
        }))
    }
}

impl ActorSource for Accounts {
    fn actor(&self, user: UserId, session: SessionId) -> Pin<Box<dyn Future<Output = Result<Arc<Actor>>> + Send + '_>> {
        Box::pin(self.load_actor(user, session))
    }
}

impl entity::Model {
    /// The status, where an end that has come lifts it.
    fn status_at(&self, now: Timestamp) -> AccountStatus {
        let ended = self.status_until.is_some_and(|until| until <= now);
        if ended && self.status != AccountStatus::Deleted { AccountStatus::Active } else { self.status }
    }

    /// Whether they have to prove their address before they write.
    fn must_verify(&self, base: &Base) -> bool {
        base.config.require_verified_email && !self.email_verified
    }

    /// Whether what their role allows waits for a second factor.
    fn must_add_factor(&self, base: &Base) -> bool {
        base.config.require_second_factor && self.role != Role::User && !self.has_factor
    }

    fn acting_role(&self, base: &Base) -> Role {
        if self.must_add_factor(base) { Role::User } else { self.role }
    }

    fn author(&self) -> Author {
        Author {
            id: self.id,
            handle: self.handle.clone(),
            display_name: self.display_name.clone(),
            avatar_url: self.avatar_folder.as_deref().map(|folder| Links::public_picture(folder, "thumb.webp")),
        }
    }

    /// The version of the texts the person has yet to accept.
    fn must_accept(&self, base: &Base) -> Option<String> {
        let version = base.texts.version();
        (self.accepted_texts.as_deref() != Some(version)).then(|| version.to_owned())
    }

    /// As the person themselves is told.
    fn user(&self, base: &Base) -> User {
        let status = self.status_at(base.clock.now());
        let limited = status != AccountStatus::Active;
        User {
            author: self.author(),
            email: self.email.clone(),
            email_verified: self.email_verified,
            must_verify_email: self.must_verify(base),
            must_add_factor: self.must_add_factor(base),
            must_accept_texts: self.must_accept(base),
            role: self.role,
            status,
            status_reason: self.status_reason.clone().filter(|_| limited),
            status_until: self.status_until.filter(|_| limited),
            locale: self.locale,
            created_at: self.created_at,
        }
    }
}
