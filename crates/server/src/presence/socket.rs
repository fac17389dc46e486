//! `presence:watch` and `presence:set`.

use praca_api::events::{ClientEvent, Nothing, SetPresence, Watch, Watched};
use praca_api::limits::WATCHED_AT_ONCE;
use praca_api::people::Presence;
use serde_json::value::RawValue;

use super::Presences;
use crate::error::{Error, Result};
use crate::gateway::{Answer, Caller, Reply, SocketHandler, read_payload};

/// Handles `presence:*`.
pub struct PresenceSocket {
    presences: Presences,
}

impl PresenceSocket {
    /// The events this handles.
    pub const EVENTS: &[ClientEvent] = &[ClientEvent::PresenceWatch, ClientEvent::PresenceSet];

    /// The handler over the slice.
    pub fn new(presences: Presences) -> Self {
        Self { presences }
    }

    async fn run(&self, caller: Caller, event: ClientEvent, payload: &RawValue) -> Result<Reply> {
        match event {
            ClientEvent::PresenceWatch => self.watch(&caller, read_payload(payload)?).await,
            ClientEvent::PresenceSet => {
                let SetPresence { state } = read_payload(payload)?;
                if state == Presence::Offline {
                    return Err(Error::invalid_field("state", "enum", "A client is `online` or `away`."));
                }
                caller.set_idle(state == Presence::Away);
                Reply::with(&Nothing {})
            }
            other => Err(Error::internal(format!("{} is not of presence", other.name()))),
        }
    }

    async fn watch(&self, caller: &Caller, Watch { mut user_ids }: Watch) -> Result<Reply> {
        user_ids.sort_unstable();
        user_ids.dedup();
        if user_ids.len() > WATCHED_AT_ONCE {
            return Err(Error::invalid_field("userIds", "too_many", "Watch at most 200 people at a time."));
        }
        Reply::with(&Watched { items: self.presences.watch(caller, &user_ids).await? })
    }
}

impl SocketHandler for PresenceSocket {
    fn handle<'a>(&'a self, caller: Caller, event: ClientEvent, payload: &'a RawValue) -> Answer<'a, Reply> {
        Box::pin(self.run(caller, event, payload))
    }
}
