//! What administrators see and change.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::accounts::{AccountStatus, Role};

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
