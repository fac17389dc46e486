//! The words of slow mode.
//!
//! Two clocks a room: one for everyone, one a person. Each is a key holding who wrote last, when, and the interval at
//! that moment. A clock allows when the shorter of that interval and the present one has passed: a shortened interval
//! shortens running waits, a lengthened one counts from the next message.

use std::time::Duration;

use praca_api::{ConversationId, SlowModeScope, Timestamp, UserId};

/// The two keys of a person in a room. The braces are the hash tag that keeps both in one Redis Cluster slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowModeKeys {
    /// `rl:room:{ROOM}:global`.
    pub room: String,
    /// `rl:room:{ROOM}:user:USER`.
    pub user: String,
    /// Whose reservation it is.
    pub author: UserId,
}

impl SlowModeKeys {
    /// The keys of `author` in `room`.
    pub fn new(room: ConversationId, author: UserId) -> Self {
        Self { room: format!("rl:room:{{{room}}}:global"), user: format!("rl:room:{{{room}}}:user:{author}"), author }
    }

    /// The owner written into the keys.
    pub(super) fn owner(&self, nonce: &str) -> String {
        format!("{}:{nonce}", self.author)
    }
}

/// The intervals of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Between any two messages; zero = none.
    pub room: Duration,
    /// Between two messages of one person; zero = none.
    pub user: Duration,
    /// How long a key may outlive its interval.
    pub slack: Duration,
}

impl Clocks {
    /// Whether the room has slow mode at all.
    pub fn run(&self) -> bool {
        !(self.room.is_zero() && self.user.is_zero())
    }
}

/// How long a person has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Milliseconds; 0 = may write now.
    pub retry_after_ms: u64,
    /// The clock that ends last.
    pub scope: Option<SlowModeScope>,
    /// The coordinator's time.
    pub server_time: Timestamp,
}

/// What a reservation gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// Both clocks are this message's now.
    Granted,
    /// One still runs.
    Blocked(Wait),
}
