//! Joining a conversation: history first, then live, nothing lost and nothing twice between.

use std::sync::Arc;

use praca_api::{ConversationId, Rev, Seq};

use super::connection::Connection;
use super::dispatch::Caller;
use super::feed::Feed;
use super::{Family, Gateway, Newest, lock, write};
use crate::error::Result;

/// A join under way. Dropped before [`Joining::complete`], it is undone.
pub struct Joining {
    gateway: Gateway,
    connection: Arc<Connection>,
    feed: Arc<Feed>,
    conversation: ConversationId,
    completed: bool,
}

impl Caller {
    /// Begins to join: from now on every change is kept for this socket until [`Joining::complete`].
    ///
    /// # Errors
    /// The database refuses.
    pub async fn begin_join(&self, conversation: ConversationId, family: Family) -> Result<Joining> {
        let gateway = self.gateway.clone();
        let feed = {
            let mut feeds = write(&gateway.0.feeds);
            let feed = feeds.entry(conversation).or_insert_with(|| Arc::new(Feed::new(conversation, family))).clone();
            // Under the same lock as the removal of an empty feed, so that this one is not removed.
            feed.begin(self.connection.id);
            feed
        };
        lock(&self.connection.conversations).insert(conversation);
        let joining = Joining { gateway, connection: self.connection.clone(), feed, conversation, completed: false };
        joining.feed.settle_baseline(&joining.gateway).await?;
        Ok(joining)
    }

    /// Whether this socket is in a conversation.
    pub fn is_in(&self, conversation: ConversationId) -> bool {
        lock(&self.connection.conversations).contains(&conversation)
    }

    /// Leaves a conversation with this socket.
    pub fn leave(&self, conversation: ConversationId) {
        self.gateway.leave(&self.connection, conversation);
    }
}

impl Gateway {
    /// A socket leaves a conversation.
    pub(super) fn leave(&self, connection: &Connection, conversation: ConversationId) {
        lock(&connection.conversations).remove(&conversation);
        self.leave_feed(connection, conversation);
        self.end_presence(connection, conversation);
    }
}

impl Joining {
    /// The socket has the history up to `rev` and `seq`: hand on what came meanwhile, then live.
    pub fn complete(mut self, rev: Rev, seq: Seq) {
        self.completed = true;
        let newest = Newest { id: self.conversation, rev, seq };
        self.feed.complete(&self.connection, newest, &self.gateway.0.base);
        // The socket may have gone while its history was read.
        if !super::read(&self.gateway.0.sockets).contains_key(&self.connection.id) {
            self.gateway.leave_feed(&self.connection, self.conversation);
            self.gateway.end_presence(&self.connection, self.conversation);
        }
    }
}

impl Drop for Joining {
    fn drop(&mut self) {
        if !self.completed && !self.feed.abandon(self.connection.id, &self.gateway.0.base) {
            self.gateway.leave(&self.connection, self.conversation);
        }
    }
}
