//! The wire contract of Praça: what server, client and tests say to each other.
//!
//! Nothing here knows of axum, SQL or Leptos. The `server` feature adds what only the server needs of these types:
//! database values for the ids and schemas for the OpenAPI document.

pub mod accounts;
pub mod admin;
pub mod ads;
pub mod device;
pub mod dms;
pub mod events;
pub mod factors;
pub mod handle;
mod ids;
pub mod limits;
pub mod mail;
pub mod markup;
pub mod mentions;
pub mod messages;
pub mod money;
pub mod notifications;
mod page;
pub mod password;
pub mod people;
mod problem;
pub mod push;
pub mod rooms;
pub mod search;
pub mod text;
mod time;
pub mod uploads;
mod wire;

pub use ids::{
    AdId, CeremonyId, ConversationId, InviteId, JobId, MailId, MessageId, NotificationId, PasskeyId, Rev, SearchId,
    Seq, SessionId, UploadId, UserId,
};
pub use page::Page;
pub use problem::{FieldProblem, Problem, ProblemCode, SlowModeScope};
pub use time::Timestamp;
