//! Changes of what is on display that have to be looked at first.

use praca_api::ads::PendingChange;
use praca_api::money::Money;
use sea_orm::prelude::Json;
use serde::{Deserialize, Serialize};

use super::entity::Model;
use super::wish::Said;
use crate::uploads::UsedPicture;

/// What an owner wants to change and a moderator has not decided on, as it is stored; what is absent stays.
#[expect(clippy::option_option, reason = "absent, none and a value are three things")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub centavos: Option<Option<i64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictures: Option<Vec<UsedPicture>>,
}

#[expect(clippy::option_option, reason = "absent, none and a value are three things")]
fn some<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl StoredChange {
    /// One that was stored.
    pub fn read(stored: Option<&Json>) -> Option<Self> {
        stored.and_then(|stored| Self::deserialize(stored).ok())
    }

    /// What of an ad changes so much that it is looked at again: title, category, pictures, and the price by half or more;
    /// none if nothing does.
    pub fn between(row: &Model, said: &Said, pictures: &[UsedPicture]) -> Option<Self> {
        let before = UsedPicture::read_all(row.pictures.as_ref());
        let change = Self {
            title: (row.title != said.title).then(|| said.title.clone()),
            category: (row.category != said.category).then(|| said.category.clone()),
            centavos: is_another_price(row.centavos, said.centavos).then_some(said.centavos),
            pictures: (before != pictures).then(|| pictures.to_vec()),
        };
        (change != Self::default()).then_some(change)
    }

    /// An ad with the change.
    pub fn apply(self, row: &mut Model) {
        if let Some(title) = self.title {
            row.title = title;
        }
        if let Some(category) = self.category {
            row.category = category;
        }
        if let Some(centavos) = self.centavos {
            row.centavos = centavos;
        }
        if let Some(pictures) = self.pictures {
            row.pictures = UsedPicture::store_all(&pictures);
        }
    }

    /// As its owner and moderators see it.
    pub fn shown(&self) -> PendingChange {
        PendingChange {
            title: self.title.clone(),
            category: self.category.clone(),
            price: self.centavos.map(|centavos| centavos.map(Money::brl)),
            images: self.pictures.as_ref().map(|pictures| pictures.iter().map(UsedPicture::attachment).collect()),
        }
    }
}

/// Whether a price changes by half or more, or comes or goes.
fn is_another_price(before: Option<i64>, after: Option<i64>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => (after - before).abs() * 2 >= before,
        (before, after) => before != after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_that_changes_by_half_is_another() {
        assert!(!is_another_price(Some(1_000), Some(1_499)));
        assert!(is_another_price(Some(1_000), Some(1_500)));
        assert!(is_another_price(Some(1_000), Some(500)));
        assert!(!is_another_price(Some(1_000), Some(501)));
        assert!(is_another_price(Some(1_000), None) && is_another_price(None, Some(1)));
        assert!(!is_another_price(None, None));
        assert!(is_another_price(Some(10_000_000_000), Some(1)), "no overflow");
    }

    #[test]
    fn a_price_that_goes_is_told_from_one_that_stays() {
        for change in [
            StoredChange { centavos: Some(None), ..StoredChange::default() },
            StoredChange { centavos: Some(Some(5)), title: Some("Sofá".into()), ..StoredChange::default() },
        ] {
            let stored = serde_json::to_value(&change).unwrap();
            assert_eq!(StoredChange::read(Some(&stored)), Some(change));
        }
    }
}
