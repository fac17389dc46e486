//! What the client knows of conversations of two, of presence and of blocks.

use praca_api::dms::{Dm, DmState};
use praca_api::events::{BlockChanged, DmJoined, DmUpdated, Muted, Receipt};
use praca_api::messages::Message;
use praca_api::people::{PersonPresence, Presence};
use praca_api::{ConversationId, UserId};

use super::{Model, Open, neighbour};

impl Model {
    /// The list of conversations of two arrived.
    pub fn listed_dms(&mut self, dms: Vec<Dm>) {
        for dm in &dms {
            self.see(dm);
        }
        let before = self.dms.take().unwrap_or_default();
        let keep = |dm: Dm| {
            let known = before.iter().find(|known| known.id == dm.id);
            // What came while the list was on its way is newer than it.
            match known.filter(|known| known.last_seq > dm.last_seq) {
                Some(known) => Dm {
                    last_seq: known.last_seq,
                    last_rev: known.last_rev,
                    last_message: known.last_message.clone(),
                    unread: known.unread,
                    last_read_seq: known.last_read_seq.max(dm.last_read_seq),
                    ..dm
                },
                None => dm,
            }
        };
        self.dms = Some(dms.into_iter().map(keep).collect());
        self.keep_read();
    }

    /// A conversation of two was opened or changed.
    pub fn note_dm(&mut self, dm: Dm) {
        self.see(&dm);
        match self.dm_mut(dm.id) {
            Some(known) => *known = dm,
            None => self.dms.get_or_insert_default().insert(0, dm),
        }
        self.keep_read();
    }

    fn see(&mut self, dm: &Dm) {
        let seen =
            PersonPresence { user_id: dm.with.author.id, state: dm.with.presence, last_seen_at: dm.with.last_seen_at };
        self.people.insert(seen.user_id, seen);
    }

    /// The conversation with somebody, by their handle.
    pub fn dm_with(&self, handle: &str) -> Option<&Dm> {
        self.dms.as_ref()?.iter().find(|dm| dm.with.author.handle == handle)
    }

    /// The handle of the conversation of two before or after `handle` in the list, or of the next unread one; the list is a
    /// ring.
    pub fn neighbour_dm(&self, handle: Option<&str>, forward: bool, unread: bool) -> Option<String> {
        let dms = self.dms.as_ref()?;
        let handle_of = |dm: &Dm| dm.with.author.handle.clone();
        let names: Vec<(String, bool)> = dms.iter().map(|dm| (handle_of(dm), dm.unread > 0)).collect();
        neighbour(&names, handle, forward, unread)
    }

    pub(super) fn dm_mut(&mut self, id: ConversationId) -> Option<&mut Dm> {
        self.dms.as_mut()?.iter_mut().find(|dm| dm.id == id)
    }

    pub(super) fn dm(&self, id: ConversationId) -> Option<&Dm> {
        self.dms.as_ref()?.iter().find(|dm| dm.id == id)
    }

    /// The open conversation of two.
    pub fn open_dm(&self) -> Option<&Dm> {
        self.dm(self.open.as_ref()?.id)
    }

    /// How somebody is, as far as is known.
    pub fn presence_of(&self, user: UserId) -> Presence {
        self.people.get(&user).map_or(Presence::Offline, |seen| seen.state)
    }

    /// Whether somebody is blocked.
    pub fn blocks(&self, user: UserId) -> bool {
        self.blocked.contains(&user)
    }

    /// A conversation of two was joined, for the first time or after being away.
    pub fn joined_dm(&mut self, joined: DmJoined, now: f64) {
        let DmJoined { dm, caught } = joined;
        self.arrived(&caught.messages);
        match self.open_mut(dm.id) {
            Some(open) if !caught.reset => open.catch_up(caught, dm.last_rev, None, now),
            _ => self.open = Some(Open::of_two(&dm, caught)),
        }
        self.note_dm(dm);
    }

    /// A message between two people, of a conversation that is known.
    pub(super) fn note_dm_message(&mut self, message: Message, me: UserId) {
        let Some(dm) = self.dm_mut(message.conversation_id) else { return };
        if dm.last_seq < message.seq {
            let own = message.author.as_ref().is_some_and(|author| author.id == me);
            dm.last_seq = message.seq;
            dm.last_rev = dm.last_rev.max(message.rev);
            if own {
                dm.last_read_seq = message.seq;
            }
            dm.unread = message.seq.0 - dm.last_read_seq.0;
            dm.last_message = Some(message.clone());
            let id = message.conversation_id;
            if let Some(dms) = &mut self.dms
                && let Some(at) = dms.iter().position(|dm| dm.id == id)
            {
                // The liveliest first.
                dms.get_mut(..=at).unwrap_or_default().rotate_right(1);
            }
        }
    }

    pub(super) fn receipt(&mut self, receipt: Receipt, me: UserId) {
        let Some(dm) = self.dm_mut(receipt.conversation_id) else { return };
        if receipt.user_id == me {
            dm.last_read_seq = dm.last_read_seq.max(receipt.read_seq);
            dm.unread = (dm.last_seq.0 - dm.last_read_seq.0).max(0);
        } else {
            dm.peer.delivered_seq = dm.peer.delivered_seq.max(receipt.delivered_seq);
            dm.peer.read_seq = dm.peer.read_seq.max(receipt.read_seq);
        }
    }

    pub(super) fn dm_updated(&mut self, event: DmUpdated) {
        if let Some(state) = event.state {
            if let Some(dm) = self.dm_mut(event.conversation_id) {
                dm.state = state;
            }
            return;
        }
        if let Some(dms) = &mut self.dms {
            dms.retain(|dm| dm.id != event.conversation_id);
        }
        self.open.take_if(|open| open.id == event.conversation_id);
    }

    pub(super) fn dm_muted(&mut self, event: Muted) {
        if let Some(dm) = self.dm_mut(event.conversation_id) {
            dm.muted = event.muted;
        }
    }

    pub(super) fn block_changed(&mut self, event: BlockChanged) {
        if event.blocked {
            self.blocked.insert(event.user_id);
        } else {
            self.blocked.remove(&event.user_id);
        }
    }

    /// Unread messages between two people, of conversations that are not muted; a request counts once.
    pub fn unread_dms(&self) -> i64 {
        let count = |dm: &Dm| match dm.state {
            DmState::Open => dm.unread,
            DmState::Requested => dm.unread.min(1),
            DmState::Blocked => 0,
        };
        self.dms.iter().flatten().filter(|dm| !dm.muted).map(count).sum()
    }
}
