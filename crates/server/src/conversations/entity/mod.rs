//! Rows of conversations, memberships, messages and what belongs to them.

pub mod conversation;
pub mod dm;
pub mod membership;
pub mod mention;
pub mod message;
pub mod pin;
pub mod reaction;
pub mod revision;
pub mod silence;
