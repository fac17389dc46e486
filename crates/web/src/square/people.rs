//! People: who is watched, who is blocked, whether this client is in use, and what has arrived here.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::dms::{Dm, DmState};
use praca_api::events::{DmOpened, OpenDm, ServerEvent, SetPresence, Watch, Watched};
use praca_api::limits::WATCHED_AT_ONCE;
use praca_api::messages::MarkRead;
use praca_api::people::{BlockedPerson, Presence};
use praca_api::{ConversationId, Page, Seq, UserId};
use serde_json::Value;
use std::time::Duration;

use super::Square;
use crate::format;
use crate::model::Spot;
use crate::net::{Answer, Trouble};

/// Contacts whose presence is watched: those one wrote with last.
const WATCHED_CONTACTS: usize = 500;
/// Time without a touch after which the client counts as idle, in milliseconds.
const IDLE_MS: f64 = 5.0 * 60_000.0;
/// Time between two looks at that.
const LOOK: Duration = Duration::from_secs(15);

impl Square {
    /// Watches the people one writes with.
    pub(super) fn watch_contacts(self) {
        let people: Vec<UserId> = self.model.with_untracked(|model| {
            let open = model.dms.iter().flatten().filter(|dm| dm.state == DmState::Open);
            open.map(|dm| dm.with.author.id).take(WATCHED_CONTACTS).collect()
        });
        self.watch(people);
        self.say_delivered();
    }

    /// A new connection watches nobody yet.
    pub(super) fn watch_again(self) {
        self.watch(self.model.with_untracked(|model| model.people.keys().copied().collect()));
    }

    /// Watches people.
    pub fn watch(self, user_ids: Vec<UserId>) {
        spawn_local(async move {
            for some in user_ids.chunks(WATCHED_AT_ONCE) {
                // Without an answer the next connection watches them again.
                let Ok(watched) = self.ask::<Watched>("presence:watch", &Watch { user_ids: some.to_vec() }).await
                else {
                    return;
                };
                self.model.update(|model| {
                    model.people.extend(watched.items.into_iter().map(|seen| (seen.user_id, seen)));
                });
            }
        });
    }

    /// What came while this client was away has arrived.
    fn say_delivered(self) {
        let arrived: Vec<(Spot, Seq)> = self.model.with_untracked(|model| {
            let unread = model.dms.iter().flatten().filter(|dm| dm.unread > 0 && dm.state == DmState::Open);
            unread.map(|dm| (Spot::dm(dm.id), dm.last_seq)).collect()
        });
        for (spot, seq) in arrived {
            self.deliver_up_to(spot, seq);
        }
    }

    /// A message of somebody else has arrived.
    pub(super) fn note_delivered(self, event: &ServerEvent, me: UserId) {
        if let ServerEvent::DmMessageNew(event) = event {
            let message = &event.message;
            if message.author.as_ref().is_some_and(|author| author.id != me) {
                self.deliver_up_to(Spot::dm(message.conversation_id), message.seq);
            }
        }
    }

    fn deliver_up_to(self, spot: Spot, seq: Seq) {
        let payload = spot.about(MarkRead { seq });
        // One that is lost is said with the next, or when the list is read again.
        spawn_local(async move { drop(self.ask::<Value>("dms:delivered", &payload).await) });
    }

    /// Opens the conversation with somebody; where it is.
    pub async fn open_dm(self, user_id: UserId) -> Answer<Dm> {
        let opened: DmOpened = self.ask("dms:open", &OpenDm { user_id }).await?;
        self.model.update(|model| model.note_dm(opened.dm.clone()));
        self.watch(vec![user_id]);
        Ok(opened.dm)
    }

    /// Accepts a first contact; what was read before is told now.
    pub async fn accept(self, id: ConversationId) {
        let path = format!("{}/acceptance", Spot::dm(id).path());
        let answer: Answer<Dm> = self.session.send(Method::PUT, &path, None::<&()>).await;
        match answer {
            Ok(dm) => {
                self.say_read(Spot::dm(id), dm.last_read_seq);
                self.model.update(|model| model.note_dm(dm));
                self.watch_contacts();
            }
            Err(trouble) => self.complain(&trouble),
        }
    }

    /// Refuses a first contact; whether that was done.
    pub async fn refuse(self, id: ConversationId) -> bool {
        let path = format!("{}/acceptance", Spot::dm(id).path());
        let answer: Answer<Value> = self.session.send(Method::DELETE, &path, None::<&()>).await;
        match answer {
            Ok(_) => self.load_dms(),
            Err(ref trouble) => self.complain(trouble),
        }
        answer.is_ok()
    }

    /// Reads whom the person blocks.
    pub(super) fn load_blocks(self) {
        spawn_local(async move {
            let mut blocked = std::collections::HashSet::new();
            let mut after = String::new();
            loop {
                let path = format!("/me/blocks?limit=100{after}");
                let page: Answer<Page<BlockedPerson>> = self.session.send(Method::GET, &path, None::<&()>).await;
                // The next connection reads it again.
                let Ok(page) = page else { return };
                blocked.extend(page.items.into_iter().map(|person| person.author.id));
                match page.next {
                    Some(next) => after = format!("&after={next}"),
                    None => break,
                }
            }
            self.model.update(|model| model.blocked = blocked);
        });
    }

    /// Blocks somebody, or no longer.
    pub fn block(self, user: UserId, on: bool) {
        spawn_local(async move {
            let method = if on { Method::PUT } else { Method::DELETE };
            let answer: Answer<Value> = self.session.send(method, &format!("/me/blocks/{user}"), None::<&()>).await;
            match answer {
                Ok(_) => {
                    let changed = praca_api::events::BlockChanged { user_id: user, blocked: on };
                    self.apply(ServerEvent::BlockChanged(changed));
                    self.load_dms();
                }
                Err(trouble) => self.complain(&trouble),
            }
        });
    }

    /// Follows whether somebody uses this client.
    pub(super) fn notice_idleness(self) {
        let touched = move || {
            self.keep(|kept| kept.active_at = format::now());
            self.settle_idle();
        };
        let keys = window_event_listener(leptos::ev::keydown, move |_| touched());
        let pointer = window_event_listener(leptos::ev::pointerdown, move |_| touched());
        let seen = window_event_listener(leptos::ev::visibilitychange, move |_| {
            if !document().hidden() {
                touched();
            }
        });
        let looking = set_interval_with_handle(move || self.settle_idle(), LOOK);
        on_cleanup(move || {
            keys.remove();
            pointer.remove();
            seen.remove();
            if let Ok(looking) = looking {
                looking.clear();
            }
        });
    }

    /// Says it, if it is otherwise than was last said.
    fn settle_idle(self) {
        let idle = format::now() - self.kept().active_at > IDLE_MS;
        if self.kept().idle != idle {
            self.keep(|kept| kept.idle = idle);
            self.say_idle();
        }
    }

    pub(super) fn say_idle(self) {
        let idle = self.kept().idle;
        let state = if idle { Presence::Away } else { Presence::Online };
        spawn_local(async move {
            let said: Answer<Value> = self.ask("presence:set", &SetPresence { state }).await;
            // A connection that is not there says it when it is back.
            if let Err(Trouble::Problem(_)) = said {
                self.keep(|kept| kept.idle = !idle);
            }
        });
    }
}
