//! What every kind of conversation does over a socket: editing, deleting, reacting, reading.

use praca_api::ConversationId;
use praca_api::events::{Caught, EditAt, MessageAt, MessageDone, ReactAt};
use praca_api::messages::{MarkRead, Message};

use super::access::{Read, Write};
use super::{Catchup, Conversations, Kind};
use crate::error::Result;
use crate::gateway::{Caller, Reply};

impl Conversations {
    /// `…:message:edit`.
    ///
    /// # Errors
    /// As [`Conversations::edit`].
    pub async fn edit_live(&self, caller: &Caller, kind: Kind, id: ConversationId, what: EditAt) -> Result<Reply> {
        let access = self.access::<Write>(&caller.actor, kind, id).await?;
        done(self.edit(&access, what.message_id, &what.body).await?)
    }

    /// `…:message:delete`.
    ///
    /// # Errors
    /// As [`Conversations::delete`].
    pub async fn delete_live(&self, caller: &Caller, kind: Kind, id: ConversationId, what: MessageAt) -> Result<Reply> {
        let access = self.access::<Write>(&caller.actor, kind, id).await?;
        done(self.delete(&access, what.message_id).await?)
    }

    /// `…:message:react`.
    ///
    /// # Errors
    /// As [`Conversations::react`].
    pub async fn react_live(&self, caller: &Caller, kind: Kind, id: ConversationId, what: ReactAt) -> Result<Reply> {
        let access = self.access::<Write>(&caller.actor, kind, id).await?;
        done(self.react(&access, what.message_id, &what.emoji, what.on).await?)
    }

    /// `…:read`.
    ///
    /// # Errors
    /// As [`Conversations::mark_read`].
    pub async fn read_live(&self, caller: &Caller, kind: Kind, id: ConversationId, what: MarkRead) -> Result<Reply> {
        let access = self.access::<Read>(&caller.actor, kind, id).await?;
        Reply::with(&self.mark_read(&access, what.seq, Some(caller.socket())).await?)
    }
}

/// The answer of whatever gives a message.
///
/// # Errors
/// It cannot be encoded.
pub fn done(message: Message) -> Result<Reply> {
    Reply::with(&MessageDone { message })
}

impl From<Catchup> for Caught {
    fn from(catchup: Catchup) -> Self {
        Self {
            messages: catchup.page.items,
            changed: catchup.changed,
            reset: catchup.reset,
            has_before: catchup.page.has_before,
            has_after: catchup.page.has_after,
        }
    }
}
