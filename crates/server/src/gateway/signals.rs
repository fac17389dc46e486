//! What the bus says, for the sockets of this node.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::FutureExt as _;
use praca_api::events::{Nothing, ServerEvent};
use praca_api::{ConversationId, SessionId, UserId};
use tokio::sync::broadcast::error::RecvError;

use super::packet::{event_frame, raw_event_frame};
use super::transport::Frame;
use super::watching::Asked;
use super::{Gateway, read, write};
use crate::bus::{Audience, Hearers, Signal};

/// Follows the bus for ever.
pub async fn run(gateway: Gateway) {
    let mut signals = gateway.0.base.bus.subscribe();
    loop {
        match signals.recv().await {
            Ok(signal) => gateway.follow(&signal),
            Err(RecvError::Lagged(lost)) => {
                tracing::warn!(lost, "signals lost on this node; comparing with the database");
                gateway.start_over();
            }
            Err(RecvError::Closed) => return,
        }
    }
}

impl Gateway {
    fn follow(&self, signal: &Arc<Signal>) {
        match &**signal {
            Signal::Changes { conversation, changes, hearers } => {
                self.deliver(*conversation, changes, hearers);
                if *hearers == Hearers::Joined {
                    self.note_activity(changes);
                }
            }
            Signal::Emit { to, name, payload } => self.emit(to, &raw_event_frame(name, payload.get())),
            Signal::Close { user, sessions } => self.close_sessions(*user, sessions.as_deref()),
            Signal::Membership { conversation, user, member } => {
                let here = !self.sockets_of(*user).is_empty();
                let mut members = write(&self.0.members);
                if *member && here {
                    members.add(*conversation, *user);
                } else {
                    members.remove(*conversation, *user);
                }
                drop(members);
                if !*member && here {
                    let (gateway, room, user) = (self.clone(), *conversation, *user);
                    tokio::spawn(async move { gateway.end_visits(room, user).await });
                }
            }
            Signal::Left(left) => {
                let (gateway, left) = (self.clone(), left.clone());
                tokio::spawn(async move { gateway.stay_present(&left).await });
            }
            Signal::Seen(seen) => self.tell_watchers(seen),
            Signal::Sight(sight) => self.note_sight(*sight),
            Signal::Forget(_) => {}
            Signal::Resync => self.start_over(),
        }
    }

    /// Signals were lost: whatever was missed is read, memberships too, and whoever was suspended or logged out meanwhile
    /// is closed. Beside the signals, which go on; a second loss meanwhile starts it once more.
    fn start_over(&self) {
        if self.0.starting_over.fetch_add(1, Ordering::AcqRel) > 0 {
            return;
        }
        let gateway = self.clone();
        tokio::spawn(async move {
            let mut asked = 1;
            while asked > 0 {
                let steps = async {
                    gateway.compare_feeds().await;
                    gateway.reread_memberships().await;
                    gateway.recheck_people().await;
                    gateway.recheck_sights().await;
                    gateway.check_watched(Asked::Everybody).await;
                    gateway.tell_resynced();
                };
                if AssertUnwindSafe(steps).catch_unwind().await.is_err() {
                    tracing::error!("starting over panicked; the next loss of signals tries again");
                }
                asked = gateway.0.starting_over.fetch_sub(asked, Ordering::AcqRel) - asked;
            }
        });
    }

    /// Who is no member of a room any more is not in it either, with any socket; unless they are one again.
    async fn end_visits(&self, room: ConversationId, user: UserId) {
        // Without the database they hear on until they go.
        let gone = self.0.backlog.rooms_of(user).await.is_ok_and(|rooms| !rooms.contains(&room));
        for socket in self.sockets_of(user).into_iter().filter(|_| gone) {
            self.leave(&socket, room);
        }
    }

    /// What was lost of conversations no socket here is in, only their lists can tell.
    fn tell_resynced(&self) {
        let frame = event_frame(&ServerEvent::ServerResynced(Nothing {}));
        for socket in read(&self.0.sockets).values().filter(|socket| socket.person().is_some()) {
            socket.send(frame.clone());
        }
    }

    fn emit(&self, to: &Audience, frame: &Frame) {
        match to {
            Audience::Conversation { id, except, without } => {
                if let Some(feed) = self.feed(*id) {
                    feed.emit(frame, except.as_deref(), without);
                }
            }
            Audience::Members { id, without } => {
                let members = read(&self.0.members).of(*id);
                for user in members.into_iter().filter(|user| !without.contains(user)) {
                    for socket in self.sockets_of(user) {
                        socket.send(frame.clone());
                    }
                }
            }
            Audience::Person { id, except } => {
                for socket in self.sockets_of(*id) {
                    if except.as_deref().is_none_or(|except| socket.id.to_string() != except) {
                        socket.send(frame.clone());
                    }
                }
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
