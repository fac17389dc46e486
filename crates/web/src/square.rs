//! The live state of the page: the model, the socket, and what is asked of the server.

mod entering;
mod finding;
mod history;
mod lists;
mod newer;
mod notifications;
mod outbox;
mod people;
mod uploads;

use std::time::Duration;

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::accounts::{Role, User};
use praca_api::dms::DmState;
use praca_api::events::{EditAt, Handshake, MessageAt, MessageDone, Nothing, ReactAt, Renewed, ServerEvent};
use praca_api::messages::{MarkRead, ReadState, ReplyTo};
use praca_api::notifications::Notification;
use praca_api::rooms::MemberRole;
use praca_api::{ConversationId, MessageId, Seq, UploadId, UserId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::components::explain;
use crate::format;
use crate::language::{Language, language};
use crate::model::{Family, Model, Spot};
use crate::net::live::{Live, News};
use crate::net::{Answer, Trouble};
use crate::session::Session;

pub use finding::{Narrowed, Scope, Wish};
pub use uploads::{Chosen, Progress};

/// Least time between two notices that one is typing.
const TYPING_PAUSE_MS: f64 = 2_500.0;

/// How the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Live, or connecting for the first time.
    Up,
    /// Gone; coming back by itself.
    Lost,
    /// The server said that it restarts.
    Restarting,
}

/// A text that slow mode held back: it goes back to where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldBack {
    /// The room it was written in.
    pub room: ConversationId,
    /// The text.
    pub body: String,
    /// What it answers.
    pub reply_to: Option<ReplyTo>,
    /// Its pictures.
    pub pictures: Vec<(UploadId, String)>,
}

/// The page's state.
#[derive(Clone, Copy)]
pub struct Square {
    /// Rooms and messages.
    pub model: RwSignal<Model>,
    /// The connection.
    pub link: RwSignal<Link>,
    /// Whether the server has a newer client than this page.
    pub stale: RwSignal<bool>,
    /// What went wrong last, in plain words.
    pub trouble: RwSignal<Option<String>>,
    /// The text slow mode held back last.
    pub held_back: RwSignal<Option<HeldBack>>,
    /// The person and their requests.
    pub session: Session,
    i18n: Language,
    live: StoredValue<Option<Live>, LocalStorage>,
    kept: StoredValue<Kept>,
    /// The slug that was looked for last outside the list.
    pub sought: RwSignal<Option<String>>,
    /// Whether other messages of the history are being read.
    reading: RwSignal<bool>,
    over: StoredValue<Over>,
}

/// What stands over the page, whichever it is.
#[derive(Clone, Copy)]
struct Over {
    card: RwSignal<Option<String>>,
    news: RwSignal<Vec<Notification>>,
    finder: RwSignal<Option<Scope>>,
}

/// What nothing is shown of.
#[derive(Clone, Copy, Default)]
struct Kept {
    /// The conversation being joined, and whether to join it once more after that.
    joining: Option<(Spot, bool)>,
    /// When one was last said to be typing.
    typed_at: f64,
    /// Whether the client was last said to be idle.
    idle: bool,
    /// When the person last did something.
    active_at: f64,
}

impl Square {
    /// What is kept; nothing once the page is gone.
    fn kept(self) -> Kept {
        self.kept.try_get_value().unwrap_or_default()
    }

    /// Keeps something else.
    fn keep(self, change: impl FnOnce(&mut Kept)) {
        // A page that is gone keeps nothing.
        self.kept.try_update_value(change);
    }

    /// Connects.
    pub fn open() -> Self {
        let square = Self {
            model: RwSignal::new(Model::default()),
            link: RwSignal::new(Link::Up),
            stale: RwSignal::new(false),
            trouble: RwSignal::new(None),
            held_back: RwSignal::new(None),
            session: expect_context::<Session>(),
            i18n: language(),
            live: StoredValue::new_local(None),
            kept: StoredValue::new(Kept { active_at: format::now(), ..Kept::default() }),
            sought: RwSignal::new(None),
            reading: RwSignal::new(false),
            over: StoredValue::new(Over {
                card: RwSignal::new(None),
                news: RwSignal::new(Vec::new()),
                finder: RwSignal::new(None),
            }),
        };
        let session = square.session;
        let live = Live::open(move || untrack(|| session.token()), move |news| square.hear(news));
        square.live.set_value(Some(live));
        square.keep_outbox();
        square.notice_idleness();
        square.follow_notifications();
        square.follow_newer_clients();
        // A renewed token keeps the socket.
        Effect::new(move |before: Option<String>| {
            let token = session.token();
            if before.is_some_and(|before| before != token) && !token.is_empty() {
                let renewal = Handshake { token: token.clone() };
                // A socket that is not there, or is refused, comes back with the new token by itself.
                spawn_local(async move { drop(square.ask::<Renewed>("auth:renew", &renewal).await) });
            }
            token
        });
        square
    }

    /// Whose profile card is shown, by handle.
    pub fn card(self) -> RwSignal<Option<String>> {
        self.over.get_value().card
    }

    /// What has just come, as long as it is shown.
    pub fn news(self) -> RwSignal<Vec<Notification>> {
        self.over.get_value().news
    }

    /// Where the person looks for something; none while they do not.
    pub fn finder(self) -> RwSignal<Option<Scope>> {
        self.over.get_value().finder
    }

    /// Whether the person keeps order in the open room: everywhere, or there. Nobody does between two people.
    pub fn keeps_order(self) -> bool {
        let between_two = || self.model.with(|model| model.open.as_ref().is_some_and(|open| open.family == Family::Dm));
        let here = || {
            self.model.with(|model| {
                let me = model.open_room().and_then(|room| room.me.as_ref());
                me.is_some_and(|me| me.role == MemberRole::Moderator)
            })
        };
        !between_two()
            && (self.session.user().is_some_and(|user| user.role != Role::User && !user.must_add_factor) || here())
    }

    /// Whether the person runs the square.
    pub fn runs_the_square(self) -> bool {
        self.session.user().is_some_and(|user| user.role == Role::Admin && !user.must_add_factor)
    }

    /// Whether they keep order in all of the square.
    pub fn moderates(self) -> bool {
        self.session.user().is_some_and(|user| user.role != Role::User && !user.must_add_factor)
    }

    /// The person.
    pub fn me(self) -> Option<UserId> {
        self.session.user().map(|user| user.author.id)
    }

    /// Sends an event and waits for its acknowledgement.
    async fn ask<T: DeserializeOwned>(self, event: &str, payload: &impl Serialize) -> Answer<T> {
        let live = self.live.try_get_value().flatten().ok_or(Trouble::Network)?;
        live.ask(event, payload).await
    }

    /// Says what went wrong.
    pub fn complain(self, trouble: &Trouble) {
        self.trouble.set(Some(explain(self.i18n, trouble)));
    }

    fn hear(self, news: News) {
        match news {
            News::Up => {
                if self.link.get_untracked() != Link::Up {
                    self.look_for_newer_client();
                }
                self.link.set(Link::Up);
                self.keep(|kept| kept.joining = None);
                self.say_unsaid();
                self.load_rooms();
                self.load_dms();
                self.load_blocks();
                self.load_notifications();
                self.watch_again();
                self.say_idle();
                self.join();
                self.flush();
            }
            News::Down => self.link.update(|link| {
                if *link == Link::Up {
                    *link = Link::Lost;
                }
            }),
            // The token ended, or the account was suspended: the session finds out which.
            News::Refused => self.check_account(),
            News::Event(event) => self.apply(*event),
        }
    }

    fn apply(self, event: ServerEvent) {
        match &event {
            ServerEvent::ServerRestarting(_) => self.link.set(Link::Restarting),
            ServerEvent::AccountStatus(_) | ServerEvent::AccountRole(_) | ServerEvent::AccountUpdated(_) => {
                self.check_account();
            }
            ServerEvent::AuthExpired(_) => self.session.resume(),
            ServerEvent::ServerResynced(_) => self.reload_soon(),
            ServerEvent::NotificationNew(news) if !news.quiet => self.show_news(news.notification.clone()),
            // Of a request only the first message was told.
            ServerEvent::DmUpdated(updated) if updated.state == Some(DmState::Open) => self.load_dms(),
            _ => {}
        }
        let Some(me) = self.session.user_untracked().map(|user| user.author.id) else { return };
        self.note_delivered(&event, me);
        let outcome = self.model.try_update(|model| {
            let unknown = model.apply(event, me, format::now());
            (unknown, model.open.as_mut().and_then(|open| open.missed.take()))
        });
        let (unknown, missed) = outcome.unwrap_or_default();
        match unknown {
            Some(Family::Room) => self.load_rooms(),
            Some(Family::Dm) => self.load_dms(),
            None => {}
        }
        if missed.is_some() {
            self.join();
        }
    }

    fn check_account(self) {
        spawn_local(async move {
            // Without an answer the socket tries again after a pause, and this with it.
            if let Ok(user) = self.session.send::<(), User>(Method::GET, "/me", None).await {
                self.session.set_user(user);
            }
        });
    }

    /// The conversation on the page, joined or not.
    pub fn shown(self) -> Option<Spot> {
        self.model.with_untracked(|model| model.shown)
    }

    /// The conversation that was joined.
    fn spot(self) -> Option<Spot> {
        self.model.with_untracked(|model| model.open.as_ref().map(crate::model::Open::spot))
    }

    /// Replaces the text of one's own message.
    pub fn edit(self, message_id: MessageId, body: String) {
        self.change("message:edit", EditAt { message_id, body });
    }

    /// Deletes a message.
    pub fn delete(self, message_id: MessageId) {
        self.change("message:delete", MessageAt { message_id });
    }

    /// Adds or takes back an emoji.
    pub fn react(self, message_id: MessageId, emoji: String, on: bool) {
        self.change("message:react", ReactAt { message_id, emoji, on });
    }

    /// Keeps a message in sight, or no longer.
    pub fn pin(self, message_id: MessageId, on: bool) {
        self.change(if on { "pin" } else { "unpin" }, MessageAt { message_id });
    }

    /// Does something with a message of the open conversation.
    fn change(self, what: &'static str, payload: impl Serialize + 'static) {
        let Some(spot) = self.spot() else { return };
        let payload = spot.about(payload);
        spawn_local(async move {
            match self.ask::<MessageDone>(&spot.family.event(what), &payload).await {
                Ok(done) => self.model.update(|model| model.acknowledged(done.message)),
                Err(trouble) => self.complain(&trouble),
            }
        });
    }

    /// Says that one is typing, now and then.
    pub fn typing(self) {
        let (now, spot) = (format::now(), self.spot());
        let Some(spot) = spot.filter(|_| now - self.kept().typed_at >= TYPING_PAUSE_MS) else { return };
        self.keep(|kept| kept.typed_at = now);
        // Nobody misses one that is lost.
        let payload = spot.about(Nothing {});
        spawn_local(async move { drop(self.ask::<Value>(&spot.family.event("typing"), &payload).await) });
    }

    /// What is shown has been read, if somebody looks.
    pub fn mark_read(self) {
        if document().hidden() {
            return;
        }
        if let Some((spot, seq)) = self.model.try_update(Model::read_all).flatten() {
            self.say_read(spot, seq);
        }
    }

    /// All of a conversation has been read, open or not.
    pub fn mark_all_read(self, spot: Spot, newest: Seq) {
        self.say_read(spot, newest);
        // It may be known already: then the list stays as it is.
        let _ = self.model.try_update(|model| model.read_up_to(spot, newest));
    }

    fn say_read(self, spot: Spot, seq: Seq) {
        self.model.update_untracked(|model| model.say_read(spot, seq));
        spawn_local(async move {
            let payload = spot.about(MarkRead { seq });
            let said: Answer<ReadState> = self.ask(&spot.family.event("read"), &payload).await;
            // Without a connection it is said when it is back.
            if !matches!(said, Err(Trouble::Network)) {
                self.model.update_untracked(|model| model.said_read(spot, seq));
            }
        });
    }

    /// Says what was read while there was no connection.
    fn say_unsaid(self) {
        for (spot, seq) in self.model.with_untracked(|model| model.unsaid.clone()) {
            self.say_read(spot, seq);
        }
    }
}

/// Ticks four times a second while the page is there.
pub fn seconds() -> ReadSignal<f64> {
    let (now, set_now) = signal(format::now());
    if let Ok(ticking) = set_interval_with_handle(move || set_now.set(format::now()), Duration::from_millis(250)) {
        on_cleanup(move || ticking.clear());
    }
    now
}
