//! The fair: finding ads, one of them, and one's own.

mod ad;
mod card;
mod catalog;
mod counts;
mod difference;
mod draft;
mod filters;
mod form;
mod hints;
mod list;
mod photos;
mod place;
mod places;
mod review;
mod searches;
mod shelf;
mod steps;

use leptos::prelude::*;

use super::inside::{second_part, third_part};
use ad::AdPage;
use catalog::Catalog;
pub use catalog::name_of as category_name;
use form::AdForm;
use list::Found;
use review::Review;
use searches::Searches;
use shelf::Shelf;

/// The part of the page an address names.
#[derive(Clone, PartialEq)]
enum Part {
    Found,
    /// One's own, or those one keeps.
    Shelf(Kept),
    New,
    /// What waits for moderators.
    Review,
    /// What one looks for.
    Searches,
    Ad(String),
    Change(String),
}

/// Whose shelf.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Own,
    Favorites,
}

/// The page.
#[component]
pub fn Fair() -> impl IntoView {
    // What ads are sorted into is fetched once, whichever part is shown.
    provide_context(Catalog::fetch());
    let (second, third) = (second_part(), third_part());
    let part = Memo::new(move |_| match (second.get().as_deref(), third.get().as_deref()) {
        (None, _) => Part::Found,
        (Some("meus"), _) => Part::Shelf(Kept::Own),
        (Some("guardados"), _) => Part::Shelf(Kept::Favorites),
        (Some("novo"), _) => Part::New,
        (Some("fila"), _) => Part::Review,
        (Some("buscas"), _) => Part::Searches,
        (Some(id), Some("mudar")) => Part::Change(id.to_owned()),
        (Some(id), _) => Part::Ad(id.to_owned()),
    });
    move || match part.get() {
        Part::Found => view! { <Found /> }.into_any(),
        Part::Shelf(kept) => view! { <Shelf kept /> }.into_any(),
        Part::New => view! { <AdForm /> }.into_any(),
        Part::Review => view! { <Review /> }.into_any(),
        Part::Searches => view! { <Searches /> }.into_any(),
        Part::Ad(id) => view! { <AdPage id is_changed=false /> }.into_any(),
        Part::Change(id) => view! { <AdPage id is_changed=true /> }.into_any(),
    }
}
