//! Opening a conversation of two, within the quota of first contacts.

use std::sync::Arc;
use std::time::Duration;

use praca_api::{ConversationId, ProblemCode, UserId};

use super::Dms;
use crate::accounts::NEW_ACCOUNT;
use crate::auth::Actor;
use crate::config::Contacts;
use crate::error::{Error, Result};

/// The time first contacts are counted over.
const DAY: Duration = Duration::from_secs(86_400);

impl Dms {
    /// The conversation with somebody; opened if there is none.
    ///
    /// # Errors
    /// `resource.not_found` for nobody, `request.invalid` for oneself, `account.silenced`, `request.rate_limited` after too
    /// many first contacts.
    pub async fn open(&self, actor: &Arc<Actor>, with: UserId) -> Result<ConversationId> {
        let by = actor.id();
        if by == with {
            return Err(Error::invalid_field("userId", "self", "A conversation takes two people."));
        }
        self.0.accounts.card(with).await?;
        let conversations = &self.0.conversations;
        if let Some(found) = conversations.pair_of(self.0.base.db.read(), by, with).await? {
            return Ok(found);
        }
        actor.require_may_write()?;
        let opened = self.open_new(by, with).await;
        match opened {
            // Both opened it at once, or one of them twice.
            Err(error) if error.is(ProblemCode::RequestConflict) => {
                let found = conversations.pair_of(self.0.base.db.read(), by, with).await?;
                found.ok_or_else(Error::not_found)
            }
            other => other,
        }
    }

    async fn open_new(&self, by: UserId, with: UserId) -> Result<ConversationId> {
        let base = &self.0.base;
        let mut tx = base.begin().await?;
        if let Some(limit) = base.config.limits.contacts {
            // Whoever asks many times at once waits here for each.
            let created_at = self.0.accounts.lock(&tx, by).await?;
            let now = base.clock.now();
            let Contacts { a_day, while_new } = limit;
            let most = if now.since(created_at) < NEW_ACCOUNT { while_new } else { a_day };
            let made = self.0.conversations.contacts_made(tx.conn(), by, now - DAY).await?;
            let surplus = (made.len() + 1).checked_sub(usize::try_from(most).unwrap_or(usize::MAX));
            if let Some(first) = surplus.filter(|n| *n > 0).and_then(|n| made.get(n - 1)) {
                let wait = (*first + DAY).since(now);
                return Err(Error::rate_limited(wait));
            }
        }
        let id = self.0.conversations.open_pair(&mut tx, by, with).await?;
        tx.commit().await?;
        Ok(id)
    }
}
