//! What an ad may say.

use praca_api::UploadId;
use praca_api::ads::{AdKind, AdPatch, Condition, NewAd};
use praca_api::limits::{
    AD_CENTAVOS, AD_DESCRIPTION_CHARS, AD_PICTURES, AD_QUANTITY, AD_TITLE_CHARS, NEIGHBORHOOD_CHARS,
};
use praca_api::text::{clean_line, clean_text, is_blank};

use super::categories::Tree;
use super::entity::Model;
use crate::error::{Fields, Result};
use crate::localities;

/// What an ad says, checked and cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What for.
    pub kind: AdKind,
    /// On one line.
    pub title: String,
    /// Formatted as messages are.
    pub description: String,
    /// The price; none = to be agreed on.
    pub centavos: Option<i64>,
    /// How many there are.
    pub quantity: i32,
    /// A category's slug.
    pub category: String,
    /// Two letters.
    pub state: String,
    /// IBGE's code of the municipality.
    pub city_code: i32,
    /// Its name.
    pub city: String,
    /// Which part of it.
    pub neighborhood: Option<String>,
    /// Of a thing.
    pub condition: Option<Condition>,
}

impl Said {
    /// Checks what somebody wants to say.
    ///
    /// # Errors
    /// `request.invalid`, with every field that is not acceptable.
    pub fn check(wish: &NewAd, tree: &Tree) -> Result<Self> {
        let mut fields = Fields::default();
        let title = title(&mut fields, &wish.title);
        let description = description(&mut fields, &wish.description);
        let centavos = wish.price.map(|price| price.centavos);
        if centavos.is_some_and(|centavos| !AD_CENTAVOS.contains(&centavos)) {
            fields.refuse("price", "range", "A price is 1 to 10,000,000,000 centavos, or null.");
        }
        let quantity = wish.quantity.unwrap_or(1);
        if !AD_QUANTITY.contains(&quantity) {
            fields.refuse("quantity", "range", "A quantity is 1 to 9,999.");
        }
        category(&mut fields, &wish.category, tree);
        let (state, city_code, city) = place(&mut fields, &wish.state, &wish.city);
        let neighborhood = wish.neighborhood.as_deref().map(clean_line).filter(|text| !is_blank(text));
        if neighborhood.as_ref().is_some_and(|text| text.chars().count() > NEIGHBORHOOD_CHARS) {
            fields.refuse("neighborhood", "length", "A neighborhood has at most 60 characters.");
        }
        if wish.kind == AdKind::Service && wish.condition.is_some() {
            fields.refuse("condition", "service", "A service is neither new nor used.");
        }
        if wish.upload_ids.len() > AD_PICTURES {
            fields.refuse("uploadIds", "count", "An ad has at most 10 pictures.");
        }
        if wish.upload_ids.iter().enumerate().any(|(at, id)| wish.upload_ids[..at].contains(id)) {
            fields.refuse("uploadIds", "twice", "A picture is there twice.");
        }
        fields.finish()?;
        Ok(Self {
            kind: wish.kind,
            title,
            description,
            centavos,
            quantity: i32::try_from(quantity).unwrap_or(1),
            category: wish.category.clone(),
            state,
            city_code,
            city,
            neighborhood,
            condition: wish.condition,
        })
    }
}

fn title(fields: &mut Fields, text: &str) -> String {
    let title = clean_line(text);
    if is_blank(&title) || !AD_TITLE_CHARS.contains(&title.chars().count()) {
        fields.refuse("title", "length", "A title has 3 to 80 characters.");
    }
    title
}

fn description(fields: &mut Fields, text: &str) -> String {
    let description = clean_text(text);
    if is_blank(&description) || !AD_DESCRIPTION_CHARS.contains(&description.chars().count()) {
        fields.refuse("description", "length", "A description has 10 to 5,000 characters.");
    }
    description
}

fn category(fields: &mut Fields, slug: &str, tree: &Tree) {
    if tree.get(slug).is_none() {
        fields.refuse("category", "unknown", "There is no such category.");
    } else if !tree.is_leaf(slug) {
        fields.refuse("category", "broad", "Choose one of the categories below this one.");
    }
}

fn place(fields: &mut Fields, state: &str, city: &str) -> (String, i32, String) {
    let Some(state) = localities::state(state) else {
        fields.refuse("state", "unknown", "A state has the two letters of one of Brazil's.");
        return Default::default();
    };
    let Some(city) = state.municipality(city) else {
        fields.refuse("city", "unknown", "The state has no municipality of this name.");
        return Default::default();
    };
    (state.letters.to_owned(), city.code, city.name.to_owned())
}

/// An ad as it is, with a patch over it: what somebody wants it to say then.
pub fn patched(row: &Model, pictures: Vec<UploadId>, patch: AdPatch) -> NewAd {
    let kind = patch.kind.unwrap_or(row.kind);
    NewAd {
        kind,
        title: patch.title.unwrap_or_else(|| row.title.clone()),
        description: patch.description.unwrap_or_else(|| row.description.clone()),
        price: patch.price.unwrap_or_else(|| row.price()),
        quantity: Some(patch.quantity.unwrap_or_else(|| u32::try_from(row.quantity).unwrap_or_default())),
        category: patch.category.unwrap_or_else(|| row.category.clone()),
        state: patch.state.unwrap_or_else(|| row.state.clone()),
        city: patch.city.unwrap_or_else(|| row.city.clone()),
        neighborhood: patch.neighborhood.unwrap_or_else(|| row.neighborhood.clone()),
        condition: patch.condition.unwrap_or(row.condition),
        upload_ids: patch.upload_ids.unwrap_or(pictures),
    }
}
