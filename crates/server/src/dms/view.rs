//! Conversations of two as one of the two sees them.

use std::collections::HashMap;

use praca_api::dms::{Dm, DmState, PeerCursors};
use praca_api::people::{PersonPresence, PersonSeen};
use praca_api::{ConversationId, Page, Seq, Timestamp, UserId};

use super::Dms;
use crate::auth::Actor;
use crate::conversations::{PairFound, read_state};
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};

impl Dms {
    /// The person's conversations, the liveliest first.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn list(&self, actor: &Actor, page: &PageQuery) -> Result<Page<Dm>> {
        let limit = page.limit()?;
        let after = page.key::<(Timestamp, ConversationId)>()?;
        let found = self.0.conversations.pairs_found(actor.id(), after, false, limit + 1).await?;
        let page = page_of(found, limit, |row| (row.conversation.active_at, row.conversation.id), |row| row)?;
        Ok(Page { items: self.seen_by(actor.id(), page.items).await?, next: page.next })
    }

    /// One conversation.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn get(&self, id: ConversationId, user: UserId) -> Result<Dm> {
        let found = self.0.conversations.pair_found(id, user).await?;
        self.seen_by(user, vec![found]).await?.pop().ok_or_else(Error::not_found)
    }

    async fn seen_by(&self, user: UserId, found: Vec<PairFound>) -> Result<Vec<Dm>> {
        let inner = &self.0;
        let others: Vec<UserId> = found.iter().map(|row| row.pair.other(user)).collect();
        let people = self.people(user, &others).await?;
        let blocks = inner.accounts.blocks(user).await?;
        let sees_reading = inner.accounts.preferences_of(user).await?.read_receipts;
        let newest: Vec<(ConversationId, Seq)> =
            found.iter().map(|row| (row.conversation.id, row.conversation.last_seq)).collect();
        let last = inner.conversations.last_messages(inner.base.db.read(), &newest).await?;
        let last = last.into_iter().map(|message| inner.conversations.for_reader(message, user));
        let mut last: HashMap<_, _> = last.map(|message| (message.conversation_id, message)).collect();
        let dm = |PairFound { conversation, pair, mine, theirs }: PairFound| {
            let with = people.get(&pair.other(user))?.clone();
            let state = read_state(conversation.id, conversation.last_seq, mine.last_read_seq, 0);
            Some(Dm {
                id: conversation.id,
                state: match (blocks.mine.contains(&with.author.id), pair.accepted) {
                    (true, _) => DmState::Blocked,
                    (false, true) => DmState::Open,
                    (false, false) => DmState::Requested,
                },
                with,
                last_seq: conversation.last_seq,
                last_rev: conversation.last_rev,
                last_message: last.remove(&conversation.id),
                unread: state.unread,
                muted: mine.muted,
                last_read_seq: mine.last_read_seq,
                peer: PeerCursors {
                    delivered_seq: theirs.delivered_seq,
                    read_seq: if sees_reading { theirs.receipt_seq } else { Seq::ZERO },
                },
                // Who opened it first shows with the first message.
                requested_by: if conversation.last_seq == Seq::ZERO { user } else { pair.requested_by },
                epoch: conversation.epoch,
            })
        };
        Ok(found.into_iter().filter_map(dm).collect())
    }

    /// These people as `user` sees them; unknown ids are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn people(&self, user: UserId, ids: &[UserId]) -> Result<HashMap<UserId, PersonSeen>> {
        let authors = self.0.accounts.authors(ids).await?;
        let seen = self.0.presences.seen(user, ids).await?;
        let person = |PersonPresence { user_id, state, last_seen_at }: PersonPresence| {
            let author = authors.get(&user_id)?.clone();
            Some((user_id, PersonSeen { author, presence: state, last_seen_at }))
        };
        Ok(seen.into_iter().filter_map(person).collect())
    }
}
