//! How many ads there are of each value of a filter.

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::ads::facets::{AdFacets, Facet};

use super::filters::Filters;
use crate::net::Answer;
use crate::session::Session;

/// The counts of what is looked for, once they are here.
#[derive(Clone, Copy)]
pub struct Counts(RwSignal<Option<AdFacets>>);

impl Counts {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Asks for them; those of what was looked for before stay until they are here.
    pub fn load(self, session: Session, filters: &Filters) {
        let request = filters.counts_request();
        spawn_local(async move {
            let answer: Answer<AdFacets> = session.send(Method::GET, &request, None::<&()>).await;
            // Without them one still finds what there is; and the page may be gone by now.
            if let Ok(counts) = answer {
                let _ = self.0.try_set(Some(counts));
            }
        });
    }

    /// How many are of a kind.
    pub fn of_kind(self, value: &str) -> Option<String> {
        self.0.with(|counts| written(&counts.as_ref()?.kinds, value))
    }

    /// How many are of a category; of those further down nobody asked.
    pub fn of_category(self, value: &str) -> Option<String> {
        self.0.with(|counts| written(&counts.as_ref()?.categories, value))
    }

    /// How many are in a state of use.
    pub fn of_condition(self, value: &str) -> Option<String> {
        self.0.with(|counts| written(&counts.as_ref()?.conditions, value))
    }
}

/// A count as it is read. Of what was not seen among the newest nothing is known.
fn written(facets: &[Facet], value: &str) -> Option<String> {
    let facet = facets.iter().find(|facet| facet.value == value)?;
    match (facet.count, facet.more) {
        (0, true) => None,
        (count, true) => Some(format!("{count}+")),
        (count, false) => Some(count.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_may_be_more_than_was_counted() {
        let facets = [("sale", 812, true), ("trade", 99, false), ("service", 0, false), ("new", 0, true)];
        let facets = facets.map(|(value, count, more)| Facet { value: value.into(), count, more });
        assert_eq!(written(&facets, "sale").as_deref(), Some("812+"));
        assert_eq!(written(&facets, "trade").as_deref(), Some("99"));
        assert_eq!(written(&facets, "service").as_deref(), Some("0"));
        assert_eq!(written(&facets, "new"), None);
        assert_eq!(written(&facets, "gift"), None);
    }
}
