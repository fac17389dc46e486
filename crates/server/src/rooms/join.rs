//! Joining a room with a socket: membership, history, clocks.

use praca_api::events::{Join, Joined};
use praca_api::{Rev, Seq};

use super::Rooms;
use crate::conversations::ConversationAccess;
use crate::conversations::access::Read;
use crate::error::Result;

impl Rooms {
    /// Makes the person a member if they were not, and gives what the socket needs to begin; all changes up to the
    /// returned `rev` are in it.
    ///
    /// # Errors
    /// `request.invalid` for a limit out of range.
    pub async fn join(&self, access: &ConversationAccess<Read>, wish: Join) -> Result<(Joined, Rev, Seq)> {
        self.0.conversations.join(access).await?;
        let catchup = self.0.conversations.catch_up(access, wish.limit, wish.after_seq, wish.after_rev).await?;
        let mut room = self.get(access).await?;
        // What the client has is what it was given; the room may have gone on since.
        room.room.last_rev = catchup.rev;
        room.room.last_seq = catchup.seq;
        let (rev, seq) = (catchup.rev, catchup.seq);
        let joined = Joined { room, caught: catchup.into(), slow_mode: self.slow_mode(access).await? };
        Ok((joined, rev, seq))
    }
}
