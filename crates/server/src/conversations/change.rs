//! Changing a message that is there: edit, delete, react, pin. Each counts the conversation's `rev` up by one.

use std::sync::Arc;

use praca_api::limits::REACTION_KINDS;
use praca_api::messages::{Message, MessageKind};
use praca_api::{ConversationId, MessageId, Rev, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::access::{ConversationAccess, Write};
use super::body::{clean_body, clean_emoji, empty};
use super::entity::{conversation, message, reaction, revision};
use super::pairs::gates;
use super::store::MessagePlaces;
use super::{Conversations, pins, store};
use crate::bus::{Change, ChangeKind, Hearers};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Event, Told};
use crate::uploads::{UsedPicture, release};

/// A message held for a change.
pub(super) struct Held {
    pub tx: Tx,
    pub row: message::Model,
    /// The number the change will have.
    pub rev: Rev,
    pub now: Timestamp,
}

/// What is told of a change, and to whom.
pub(super) struct Telling {
    kind: ChangeKind,
    hearers: Hearers,
    /// Whom the message names now and did not before, or the other way round.
    told: Vec<Told>,
}

impl Telling {
    /// A change that names nobody else than before.
    pub fn of(kind: ChangeKind, hearers: Hearers) -> Self {
        Self { kind, hearers, told: Vec::new() }
    }
}

impl Conversations {
    /// Replaces the text of one's own message; the earlier text is kept for moderators.
    ///
    /// # Errors
    /// `messages.empty`, `messages.too_long`, `messages.spam`, `request.rate_limited`, `resource.not_found`, `access.denied`
    /// for somebody else's.
    pub async fn edit(&self, access: &ConversationAccess<Write>, id: MessageId, sent: &str) -> Result<Message> {
        let body = clean_body(sent, true)?;
        self.limit_flood("changes", access).await?;
        let mentions = self.mentions(access, &body).await?;
        self.screen(access, id, sent, (&body, &mentions)).await?;
        let Held { tx, mut row, rev, now } = self.hold_to_write(access, id).await?;
        let author = access.actor().id();
        if row.author_id != Some(author) || row.kind != MessageKind::Text {
            return Err(Error::denied());
        }
        if body.is_empty() && row.attachments.is_none() {
            return Err(empty());
        }
        if row.body == body {
            drop(tx);
            return self.render_one(row, access.actor().id()).await;
        }
        keep_revision(&tx, &row, rev, now).await?;
        let told = self.retell(&tx, &row, &mentions.told).await?;
        row.body = body;
        row.mentions = mentions.stored();
        row.edited_at = Some(now);
        let telling = Telling { kind: ChangeKind::Updated, hearers: hearers(access), told };
        self.finish_own(access, tx, row, rev, telling).await
    }

    /// Deletes a message: its text is gone for everyone but moderators, its place stays.
    ///
    /// # Errors
    /// `resource.not_found`, `access.denied` for somebody else's unless one keeps order here.
    pub async fn delete(&self, access: &ConversationAccess<Write>, id: MessageId) -> Result<Message> {
        self.limit_flood("changes", access).await?;
        let Held { mut tx, mut row, rev, now } = self.hold_to_write(access, id).await?;
        let own = row.author_id == Some(access.actor().id());
        if !own && !access.is_moderator() {
            return Err(Error::denied());
        }
        keep_revision(&tx, &row, rev, now).await?;
        reaction::Entity::delete_many()
            .filter(reaction::Column::ConversationId.eq(row.conversation_id))
            .filter(reaction::Column::MessageSeq.eq(row.seq))
            .exec(tx.conn())
            .await?;
        let told = self.retell(&tx, &row, &[]).await?;
        pins::remove(tx.conn(), row.conversation_id, row.seq).await?;
        row.body.clear();
        row.mentions = None;
        row.payload = None;
        row.pinned_at = None;
        row.deleted_at = Some(now);
        let pictures = UsedPicture::read_all(row.attachments.take().as_ref());
        if !pictures.is_empty() {
            let uploads = pictures.into_iter().map(|picture| (picture.id, picture.folder)).collect();
            release(&mut tx, uploads).await?;
        }
        let moderator = (!own).then(|| access.actor().id());
        let telling = Telling { kind: ChangeKind::Deleted { moderator }, hearers: hearers(access), told };
        self.finish_own(access, tx, row, rev, telling).await
    }

    /// Adds or takes back one's emoji.
    ///
    /// # Errors
    /// `request.invalid` for what is no emoji or one kind too many, `resource.not_found`.
    pub async fn react(
        &self,
        access: &ConversationAccess<Write>,
        id: MessageId,
        emoji: &str,
        on: bool,
    ) -> Result<Message> {
        let emoji = clean_emoji(emoji)?;
        self.limit_flood("changes", access).await?;
        let Held { tx, row, rev, now } = self.hold_to_write(access, id).await?;
        let given = store::reactions(tx.conn(), &MessagePlaces::collect([(row.conversation_id, row.seq)])).await?;
        let user = access.actor().id();
        let mine = given.iter().any(|reaction| reaction.user_id == user && reaction.emoji == emoji);
        if mine == on {
            drop(tx);
            return self.render_one(row, access.actor().id()).await;
        }
        if on {
            let mut kinds: Vec<&str> = given.iter().map(|reaction| reaction.emoji.as_str()).collect();
            kinds.sort_unstable();
            kinds.dedup();
            if kinds.len() >= REACTION_KINDS && !kinds.contains(&emoji) {
                return Err(Error::invalid_field("emoji", "too_many", "A message has at most 20 different emoji."));
            }
            let new = reaction::ActiveModel {
                conversation_id: Set(row.conversation_id),
                message_seq: Set(row.seq),
                emoji: Set(emoji.to_owned()),
                user_id: Set(user),
                created_at: Set(now),
            };
            reaction::Entity::insert(new).exec_without_returning(tx.conn()).await?;
        } else {
            let key = (row.conversation_id, row.seq, emoji.to_owned(), user);
            reaction::Entity::delete_by_id(key).exec(tx.conn()).await?;
        }
        let telling = Telling::of(ChangeKind::Updated, hearers(access));
        self.finish_own(access, tx, row, rev, telling).await
    }

    /// Holds a message for one who writes. Between two people, whether they still may is asked once more, under the lock
    /// that a block takes too.
    async fn hold_to_write(&self, access: &ConversationAccess<Write>, id: MessageId) -> Result<Held> {
        let held = self.hold(access.id(), id).await?;
        if access.pair().is_some() {
            let gates = gates(held.tx.conn(), &self.0.accounts, &[access.id()]).await?;
            let open = gates.get(&access.id()).is_some_and(|gate| gate.lets_change(access.actor().id()));
            if !open {
                return Err(Error::denied());
            }
        }
        Ok(held)
    }

    /// Locks the conversation and reads the message, unless it is deleted.
    pub(super) async fn hold(&self, id: ConversationId, message: MessageId) -> Result<Held> {
        let base = &self.0.base;
        let tx = base.begin().await?;
        let locked = store::lock_conversations(tx.conn(), &[id]).await?;
        let conversation = locked.into_iter().next().ok_or_else(Error::not_found)?;
        let row = store::message(tx.conn(), id, message).await?;
        let row = row.filter(|row| row.deleted_at.is_none()).ok_or_else(Error::not_found)?;
        Ok(Held { tx, row, rev: conversation.last_rev.next(), now: base.clock.now() })
    }

    /// The same as [`Self::finish_change`]; the message is as who changed it is given it.
    async fn finish_own(
        &self,
        access: &ConversationAccess<Write>,
        tx: Tx,
        row: message::Model,
        rev: Rev,
        telling: Telling,
    ) -> Result<Message> {
        let message = self.finish_change(tx, row, rev, telling).await?;
        Ok(self.for_reader(message, access.actor().id()))
    }

    /// Stores the changed row under its new `rev` and tells of it.
    pub(super) async fn finish_change(
        &self,
        mut tx: Tx,
        mut row: message::Model,
        rev: Rev,
        telling: Telling,
    ) -> Result<Message> {
        row.rev = rev;
        conversation::Entity::update_many()
            .col_expr(conversation::Column::LastRev, Expr::value(rev))
            .filter(conversation::Column::Id.eq(row.conversation_id))
            .exec(tx.conn())
            .await?;
        message::Entity::update_many()
            .col_expr(message::Column::Body, Expr::value(row.body.clone()))
            .col_expr(message::Column::Payload, Expr::value(row.payload.clone()))
            .col_expr(message::Column::Mentions, Expr::value(row.mentions.clone()))
            .col_expr(message::Column::Attachments, Expr::value(row.attachments.clone()))
            .col_expr(message::Column::Rev, Expr::value(rev))
            .col_expr(message::Column::EditedAt, Expr::value(row.edited_at))
            .col_expr(message::Column::DeletedAt, Expr::value(row.deleted_at))
            .col_expr(message::Column::PinnedAt, Expr::value(row.pinned_at))
            .filter(message::Column::ConversationId.eq(row.conversation_id))
            .filter(message::Column::Seq.eq(row.seq))
            .exec(tx.conn())
            .await?;
        let conversation = row.conversation_id;
        let rendered = self.render(tx.conn(), vec![row]).await?;
        let message = rendered.into_iter().next().ok_or_else(Error::not_found)?;
        let Telling { kind, hearers, told } = telling;
        let change = Change { message: Arc::new(message.clone()), kind };
        tx.emit(Event::MessagesChanged { conversation, changes: vec![change], hearers, told });
        tx.commit().await?;
        Ok(message)
    }
}

/// Who hears of a change by somebody who may write: in a room whoever is in it; of two people both, once they have agreed
/// to talk, and until then the writer alone.
fn hearers(access: &ConversationAccess<Write>) -> Hearers {
    match access.pair() {
        None => Hearers::Joined,
        Some(pair) if pair.accepted => Hearers::People(pair.people()),
        Some(_) => Hearers::People(vec![access.actor().id()]),
    }
}

async fn keep_revision(tx: &Tx, row: &message::Model, rev: Rev, now: Timestamp) -> Result<()> {
    let earlier = revision::ActiveModel {
        conversation_id: Set(row.conversation_id),
        message_seq: Set(row.seq),
        rev: Set(rev),
        body: Set(row.body.clone()),
        written_at: Set(row.edited_at.unwrap_or(row.created_at)),
        replaced_at: Set(now),
    };
    revision::Entity::insert(earlier).exec_without_returning(tx.conn()).await?;
    Ok(())
}
