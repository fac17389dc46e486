//! The live state of the page: the model, the socket, and what is asked of the server.

use std::time::Duration;

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::accounts::User;
use praca_api::events::{
    EditRoomMessage, JoinRoom, Joined, MessageDone, MessageRef, ReactToMessage, ReadRoom, RoomItems, RoomRef,
    SendMessage, ServerEvent,
};
use praca_api::messages::{MessagePage, NewMessage, ReadState, ReplyTo};
use praca_api::{ConversationId, MessageId, ProblemCode, UserId};

use crate::components::{Language, explain, language};
use crate::format;
use crate::model::{Model, Outgoing};
use crate::net::Trouble;
use crate::net::live::{Live, News};
use crate::session::Session;

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

/// The page's state.
#[derive(Clone, Copy)]
pub struct Square {
    /// Rooms and messages.
    pub model: RwSignal<Model>,
    /// The connection.
    pub link: RwSignal<Link>,
    /// What went wrong last, in plain words.
    pub trouble: RwSignal<Option<String>>,
    session: Session,
    i18n: Language,
    live: StoredValue<Option<Live>, LocalStorage>,
    wanted: StoredValue<Option<ConversationId>>,
    typed_at: StoredValue<f64>,
}

impl Square {
    /// Connects.
    pub fn open() -> Self {
        let square = Self {
            model: RwSignal::new(Model::default()),
            link: RwSignal::new(Link::Up),
            trouble: RwSignal::new(None),
            session: expect_context::<Session>(),
            i18n: language(),
            live: StoredValue::new_local(None),
            wanted: StoredValue::new(None),
            typed_at: StoredValue::new(0.0),
        };
        let session = square.session;
        let live = Live::open(move || session.token(), move |news| square.hear(news));
        square.live.set_value(Some(live));
        square
    }

    /// The person.
    pub fn me(self) -> Option<UserId> {
        self.session.user().map(|user| user.author.id)
    }

    fn hear(self, news: News) {
        match news {
            News::Up => {
                self.link.set(Link::Up);
                self.load_rooms();
                self.join();
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
            ServerEvent::AccountStatus(_) | ServerEvent::AccountRole(_) => self.check_account(),
            ServerEvent::AuthExpired(_) => self.session.resume(),
            _ => {}
        }
        let Some(me) = self.session.user_untracked().map(|user| user.author.id) else { return };
        self.model.update(|model| model.apply(event, me, format::now()));
    }

    fn check_account(self) {
        spawn_local(async move {
            if let Ok(user) = self.session.send::<(), User>(Method::GET, "/me", None).await {
                self.session.set_user(user);
            }
        });
    }

    fn live(self) -> Option<Live> {
        self.live.try_get_value().flatten()
    }

    fn load_rooms(self) {
        spawn_local(async move {
            let Some(live) = self.live() else { return };
            if let Ok(list) = live.ask::<RoomItems>("rooms:list", &serde_json::json!({})).await {
                self.model.update(|model| model.listed(list.items));
            }
        });
    }

    /// Opens a room, or none.
    pub fn enter(self, id: Option<ConversationId>) {
        let before = self.wanted.get_value();
        if before == id {
            return;
        }
        self.wanted.set_value(id);
        self.model.update(|model| model.open = None);
        if let Some(before) = before {
            spawn_local(async move {
                if let Some(live) = self.live() {
                    // A socket that is gone has left already.
                    let _ = live.ask::<serde_json::Value>("rooms:leave", &RoomRef { room_id: before }).await;
                }
            });
        }
        self.join();
    }

    /// Joins the wanted room, from where this page stands in it, and sends what waited.
    fn join(self) {
        let Some(room_id) = self.wanted.get_value() else { return };
        let known = self.model.with_untracked(|model| {
            model
                .open
                .as_ref()
                .filter(|open| open.id == room_id && !open.messages.is_empty())
                .map(|open| (open.last_seq(), open.last_rev))
        });
        let wish = JoinRoom {
            room_id,
            limit: Some(50),
            after_seq: known.map(|(seq, _)| seq),
            after_rev: known.map(|(_, rev)| rev),
        };
        spawn_local(async move {
            let Some(live) = self.live() else { return };
            match live.ask::<Joined>("rooms:join", &wish).await {
                Ok(joined) if self.wanted.get_value() == Some(room_id) => {
                    let more = joined.has_after;
                    self.model.update(|model| model.joined(joined, format::now()));
                    if more {
                        self.join();
                    } else {
                        self.flush();
                    }
                }
                Ok(_) | Err(Trouble::Network) => {}
                Err(trouble) => self.trouble.set(Some(explain(self.i18n, &trouble))),
            }
        });
    }

    /// Loads messages older than those shown.
    pub fn load_older(self) {
        let Some((id, first)) = self.model.with_untracked(|model| {
            let open = model.open.as_ref().filter(|open| open.has_before)?;
            Some((open.id, open.messages.first()?.seq))
        }) else {
            return;
        };
        spawn_local(async move {
            let path = format!("/rooms/{id}/messages?before={first}&limit=50");
            match self.session.send::<(), MessagePage>(Method::GET, &path, None).await {
                Ok(page) => self.model.update(|model| model.older(id, page)),
                Err(trouble) => self.trouble.set(Some(explain(self.i18n, &trouble))),
            }
        });
    }

    /// Sends a message: it shows at once, and stays until the server has it.
    pub fn send(self, body: String, reply_to: Option<ReplyTo>) {
        let nonce = js_sys::Math::random().to_string() + &format::now().to_string();
        let nonce: String = nonce.chars().filter(char::is_ascii_alphanumeric).collect();
        let outgoing = Outgoing { nonce: nonce.clone(), body, reply_to, failed: false };
        self.model.update(|model| {
            if let Some(open) = &mut model.open {
                open.outbox.push(outgoing);
            }
        });
        self.deliver(nonce);
    }

    /// Tries a failed message again.
    pub fn retry(self, nonce: String) {
        self.change_outgoing(&nonce, |outgoing| outgoing.failed = false);
        self.deliver(nonce);
    }

    /// Gives a failed message up.
    pub fn discard(self, nonce: &str) {
        self.model.update(|model| {
            if let Some(open) = &mut model.open {
                open.outbox.retain(|outgoing| outgoing.nonce != nonce);
            }
        });
    }

    fn change_outgoing(self, nonce: &str, change: impl FnOnce(&mut Outgoing)) {
        self.model.update(|model| {
            let outgoing =
                model.open.as_mut().and_then(|open| open.outbox.iter_mut().find(|outgoing| outgoing.nonce == nonce));
            if let Some(outgoing) = outgoing {
                change(outgoing);
            }
        });
    }

    /// Sends what waited for the connection.
    fn flush(self) {
        let waiting = self.model.with_untracked(|model| {
            let outbox = model.open.iter().flat_map(|open| open.outbox.iter());
            outbox.filter(|outgoing| !outgoing.failed).map(|outgoing| outgoing.nonce.clone()).collect::<Vec<_>>()
        });
        for nonce in waiting {
            self.deliver(nonce);
        }
    }

    fn deliver(self, nonce: String) {
        let Some((room_id, message)) = self.model.with_untracked(|model| {
            let open = model.open.as_ref()?;
            let outgoing = open.outbox.iter().find(|outgoing| outgoing.nonce == nonce)?;
            let reply_to_id = outgoing.reply_to.as_ref().map(|reply| reply.id);
            Some((open.id, NewMessage { body: outgoing.body.clone(), nonce: nonce.clone(), reply_to_id }))
        }) else {
            return;
        };
        spawn_local(async move {
            let Some(live) = self.live() else { return };
            match live.ask::<MessageDone>("rooms:message:send", &SendMessage { room_id, message }).await {
                Ok(done) => self.sent(room_id, done),
                // It leaves when the connection is back.
                Err(Trouble::Network) if self.link.get_untracked() != Link::Up => {}
                Err(trouble) => self.not_sent(&nonce, &trouble),
            }
        });
    }

    fn sent(self, room_id: ConversationId, done: MessageDone) {
        self.model.update(|model| {
            if let Some(open) = model.open.as_mut().filter(|open| open.id == room_id) {
                open.take(done.message);
            }
        });
        // The clocks begin anew; the server knows for how long.
        self.refresh_clocks(room_id);
    }

    fn refresh_clocks(self, room_id: ConversationId) {
        let runs = self.model.with_untracked(|model| {
            model.open_room().is_some_and(|room| room.room.interval_global_seconds + room.room.per_user_seconds > 0)
        });
        if runs && self.wanted.get_value() == Some(room_id) {
            self.join();
        }
    }

    fn not_sent(self, nonce: &str, trouble: &Trouble) {
        self.change_outgoing(nonce, |outgoing| outgoing.failed = true);
        if let Trouble::Problem(problem) = trouble
            && problem.is(ProblemCode::RoomsSlowMode)
        {
            let wait = problem.retry_after_ms.unwrap_or_default();
            self.model.update(|model| {
                if let Some(open) = &mut model.open {
                    open.held_back(wait, format::now());
                }
            });
            return;
        }
        self.trouble.set(Some(explain(self.i18n, trouble)));
    }

    /// Replaces the text of one's own message.
    pub fn edit(self, room_id: ConversationId, message_id: MessageId, body: String) {
        self.change("rooms:message:edit", EditRoomMessage { room_id, message_id, body });
    }

    /// Deletes a message.
    pub fn delete(self, room_id: ConversationId, message_id: MessageId) {
        self.change("rooms:message:delete", MessageRef { room_id, message_id });
    }

    /// Adds or takes back an emoji.
    pub fn react(self, room_id: ConversationId, message_id: MessageId, emoji: String, on: bool) {
        self.change("rooms:message:react", ReactToMessage { room_id, message_id, emoji, on });
    }

    fn change(self, event: &'static str, payload: impl serde::Serialize + 'static) {
        spawn_local(async move {
            let Some(live) = self.live() else { return };
            match live.ask::<MessageDone>(event, &payload).await {
                Ok(done) => self.model.update(|model| {
                    if let Some(open) = &mut model.open {
                        open.take(done.message);
                    }
                }),
                Err(trouble) => self.trouble.set(Some(explain(self.i18n, &trouble))),
            }
        });
    }

    /// Says that one is typing, now and then.
    pub fn typing(self) {
        let (now, id) = (format::now(), self.wanted.get_value());
        if now - self.typed_at.get_value() < TYPING_PAUSE_MS {
            return;
        }
        self.typed_at.set_value(now);
        spawn_local(async move {
            if let (Some(live), Some(room_id)) = (self.live(), id) {
                // Nobody misses one that is lost.
                let _ = live.ask::<serde_json::Value>("rooms:typing", &RoomRef { room_id }).await;
            }
        });
    }

    /// What is shown has been read.
    pub fn mark_read(self) {
        let Some((room_id, seq)) = self.model.try_update(Model::read_all).flatten() else { return };
        spawn_local(async move {
            if let Some(live) = self.live() {
                // The next one says it again.
                let _ = live.ask::<ReadState>("rooms:read", &ReadRoom { room_id, seq }).await;
            }
        });
    }
}

/// Ticks every second while the page is there.
pub fn seconds() -> ReadSignal<f64> {
    let (now, set_now) = signal(format::now());
    if let Ok(ticking) = set_interval_with_handle(move || set_now.set(format::now()), Duration::from_millis(250)) {
        on_cleanup(move || ticking.clear());
    }
    now
}
