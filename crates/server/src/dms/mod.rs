//! Conversations of two: what they have of their own: opening, accepting, the list, contacts, and blocks between people.

mod blocks;
mod contacts;
mod open;
mod routes;
mod socket;
mod view;

use std::sync::Arc;

use crate::accounts::Accounts;
use crate::base::Base;
use crate::conversations::Conversations;
use crate::presence::Presences;

pub use routes::routes;
pub use socket::DmsSocket;

/// The slice of conversations of two.
#[derive(Clone)]
pub struct Dms(Arc<Inner>);

struct Inner {
    base: Base,
    accounts: Accounts,
    conversations: Conversations,
    presences: Presences,
}

impl Dms {
    /// The slice over these services.
    pub fn new(base: Base, accounts: Accounts, conversations: Conversations, presences: Presences) -> Self {
        Self(Arc::new(Inner { base, accounts, conversations, presences }))
    }
}
