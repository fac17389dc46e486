//! Sending: a message shows at once, and stays until the server has it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::events::MessageDone;
use praca_api::messages::{NewMessage, ReplyTo};
use praca_api::{ConversationId, ProblemCode, UploadId};

use super::{HeldBack, Link, Square};
use crate::format;
use crate::model::{Family, Goal, Outgoing, Spot};
use crate::net::Trouble;
use crate::store;

/// Where this tab keeps what is on its way.
const OUTBOX: &str = "praca.outbox";

impl Square {
    /// Sends a message.
    pub fn send(self, spot: Spot, body: String, reply_to: Option<ReplyTo>, pictures: Vec<(UploadId, String)>) {
        let nonce = format!("{}{}", js_sys::Math::random(), format::now());
        let nonce: String = nonce.chars().filter(char::is_ascii_alphanumeric).collect();
        let Spot { family, id: room } = spot;
        let outgoing = Outgoing { family, room, nonce: nonce.clone(), body, reply_to, pictures, failed: false };
        self.model.update(|model| model.outbox.push(outgoing));
        self.go_to(Goal::End);
        self.deliver(nonce);
    }

    /// Keeps what is on its way through a reload of this tab, and takes it up again.
    pub(super) fn keep_outbox(self) {
        if let Some(kept) =
            store::of_this_tab(OUTBOX).and_then(|text| serde_json::from_str::<Vec<Outgoing>>(&text).ok())
        {
            self.model.update(|model| model.outbox = kept);
        }
        let outbox = Memo::new(move |_| self.model.with(|model| model.outbox.clone()));
        Effect::new(move |_| {
            let text = outbox.with(|outbox| serde_json::to_string(outbox).unwrap_or_default());
            store::keep_in_this_tab(OUTBOX, &text);
        });
    }

    /// Tries a failed message again.
    pub fn retry(self, nonce: String) {
        self.change_outgoing(&nonce, |outgoing| outgoing.failed = false);
        self.deliver(nonce);
    }

    /// Gives a failed message up.
    pub fn discard(self, nonce: &str) {
        self.take_back(nonce);
    }

    fn take_back(self, nonce: &str) -> Option<HeldBack> {
        let taken = self.model.try_update(|model| {
            let at = model.outbox.iter().position(|outgoing| outgoing.nonce == nonce)?;
            let Outgoing { room, body, reply_to, pictures, .. } = model.outbox.remove(at);
            Some(HeldBack { room, body, reply_to, pictures })
        });
        taken.flatten()
    }

    fn change_outgoing(self, nonce: &str, change: impl FnOnce(&mut Outgoing)) {
        self.model.update(|model| {
            if let Some(outgoing) = model.outbox.iter_mut().find(|outgoing| outgoing.nonce == nonce) {
                change(outgoing);
            }
        });
    }

    /// Sends what waited for the connection.
    pub(super) fn flush(self) {
        let waiting = self.model.with_untracked(|model| {
            model
                .outbox
                .iter()
                .filter(|outgoing| !outgoing.failed)
                .map(|outgoing| outgoing.nonce.clone())
                .collect::<Vec<_>>()
        });
        for nonce in waiting {
            self.deliver(nonce);
        }
    }

    /// What is written before the conversation is joined leaves when it is.
    fn deliver(self, nonce: String) {
        let Some((spot, message, pictures)) = self.model.with_untracked(|model| {
            let outgoing = model.outbox.iter().find(|outgoing| outgoing.nonce == nonce)?;
            let reply_to_id = outgoing.reply_to.as_ref().map(|reply| reply.id);
            let spot = Spot { family: outgoing.family, id: outgoing.room };
            if model.is_opening(spot) {
                return None;
            }
            let attachment_ids = outgoing.pictures.iter().map(|(id, _)| *id).collect();
            let message = NewMessage { body: outgoing.body.clone(), nonce: nonce.clone(), reply_to_id, attachment_ids };
            Some((spot, message, outgoing.pictures.clone()))
        }) else {
            return;
        };
        spawn_local(async move {
            for (id, alt) in pictures.into_iter().filter(|(_, alt)| !alt.trim().is_empty()) {
                // A picture that is in use was sent with its words before.
                drop(self.describe(id, alt).await);
            }
            match self.ask::<MessageDone>(&spot.family.event("message:send"), &spot.about(message)).await {
                Ok(done) => self.sent(spot, done),
                // It leaves when the connection is back.
                Err(Trouble::Network) if self.link.get_untracked() != Link::Up => {}
                Err(trouble) => self.not_sent(&nonce, &trouble),
            }
        });
    }

    fn sent(self, spot: Spot, done: MessageDone) {
        let seq = done.message.seq;
        // What went wrong before is over.
        self.trouble.set(None);
        self.model.update(|model| model.acknowledged(done.message));
        match spot.family {
            Family::Room => self.refresh_clocks(spot.id),
            // Who answers has read, and the other may know.
            Family::Dm => self.say_read(spot, seq),
        }
    }

    /// The clocks begin anew; the server knows for how long.
    fn refresh_clocks(self, room_id: ConversationId) {
        let runs = self.model.with_untracked(|model| {
            model.open_room().is_some_and(|room| room.room.interval_global_seconds + room.room.per_user_seconds > 0)
        });
        if runs && self.shown() == Some(Spot::room(room_id)) {
            self.join();
        }
    }

    fn not_sent(self, nonce: &str, trouble: &Trouble) {
        if let Trouble::Problem(problem) = trouble
            && problem.is(ProblemCode::RoomsSlowMode)
        {
            let wait = problem.retry_after_ms.unwrap_or_default();
            self.model.update(|model| {
                if let Some(open) = &mut model.open {
                    open.wait_longer(wait, format::now());
                }
            });
            self.held_back.set(self.take_back(nonce));
            return;
        }
        if let Trouble::Problem(problem) = trouble
            && problem.is(ProblemCode::RoomsSilenced)
        {
            self.held_back.set(self.take_back(nonce));
            // The page learns of the silence, and says so where one writes.
            self.join();
            return;
        }
        self.change_outgoing(nonce, |outgoing| outgoing.failed = true);
        self.complain(trouble);
    }
}
