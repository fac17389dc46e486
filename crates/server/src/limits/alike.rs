//! What a person has just sent, as far as one has to know to tell whether they send much the same again.

use std::collections::HashMap;
use std::time::Duration;

use praca_api::{MessageId, Timestamp};

use crate::antispam::Shape;
use crate::config::Quota;

/// Most texts of one person that are kept.
const MOST: usize = 64;

/// The texts of one person, by their messages.
#[derive(Default)]
pub struct Noted(HashMap<MessageId, (Timestamp, u64)>);

impl Noted {
    /// Notes a text, unless so many others like it were noted within the time. An edit takes the place of what it edits.
    pub fn note(&mut self, id: MessageId, shape: Shape, quota: Quota, now: Timestamp) -> bool {
        self.0.retain(|_, (at, _)| now.since(*at) < quota.per);
        let others = || self.0.iter().filter(|(known, _)| **known != id);
        let alike = others().filter(|(_, (_, bits))| shape.is_like(*bits)).count();
        if alike >= quota.count as usize {
            return false;
        }
        if others().count() >= MOST
            && let Some(oldest) = others().min_by_key(|(_, (at, _))| *at).map(|(id, _)| *id)
        {
            self.0.remove(&oldest);
        }
        self.0.insert(id, (now, shape.bits));
        true
    }

    /// The text was not sent after all.
    pub fn forget(&mut self, id: MessageId) {
        self.0.remove(&id);
    }

    /// Whether nothing of it counts any more, however long a text counts.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.0.values().all(|(at, _)| now.since(*at) >= Duration::from_secs(86_400))
    }
}
