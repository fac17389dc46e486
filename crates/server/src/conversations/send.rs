//! Sending a message: checked, reserved, queued for the writer, and only then acknowledged.

use std::sync::Arc;

use praca_api::messages::{Message, NewMessage, ReplyTo};
use praca_api::uploads::Purpose;
use praca_api::{MessageId, ProblemCode, Timestamp, UploadId, UserId};

use super::access::{ConversationAccess, Read, Write};
use super::body::{check_attachments, check_nonce, clean_body};
use super::mentions::Mentions;
use super::render::reply_to;
use super::writer::{Draft, Stored};
use super::{Conversations, entity, store};
use crate::error::{Error, Result};
use crate::limits::{Clocks, Reservation, SlowModeKeys, Wait};

impl Conversations {
    /// Sends a message past the clocks of slow mode, if the conversation has any. The same (conversation, author, nonce) again gives the same message, whatever the clocks say.
    ///
    /// # Errors
    /// `messages.empty`, `messages.too_long`, `messages.spam`, `rooms.slow_mode`, `request.rate_limited`, `resource.not_found` for a reply
    /// to a message that is not here, `uploads.rejected`, `service.unavailable`.
    pub async fn send(
        &self,
        access: ConversationAccess<Write>,
        new: NewMessage,
        slow: Option<Clocks>,
    ) -> Result<Message> {
        check_nonce(&new.nonce)?;
        let body = clean_body(&new.body, !new.attachment_ids.is_empty())?;
        check_attachments(&new.attachment_ids)?;
        let slow = slow.filter(|clocks| clocks.run() && !access.is_moderator());
        if slow.is_some()
            && let Some(stored) = self.stored(&access, &new.nonce).await?
        {
            return Ok(stored);
        }
        if let Err(error) = self.require_sendable(&access, &new.attachment_ids).await {
            // A message that is stored already is given again, however fast it is asked for; and its pictures are in use.
            return self.stored(&access, &new.nonce).await?.ok_or(error);
        }
        let reply = match new.reply_to_id {
            Some(id) => Some(self.replied(&access, id).await?),
            None => None,
        };
        let mentions = self.mentions(&access, &body).await?;
        let draft = Draft { pictures: new.attachment_ids, ..self.draft(&access, body, new.nonce, mentions, reply) };
        if let Err(error) = self.screen(&access, draft.id, &new.body, (&draft.body, &draft.mentions)).await {
            return self.stored(&access, &draft.nonce).await?.ok_or(error);
        }
        if let Err(error) = self.join_to_write(&access).await {
            self.unscreen(draft.author.id, draft.id).await;
            return Err(error);
        }
        // From here on the work goes on even if the caller goes away: a reservation is either used or given back.
        let this = self.clone();
        let work = async move {
            let (author, id) = (draft.author.id, draft.id);
            let sent = this.reserve_and_store(access, draft, slow).await;
            // One that was stored before, under another id, or is not stored, does not count.
            if !sent.as_ref().is_ok_and(|message| message.id == id) {
                this.unscreen(author, id).await;
            }
            sent
        };
        let request = crate::request_id::RequestId::current();
        tokio::spawn(request.scope(work)).await.map_err(Error::internal)?
    }

    /// Stores a message as if it had been written at `moment`, without clocks or flood limits: for demo data.
    ///
    /// # Errors
    /// `messages.empty`, `messages.too_long`.
    pub async fn send_at(&self, access: ConversationAccess<Write>, new: NewMessage, moment: Timestamp) -> Result<()> {
        let body = clean_body(&new.body, false)?;
        let mentions = self.mentions(&access, &body).await?;
        self.join_to_write(&access).await?;
        let draft = self.draft(&access, body, new.nonce, mentions, None);
        self.0.writer.ask(Draft { written_at: Some(moment), ..draft }).await.map(drop)
    }

    /// Writing to a public room one is not a member of joins it.
    async fn join_to_write(&self, access: &ConversationAccess<Write>) -> Result<()> {
        if access.is_member() {
            return Ok(());
        }
        let reading = self.access::<Read>(access.actor(), access.conversation().kind, access.id()).await?;
        self.join(&reading).await
    }

    /// A checked message on its way to the writer.
    fn draft(
        &self,
        access: &ConversationAccess<Write>,
        body: String,
        nonce: String,
        mentions: Mentions,
        reply: Option<ReplyTo>,
    ) -> Draft {
        Draft {
            id: self.0.base.ids.message(),
            conversation: access.id(),
            of_two: access.pair().is_some(),
            author: access.actor().author.clone(),
            body,
            nonce,
            mentions,
            reply,
            pictures: Vec::new(),
            room_wait: None,
            written_at: None,
        }
    }

    async fn reserve_and_store(
        &self,
        access: ConversationAccess<Write>,
        draft: Draft,
        slow: Option<Clocks>,
    ) -> Result<Message> {
        let keys = SlowModeKeys::new(access.id(), access.actor().id());
        let (nonce, author) = (draft.nonce.clone(), access.actor().id());
        if let Some(clocks) = slow
            && let Reservation::Blocked(wait) = self.0.base.limits.reserve(&keys, clocks, &nonce).await?
        {
            metrics::counter!("praca_slow_mode_blocks_total").increment(1);
            return Err(blocked(wait));
        }
        let room_wait = slow.map(|clocks| clocks.room).filter(|room| !room.is_zero());
        let draft = Draft { room_wait, ..draft };
        match self.0.writer.ask(draft).await {
            Ok(Stored::New(message)) => Ok(self.for_reader(Arc::unwrap_or_clone(message), author)),
            Ok(Stored::Repeated(row)) => self.render_one(*row, author).await,
            Ok(Stored::Refused(error)) | Err(error) => {
                self.release(&access, &nonce, slow).await;
                Err(error)
            }
        }
    }

    /// Gives back the clocks of a message that was not stored. A second try of one that was must not free those of the first.
    async fn release(&self, access: &ConversationAccess<Write>, nonce: &str, slow: Option<Clocks>) {
        if slow.is_some() && matches!(self.stored(access, nonce).await, Ok(None)) {
            let keys = SlowModeKeys::new(access.id(), access.actor().id());
            // When the coordinator is gone too, the clocks run out by themselves.
            let _ = self.0.base.limits.release(&keys, nonce).await;
        }
    }

    async fn stored(&self, access: &ConversationAccess<Write>, nonce: &str) -> Result<Option<Message>> {
        let conn = self.0.base.db.read();
        match store::message_by_nonce(conn, access.id(), access.actor().id(), nonce).await? {
            Some(row) => self.render_one(row, access.actor().id()).await.map(Some),
            None => Ok(None),
        }
    }

    async fn replied(&self, access: &ConversationAccess<Write>, id: MessageId) -> Result<ReplyTo> {
        let row = store::message(self.0.base.db.read(), access.id(), id).await?;
        let row = row.filter(|row| row.deleted_at.is_none()).ok_or_else(Error::not_found)?;
        let author = match row.author_id {
            Some(author) => Some((author, self.0.accounts.author(author).await?)),
            None => None,
        };
        Ok(reply_to(&row, &author.into_iter().collect()))
    }

    /// Holds floods back, and refuses pictures that cannot be sent.
    async fn require_sendable(&self, access: &ConversationAccess<Write>, pictures: &[UploadId]) -> Result<()> {
        self.limit_flood("messages", access).await?;
        if pictures.is_empty() {
            return Ok(());
        }
        self.0.uploads.require_usable(access.actor().id(), Purpose::Message, pictures).await
    }

    /// Holds back floods of messages, and, counted apart, of changes to them.
    pub(super) async fn limit_flood(&self, kind: &str, access: &ConversationAccess<Write>) -> Result<()> {
        let base = &self.0.base;
        let Some(quota) = base.config.limits.messages else { return Ok(()) };
        match base.limits.take(&format!("{kind}:{}", access.actor().id()), quota).await {
            Some(wait) => Err(Error::rate_limited(wait)),
            None => Ok(()),
        }
    }

    /// A message as a person is given it.
    pub(super) async fn render_one(&self, row: entity::message::Model, reader: UserId) -> Result<Message> {
        let rendered = self.render(self.0.base.db.read(), vec![row]).await?;
        let message = rendered.into_iter().next().ok_or_else(Error::not_found)?;
        Ok(self.for_reader(message, reader))
    }

    /// The message with the private addresses in it signed for a person.
    pub fn for_reader(&self, message: Message, reader: UserId) -> Message {
        self.0.base.links.for_reader(message, reader, self.0.base.clock.now())
    }
}

/// The problem of a clock that still runs.
fn blocked(wait: Wait) -> Error {
    let mut error = Error::problem(ProblemCode::RoomsSlowMode, "The room is in slow mode; wait a moment.");
    if let Error::Problem(refusal) = &mut error {
        refusal.retry_after_ms = Some(wait.retry_after_ms);
        refusal.scope = wait.scope;
        refusal.server_time = Some(wait.server_time);
    }
    error
}
