//! What administrators do with rooms: create, change, silence, archive.

use praca_api::ProblemCode;
use praca_api::limits::{ROOM_NAME_CHARS, ROOM_SLUG_CHARS, ROOM_TOPIC_CHARS, SLOW_MODE_SECONDS};
use praca_api::rooms::{NewRoom, Room, Silence, UpdateRoom, Visibility};
use praca_api::text::{clean_line, clean_text, is_blank};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{Rooms, entity};
use crate::accounts::{check_end, clean_reason};
use crate::auth::Authority;
use crate::conversations::access::Administer;
use crate::conversations::{Access, ConversationAccess, Kind};
use crate::db::Tx;
use crate::db::dialect::is_duplicate;
use crate::error::{Error, Fields, Result};
use crate::events::{Event, RoomAction};

fn clean_name(fields: &mut Fields, text: &str) -> String {
    let name = clean_line(text);
    if is_blank(&name) || !ROOM_NAME_CHARS.contains(&name.chars().count()) {
        fields.refuse("name", "length", "A room's name has 2 to 60 characters.");
    }
    name
}

fn clean_topic(fields: &mut Fields, text: &str) -> String {
    let topic = clean_text(text);
    if topic.chars().count() > ROOM_TOPIC_CHARS {
        fields.refuse("topic", "length", "A topic has at most 280 characters.");
    }
    topic
}

fn check_seconds(fields: &mut Fields, field: &str, seconds: u32) -> i32 {
    if seconds > SLOW_MODE_SECONDS {
        fields.refuse(field, "range", "An interval of slow mode has 0 to 21,600 seconds.");
    }
    i32::try_from(seconds).unwrap_or_default()
}

impl Rooms {
    /// Creates a room.
    ///
    /// # Errors
    /// `request.invalid`, `request.conflict` for a slug that is taken.
    pub async fn create(&self, authority: Authority, wish: NewRoom) -> Result<Room> {
        let base = &self.0.base;
        let mut fields = Fields::default();
        let name = clean_name(&mut fields, &wish.name);
        let slug = wish.slug.unwrap_or_else(|| slug_of(&name));
        if !is_slug(&slug) {
            fields.refuse("slug", "format", "A slug has 2 to 60 letters a to z, digits and single hyphens.");
        }
        let mut row = entity::ActiveModel {
            slug: Set(slug),
            name: Set(name),
            topic: Set(clean_topic(&mut fields, &wish.topic)),
            interval_global_seconds: Set(check_seconds(
                &mut fields,
                "intervalGlobalSeconds",
                wish.interval_global_seconds,
            )),
            per_user_seconds: Set(check_seconds(&mut fields, "perUserSeconds", wish.per_user_seconds)),
            ..entity::ActiveModel::default()
        };
        fields.finish()?;
        let mut tx = base.begin().await?;
        let visibility = access_of(wish.visibility.unwrap_or(Visibility::Public));
        let room = self.0.conversations.open(&tx, Kind::Room, visibility).await?;
        row.conversation_id = Set(room);
        let inserted = entity::Entity::insert(row).exec_without_returning(tx.conn()).await;
        if inserted.as_ref().is_err_and(|error| is_duplicate(error, "ux_rooms_slug", "rooms.slug")) {
            return Err(Error::problem(ProblemCode::RequestConflict, "There is a room of that slug."));
        }
        inserted?;
        tx.emit(Event::RoomCreated { room, by: authority.by() });
        tx.commit().await?;
        self.room(base.db.read(), room).await
    }

    /// Changes settings.
    ///
    /// # Errors
    /// `request.invalid`.
    pub async fn update(&self, access: &ConversationAccess<Administer>, wish: UpdateRoom) -> Result<Room> {
        let id = access.id();
        let mut fields = Fields::default();
        let mut update = entity::Entity::update_many().filter(entity::Column::ConversationId.eq(id));
        if let Some(name) = &wish.name {
            update = update.col_expr(entity::Column::Name, Expr::value(clean_name(&mut fields, name)));
        }
        if let Some(topic) = &wish.topic {
            update = update.col_expr(entity::Column::Topic, Expr::value(clean_topic(&mut fields, topic)));
        }
        if let Some(seconds) = wish.interval_global_seconds {
            let seconds = check_seconds(&mut fields, "intervalGlobalSeconds", seconds);
            update = update.col_expr(entity::Column::IntervalGlobalSeconds, Expr::value(seconds));
        }
        if let Some(seconds) = wish.per_user_seconds {
            let seconds = check_seconds(&mut fields, "perUserSeconds", seconds);
            update = update.col_expr(entity::Column::PerUserSeconds, Expr::value(seconds));
        }
        fields.finish()?;
        let tx = self.0.base.begin().await?;
        update.exec(tx.conn()).await?;
        if let Some(visibility) = wish.visibility {
            self.0.conversations.set_visibility(&tx, access, access_of(visibility)).await?;
        }
        self.finish(tx, access, RoomAction::Update, None).await
    }

    /// Lets nobody but moderators write.
    ///
    /// # Errors
    /// `request.invalid` for a missing reason or an end in the past.
    pub async fn silence(&self, access: &ConversationAccess<Administer>, wish: Silence) -> Result<Room> {
        let silence = self.checked_silence(wish)?;
        let tx = self.0.base.begin().await?;
        self.0.conversations.set_silence(&tx, access, Some(&silence)).await?;
        self.finish(tx, access, RoomAction::Silence, Some(silence.reason)).await
    }

    /// Lets everybody write again.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn lift_silence(&self, access: &ConversationAccess<Administer>) -> Result<Room> {
        let tx = self.0.base.begin().await?;
        self.0.conversations.set_silence(&tx, access, None).await?;
        self.finish(tx, access, RoomAction::LiftSilence, None).await
    }

    /// Takes the room from the list; it takes no more messages. What was said stays.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn archive(&self, access: &ConversationAccess<Administer>) -> Result<()> {
        if access.conversation().archived_at.is_some() {
            return Ok(());
        }
        let tx = self.0.base.begin().await?;
        self.0.conversations.archive(&tx, access).await?;
        self.finish(tx, access, RoomAction::Archive, None).await.map(drop)
    }

    /// Commits a change with its audit row, and tells the room.
    async fn finish(
        &self,
        mut tx: Tx,
        access: &ConversationAccess<Administer>,
        action: RoomAction,
        reason: Option<String>,
    ) -> Result<Room> {
        let room = self.room(tx.conn(), access.id()).await?;
        tx.emit(Event::RoomChanged { room: Box::new(room.clone()), by: access.actor().id(), action, reason });
        tx.commit().await?;
        Ok(room)
    }

    /// A silence with a reason, and an end in the future or none.
    ///
    /// # Errors
    /// `request.invalid`.
    pub fn checked_silence(&self, wish: Silence) -> Result<Silence> {
        let reason = clean_reason(&wish.reason)?;
        check_end(wish.until, self.0.base.clock.now())?;
        Ok(Silence { reason, until: wish.until })
    }
}

fn access_of(visibility: Visibility) -> Access {
    match visibility {
        Visibility::Public => Access::Public,
        Visibility::Unlisted => Access::Unlisted,
    }
}

fn is_slug(slug: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    ROOM_SLUG_CHARS.contains(&slug.len())
        && slug.bytes().all(plain)
        && !slug.starts_with('-')
        && !slug.ends_with('-')
        && !slug.contains("--")
}

/// A name as an address writes it: `Avisos da Associação` → `avisos-da-associacao`.
fn slug_of(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let plain: String = name.nfd().filter(char::is_ascii).collect::<String>().to_lowercase();
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_an_address() {
        assert_eq!(slug_of("Avisos da Associação!"), "avisos-da-associacao");
        assert!(is_slug("feira-livre") && is_slug("sala-2"));
        for bad in ["", "a", "-a", "a-", "a--b", "A", "á-b", "a b"] {
            assert!(!is_slug(bad), "{bad}");
        }
    }
}
