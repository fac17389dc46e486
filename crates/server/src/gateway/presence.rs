//! Who is in a conversation right now: leases in the coordinator, renewed while a socket is there. A killed node's people
//! are gone when their leases end.

use std::time::Duration;

use praca_api::{ConversationId, UserId};
use tokio::time::{MissedTickBehavior, interval};

use super::connection::Connection;
use super::{Gateway, lock, read};
use crate::bus::Signal;

/// Time between two renewals.
const BEAT: Duration = Duration::from_secs(15);
/// How long a lease lasts: two renewals may be lost.
const LEASE: Duration = Duration::from_secs(50);
/// Leases renewed in one call.
const BATCH: usize = 1_000;

impl Gateway {
    /// Notes at once that a person is in a conversation.
    pub async fn begin_presence(&self, user: UserId, conversation: ConversationId) {
        self.lease(&[(conversation, user)]).await;
    }

    /// Notes that a socket left, unless its person is there with another.
    pub(super) fn end_presence(&self, connection: &Connection, conversation: ConversationId) {
        let Some(person) = connection.person() else { return };
        if self.is_present(person.user, conversation, Some(connection)) {
            return;
        }
        let base = self.0.base.clone();
        tokio::spawn(async move {
            // Without the coordinator the lease runs out by itself.
            let _ = base.limits.end_lease(conversation, person.user).await;
            base.bus.publish(Signal::Left { conversation, user: person.user });
        });
    }

    /// A person left with their last socket of some node: if they are here, or came back, their lease is renewed at once.
    pub(super) async fn stay_present(&self, user: UserId, conversation: ConversationId) {
        if self.is_present(user, conversation, None) {
            self.lease(&[(conversation, user)]).await;
        }
    }

    /// Whether a person is in a conversation with a socket of this node other than `but`.
    fn is_present(&self, user: UserId, conversation: ConversationId, but: Option<&Connection>) -> bool {
        self.sockets_of(user).iter().any(|socket| {
            but.is_none_or(|but| but.id != socket.id) && lock(&socket.conversations).contains(&conversation)
        })
    }

    async fn lease(&self, present: &[(ConversationId, UserId)]) {
        if let Err(error) = self.0.base.limits.lease(present, LEASE).await {
            tracing::debug!(%error, "presence cannot be noted");
        }
    }
}

/// Renews the leases of everyone connected here.
pub async fn run(gateway: Gateway) {
    let mut tick = interval(BEAT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let mut present: Vec<(ConversationId, UserId)> = Vec::new();
        for socket in read(&gateway.0.sockets).values() {
            if let Some(person) = socket.person() {
                present.extend(lock(&socket.conversations).iter().map(|id| (*id, person.user)));
            }
        }
        present.sort_unstable();
        present.dedup();
        for batch in present.chunks(BATCH) {
            gateway.lease(batch).await;
        }
    }
}
