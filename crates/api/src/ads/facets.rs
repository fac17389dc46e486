//! How many ads there are of each value of a filter.

use serde::{Deserialize, Serialize};

/// Ads among which are counted: the newest where there are more.
pub const COUNTED: u32 = 5_000;

/// `GET /ads/facets`: how many ads there would be with one filter set to each of its values, and the others as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub with_picture: Facet,
}

/// How many ads there are of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Facet {
    /// The value of the filter.
    pub value: String,
    /// How many were counted.
    pub count: u32,
    /// Whether there may be more: in a place with more than 5000 ads on display the newest are counted.
    pub more: bool,
}
