//! Where somebody is in a long list: kept for this tab, so that going back and reloading lead there again.

use leptos::ev::Event;
use leptos::html::Div;
use leptos::prelude::*;
use praca_api::ads::Ad;
use serde::{Deserialize, Serialize};

use super::filters::Filters;
use crate::components::Listing;
use crate::store;

/// Under which name it is kept.
const NAME: &str = "praca.fair.place";

/// A place in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    /// Of what is looked for.
    address: String,
    /// How many ads were there.
    ads: usize,
    /// How far it was scrolled, in pixels.
    top: i32,
}

/// The place somebody is led back to, until they are there.
#[derive(Clone, Copy)]
pub struct Back(StoredValue<Option<Place>>);

impl Back {
    /// To where somebody was in this tab, if they come to the same list again.
    pub fn to(filters: &Filters) -> Self {
        let address = filters.address();
        let place = store::of_this_tab(NAME).and_then(|text| serde_json::from_str::<Place>(&text).ok());
        Self(StoredValue::new(place.filter(|place| place.address == address)))
    }

    /// How many ads are wanted to stand there.
    pub fn ads(self) -> usize {
        self.0.with_value(|place| place.as_ref().map_or(0, |place| place.ads))
    }

    /// They go elsewhere instead.
    pub fn give_up(self) {
        self.0.set_value(None);
    }

    /// Leads there once as many ads are there as were, or all there are.
    pub fn lead(self, ads: Listing<Ad>, scroller: NodeRef<Div>) {
        Effect::new(move |_| {
            let there = ads.items().len();
            let is_there = there > 0 && (there >= self.ads() || !ads.has_more());
            let Some(place) = self.0.get_value().filter(|_| is_there) else { return };
            // Once they stand on the page.
            request_animation_frame(move || {
                let _ = self.0.try_set_value(None);
                if let Some(scroller) = scroller.get_untracked() {
                    scroller.set_scroll_top(place.top);
                }
            });
        });
    }

    /// Keeps where somebody is now; while they are led back, that is no place of theirs.
    pub fn note(self, filters: &Filters, ads: Listing<Ad>, event: &Event) {
        if self.0.with_value(Option::is_some) {
            return;
        }
        let scroller = event_target::<web_sys::Element>(event);
        let ads = untrack(|| ads.items().len());
        let place = Place { address: filters.address(), ads, top: scroller.scroll_top() };
        if let Ok(text) = serde_json::to_string(&place) {
            store::keep_in_this_tab(NAME, &text);
        }
    }
}
