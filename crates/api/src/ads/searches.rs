//! What people look for again and again: saved, and told of when it comes.

use serde::{Deserialize, Serialize};

use super::{AdKind, Condition};
use crate::{SearchId, Timestamp};

/// What an ad is to be like; what is absent may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct SearchFilters {
    /// Only of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<AdKind>,
    /// Only of this category and those below it; its slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Words that have to be there; case and accents do not matter. At most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only what costs so much or more, in centavos.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_centavos: Option<i64>,
    /// Only what costs so much or less, in centavos.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_centavos: Option<i64>,
    /// Only of this state, in two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Only of this municipality; with `state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Only in this state of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Only with a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_picture: Option<bool>,
}

/// `POST /me/searches`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct NewSearch {
    /// What its owner calls it: at most 60 characters on one line. Its words when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is looked for.
    #[serde(flatten)]
    pub filters: SearchFilters,
}

/// A search somebody saved: they are told of each ad that comes on display and fits, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SavedSearch {
    /// Its id.
    pub id: SearchId,
    /// What its owner calls it; null = nothing.
    pub name: Option<String>,
    /// What is looked for.
    #[serde(flatten)]
    pub filters: SearchFilters,
    /// When it was saved.
    pub created_at: Timestamp,
}
