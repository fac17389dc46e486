//! Finding messages and people, among what one may read and see.

mod query;
mod routes;

use std::sync::Arc;

use praca_api::people::PersonSeen;
use praca_api::search::{ConversationKind, FoundIn, SearchHit, SearchOrder};
use praca_api::{Page, UserId};

use crate::accounts::Accounts;
use crate::auth::Actor;
use crate::conversations::{Conversations, Found, Kind, Wanted};
use crate::db::page::PageQuery;
use crate::dms::Dms;
use crate::error::Result;
use crate::rooms::Rooms;
use crate::words::Words;
use query::MessagesQuery;

pub use routes::routes;

/// The search slice.
#[derive(Clone)]
pub struct Search {
    accounts: Accounts,
    conversations: Conversations,
    dms: Dms,
    rooms: Rooms,
}

impl Search {
    /// The slice over these.
    pub fn new(accounts: Accounts, conversations: Conversations, dms: Dms, rooms: Rooms) -> Self {
        Self { accounts, conversations, dms, rooms }
    }

    /// Messages a person may read; none for what has no word in it.
    ///
    /// # Errors
    /// `resource.not_found` for a conversation they may not know of, `request.invalid` for a limit or cursor that is not ours.
    pub async fn messages(&self, actor: &Arc<Actor>, query: MessagesQuery) -> Result<Page<SearchHit>> {
        let user = actor.id();
        let page = PageQuery { limit: query.limit, after: query.after };
        page.limit()?;
        let Some(words) = Words::read(&query.q) else { return Ok(Page::whole(Vec::new())) };
        let wanted = Wanted {
            words,
            conversation: query.conversation_id,
            author: query.author_id,
            from: query.from,
            to: query.to,
            order: query.sort.unwrap_or(SearchOrder::Newest),
        };
        let found = self.conversations.find(actor, &wanted, &page).await?;
        let of = |kind: Kind| {
            let here = found.items.iter().filter(move |found| found.kind == kind);
            here.map(|found| found.message.conversation_id)
        };
        let rooms = self.rooms.names(of(Kind::Room)).await?;
        let others = self.conversations.others_in(user, of(Kind::Dm).chain(of(Kind::Deal))).await?;
        let people: Vec<UserId> = others.values().copied().collect();
        let people = self.accounts.authors(&people).await?;
        let hit = |Found { kind, message, highlights }: Found| {
            let id = message.conversation_id;
            let (kind, (name, address)) = match kind {
                Kind::Room => (ConversationKind::Room, rooms.get(&id)?.clone()),
                Kind::Dm | Kind::Deal => {
                    let other = people.get(others.get(&id)?)?;
                    let kind = if kind == Kind::Dm { ConversationKind::Dm } else { ConversationKind::Deal };
                    (kind, (other.display_name.clone(), other.handle.clone()))
                }
            };
            Some(SearchHit { message, conversation: FoundIn { id, kind, name, address }, highlights })
        };
        Ok(Page { items: found.items.into_iter().filter_map(hit).collect(), next: found.next })
    }

    /// People by name or handle, without those the person blocks.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn people(&self, actor: &Actor, typed: &str, page: &PageQuery) -> Result<Page<PersonSeen>> {
        let found = self.accounts.find_people(actor.id(), typed, page).await?;
        let people = self.dms.people(actor.id(), &found.items).await?;
        let seen = found.items.iter().filter_map(|id| people.get(id).cloned()).collect();
        Ok(Page { items: seen, next: found.next })
    }
}
