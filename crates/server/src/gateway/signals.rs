//! What the bus says, for the sockets of this node.

use std::sync::Arc;

use praca_api::{SessionId, UserId};
use tokio::sync::broadcast::error::RecvError;

use super::packet::raw_event_frame;
use super::transport::Frame;
use super::{Gateway, write};
use crate::bus::{Audience, Signal};

/// Follows the bus for ever.
pub async fn run(gateway: Gateway) {
    let mut signals = gateway.0.base.bus.subscribe();
    loop {
        match signals.recv().await {
            Ok(signal) => gateway.follow(&signal).await,
            Err(RecvError::Lagged(lost)) => {
                tracing::warn!(lost, "signals lost on this node; comparing with the database");
                gateway.start_over().await;
            }
            Err(RecvError::Closed) => return,
        }
    }
}

impl Gateway {
    async fn follow(&self, signal: &Arc<Signal>) {
        match &**signal {
            Signal::Changes { conversation, changes } => {
                self.deliver(*conversation, changes);
                self.note_activity(changes);
            }
            Signal::Emit { to, name, payload } => self.emit(to, &raw_event_frame(name, payload.get())),
            Signal::Close { user, sessions } => self.close_sessions(*user, sessions.as_deref()),
            Signal::Membership { conversation, user, member } => {
                let here = !self.sockets_of(*user).is_empty();
                let mut members = write(&self.0.members);
                let people = members.entry(*conversation).or_default();
                people.retain(|person| person != user);
                if *member && here {
                    people.push(*user);
                }
                if people.is_empty() {
                    members.remove(conversation);
                }
            }
            Signal::Forget(_) => {}
            Signal::Resync => self.start_over().await,
        }
    }

    /// Signals were lost: whoever was suspended or logged out meanwhile is closed, whatever was missed is read.
    async fn start_over(&self) {
        self.recheck_people().await;
        self.compare_feeds().await;
    }

    fn emit(&self, to: &Audience, frame: &Frame) {
        let (sockets, except) = match to {
            Audience::Conversation { id, except } => {
                (self.feed(*id).map(|feed| feed.sockets(except.as_deref())).unwrap_or_default(), None)
            }
            Audience::Person { id, except } => (self.sockets_of(*id), except.as_deref()),
        };
        for socket in sockets {
            if except.is_none_or(|except| socket.id.to_string() != except) {
                socket.send(frame.clone());
            }
        }
    }

    fn close_sessions(&self, user: UserId, sessions: Option<&[SessionId]>) {
        for socket in self.sockets_of(user) {
            let concerned = |session| sessions.is_none_or(|sessions| sessions.contains(&session));
            if socket.person().is_some_and(|person| concerned(person.session)) {
                socket.disconnect();
            }
        }
    }
}
