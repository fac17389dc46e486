//! Ids and counters as types of their own, so that none can be taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Declares a UUIDv7 id: a string on the wire, a `uuid` in the database.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "server", derive(sea_orm::DeriveValueType, utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        /// Database keys made by counting, which these are not.
        #[cfg(feature = "server")]
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

uuid_id! {
    /// A person's account.
    UserId
}
uuid_id! {
    /// One log-in of one person on one device: the family of its refresh tokens.
    SessionId
}
uuid_id! {
    /// A room, a direct conversation or (later) a deal.
    ConversationId
}
uuid_id! {
    /// A message. Unique by itself; always looked up together with its conversation.
    MessageId
}
uuid_id! {
    /// Something a person is told.
    NotificationId
}
uuid_id! {
    /// A picture on its way, or one that is used.
    UploadId
}
uuid_id! {
    /// An ad of the fair.
    AdId
}
uuid_id! {
    /// A search somebody saved.
    SearchId
}
uuid_id! {
    /// An invite.
    InviteId
}
uuid_id! {
    /// A passkey of a person.
    PasskeyId
}
uuid_id! {
    /// What a browser was asked to make or prove.
    CeremonyId
}
uuid_id! {
    /// A mail.
    MailId
}
uuid_id! {
    /// A job of the background queue.
    JobId
}

/// Declares a counter that starts at 1; 0 means "none yet".
macro_rules! counter {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "server", derive(sea_orm::DeriveValueType, utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            /// Before the first.
            pub const ZERO: Self = Self(0);

            /// The one after this.
            pub const fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

counter! {
    /// Place of a message in its conversation: 1, 2, 3 … without gaps.
    Seq
}
counter! {
    /// Number of a change to a conversation's messages (new, edited, deleted, reaction, pin): 1, 2, 3 … without gaps.
    Rev
}
