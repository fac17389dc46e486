//! The open conversation: a window on its messages, what is on its way, who types, how long to wait.

use std::sync::Arc;

use praca_api::accounts::Author;
use praca_api::dms::Dm;
use praca_api::events::{Caught, MessageDeleted, PinChanged};
use praca_api::messages::{Message, MessagePage};
use praca_api::rooms::RoomForMe;
use praca_api::{ConversationId, Rev, Seq, UserId};

use super::family::{Family, Spot};

/// How long somebody counts as typing, in milliseconds.
const TYPING_MS: f64 = 4_000.0;
/// Most messages shown at once: the far end of a long history is let go, and read again when it is wanted.
const WINDOW: usize = 200;

/// An open conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// Which.
    pub id: ConversationId,
    /// What kind it is.
    pub family: Family,
    /// Messages in ascending `seq`, without gaps.
    pub messages: Vec<Arc<Message>>,
    /// Whether older ones exist.
    pub has_before: bool,
    /// Whether newer ones exist than those shown.
    pub has_after: bool,
    /// Whether the reader stands at the newest message.
    pub at_end: bool,
    /// Where the reader is to be taken, once it is shown.
    pub goal: Option<Goal>,
    /// A change that came without those before it: then the room is joined again from where this page stands.
    pub missed: Option<Rev>,
    /// Changes to messages that are not shown; a page read meanwhile may be older than they are.
    pub strays: u32,
    /// Who is typing, and until when.
    pub typing: Vec<(UserId, f64)>,
    /// When this person may write, in milliseconds of the client's own clock, and how long the wait was when it began.
    pub slow: Option<(f64, f64)>,
    /// The first message that was unread when the room was opened.
    pub first_unread: Option<Seq>,
    /// Where the person is named in what they missed, and was not led to yet; ascending.
    pub ahead: Vec<Seq>,
    /// The newest change known; all before it are known too.
    pub last_rev: Rev,
}

/// A place to take the reader to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The newest message.
    End,
    /// This message.
    Message(Seq),
}

/// Messages of one person, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Who.
    pub author: Option<Author>,
    /// Whether they are the reader's own.
    pub own: bool,
    /// The day it begins, if it is another than the group's before.
    pub day: Option<String>,
    /// Whether what is new begins here.
    pub new_from_here: bool,
    /// The messages; never none.
    pub messages: Vec<Arc<Message>>,
}

impl Group {
    /// The first message's place.
    pub fn first(&self) -> Seq {
        self.messages.first().map_or(Seq::ZERO, |message| message.seq)
    }
}

impl Open {
    /// A room as it was joined.
    pub fn of_room(room: &RoomForMe, caught: Caught, slow: Option<(f64, f64)>) -> Self {
        let unread = (room.unread > 0).then(|| room.last_read_seq.next());
        Self { slow, ..Self::new(Spot::room(room.room.id), caught, room.room.last_rev, unread) }
    }

    /// A conversation of two as it was joined.
    pub fn of_two(dm: &Dm, caught: Caught) -> Self {
        let unread = (dm.unread > 0).then(|| dm.last_read_seq.next());
        Self::new(Spot::dm(dm.id), caught, dm.last_rev, unread)
    }

    fn new(spot: Spot, caught: Caught, last_rev: Rev, first_unread: Option<Seq>) -> Self {
        Self {
            id: spot.id,
            family: spot.family,
            messages: caught.messages.into_iter().map(Arc::new).collect(),
            has_before: caught.has_before,
            has_after: false,
            at_end: true,
            goal: None,
            missed: None,
            strays: 0,
            typing: Vec::new(),
            slow: None,
            first_unread,
            ahead: Vec::new(),
            last_rev,
        }
    }

    /// The next place the person is named in, to be led there.
    pub fn take_ahead(&mut self) -> Option<Seq> {
        (!self.ahead.is_empty()).then(|| self.ahead.remove(0))
    }

    /// Which conversation it is.
    pub fn spot(&self) -> Spot {
        Spot { family: self.family, id: self.id }
    }

    /// What happened while this page was away.
    pub fn catch_up(&mut self, caught: Caught, last_rev: Rev, slow: Option<(f64, f64)>, now: f64) {
        // What comes now follows what is shown; it is let go only where the window is full and the reader far back.
        self.has_after = false;
        for message in caught.changed.into_iter().chain(caught.messages) {
            // Changes of messages that are not shown come with their page.
            let _ = self.take(message);
        }
        self.has_after |= caught.has_after;
        self.slow = slow.or(self.slow.filter(|(until, _)| *until > now));
        self.last_rev = self.last_rev.max(last_rev);
        self.missed = None;
    }

    /// A message was pinned or unpinned.
    pub fn note_pin(&mut self, event: &PinChanged, pinned: bool) {
        if !self.follows(event.rev) {
            return;
        }
        match self.messages.iter_mut().find(|message| message.id == event.message_id) {
            Some(message) => {
                let message = Arc::make_mut(message);
                message.pinned_at = pinned.then_some(event.at);
                message.rev = event.rev;
            }
            None => self.strays += 1,
        }
    }

    /// Older messages; the newest are let go when there are too many.
    pub fn older(&mut self, page: MessagePage) {
        let first = self.messages.first().map_or(Seq(i64::MAX), |message| message.seq);
        let older = page.items.into_iter().filter(|message| message.seq < first).map(Arc::new);
        self.messages.splice(0..0, older);
        self.has_before = page.has_before;
        if self.messages.len() > WINDOW {
            self.messages.truncate(WINDOW);
            self.has_after = true;
        }
    }

    /// Messages after those shown; the oldest are let go when there are too many.
    pub fn newer(&mut self, page: MessagePage) {
        let last = self.last_seq();
        self.messages.extend(page.items.into_iter().filter(|message| message.seq > last).map(Arc::new));
        self.has_after = page.has_after;
        self.let_oldest_go();
    }

    /// Other messages altogether.
    pub fn turn_to(&mut self, page: MessagePage) {
        self.messages = page.items.into_iter().map(Arc::new).collect();
        self.has_before = page.has_before;
        self.has_after = page.has_after;
    }

    /// Whether a message is shown.
    pub fn shows(&self, seq: Seq) -> bool {
        self.messages.binary_search_by_key(&seq, |message| message.seq).is_ok()
    }

    /// A change, in the order of `rev`: one that does not follow the newest known shows that some were missed.
    pub fn apply(&mut self, message: Message) {
        if self.follows(message.rev) {
            // One without a place is read with its page.
            let _ = self.take(message);
        }
    }

    /// A message as it is now, from an acknowledgement or a page; an older state of one already known is passed over.
    /// False if it has no place among those shown, at least not yet.
    pub fn take(&mut self, message: Message) -> bool {
        match self.messages.binary_search_by_key(&message.seq, |known| known.seq) {
            Ok(at) => {
                if let Some(known) = self.messages.get_mut(at).filter(|known| known.rev < message.rev) {
                    *known = Arc::new(message);
                }
                true
            }
            Err(_) if message.seq == self.last_seq().next() && !self.has_after => {
                self.push(message);
                true
            }
            Err(_) => {
                self.strays += 1;
                false
            }
        }
    }

    /// Somebody deleted a message.
    pub fn delete(&mut self, event: &MessageDeleted) {
        if !self.follows(event.rev) {
            return;
        }
        let Some(message) = self.messages.iter_mut().find(|message| message.id == event.message_id) else {
            self.strays += 1;
            return;
        };
        let message = Arc::make_mut(message);
        message.body.clear();
        message.reactions.clear();
        message.deleted_at = Some(event.deleted_at);
        message.rev = event.rev;
        // Those that answer it quote it no longer.
        for answer in &mut self.messages {
            if answer.reply_to.as_ref().is_some_and(|reply| reply.id == event.message_id)
                && let Some(reply) = &mut Arc::make_mut(answer).reply_to
            {
                reply.snippet.clear();
            }
        }
    }

    /// Whether a change is the next one; one known already is not, and one further on shows that some were missed.
    fn follows(&mut self, rev: Rev) -> bool {
        let next = self.last_rev.next();
        if rev == next {
            self.last_rev = next;
        } else if rev > next {
            self.missed = Some(rev);
        }
        rev == next
    }

    /// The newest message: it is shown unless the reader is far back in a long history.
    fn push(&mut self, message: Message) {
        if !self.at_end && self.messages.len() >= WINDOW {
            self.has_after = true;
            return;
        }
        self.messages.push(Arc::new(message));
        self.let_oldest_go();
    }

    fn let_oldest_go(&mut self) {
        let surplus = self.messages.len().saturating_sub(WINDOW);
        if surplus > 0 {
            self.messages.drain(..surplus);
            self.has_before = true;
        }
    }

    /// Somebody types.
    pub fn note_typing(&mut self, user: UserId, now: f64) {
        self.typing.retain(|(known, until)| *known != user && *until > now);
        self.typing.push((user, now + TYPING_MS));
    }

    /// The newest message shown.
    pub fn last_seq(&self) -> Seq {
        self.messages.last().map_or(Seq::ZERO, |message| message.seq)
    }

    /// Somebody else's message started the room's own clock: a longer wait of one's own stays.
    pub fn wait_longer(&mut self, millis: u64, now: f64) {
        #[expect(clippy::cast_precision_loss, reason = "waits are hours at most")]
        let wait = millis as f64;
        if self.slow.is_none_or(|(until, _)| until < now + wait) {
            self.slow = Some((now + wait, wait));
        }
    }

    /// Messages in groups of one person, at most five minutes apart. `day` names the day of a message.
    pub fn groups(&self, me: UserId, day: impl Fn(&Message) -> String) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut last_day = String::new();
        for message in &self.messages {
            let author = message.author.as_ref().map(|author| author.id);
            let today = day(message);
            let new_day = today != last_day;
            let new_from_here = self.first_unread == Some(message.seq);
            let joins = groups.last().is_some_and(|group| {
                let same = group.author.as_ref().map(|author| author.id) == author;
                let near =
                    group.messages.last().is_some_and(|last| message.created_at.since(last.created_at).as_secs() < 300);
                same && near && !new_day && !new_from_here
            });
            match groups.last_mut().filter(|_| joins) {
                Some(group) => group.messages.push(message.clone()),
                None => groups.push(Group {
                    author: message.author.clone(),
                    own: author == Some(me),
                    day: new_day.then(|| today.clone()),
                    new_from_here,
                    messages: vec![message.clone()],
                }),
            }
            last_day = today;
        }
        groups
    }
}
