//! People somebody has a conversation of two with.

use praca_api::people::Contact;
use praca_api::{ConversationId, Page, Timestamp, UserId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Dms;
use crate::auth::Actor;
use crate::conversations::PairFound;
use crate::db::page::{PageQuery, page_of};
use crate::error::Result;
use crate::fold::fold;

/// Which contacts.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContactsQuery {
    /// Only those whose name or handle has this in it; accents and case do not matter.
    pub q: Option<String>,
    /// Most items, 1 to 100; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// Conversations looked through at a time.
const STEP: u64 = 200;

impl Dms {
    /// People the person has an accepted conversation with and does not block, the liveliest first.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn contacts(&self, actor: &Actor, query: ContactsQuery) -> Result<Page<Contact>> {
        let user = actor.id();
        let wanted = fold(query.q.as_deref().unwrap_or_default().trim().trim_start_matches('@'));
        let page = PageQuery { limit: query.limit, after: query.after };
        let limit = page.limit()?;
        let mut after = page.key::<(Timestamp, ConversationId)>()?;
        let blocks = self.0.accounts.blocks(user).await?;
        let mut rows: Vec<PairFound> = Vec::new();
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        while rows.len() <= most {
            let some = self.0.conversations.pairs_found(user, after, true, STEP).await?;
            let last = u64::try_from(some.len()).is_ok_and(|count| count < STEP);
            after = some.last().map(|row| (row.conversation.active_at, row.conversation.id));
            let others: Vec<UserId> = some.iter().map(|row| row.pair.other(user)).collect();
            let authors = self.0.accounts.authors(&others).await?;
            let fits = |row: &PairFound| {
                let other = row.pair.other(user);
                let Some(author) = authors.get(&other).filter(|_| !blocks.mine.contains(&other)) else { return false };
                fold(&author.display_name).contains(&wanted) || fold(&author.handle).contains(&wanted)
            };
            rows.extend(some.into_iter().filter(fits));
            if last {
                break;
            }
        }
        rows.truncate(most + 1);
        let page = page_of(rows, limit, |row| (row.conversation.active_at, row.conversation.id), |row| row)?;
        let others: Vec<UserId> = page.items.iter().map(|row| row.pair.other(user)).collect();
        let people = self.people(user, &others).await?;
        let contact = |row: PairFound| {
            let person = people.get(&row.pair.other(user))?.clone();
            Some(Contact { person, conversation_id: row.conversation.id })
        };
        Ok(Page { items: page.items.into_iter().filter_map(contact).collect(), next: page.next })
    }
}
