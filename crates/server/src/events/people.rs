//! The people of events: two of a conversation, and those a message names.

use praca_api::{Seq, UserId};
use uuid::Uuid;

/// Stands for everybody in a room.
pub const EVERYBODY: UserId = UserId(Uuid::nil());

/// The two people of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The one whose id is less.
    pub low: UserId,
    /// The one whose id is greater.
    pub high: UserId,
    /// Who made the first contact.
    pub requested_by: UserId,
    /// Whether the other accepted it.
    pub accepted: bool,
    /// Whether the other refused it.
    pub refused: bool,
}

impl Pair {
    /// The other of the two.
    pub fn other(&self, user: UserId) -> UserId {
        if user == self.low { self.high } else { self.low }
    }

    /// Whether somebody is one of the two.
    pub fn has(&self, user: UserId) -> bool {
        user == self.low || user == self.high
    }

    /// Both.
    pub fn people(&self) -> Vec<UserId> {
        vec![self.low, self.high]
    }

    /// Whether the first contact keeps somebody from writing; blocks are another matter.
    pub fn may_write(&self, user: UserId) -> bool {
        self.accepted || !self.refused || user != self.requested_by
    }
}

/// What happened between two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairStep {
    /// The other accepted the first contact.
    Accepted,
    /// The other refused it.
    Refused,
    /// One of the two blocks the other.
    Blocked {
        /// Who blocks.
        by: UserId,
    },
    /// One of the two no longer blocks the other.
    Unblocked {
        /// Who blocked.
        by: UserId,
    },
}

/// A person a message names, or names no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Who; [`EVERYBODY`] for a call of all members.
    pub user: UserId,
    /// Who wrote it.
    pub author: UserId,
    /// Its place.
    pub seq: Seq,
    /// Who blocks its author, and does not hear of a call.
    pub without: Vec<UserId>,
    /// Whether it names them now.
    pub named: bool,
}
