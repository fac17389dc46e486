//! What a person has just sent, as far as one has to know to tell whether they send much the same again.

use std::collections::HashSet;
use std::time::Duration;

use praca_api::Timestamp;
use uuid::Uuid;

use crate::antispam::Shape;
use crate::config::Quota;

/// Most texts of one person that are kept.
const MOST: usize = 64;

/// A text of a message: an edit adds one, and takes none away.
struct Note {
    id: Uuid,
    at: Timestamp,
    bits: u64,
}

/// The texts of one person, the oldest first.
#[derive(Default)]
pub struct Noted(Vec<Note>);

impl Noted {
    /// Notes a text, unless so many other messages like it were noted within the time.
    pub fn note(&mut self, id: Uuid, shape: Shape, quota: Quota, now: Timestamp) -> bool {
        self.0.retain(|note| now.since(note.at) < quota.per);
        let others = self.0.iter().filter(|note| note.id != id && shape.is_like(note.bits));
        let alike: HashSet<Uuid> = others.map(|note| note.id).collect();
        if alike.len() >= quota.count as usize {
            return false;
        }
        self.0.retain(|note| note.id != id || note.bits != shape.bits);
        let surplus = (self.0.len() + 1).saturating_sub(MOST);
        self.0.drain(..surplus);
        self.0.push(Note { id, at: now, bits: shape.bits });
        true
    }

    /// The message was not sent after all.
    pub fn forget(&mut self, id: Uuid) {
        self.0.retain(|note| note.id != id);
    }

    /// Whether nothing of it counts any more, however long a text counts.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.0.iter().all(|note| now.since(note.at) >= Duration::from_secs(86_400))
    }
}
