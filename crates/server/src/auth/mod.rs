//! Who is asking: passwords, tokens, signing keys, and the person behind a request.
//!
//! Invariant: a token names a session; what the person may do is read from the database (or a copy dropped on every node
//! when it changes), never from the token.

mod actor;
pub mod keys;
pub mod mac;
pub mod passwords;
pub mod refresh;
pub mod seal;
pub mod tokens;

pub use actor::{Actor, ActorSource, Authority};
