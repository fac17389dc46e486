//! Rooms: what public conversations have of their own: a list, settings, slow mode, joining with history.

mod entity;
mod join;
mod list;
mod manage;
mod routes;
mod slow_mode;
mod socket;

use std::sync::Arc;

use praca_api::ConversationId;
use sea_orm::EntityTrait as _;

use crate::base::Base;
use crate::bus::CacheKey;
use crate::cache::Cache;
use crate::conversations::Conversations;
use crate::error::{Error, Result};

pub use routes::routes;
pub use socket::RoomsSocket;

/// Rooms kept at hand.
const CACHED_ROOMS: u64 = 10_000;

/// The rooms slice.
#[derive(Clone)]
pub struct Rooms(Arc<Inner>);

struct Inner {
    base: Base,
    conversations: Conversations,
    settings: Cache<ConversationId, Arc<entity::Model>>,
}

impl Rooms {
    /// The slice over these services.
    pub fn new(base: Base, conversations: Conversations) -> Self {
        let settings = Cache::new(CACHED_ROOMS, base.bus.health());
        Self(Arc::new(Inner { base, conversations, settings }))
    }

    /// Follows what other nodes, and this one, have changed.
    pub fn forget(&self, key: CacheKey) {
        if let CacheKey::Conversation(id) = key {
            self.0.settings.forget(&id);
        }
    }

    /// Drops every copy.
    pub fn forget_all(&self) {
        self.0.settings.clear();
    }

    /// A room's settings.
    ///
    /// # Errors
    /// `resource.not_found`.
    async fn settings(&self, id: ConversationId) -> Result<Arc<entity::Model>> {
        let conn = self.0.base.db.read();
        let load = async { entity::Entity::find_by_id(id).one(conn).await?.map(Arc::new).ok_or_else(Error::not_found) };
        self.0.settings.get_or_load(id, load).await
    }
}
