//! What moderators look at before it is on display.

use serde::{Deserialize, Serialize};

use super::{Ad, AdStatus};
use crate::accounts::Author;
use crate::wire::words;
use crate::{AdId, Timestamp};

words! {
    /// What two ads have in common.
    Likeness {
        /// They say much the same.
        Text = "text",
        /// They show much the same.
        Picture = "picture",
    }
}

/// An ad that is much like another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AlikeAd {
    /// Which.
    pub id: AdId,
    /// What it is called.
    pub title: String,
    /// Whose.
    pub owner: Author,
    /// Where it stands.
    pub status: AdStatus,
    /// What they have in common.
    pub by: Likeness,
}

/// An ad that waits for a moderator, or whose change does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReviewItem {
    /// The ad, with the change that waits, if it is one.
    pub ad: Ad,
    /// Other ads much like it, at most 5.
    pub alike: Vec<AlikeAd>,
    /// Who is looking at it; null = nobody.
    pub claim: Option<Claim>,
}

/// That a moderator looks at an ad, so that no other does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Claim {
    /// Who.
    pub by: Author,
    /// Until when, unless they say so again.
    pub until: Timestamp,
}

/// `POST /moderation/ads/approve`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApproveAds {
    /// Which, 1 to 50, as they were looked at.
    pub ads: Vec<SeenAd>,
}

/// An ad as somebody looked at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SeenAd {
    /// Which.
    pub id: AdId,
    /// Its version: if that is no longer the newest, it is left.
    pub version: i32,
}

/// What became of ads approved together: each for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApprovedAds {
    /// Those on display now.
    pub approved: Vec<AdId>,
    /// Those that were not approved, and why.
    pub left: Vec<LeftAd>,
}

/// An ad that was not approved with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct LeftAd {
    /// Which.
    pub id: AdId,
    /// The code of the problem.
    pub code: String,
}
