//! What stands out in the text of an ad, pointed out to who writes it and who reviews it.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::ads::Ad;
use praca_api::ads::hints::{Hint, hints};

use crate::components::Icon;
use crate::language::{Language, language};

/// What stands out in what somebody writes.
pub fn in_texts(title: &str, description: &str, neighborhood: &str) -> Vec<(Hint, String)> {
    hints(&format!("{title}\n{description}\n{neighborhood}"))
}

/// What stands out in an ad, as it is to be.
pub fn in_ad(ad: &Ad) -> Vec<(Hint, String)> {
    let title = ad.pending_change.as_ref().and_then(|change| change.title.as_ref()).unwrap_or(&ad.title);
    in_texts(title, &ad.description, ad.neighborhood.as_deref().unwrap_or_default())
}

/// What it is, in a word.
fn word(i18n: Language, hint: Hint) -> &'static str {
    match hint {
        Hint::Phone => t_string!(i18n, fair.hint_phone),
        Hint::Email => t_string!(i18n, fair.hint_email),
        Hint::Link => t_string!(i18n, fair.hint_link),
        Hint::LookAlike => t_string!(i18n, fair.hint_look_alike),
    }
}

/// What stands out, each with the place that has it.
#[component]
pub fn HintList(found: Vec<(Hint, String)>) -> impl IntoView {
    let i18n = language();
    let line =
        move |(hint, place): (Hint, String)| view! { <li><b>{move || word(i18n, hint)}</b>": "<q>{place}</q></li> };
    view! { <ul class="hints">{found.into_iter().map(line).collect_view()}</ul> }
}

/// What whoever writes is told while they write: everybody reads it.
#[component]
pub fn Advice(#[prop(into)] found: Signal<Vec<(Hint, String)>>) -> impl IntoView {
    let i18n = language();
    let found = Memo::new(move |_| found.get());
    view! {
        <div role="status">
            {move || Some(found.get()).filter(|found| !found.is_empty()).map(|found| view! {
                <div class="notice mt-2" data-tone="caution">
                    <Icon name="eye" />
                    <div><p>{t!(i18n, fair.hint_advice)}</p><HintList found /></div>
                </div>
            })}
        </div>
    }
}
