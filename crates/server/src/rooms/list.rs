//! Rooms as people see them: the list, and one.

use std::collections::HashMap;
use std::sync::Arc;

use praca_api::messages::Message;
use praca_api::rooms::{Room, RoomForMe, Visibility};
use praca_api::{ConversationId, ProblemCode, Seq};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use serde::Deserialize;
use utoipa::IntoParams;

use super::slow_mode::seconds;
use super::{Rooms, entity};
use crate::auth::Actor;
use crate::conversations::access::Read;
use crate::conversations::{Access, ConversationAccess, Kind, Mine, Standing, read_state};
use crate::error::{Error, Result};

/// Which rooms.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RoomsQuery {
    /// Only the room of this slug, also if it is unlisted.
    pub slug: Option<String>,
}

impl Rooms {
    /// Public rooms and the unlisted ones the person is in, the liveliest first.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<RoomForMe>> {
        let conn = self.0.base.db.read();
        let mine = self.0.conversations.mine(actor.id()).await?;
        let conversations = self.0.conversations.listed(conn, Kind::Room, mine.keys().copied()).await?;
        let mut rooms = self.for_me(conn, conversations, mine).await?;
        let last = |room: &RoomForMe| room.room.last_message.as_ref().map(|message| message.created_at);
        rooms.sort_by_key(|room| std::cmp::Reverse(last(room)));
        Ok(rooms)
    }

    /// The room of this slug, also one that is in no list: whoever has its address may see it. None or one.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn find(&self, actor: &Arc<Actor>, slug: &str) -> Result<Vec<RoomForMe>> {
        let conn = self.0.base.db.read();
        let found = entity::Entity::find().filter(entity::Column::Slug.eq(slug)).one(conn).await?;
        let Some(found) = found else { return Ok(Vec::new()) };
        match self.0.conversations.access::<Read>(actor, Kind::Room, found.conversation_id).await {
            Ok(access) => Ok(vec![self.get(&access).await?]),
            Err(error) if error.is(ProblemCode::ResourceNotFound) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// One room.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn get(&self, access: &ConversationAccess<Read>) -> Result<RoomForMe> {
        let conn = self.0.base.db.read();
        let standing = self.0.conversations.standing(conn, Kind::Room, access.id()).await?;
        let mine = self.0.conversations.mine_in(access).await?;
        let mine = mine.map(|mine| (access.id(), mine)).into_iter().collect();
        self.for_me(conn, vec![standing], mine).await?.pop().ok_or_else(Error::not_found)
    }

    /// What rooms are called: name and slug.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn names(
        &self,
        ids: impl IntoIterator<Item = ConversationId>,
    ) -> Result<HashMap<ConversationId, (String, String)>> {
        let rows = entity::Entity::find().filter(entity::Column::ConversationId.is_in(ids));
        let rows = rows.all(self.0.base.db.read()).await?;
        Ok(rows.into_iter().map(|row| (row.conversation_id, (row.name, row.slug))).collect())
    }

    /// A room as everyone sees it, read on `conn`.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn room(&self, conn: &impl ConnectionTrait, id: ConversationId) -> Result<Room> {
        let standing = self.0.conversations.standing(conn, Kind::Room, id).await?;
        let room = self.for_me(conn, vec![standing], HashMap::new()).await?.pop().ok_or_else(Error::not_found)?;
        Ok(room.room)
    }

    async fn for_me(
        &self,
        conn: &impl ConnectionTrait,
        conversations: Vec<Standing>,
        mut mine: HashMap<ConversationId, Mine>,
    ) -> Result<Vec<RoomForMe>> {
        let base = &self.0.base;
        let ids: Vec<ConversationId> = conversations.iter().map(|row| row.id).collect();
        let settings =
            entity::Entity::find().filter(entity::Column::ConversationId.is_in(ids.iter().copied())).all(conn).await?;
        let mut settings: HashMap<_, _> = settings.into_iter().map(|row| (row.conversation_id, row)).collect();
        let newest: Vec<(ConversationId, Seq)> = conversations.iter().map(|row| (row.id, row.last_seq)).collect();
        let last = self.0.conversations.last_messages(conn, &newest).await?;
        let mut last: HashMap<_, _> = last.into_iter().map(|message| (message.conversation_id, message)).collect();
        // Without the coordinator nobody is counted.
        let online = base.limits.present(&ids).await.unwrap_or_else(|_| vec![0; ids.len()]);
        let for_me = |(row, online): (Standing, u64)| {
            let settings = settings.remove(&row.id)?;
            let room = room_of(&row, settings, last.remove(&row.id), online);
            Some(room_for_me(room, mine.remove(&row.id)))
        };
        Ok(conversations.into_iter().zip(online).filter_map(for_me).collect())
    }
}

fn room_of(row: &Standing, settings: entity::Model, last_message: Option<Message>, online: u64) -> Room {
    Room {
        id: row.id,
        slug: settings.slug,
        name: settings.name,
        topic: settings.topic,
        visibility: if row.visibility == Access::Public { Visibility::Public } else { Visibility::Unlisted },
        interval_global_seconds: seconds(settings.interval_global_seconds),
        per_user_seconds: seconds(settings.per_user_seconds),
        silence: row.silence.clone(),
        last_seq: row.last_seq,
        last_rev: row.last_rev,
        last_message,
        online,
        epoch: row.epoch,
        archived_at: row.archived_at,
    }
}

/// A stranger has nothing unread.
fn room_for_me(room: Room, mine: Option<Mine>) -> RoomForMe {
    let last_read_seq = mine.as_ref().map_or(room.last_seq, |mine| mine.last_read_seq);
    let mentions = mine.as_ref().map_or(0, |mine| mine.mentions);
    let state = read_state(room.id, room.last_seq, last_read_seq, mentions);
    RoomForMe {
        room,
        unread: state.unread,
        mentions: state.mentions,
        muted: mine.as_ref().is_some_and(|mine| mine.muted),
        last_read_seq,
        me: mine.map(|mine| mine.me),
    }
}
