//! The fair: what people trade, sell and offer to do for their neighbours.

pub mod arranging;
pub mod facets;
pub mod hints;
pub mod review;
pub mod searches;

use serde::{Deserialize, Serialize};

use crate::accounts::Author;
use crate::money::Money;
use crate::uploads::Attachment;
use crate::wire::{given, given_object, object_or_null, words};
use crate::{AdId, Timestamp, UploadId};

words! {
    /// What somebody wants with an ad.
    AdKind {
        /// Something for something else.
        Trade = "trade",
        /// Something for money.
        Sale = "sale",
        /// Work.
        Service = "service",
    }
}

words! {
    /// Where an ad stands.
    AdStatus {
        /// Waits for a moderator.
        Pending = "pending",
        /// Passed review and is not on display: paused, or past its end.
        Approved = "approved",
        /// On display.
        Active = "active",
        /// Came to its purpose.
        Concluded = "concluded",
        /// Taken from display by a moderator, with a reason.
        Suspended = "suspended",
        /// Gone, for good.
        Deleted = "deleted",
        /// Did not pass review; changed, it is reviewed again.
        Rejected = "rejected",
    }
}

words! {
    /// In what state a thing is.
    Condition {
        /// Never used.
        New = "new",
        /// Used.
        Used = "used",
    }
}

words! {
    /// The order of a list of ads.
    AdSort {
        /// The last published first.
        Newest = "newest",
        /// The cheapest first; those without a price last.
        PriceAsc = "price_asc",
        /// The dearest first; those without a price last.
        PriceDesc = "price_desc",
    }
}

words! {
    /// What was done to an ad.
    AdAction {
        /// Written, and sent to review.
        Create = "create",
        /// Changed, without a review.
        Edit = "edit",
        /// A rejected one was changed and sent to review again.
        Resubmit = "resubmit",
        /// It passed review.
        Approve = "approve",
        /// It went on display.
        Publish = "publish",
        /// It did not pass review.
        Reject = "reject",
        /// A moderator took it from display.
        Suspend = "suspend",
        /// A moderator gave it back.
        Reinstate = "reinstate",
        /// Its owner took it from display for a while.
        Pause = "pause",
        /// Its time on display ended.
        Expire = "expire",
        /// Its time on display begins anew.
        Renew = "renew",
        /// It came to its purpose.
        Conclude = "conclude",
        /// It was deleted.
        Delete = "delete",
        /// Its owner wants a change that has to be reviewed.
        ProposeChange = "propose_change",
        /// The change holds.
        AcceptChange = "accept_change",
        /// The change does not.
        RefuseChange = "refuse_change",
    }
}

/// `POST /ads`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewAd {
    /// What for.
    pub kind: AdKind,
    /// 3 to 80 characters on one line.
    pub title: String,
    /// 10 to 5,000 characters, formatted as messages are.
    pub description: String,
    /// 1 to 10,000,000,000 centavos; null = to be agreed on.
    #[serde(default, deserialize_with = "object_or_null")]
    pub price: Option<Money>,
    /// How many there are, 1 to 9,999; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// The slug of a category that has none below it.
    pub category: String,
    /// Two letters: `SP`.
    pub state: String,
    /// A municipality of the state, as IBGE names it; case and accents do not matter.
    pub city: String,
    /// At most 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neighborhood: Option<String>,
    /// Of a thing; a service has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Pictures, at most 10, in their order; the first is the cover. Uploads for ads, that are ready.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upload_ids: Vec<UploadId>,
}

/// `PATCH /ads/{id}`: absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct AdPatch {
    /// The version that was read. Required once the ad is, or was, on display.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    /// See [`NewAd`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<AdKind>,
    /// See [`NewAd`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// See [`NewAd`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// See [`NewAd`].
    #[serde(deserialize_with = "given_object", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<Money>))]
    pub price: Option<Option<Money>>,
    /// See [`NewAd`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// See [`NewAd`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// See [`NewAd`]; together with `city`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// See [`NewAd`]; together with `state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// See [`NewAd`]; null removes it.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>))]
    pub neighborhood: Option<Option<String>>,
    /// See [`NewAd`]; null removes it.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<Condition>))]
    pub condition: Option<Option<Condition>>,
    /// All pictures in their order: those of the ad that stay, and new ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_ids: Option<Vec<UploadId>>,
}

/// An ad. What is not on display only its owner and moderators see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Ad {
    /// Its id.
    pub id: AdId,
    /// Whose.
    pub owner: Author,
    /// What for.
    pub kind: AdKind,
    /// On one line.
    pub title: String,
    /// Formatted as messages are.
    pub description: String,
    /// Null = to be agreed on.
    pub price: Option<Money>,
    /// How many there are.
    pub quantity: u32,
    /// A category's slug.
    pub category: String,
    /// Two letters.
    pub state: String,
    /// A municipality, as IBGE names it.
    pub city: String,
    /// Which part of it.
    pub neighborhood: Option<String>,
    /// Of a thing.
    pub condition: Option<Condition>,
    /// The first is the cover.
    pub images: Vec<Attachment>,
    /// Where it stands.
    pub status: AdStatus,
    /// Why, if it was rejected or suspended; for its owner and moderators.
    pub status_reason: Option<String>,
    /// Counts every change.
    pub version: i32,
    /// When it last went on display anew.
    pub published_at: Option<Timestamp>,
    /// Until when it is on display.
    pub expires_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
    /// Whether the reader keeps it.
    pub favorite: bool,
    /// What its owner wants to change, and a moderator has not decided on; for these two alone.
    pub pending_change: Option<PendingChange>,
}

/// A change that waits for a moderator: what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct PendingChange {
    /// The new title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The new category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The new price; null = to be agreed on.
    #[serde(deserialize_with = "given_object", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<Money>))]
    pub price: Option<Option<Money>>,
    /// All pictures as they would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<Attachment>>,
}

/// `POST /ads/{id}/…`: why. Moderators say so when they reject or suspend.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct AdReason {
    /// 1 to 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The version that was looked at: if it is no longer the newest, nothing is done (`request.conflict`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
}

/// A step in an ad's life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdStep {
    /// When.
    pub at: Timestamp,
    /// Who; null = the program.
    pub actor: Option<Author>,
    /// What.
    pub action: AdAction,
    /// Where it stood before; null = it was not there.
    pub from: Option<AdStatus>,
    /// Where it stands since.
    pub to: AdStatus,
    /// Why.
    pub reason: Option<String>,
    /// The version it made.
    pub version: i32,
}

/// What ads are sorted into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Category {
    /// Its name in addresses; never changes.
    pub slug: String,
    /// The slug of the one it is part of.
    pub parent: Option<String>,
    /// Its name in each language.
    pub names: CategoryNames,
    /// Days an ad of it is on display.
    pub days: u32,
}

/// A category's name in each language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CategoryNames {
    /// In Portuguese.
    #[serde(rename = "pt-BR")]
    pub pt_br: String,
    /// In English.
    pub en: String,
    /// In Spanish.
    pub es: String,
}

/// To its owner, when something happened to an ad.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AdUpdated {
    /// As it is now.
    pub ad: Ad,
}
