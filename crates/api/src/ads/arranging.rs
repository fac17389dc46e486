//! How administrators arrange what ads are sorted into.

use serde::{Deserialize, Serialize};

use super::CategoryNames;

/// `PUT /categories/{slug}`: a category as it is to be, new or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PutCategory {
    /// The slug of the one it is part of, which is part of no other and has no ads of its own; null = of none.
    #[serde(default)]
    pub parent: Option<String>,
    /// Its name in each language, 2 to 60 characters.
    pub names: CategoryNames,
    /// Days an ad of it is on display, 1 to 180.
    pub days: u32,
    /// Its place among those of one parent, the lowest first; when absent it keeps its place, or stands last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i32>,
}
