//! Calm words on the connection, and on what went wrong last.

use leptos::prelude::*;
use leptos_i18n::t_string;

use crate::components::Icon;
use crate::language::language;
use crate::square::{Link, Square};

/// The notices; nothing while all is well.
#[component]
pub fn Notice() -> impl IntoView {
    let i18n = language();
    let square = expect_context::<Square>();
    view! {
        <div role="status">
            {move || match square.link.get() {
                Link::Up => None,
                Link::Lost => Some(t_string!(i18n, link.lost)),
                Link::Restarting => Some(t_string!(i18n, link.restarting)),
            }.map(|text| view! { <p class="calm">{text}</p> })}
        </div>
        <div role="alert">
            {move || square.trouble.get().map(|text| view! {
                <p class="calm">
                    <span>{text}</span>
                    <button type="button" class="icon-btn icon-btn--sm" aria-label=move || t_string!(i18n, app.dismiss) on:click=move |_| square.trouble.set(None)>
                        <Icon name="x" />
                    </button>
                </p>
            })}
        </div>
    }
}
