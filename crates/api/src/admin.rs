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
    /// Why.
    pub reason: Option<String>,
    /// What more there is to know.
    pub data: Value,
}
