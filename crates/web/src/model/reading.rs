//! What was read here, what is unread, and where the person is named in it.

use praca_api::events::Mentioned;
use praca_api::messages::ReadState;
use praca_api::{ConversationId, Seq};

use super::{Family, Model, Spot};

impl Model {
    /// Everything shown has been read; the newest `seq`, if that is news.
    pub fn read_all(&mut self) -> Option<(Spot, Seq)> {
        let (spot, newest) = (self.open.as_ref()?.spot(), self.open.as_ref()?.messages.last()?.seq);
        let member = spot.family == Family::Dm || self.room_mut(spot.id).is_some_and(|room| room.me.is_some());
        (member && self.read_up_to(spot, newest)).then_some((spot, newest))
    }

    /// All up to `newest` has been read; whether that is news.
    pub fn read_up_to(&mut self, spot: Spot, newest: Seq) -> bool {
        match spot.family {
            Family::Room => {
                let room = self.room_mut(spot.id).filter(|room| room.last_read_seq < newest);
                let Some(room) = room else { return false };
                room.last_read_seq = newest;
                room.unread = (room.room.last_seq.0 - newest.0).max(0);
                if room.unread == 0 {
                    room.mentions = 0;
                }
            }
            Family::Dm => {
                let Some(dm) = self.dm_mut(spot.id).filter(|dm| dm.last_read_seq < newest) else { return false };
                dm.last_read_seq = newest;
                dm.unread = (dm.last_seq.0 - newest.0).max(0);
            }
        }
        true
    }

    /// Another tab or device of the person has read so far. What is newer here is unread still.
    pub(super) fn read_elsewhere(&mut self, state: &ReadState) {
        self.change_room(state.conversation_id, |room| {
            room.last_read_seq = room.last_read_seq.max(state.last_read_seq);
            room.unread = (room.room.last_seq.0 - room.last_read_seq.0).max(0);
            if room.unread == 0 {
                room.mentions = 0;
            } else if state.unread > 0 {
                room.mentions = state.mentions;
            }
        });
    }

    /// The server is about to hear how far was read.
    pub fn say_read(&mut self, spot: Spot, newest: Seq) {
        let unsaid = self.unsaid.entry(spot).or_default();
        *unsaid = (*unsaid).max(newest);
    }

    /// The server has heard it.
    pub fn said_read(&mut self, spot: Spot, newest: Seq) {
        if self.unsaid.get(&spot).is_some_and(|unsaid| *unsaid <= newest) {
            self.unsaid.remove(&spot);
        }
    }

    /// A list of the server does not take back what was read here and it has not heard yet.
    pub(super) fn keep_read(&mut self) {
        for (spot, newest) in self.unsaid.clone() {
            self.read_up_to(spot, newest);
        }
    }

    /// Where the person is named in what was missed, so that they can be led there.
    pub fn named_in_missed(&mut self, id: ConversationId, places: impl IntoIterator<Item = Seq>) {
        if let Some(open) = self.open_mut(id) {
            open.ahead.extend(places);
            open.ahead.sort_unstable();
            open.ahead.dedup();
        }
    }

    pub(super) fn mentioned(&mut self, event: &Mentioned) {
        self.change_room(event.conversation_id, |room| room.mentions += i64::from(room.last_read_seq < event.seq));
        // Who reads the end has it before their eyes.
        if self.open_mut(event.conversation_id).is_some_and(|open| !open.at_end) {
            self.named_in_missed(event.conversation_id, [event.seq]);
        }
    }

    pub(super) fn unmentioned(&mut self, event: &Mentioned) {
        self.change_room(event.conversation_id, |room| {
            room.mentions = (room.mentions - i64::from(room.last_read_seq < event.seq)).max(0);
        });
        if let Some(open) = self.open_mut(event.conversation_id) {
            open.ahead.retain(|seq| *seq != event.seq);
        }
    }
}
