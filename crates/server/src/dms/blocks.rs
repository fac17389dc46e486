//! Blocking people. What was written before the block was acknowledged may still stand; nothing is written after it.

use praca_api::UserId;

use super::Dms;
use crate::auth::Actor;
use crate::error::Result;
use crate::events::{Event, PairStep};

impl Dms {
    /// Blocks somebody, everywhere. Harmless if they are.
    ///
    /// # Errors
    /// `resource.not_found` for nobody, `request.invalid` for oneself.
    pub async fn block(&self, actor: &Actor, whom: UserId) -> Result<()> {
        let by = actor.id();
        let mut tx = self.0.base.begin().await?;
        let pair = self.0.conversations.lock_pair(&tx, by, whom).await?;
        let new = self.0.accounts.block(&mut tx, by, whom).await?;
        if let Some((conversation, pair)) = pair.filter(|_| new) {
            tx.emit(Event::PairChanged { conversation, pair, step: PairStep::Blocked { by } });
        }
        tx.commit().await
    }

    /// Ends a block. Harmless if there is none.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn unblock(&self, actor: &Actor, whom: UserId) -> Result<()> {
        let by = actor.id();
        let mut tx = self.0.base.begin().await?;
        let pair = self.0.conversations.lock_pair(&tx, by, whom).await?;
        let ended = self.0.accounts.unblock(&mut tx, by, whom).await?;
        if let Some((conversation, pair)) = pair.filter(|_| ended) {
            tx.emit(Event::PairChanged { conversation, pair, step: PairStep::Unblocked { by } });
        }
        tx.commit().await
    }
}
