//! Making notifications of what was noted: for whom it still is news, and together with what they have not read yet.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use praca_api::notifications::{NotificationCode, NotificationNew, NotificationPreferences, Reach};
use praca_api::{ConversationId, NotificationId, Seq, Timestamp, UserId};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QueryTrait,
};
use uuid::Uuid;

use super::Notifications;
use crate::accounts::Blocks;
use crate::conversations::Standpoint;
use crate::db::Tx;
use crate::db::dialect::Dialect;
use crate::error::Result;
use crate::events::{EVERYBODY, Event, Pair};
use crate::notices::told::{Column, Entity, Model, Share, Shares};
use crate::notices::{self, Notice, devices};
use crate::quiet_hours::Quiet;

/// Notes taken up at a time.
const TAKEN: u64 = 200;
/// Members of calls told at a time.
const CALLED: usize = 500;

/// What is known of those who may be told, and of what they may be told of.
struct Known {
    standpoints: HashMap<(ConversationId, UserId), Standpoint>,
    texts: HashMap<(ConversationId, Seq), String>,
    /// Whom messages name now: an edit may have taken a name away.
    named: HashSet<(ConversationId, Seq, UserId)>,
    pairs: HashMap<ConversationId, Pair>,
    blocks: HashMap<UserId, Arc<Blocks>>,
    preferences: HashMap<UserId, NotificationPreferences>,
}

impl Known {
    /// As what a note is told, if it is still news for its person.
    fn code(&self, notice: &Notice) -> Option<NotificationCode> {
        let code = match (notice.conversation_id, notice.seq) {
            (Some(id), Some(seq)) => self.code_of_message(notice, id, seq)?,
            // Who is no member may not even know that there is such a room.
            (Some(id), None) if !self.standpoints.contains_key(&(id, notice.user_id)) => return None,
            _ => notice.code,
        };
        let wanted = self.preferences.get(&notice.user_id)?;
        (wanted.reach(code) != Reach::Off).then_some(code)
    }

    fn code_of_message(&self, notice: &Notice, id: ConversationId, seq: Seq) -> Option<NotificationCode> {
        let place = self.standpoints.get(&(id, notice.user_id))?;
        // Whoever is blocked is told as ever: that nothing came would show the block.
        let blocks = self.blocks.get(&notice.user_id);
        let blocked = notice.author_id.is_some_and(|author| blocks.is_some_and(|blocks| blocks.mine.contains(&author)));
        let named = match notice.code {
            NotificationCode::Mention => self.named.contains(&(id, seq, notice.user_id)),
            NotificationCode::Call => self.named.contains(&(id, seq, EVERYBODY)),
            _ => true,
        };
        if !named || place.muted || place.read >= seq || blocked || !self.texts.contains_key(&(id, seq)) {
            return None;
        }
        match (notice.code, self.pairs.get(&id)) {
            (NotificationCode::Dm, Some(pair)) if pair.refused && !pair.accepted => None,
            (NotificationCode::Dm, Some(pair)) if !pair.accepted => Some(NotificationCode::DmRequest),
            (code, _) => Some(code),
        }
    }

    /// Whether a notification only goes into the list.
    fn is_quiet(&self, user: UserId, code: NotificationCode, now: Timestamp) -> bool {
        self.preferences.get(&user).is_none_or(|wanted| is_quiet(wanted, code, now))
    }
}

/// What a person is told of one topic: the newest of it, and how much.
struct Telling {
    code: NotificationCode,
    newest: Notice,
    count: i32,
    shares: Shares,
}

/// Whether a person wants this kind only in their list, or nothing that disturbs at this hour.
pub(super) fn is_quiet(wanted: &NotificationPreferences, code: NotificationCode, now: Timestamp) -> bool {
    let hours = wanted.quiet_hours.as_ref().and_then(Quiet::read);
    wanted.reach(code) != Reach::Push || hours.is_some_and(|hours| hours.holds(now))
}

/// Which of two notes of one message is told: whom it names counts more than whom it answers.
fn weight(code: NotificationCode) -> u8 {
    match code {
        NotificationCode::Mention => 3,
        NotificationCode::Reply => 2,
        NotificationCode::Call => 1,
        _ => 0,
    }
}

impl Notifications {
    /// Tells what is due; how many notes it took up.
    ///
    /// # Errors
    /// The database refuses: then all of it is still to be told.
    pub async fn tell_due(&self) -> Result<usize> {
        let base = &self.0.base;
        let now = base.clock.now();
        // What can be read before is: the one writer of SQLite is held for as long as the transaction lasts.
        let due = notices::due(base.db.read(), now, TAKEN).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let ids: HashSet<Uuid> = due.iter().map(|notice| notice.id).collect();
        let (due, rest) = self.spread(due).await?;
        let mut known = self.learn(&due).await?;
        let mut tx = base.begin().await?;
        let mine = notices::take(tx.conn(), ids).await?;
        // Another node may have been faster with some.
        let due: Vec<Notice> = due.into_iter().filter(|notice| mine.contains(&notice.id)).collect();
        for notice in rest.into_iter().filter(|notice| mine.contains(&notice.id)) {
            notices::put_back(tx.conn(), notice).await?;
        }
        // Who reads on meanwhile is asked under the lock that a cursor takes.
        known.standpoints = self.0.conversations.hold_standpoints(tx.conn(), &places_of(&due)).await?;
        let told = self.store(&tx, fold(due, &known), now).await?;
        self.announce(&mut tx, told, &known, now).await?;
        tx.commit().await?;
        Ok(mine.len())
    }

    /// Says what was stored: to people's sockets, and to the devices they want to be told on.
    async fn announce(&self, tx: &mut Tx, told: Vec<Model>, known: &Known, now: Timestamp) -> Result<()> {
        let devices = devices::of(tx.conn(), told.iter().map(|row| row.user_id).collect()).await?;
        // Of what they had not read yet, the part of somebody they block meanwhile is not told again.
        let told = told.into_iter().filter_map(|row| match known.blocks.get(&row.user_id) {
            Some(blocks) => row.without(&blocks.mine),
            None => Some(row),
        });
        let told = told.collect();
        for (user, notification) in self.render(told).await? {
            let quiet = known.is_quiet(user, notification.code, now);
            let devices = devices.get(&user).filter(|_| !quiet).cloned().unwrap_or_default();
            metrics::counter!("praca_notifications_total", "code" => notification.code.as_str()).increment(1);
            tx.emit(Event::Notified { user, news: Box::new(NotificationNew { notification, quiet }), devices });
        }
        Ok(())
    }

    /// A call of everybody becomes a note for each member; of many, for some, and what remains of it is given apart.
    async fn spread(&self, notices: Vec<Notice>) -> Result<(Vec<Notice>, Vec<Notice>)> {
        let (mut all, mut rest, mut room) = (Vec::with_capacity(notices.len()), Vec::new(), CALLED);
        for notice in notices {
            let Some(id) = notice.conversation_id.filter(|_| notice.user_id == EVERYBODY) else {
                all.push(notice);
                continue;
            };
            let members = match room {
                0 => Vec::new(),
                most => self.0.conversations.members_beyond(id, notice.beyond, most as u64).await?,
            };
            if members.len() == room {
                rest.push(Notice { beyond: members.last().copied().or(notice.beyond), ..notice.clone() });
            }
            room -= members.len();
            let others = members.into_iter().filter(|user| Some(*user) != notice.author_id);
            all.extend(others.map(|user_id| Notice { user_id, ..notice.clone() }));
        }
        Ok((all, rest))
    }

    async fn learn(&self, due: &[Notice]) -> Result<Known> {
        let inner = &self.0;
        let mut people: Vec<UserId> = due.iter().map(|notice| notice.user_id).collect();
        people.sort_unstable();
        people.dedup();
        let messages = || due.iter().filter_map(|notice| Some((notice.conversation_id?, notice.seq?)));
        let of_two = due.iter().filter(|notice| notice.code == NotificationCode::Dm);
        let preferences = inner.accounts.preferences(&people).await?;
        let mut blocks = HashMap::new();
        for user in people {
            blocks.insert(user, inner.accounts.blocks(user).await?);
        }
        Ok(Known {
            // Asked for later, under their lock.
            standpoints: HashMap::new(),
            texts: inner.conversations.texts(messages()).await?,
            named: inner.conversations.named_in(messages()).await?,
            pairs: inner.conversations.pairs(of_two.filter_map(|notice| notice.conversation_id)).await?,
            blocks,
            preferences: preferences.into_iter().map(|(id, wanted)| (id, wanted.notifications)).collect(),
        })
    }

    /// Stores them, each with what is unread of its topic; the rows as they are now.
    async fn store(&self, tx: &Tx, tellings: HashMap<(UserId, String), Telling>, now: Timestamp) -> Result<Vec<Model>> {
        let unread = unread_of(tx, tellings.keys()).await?;
        let mut tellings: Vec<_> = tellings.into_iter().collect();
        tellings.sort_by(|(one, _), (two, _)| one.cmp(two));
        let (mut told, mut new) = (Vec::new(), Vec::new());
        for ((user, topic), telling) in tellings {
            let id = NotificationId(self.0.base.ids.uuid());
            match unread.get(&(user, topic.clone())) {
                // A name that an edit took away and put back: it was told.
                Some(before) if telling.count == 1 && telling.newest.seq == before.seq => {}
                Some(before) => {
                    let row = telling.joined_to(before, id, now);
                    let set = row.clone().into_active_model().reset_all();
                    Entity::update_many().set(set).filter(Column::Id.eq(before.id)).exec(tx.conn()).await?;
                    told.push(row);
                }
                None => new.push(telling.row(id, user, topic, now)),
            }
        }
        if !new.is_empty() {
            let rows = new.iter().map(|row| row.clone().into_active_model());
            Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
        }
        told.extend(new);
        Ok(told)
    }
}

/// Where those stand who may be told of messages.
fn places_of(due: &[Notice]) -> Vec<(ConversationId, UserId)> {
    let places: HashSet<_> = due.iter().filter_map(|notice| Some((notice.conversation_id?, notice.user_id))).collect();
    places.into_iter().collect()
}

/// What is news, by person and topic. Of one message a person is told once.
fn fold(due: Vec<Notice>, known: &Known) -> HashMap<(UserId, String), Telling> {
    let mut of_message: HashMap<_, (NotificationCode, Notice)> = HashMap::new();
    for notice in due {
        let Some(code) = known.code(&notice) else { continue };
        // What is about no message stands for itself.
        let own = notice.seq.is_none().then_some(notice.id);
        match of_message.entry((notice.user_id, notice.conversation_id, notice.seq, own)) {
            Entry::Occupied(mut told) if weight(told.get().0) < weight(code) => drop(told.insert((code, notice))),
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => drop(place.insert((code, notice))),
        }
    }
    let mut topics: HashMap<(UserId, String), Telling> = HashMap::new();
    for (code, notice) in of_message.into_values() {
        let about = notice.conversation_id.filter(|_| notice.seq.is_some()).map_or(notice.id, |id| id.0);
        match topics.entry((notice.user_id, format!("{}:{about}", code.as_str()))) {
            Entry::Occupied(mut topic) => topic.get_mut().add(notice),
            Entry::Vacant(place) => drop(place.insert(Telling::of(code, notice))),
        }
    }
    topics
}

/// What somebody caused by one event.
fn share(notice: &Notice) -> Option<Share> {
    Some(Share { author: notice.author_id?, count: 1, seq: notice.seq })
}

impl Telling {
    fn of(code: NotificationCode, notice: Notice) -> Self {
        let mut shares = Shares::default();
        if let Some(share) = share(&notice) {
            shares.add(share);
        }
        Self { code, newest: notice, count: 1, shares }
    }

    fn add(&mut self, notice: Notice) {
        self.count += 1;
        if let Some(share) = share(&notice) {
            self.shares.add(share);
        }
        if self.newest.seq < notice.seq {
            self.newest = notice;
        }
    }

    fn row(self, id: NotificationId, user: UserId, topic: String, now: Timestamp) -> Model {
        let Notice { conversation_id, seq, upload_id, ad_id, author_id, params, .. } = self.newest;
        Model {
            id,
            user_id: user,
            code: self.code,
            topic,
            conversation_id,
            seq,
            upload_id,
            ad_id,
            author_id,
            count: self.count,
            shares: author_id.is_some().then_some(self.shares),
            params,
            created_at: now,
            read_at: None,
        }
    }

    /// One with what is unread of the same topic.
    fn joined_to(self, before: &Model, id: NotificationId, now: Timestamp) -> Model {
        let is_newer = self.newest.seq > before.seq;
        let count = before.count.saturating_add(self.count);
        let (seq, author_id) =
            if is_newer { (self.newest.seq, self.newest.author_id) } else { (before.seq, before.author_id) };
        let shares = before.shares.as_ref().map(|shares| shares.clone().join(&self.shares));
        Model { id, seq, author_id, count, shares, created_at: now, ..before.clone() }
    }
}

/// What these people have unread of these topics, held until the transaction ends.
async fn unread_of(
    tx: &Tx,
    topics: impl Iterator<Item = &(UserId, String)>,
) -> Result<HashMap<(UserId, String), Model>> {
    let (people, topics): (Vec<UserId>, Vec<String>) = topics.cloned().unzip();
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let mut rows = Entity::find()
        .filter(Column::UserId.is_in(people))
        .filter(Column::Topic.is_in(topics))
        .filter(Column::ReadAt.is_null())
        // In one order, so that two nodes cannot wait for each other.
        .order_by_asc(Column::Id);
    Dialect::of(tx.conn()).lock_rows(QueryTrait::query(&mut rows));
    let rows = rows.all(tx.conn()).await?;
    Ok(rows.into_iter().map(|row| ((row.user_id, row.topic.clone()), row)).collect())
}
