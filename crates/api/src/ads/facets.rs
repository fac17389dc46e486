//! How many ads there are of each value of a filter.

use serde::{Deserialize, Serialize};

/// What the counts of a list of ads go up to: there may be more.
pub const COUNTED: u32 = 100;

/// `GET /ads/facets`: how many ads there would be with one filter set to each of its values, and the others as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdFacets {
    /// Of each kind.
    pub kinds: Vec<Facet>,
    /// Of each category that is part of no other, and of those that are part of the one chosen; with all that are part of it.
    pub categories: Vec<Facet>,
    /// Of each state of use.
    pub conditions: Vec<Facet>,
    /// Those with a picture.
    pub with_picture: u32,
}

/// How many ads there are of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Facet {
    /// The value of the filter.
    pub value: String,
    /// How many, at most 100: that many, or more.
    pub count: u32,
}
