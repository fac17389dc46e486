//! Who is in a conversation, in which role, and who is silenced in it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use praca_api::accounts::{Author, Role};
use praca_api::limits::PRESENT_NAMES;
use praca_api::rooms::{Member, MemberRole, MyMembership, RoomPresence, Silence};
use praca_api::{ConversationId, Page, Seq, Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, TryInsertResult};
use serde::Deserialize;
use utoipa::IntoParams;

use super::access::{Administer, ConversationAccess, Moderate, Read};
use super::entity::{membership, silence};
use super::{Conversations, store};
use crate::db::Tx;
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};
use crate::events::Event;

/// What a conversation is to one person.
#[derive(Clone, Debug)]
pub struct Mine {
    /// Role and running silence.
    pub me: MyMembership,
    /// Whether it stays quiet.
    pub muted: bool,
    /// The cursor.
    pub last_read_seq: Seq,
    /// How often the person is named in what they have not read.
    pub mentions: i64,
}

/// Which members.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MembersQuery {
    /// Only those whose handle begins with this, or a word of whose name does.
    pub q: Option<String>,
    /// Most items, 1 to 100; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl Conversations {
    /// Makes the person a member, with the cursor at the newest message. Harmless for a member.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn join(&self, access: &ConversationAccess<Read>) -> Result<()> {
        if access.is_member() {
            return Ok(());
        }
        let (conversation, user) = (access.id(), access.actor().id());
        let base = &self.0.base;
        let mut tx = base.begin().await?;
        let row = store::conversation(tx.conn(), conversation).await?.ok_or_else(Error::not_found)?;
        let row = membership::ActiveModel {
            conversation_id: Set(conversation),
            user_id: Set(user),
            role: Set(MemberRole::Member),
            muted: Set(false),
            last_read_seq: Set(row.last_seq),
            delivered_seq: Set(Seq::ZERO),
            receipt_seq: Set(Seq::ZERO),
            joined_at: Set(base.clock.now()),
        };
        let columns = [membership::Column::ConversationId, membership::Column::UserId];
        let joined = membership::Entity::insert_many([row])
            .on_conflict_do_nothing_on(columns)
            .exec_without_returning(tx.conn())
            .await?;
        if matches!(joined, TryInsertResult::Inserted(count) if count > 0) {
            tx.emit(Event::MembershipChanged { conversation, user, member: true });
        }
        tx.commit().await
    }

    /// Ends the membership. Harmless for a stranger.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn leave(&self, access: &ConversationAccess<Read>) -> Result<()> {
        let (conversation, user) = (access.id(), access.actor().id());
        let mut tx = self.0.base.begin().await?;
        let left = membership::Entity::delete_by_id((conversation, user)).exec(tx.conn()).await?;
        if left.rows_affected > 0 {
            tx.emit(Event::MembershipChanged { conversation, user, member: false });
        }
        tx.commit().await
    }

    /// Keeps the conversation quiet for the person, or not.
    ///
    /// # Errors
    /// `access.denied` for one who is not a member.
    pub async fn mute(&self, access: &ConversationAccess<Read>, muted: bool) -> Result<()> {
        let (conversation, user) = (access.id(), access.actor().id());
        let mut tx = self.0.base.begin().await?;
        let update = membership::Entity::update_many()
            .col_expr(membership::Column::Muted, Expr::value(muted))
            .filter(membership::Column::ConversationId.eq(conversation))
            .filter(membership::Column::UserId.eq(user));
        if update.exec(tx.conn()).await?.rows_affected == 0 {
            return Err(Error::denied());
        }
        tx.emit(Event::ConversationMuted { conversation, user, muted, of_two: access.pair().is_some() });
        tx.commit().await
    }

    /// Names or dismisses a moderator of the conversation.
    ///
    /// # Errors
    /// `resource.not_found` for one who is not a member.
    pub async fn set_member_role(
        &self,
        access: &ConversationAccess<Administer>,
        user: UserId,
        role: MemberRole,
    ) -> Result<()> {
        let room = access.id();
        access.actor().require_recent(self.0.base.clock.now())?;
        let mut tx = self.0.base.begin().await?;
        let update = membership::Entity::update_many()
            .col_expr(membership::Column::Role, Expr::value(role))
            .filter(membership::Column::ConversationId.eq(room))
            .filter(membership::Column::UserId.eq(user));
        if update.exec(tx.conn()).await?.rows_affected == 0 {
            return Err(Error::not_found());
        }
        tx.emit(Event::MemberRoleChanged { room, user, by: access.actor().id(), role });
        tx.commit().await
    }

    /// Silences a person here, or changes reason and end of their silence.
    ///
    /// # Errors
    /// `resource.not_found` for nobody; `access.denied` for one who keeps order here too, and as in lifting a silence.
    pub async fn silence_member(
        &self,
        access: &ConversationAccess<Moderate>,
        user: UserId,
        silence: Silence,
    ) -> Result<()> {
        let room = access.id();
        let base = &self.0.base;
        if self.0.accounts.acting_role(user).await? != Role::User || user == access.actor().id() {
            return Err(Error::denied());
        }
        let theirs = store::membership(base.db.read(), room, user).await?;
        if theirs.is_some_and(|row| row.role == MemberRole::Moderator) && !access.actor().is_moderator() {
            return Err(Error::denied());
        }
        let mut tx = base.begin().await?;
        self.require_own_silence(&tx, access, user).await?;
        let row = silence::ActiveModel {
            conversation_id: Set(room),
            user_id: Set(user),
            reason: Set(silence.reason.clone()),
            until: Set(silence.until),
            silenced_by: Set(access.actor().id()),
            created_at: Set(base.clock.now()),
        };
        let mut newer = OnConflict::columns([silence::Column::ConversationId, silence::Column::UserId]);
        newer.update_columns([
            silence::Column::Reason,
            silence::Column::Until,
            silence::Column::SilencedBy,
            silence::Column::CreatedAt,
        ]);
        silence::Entity::insert(row).on_conflict(newer).exec_without_returning(tx.conn()).await?;
        let (by, reason, until) = (access.actor().id(), Some(silence.reason), silence.until);
        tx.emit(Event::MemberSilenceChanged { room, user, by, reason, until });
        tx.commit().await
    }

    /// Lifts a person's silence here.
    ///
    /// # Errors
    /// `resource.not_found` for one who is not silenced; `access.denied` to a moderator of the room alone, if the silence
    /// came from one of the whole square.
    pub async fn lift_member_silence(&self, access: &ConversationAccess<Moderate>, user: UserId) -> Result<()> {
        let room = access.id();
        let mut tx = self.0.base.begin().await?;
        self.require_own_silence(&tx, access, user).await?;
        if silence::Entity::delete_by_id((room, user)).exec(tx.conn()).await?.rows_affected == 0 {
            return Err(Error::not_found());
        }
        tx.emit(Event::MemberSilenceChanged { room, user, by: access.actor().id(), reason: None, until: None });
        tx.commit().await
    }

    /// A moderator of the room alone does not undo what one of the whole square has done.
    async fn require_own_silence(&self, tx: &Tx, access: &ConversationAccess<Moderate>, user: UserId) -> Result<()> {
        if access.actor().is_moderator() {
            return Ok(());
        }
        let silence = silence::Entity::find_by_id((access.id(), user)).one(tx.conn()).await?;
        match silence {
            Some(silence) if self.0.accounts.role(silence.silenced_by).await? != Role::User => Err(Error::denied()),
            _ => Ok(()),
        }
    }

    /// Members in a stable order; silences are shown to those who keep order.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn members(&self, access: &ConversationAccess<Read>, query: MembersQuery) -> Result<Page<Member>> {
        let conn = self.0.base.db.read();
        let page = PageQuery { limit: query.limit, after: query.after };
        let limit = page.limit()?;
        let named = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(|q| self.0.accounts.named_like(q));
        let rows = store::members(conn, access.id(), named, page.key()?, limit + 1).await?;
        let ids: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
        let authors = self.0.accounts.authors(&ids).await?;
        let mut silences = HashMap::new();
        if access.is_moderator() {
            let now = self.0.base.clock.now();
            let rows = store::silences(conn, access.id(), &ids).await?.into_iter();
            silences.extend(rows.filter_map(|row| Some((row.user_id, running(row, now)?))));
        }
        let online = self.present_in(access.id()).await;
        let there: Vec<UserId> = ids.iter().copied().filter(|id| online.contains(id)).collect();
        let online = self.shown_present(access, there).await?;
        let rows = page_of(rows, limit, |row| row.user_id, |row| row)?;
        let member = |row: membership::Model| {
            Some(Member {
                author: authors.get(&row.user_id)?.clone(),
                role: row.role,
                online: online.contains(&row.user_id),
                silence: silences.remove(&row.user_id),
                joined_at: row.joined_at,
            })
        };
        Ok(Page { items: rows.items.into_iter().filter_map(member).collect(), next: rows.next })
    }

    /// Those of these people, who are in a room, of whom the person may know it: of nobody but themselves, who is no member.
    async fn shown_present(&self, access: &ConversationAccess<Read>, people: Vec<UserId>) -> Result<Vec<UserId>> {
        let viewer = access.actor().id();
        if !access.is_member() {
            return Ok(people.into_iter().filter(|id| *id == viewer).collect());
        }
        let blocks = self.0.accounts.blocks(viewer).await?;
        let shares = self.0.accounts.preferences(&people).await?;
        let mine = self.0.accounts.preferences_of(viewer).await?.presence;
        let shown = |id: &UserId| mine && shares.get(id).is_some_and(|preferences| preferences.presence);
        Ok(people.into_iter().filter(|id| *id == viewer || (shown(id) && !blocks.between(*id))).collect())
    }

    /// Who is in a room.
    async fn present_in(&self, id: ConversationId) -> Arc<HashSet<UserId>> {
        let load = async {
            // Without the coordinator nobody can tell.
            Ok(Arc::new(self.0.base.limits.present_people(id).await.unwrap_or_default()))
        };
        self.0.present.get_or_load(id, load).await.unwrap_or_default()
    }

    /// Who is in a room right now: a count, and some names, of those of whom the person may know it.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn room_presence(&self, access: &ConversationAccess<Read>) -> Result<RoomPresence> {
        let present = self.present_in(access.id()).await;
        let online = u64::try_from(present.len()).unwrap_or(u64::MAX);
        // The accounts that have been here longest, so that the same names stay while people come and go.
        let mut ids: Vec<UserId> = present.iter().copied().collect();
        ids.sort_unstable();
        ids.truncate(8 * PRESENT_NAMES);
        let mut ids = self.shown_present(access, ids).await?;
        ids.truncate(PRESENT_NAMES);
        let mut people: Vec<Author> = self.0.accounts.authors(&ids).await?.into_values().collect();
        people.sort_by_key(|person| person.id);
        Ok(RoomPresence { online, people })
    }

    /// Whether a person is a member of a conversation, whatever it is.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn is_member(&self, id: ConversationId, user: UserId) -> Result<bool> {
        Ok(store::membership(self.0.base.db.read(), id, user).await?.is_some())
    }

    /// The conversations a person is a member of, and what they are to them.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn mine(&self, user: UserId) -> Result<HashMap<ConversationId, Mine>> {
        let conn = self.0.base.db.read();
        let now = self.0.base.clock.now();
        let silences = store::silences_of(conn, user).await?.into_iter();
        let mut silences: HashMap<_, _> =
            silences.filter_map(|row| Some((row.conversation_id, running(row, now)?))).collect();
        let mentions = store::unread_mentions(conn, user, self.blocks_of(user).await?).await?;
        let rows = store::memberships_of(conn, user).await?.into_iter();
        let mine = |row: membership::Model| {
            let mentions = mentions.get(&row.conversation_id).copied().unwrap_or_default();
            (row.conversation_id, mine_of(&row, silences.remove(&row.conversation_id), mentions))
        };
        Ok(rows.map(mine).collect())
    }

    /// What one conversation is to the person; none for a stranger.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn mine_in(&self, access: &ConversationAccess<Read>) -> Result<Option<Mine>> {
        let (id, user) = (access.id(), access.actor().id());
        let conn = self.0.base.db.read();
        let Some(row) = store::membership(conn, id, user).await? else { return Ok(None) };
        let now = self.0.base.clock.now();
        let silence = store::silences(conn, id, &[user]).await?.into_iter().find_map(|row| running(row, now));
        Ok(Some(mine_of(&row, silence, self.mentions_in(access, row.last_read_seq).await?)))
    }
}

fn mine_of(row: &membership::Model, silence: Option<Silence>, mentions: i64) -> Mine {
    Mine { me: MyMembership { role: row.role, silence }, muted: row.muted, last_read_seq: row.last_read_seq, mentions }
}

fn running(row: silence::Model, now: Timestamp) -> Option<Silence> {
    row.until.is_none_or(|until| until > now).then_some(Silence { reason: row.reason, until: row.until })
}
