//! Conversations by the name and address a person knows them by, whatever they are.

use std::collections::HashMap;

use praca_api::search::{ConversationKind, FoundIn};
use praca_api::{ConversationId, UserId};

use crate::accounts::Accounts;
use crate::conversations::{Conversations, Kind};
use crate::error::Result;
use crate::rooms::Rooms;

/// Who knows them.
#[derive(Clone)]
pub struct Places {
    accounts: Accounts,
    conversations: Conversations,
    rooms: Rooms,
}

impl Places {
    /// Over these slices.
    pub fn new(accounts: Accounts, conversations: Conversations, rooms: Rooms) -> Self {
        Self { accounts, conversations, rooms }
    }

    /// Each of these conversations as this person knows it; those that are gone are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn of(
        &self,
        wanted: impl IntoIterator<Item = (UserId, ConversationId)>,
    ) -> Result<HashMap<(UserId, ConversationId), FoundIn>> {
        let wanted: Vec<(UserId, ConversationId)> = wanted.into_iter().collect();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let mut ids: Vec<ConversationId> = wanted.iter().map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        let kinds = self.conversations.kinds(&ids).await?;
        let (rooms, others): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| kinds.get(id) == Some(&Kind::Room));
        let names = self.rooms.names(rooms).await?;
        let pairs = self.conversations.pairs(others).await?;
        let people: Vec<UserId> = pairs.values().flat_map(|pair| [pair.low, pair.high]).collect();
        let authors = self.accounts.authors(&people).await?;
        let place = |(user, id): (UserId, ConversationId)| {
            let (kind, name, address) = match kinds.get(&id)? {
                Kind::Room => {
                    let (name, slug) = names.get(&id)?.clone();
                    (ConversationKind::Room, name, slug)
                }
                kind => {
                    let other = authors.get(&pairs.get(&id)?.other(user))?;
                    let kind = if *kind == Kind::Dm { ConversationKind::Dm } else { ConversationKind::Deal };
                    (kind, other.display_name.clone(), other.handle.clone())
                }
            };
            Some(((user, id), FoundIn { id, kind, name, address }))
        };
        Ok(wanted.into_iter().filter_map(place).collect())
    }
}
