//! Conversations: the one pipeline of messages under rooms, direct messages and (later) deals.
//!
//! Invariants: `seq` counts a conversation's messages and `rev` its changes, both without gaps, given in the transaction
//! that stores them; a message is stored once for a (conversation, author, nonce); a read cursor never goes back.

pub mod access;
mod announce;
mod backlog;
mod body;
mod change;
mod cursor;
mod entity;
mod finding;
mod history;
mod lookups;
mod membership;
mod mentions;
mod pairs;
mod pins;
mod render;
mod routes;
mod screening;
mod send;
mod settings;
mod socket;
mod store;
mod writer;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use praca_api::{ConversationId, UserId};
use tokio::sync::Semaphore;

use crate::accounts::Accounts;
use crate::base::Base;
use crate::bus::CacheKey;
use crate::cache::Cache;
use crate::db::groups::Groups;
use crate::uploads::Uploads;

pub use access::ConversationAccess;
pub use cursor::read_state;
pub use entity::conversation::{Access, Kind};
pub use finding::{Found, Wanted};
pub use history::{Catchup, HistoryQuery};
pub use lookups::Standpoint;
pub use membership::{MembersQuery, Mine};
pub use mentions::MentionsQuery;
pub use pairs::PairFound;
pub use routes::routes;
pub use settings::Standing;
pub use socket::done;

use cursor::CursorWriter;
use writer::Writer;

/// Conversations kept at hand.
const CACHED_CONVERSATIONS: u64 = 10_000;
/// Memberships kept at hand.
const CACHED_MEMBERSHIPS: u64 = 200_000;
/// Rooms whose people are kept at hand.
const CACHED_ROOMS: u64 = 1_000;
/// How long who is in a room is used: everybody in it looks when that changes.
const PRESENT: Duration = Duration::from_secs(1);

/// The conversations slice.
#[derive(Clone)]
pub struct Conversations(Arc<Inner>);

struct Inner {
    base: Base,
    accounts: Accounts,
    uploads: Uploads,
    writer: Groups<Writer>,
    cursors: Groups<CursorWriter>,
    settings: Cache<ConversationId, Arc<entity::conversation::Model>>,
    places: Cache<(ConversationId, UserId), access::Place>,
    /// Who is in each room.
    present: Cache<ConversationId, Arc<HashSet<UserId>>>,
    catch_ups: Semaphore,
}

impl Conversations {
    /// The slice over these services; starts its writers.
    pub fn new(base: Base, accounts: Accounts, uploads: Uploads) -> Self {
        let writer = Writer::start(base.clone(), accounts.clone());
        let cursors = CursorWriter::start(base.clone(), accounts.clone());
        let settings = Cache::new(CACHED_CONVERSATIONS, base.bus.health());
        let places = Cache::new(CACHED_MEMBERSHIPS, base.bus.health());
        let present = Cache::with_lifetime(CACHED_ROOMS, PRESENT, base.bus.health());
        let catch_ups = Semaphore::new(history::CATCH_UPS);
        Self(Arc::new(Inner { base, accounts, uploads, writer, cursors, settings, places, present, catch_ups }))
    }

    /// Follows what other nodes, and this one, have changed.
    pub fn forget(&self, key: CacheKey) {
        match key {
            CacheKey::Conversation(id) => self.0.settings.forget(&id),
            CacheKey::Membership(id, user) => self.0.places.forget(&(id, user)),
            CacheKey::Person(_) | CacheKey::Blocks(_) | CacheKey::SigningKeys | CacheKey::Categories => {}
        }
    }

    /// Drops every copy.
    pub fn forget_all(&self) {
        self.0.settings.clear();
        self.0.places.clear();
    }

    /// Waits until everything taken in is stored; takes no more.
    pub async fn finish(&self) {
        self.0.writer.finish().await;
        self.0.cursors.finish().await;
    }
}
