//! Members of rooms, among the people connected here.

use std::collections::{HashMap, HashSet};

use praca_api::{ConversationId, UserId};

/// Who is a member of what.
#[derive(Default)]
pub struct Members {
    people: HashMap<ConversationId, HashSet<UserId>>,
    rooms: HashMap<UserId, HashSet<ConversationId>>,
}

impl Members {
    /// The members of a room who are connected here.
    pub fn of(&self, room: ConversationId) -> Vec<UserId> {
        self.people.get(&room).into_iter().flatten().copied().collect()
    }

    /// Whether any are.
    pub fn has_any(&self, room: ConversationId) -> bool {
        self.people.contains_key(&room)
    }

    /// Somebody connected here is a member.
    pub fn add(&mut self, room: ConversationId, user: UserId) {
        self.people.entry(room).or_default().insert(user);
        self.rooms.entry(user).or_default().insert(room);
    }

    /// Somebody is no member any more.
    pub fn remove(&mut self, room: ConversationId, user: UserId) {
        if let Some(rooms) = self.rooms.get_mut(&user) {
            rooms.remove(&room);
        }
        self.forget(room, user);
    }

    /// Somebody is no longer connected here.
    pub fn remove_person(&mut self, user: UserId) {
        for room in self.rooms.remove(&user).unwrap_or_default() {
            self.forget(room, user);
        }
    }

    fn forget(&mut self, room: ConversationId, user: UserId) {
        if let Some(people) = self.people.get_mut(&room) {
            people.remove(&user);
            if people.is_empty() {
                self.people.remove(&room);
            }
        }
    }
}
