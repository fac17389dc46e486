//! Holding back what looks like spam: on every way a text comes in, for everybody but those who keep order.

use std::collections::HashSet;

use praca_api::{MessageId, UserId};

use super::Conversations;
use super::access::{ConversationAccess, Write};
use super::mentions::Mentions;
use crate::antispam::{Shape, Spam, Text, check};
use crate::error::Result;

impl Conversations {
    /// Looks at a text as it was sent and as it would be stored, and notes it. A new message that is then not stored after
    /// all has to be given back by [`Self::unscreen`]; of an edit that is not, the text counts all the same, or who deletes
    /// and edits in turn would send without end.
    ///
    /// # Errors
    /// `messages.spam`.
    pub(super) async fn screen(
        &self,
        access: &ConversationAccess<Write>,
        id: MessageId,
        sent: &str,
        (body, mentions): (&str, &Mentions),
    ) -> Result<()> {
        let base = &self.0.base;
        let Some(settings) = &base.config.antispam else { return Ok(()) };
        if access.is_moderator() || access.actor().is_moderator() {
            return Ok(());
        }
        let author = access.actor().id();
        let named: HashSet<UserId> = mentions.people.iter().map(|mention| mention.user_id).collect();
        let is_new = self.0.accounts.is_new(author).await?;
        check(settings, Text { sent, body, mentions: named.len(), is_new })?;
        if let Some(shape) = Shape::of(body)
            && !base.limits.note_text(author, id.0, shape, settings.alike).await
        {
            return Err(Spam::Repeated.into());
        }
        Ok(())
    }

    /// A text was not stored after all: it does not count.
    pub(super) async fn unscreen(&self, author: UserId, id: MessageId) {
        if self.0.base.config.antispam.is_some() {
            self.0.base.limits.forget_text(author, id.0).await;
        }
    }
}
