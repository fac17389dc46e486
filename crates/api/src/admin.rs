//! What administrators see and change.

use serde::{Deserialize, Serialize};

use serde_json::Value;
use uuid::Uuid;

use crate::Timestamp;
use crate::accounts::{AccountStatus, Author, Role};

/// `PATCH /admin/users/{id}`: absent fields stay; a reason is always given and audited.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateUser {
    /// New role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// New status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<AccountStatus>,
    /// Why, 1 to 500 characters; the person is told.
    pub reason: String,
    /// When a silence or suspension ends by itself; none = when lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// What somebody did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Its id; later ones are greater.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who; absent for the program and its command line.
    pub actor: Option<Author>,
    /// What, such as `account.set_status`.
    pub action: String,
    /// What kind of thing it was done to.
    pub target_type: String,
    /// Which.
    pub target_id: String,
    /// The person it was done to, where it was one.
    pub target: Option<Author>,
    /// Why.
    pub reason: Option<String>,
    /// What more there is to know.
    pub data: Value,
}

/// `GET /admin/measures`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Measures {
    /// Time from one item to the next, in seconds.
    pub step_seconds: u32,
    /// The oldest first; steps in which no node ran are left out.
    pub items: Vec<Measure>,
}

/// How the square did for a while.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Measure {
    /// When the while began.
    pub at: Timestamp,
    /// Most people with an open client at a time.
    pub online: u64,
    /// Messages written a minute.
    pub messages: f64,
    /// Within how many milliseconds 99 of 100 requests and events of a minute were answered, on the slowest node, in the
    /// slowest minute.
    pub p99_ms: f64,
    /// Most jobs that waited though they were due.
    pub queue: u64,
}

impl Measure {
    /// Of a while in which nothing happened.
    pub const fn nothing(at: Timestamp) -> Self {
        Self { at, online: 0, messages: 0.0, p99_ms: 0.0, queue: 0 }
    }
}
