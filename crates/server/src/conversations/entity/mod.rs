//! Rows of conversations, memberships, messages, reactions and revisions.

pub mod conversation;
pub mod membership;
pub mod message;
pub mod reaction;
pub mod revision;
pub mod silence;
