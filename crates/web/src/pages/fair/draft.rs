//! An ad as it is being written, kept in this browser until it is sent.

use praca_api::UploadId;
use praca_api::ads::{Ad, AdKind, AdPatch, Condition, NewAd};
use praca_api::money::{Money, parse_amount};
use serde::{Deserialize, Serialize};

use super::filters::written_amount;
use crate::store;

/// Where it is kept.
const KEPT: &str = "praca.ad";

/// What stands in the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    pub kind: String,
    pub title: String,
    pub description: String,
    pub price: String,
    pub quantity: String,
    pub category: String,
    pub state: String,
    pub city: String,
    pub neighborhood: String,
    pub condition: String,
}

/// What the page itself refuses: a field, and why.
pub type Refused = (&'static str, &'static str);

impl Draft {
    /// The one that was begun, or an empty one.
    pub fn kept() -> Self {
        let kept = store::read(KEPT).and_then(|text| serde_json::from_str(&text).ok());
        kept.unwrap_or_else(|| Self {
            kind: AdKind::Sale.as_str().to_owned(),
            quantity: "1".to_owned(),
            ..Self::default()
        })
    }

    /// Keeps it.
    pub fn keep(&self) {
        if let Ok(text) = serde_json::to_string(self) {
            store::write(KEPT, &text);
        }
    }

    /// It was sent.
    pub fn forget() {
        store::forget(KEPT);
    }

    /// An ad to be changed: with the change that waits, which else would be taken back.
    pub fn of(ad: &Ad) -> Self {
        let change = ad.pending_change.clone().unwrap_or_default();
        let price = change.price.unwrap_or(ad.price).map(|price| written_amount(price.centavos));
        Self {
            kind: ad.kind.as_str().to_owned(),
            title: change.title.unwrap_or_else(|| ad.title.clone()),
            description: ad.description.clone(),
            price: price.unwrap_or_default(),
            quantity: ad.quantity.to_string(),
            category: change.category.unwrap_or_else(|| ad.category.clone()),
            state: ad.state.clone(),
            city: ad.city.clone(),
            neighborhood: ad.neighborhood.clone().unwrap_or_default(),
            condition: ad.condition.map(|condition| condition.as_str().to_owned()).unwrap_or_default(),
        }
    }

    /// What it is for.
    pub fn kind(&self) -> AdKind {
        self.kind.parse().unwrap_or(AdKind::Sale)
    }

    /// What it costs; none = to be agreed on.
    ///
    /// # Errors
    /// What is written is no amount.
    pub fn price(&self) -> Result<Option<Money>, Refused> {
        match self.price.trim() {
            "" => Ok(None),
            text => parse_amount(text).map(|centavos| Some(Money::brl(centavos))).ok_or(("price", "format")),
        }
    }

    /// As the server is asked.
    ///
    /// # Errors
    /// What is no number; all else the server knows.
    pub fn wish(&self, upload_ids: Vec<UploadId>) -> Result<NewAd, Refused> {
        let neighborhood = Some(self.neighborhood.trim().to_owned()).filter(|text| !text.is_empty());
        // A service is neither new nor used.
        let condition = self.condition.parse::<Condition>().ok().filter(|_| self.kind() != AdKind::Service);
        Ok(NewAd {
            kind: self.kind(),
            title: self.title.clone(),
            description: self.description.clone(),
            price: self.price()?,
            quantity: Some(self.quantity.trim().parse().map_err(|_| ("quantity", "format"))?),
            category: self.category.clone(),
            state: self.state.clone(),
            city: self.city.clone(),
            neighborhood,
            condition,
            upload_ids,
        })
    }

    /// The same as a change of an ad that was read in this version.
    ///
    /// # Errors
    /// What is no number.
    pub fn change(&self, version: i32, upload_ids: Vec<UploadId>) -> Result<AdPatch, Refused> {
        let wish = self.wish(upload_ids)?;
        Ok(AdPatch {
            version: Some(version),
            kind: Some(wish.kind),
            title: Some(wish.title),
            description: Some(wish.description),
            price: Some(wish.price),
            quantity: wish.quantity,
            category: Some(wish.category),
            state: Some(wish.state),
            city: Some(wish.city),
            neighborhood: Some(wish.neighborhood),
            condition: Some(wish.condition),
            upload_ids: Some(wish.upload_ids),
        })
    }
}
