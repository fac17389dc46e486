//! The one source of ids and randomness.

use praca_api::{AdId, ConversationId, JobId, MessageId, SessionId, UploadId, UserId};
use rand::TryRng as _;
use rand::rngs::SysRng;
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, Result};

/// Makes ids and secrets.
#[derive(Clone, Debug)]
pub struct Ids {
    clock: Clock,
}

impl Ids {
    /// Ids whose time part follows `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }

    /// Random bytes from the operating system, for keys and tokens.
    ///
    /// # Errors
    /// When the operating system has none to give.
    pub fn secret<const N: usize>(&self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        SysRng.try_fill_bytes(&mut bytes).map_err(Error::internal)?;
        Ok(bytes)
    }

    /// A UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, the rest random.
    pub fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().millis()).unwrap_or_default();
        let mut random = [0; 10];
        rand::fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// For a new account.
    pub fn user(&self) -> UserId {
        UserId(self.uuid())
    }

    /// For a new session.
    pub fn session(&self) -> SessionId {
        SessionId(self.uuid())
    }

    /// For a new conversation.
    pub fn conversation(&self) -> ConversationId {
        ConversationId(self.uuid())
    }

    /// For a new ad.
    pub fn ad(&self) -> AdId {
        AdId(self.uuid())
    }

    /// For a new message.
    pub fn message(&self) -> MessageId {
        MessageId(self.uuid())
    }

    /// For a new upload.
    pub fn upload(&self) -> UploadId {
        UploadId(self.uuid())
    }

    /// For a new job.
    pub fn job(&self) -> JobId {
        JobId(self.uuid())
    }
}
