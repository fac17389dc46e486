//! What stands where a list will be.

use leptos::prelude::*;
use leptos_i18n::t;

use crate::language::language;

/// The grey shape of a list, whose marks are of a kind: `sk--tile` for rooms, `sk--circle` for people.
#[component]
pub fn ListLoading(mark: &'static str) -> impl IntoView {
    let i18n = language();
    let row = || {
        view! {
            <div class="row row--nowrap row--3">
                <span class=format!("sk {mark}")></span>
                <div class="stack stack--2 grow"><span class="sk sk--w60"></span><span class="sk sk--w85"></span></div>
            </div>
        }
    };
    view! {
        <p class="visually-hidden" role="status">{t!(i18n, rooms.loading)}</p>
        <div class="panel stack" aria-hidden="true">{row()}{row()}{row()}{row()}</div>
    }
}
