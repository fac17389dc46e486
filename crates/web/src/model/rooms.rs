//! The list of rooms as it changes.

use praca_api::messages::Message;
use praca_api::rooms::RoomForMe;
use praca_api::{ConversationId, UserId};

use super::{Family, Model};

impl Model {
    pub(super) fn change_room(&mut self, id: ConversationId, change: impl FnOnce(&mut RoomForMe)) {
        if let Some(room) = self.room_mut(id) {
            change(room);
        }
    }

    pub(super) fn knows_room(&self, id: ConversationId) -> bool {
        self.room(id).is_some()
    }

    /// The address of the conversation that was joined.
    pub fn open_address(&self) -> Option<String> {
        let room = self.open_room().map(|room| Family::Room.address(&room.room.slug));
        room.or_else(|| self.open_dm().map(|dm| Family::Dm.address(&dm.with.author.handle)))
    }

    pub(super) fn note_newest(&mut self, message: Message, me: UserId) {
        let Some(room) = self.room_mut(message.conversation_id).filter(|room| room.room.last_seq < message.seq) else {
            return;
        };
        let own = message.author.as_ref().is_some_and(|author| author.id == me);
        room.room.last_seq = message.seq;
        room.room.last_rev = room.room.last_rev.max(message.rev);
        if own {
            (room.last_read_seq, room.mentions) = (message.seq, 0);
        }
        room.unread = message.seq.0 - room.last_read_seq.0;
        let id = room.room.id;
        room.room.last_message = Some(message);
        self.raise(id);
    }

    /// The liveliest room stands first.
    fn raise(&mut self, id: ConversationId) {
        if let Some(rooms) = &mut self.rooms
            && let Some(upto) = rooms.iter().position(|room| room.room.id == id).and_then(|at| rooms.get_mut(..=at))
        {
            upto.rotate_right(1);
        }
    }
}
