//! Finding messages and people, among what one may read and see.

mod query;
mod routes;

use std::sync::Arc;

use praca_api::Page;
use praca_api::people::PersonSeen;
use praca_api::search::{SearchHit, SearchOrder};

use crate::accounts::Accounts;
use crate::auth::Actor;
use crate::conversations::{Conversations, Found, Wanted};
use crate::db::page::PageQuery;
use crate::dms::Dms;
use crate::error::Result;
use crate::places::Places;
use crate::words::Words;
use query::MessagesQuery;

pub use routes::routes;

/// The search slice.
#[derive(Clone)]
pub struct Search {
    accounts: Accounts,
    conversations: Conversations,
    dms: Dms,
    places: Places,
}

impl Search {
    /// The slice over these.
    pub fn new(accounts: Accounts, conversations: Conversations, dms: Dms, places: Places) -> Self {
        Self { accounts, conversations, dms, places }
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
        let places = self.places.of(found.items.iter().map(|found| (user, found.message.conversation_id))).await?;
        let hit = |Found { message, highlights }: Found| {
            let conversation = places.get(&(user, message.conversation_id))?.clone();
            Some(SearchHit { message, conversation, highlights })
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
